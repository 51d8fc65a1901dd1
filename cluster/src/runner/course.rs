//! The course of one job.
//!
//! Owns the loop that looks where the job and its containers stand and does the one next thing. Every step may be the
//! last before a crash; the next look finds where it stopped.

use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use platform::job::{JobStatus, StatusItem, reason};
use tokio::sync::Notify;

use super::capture::{self, Capture, Origin};
use super::launch::Launched;
use super::stall::Stalls;
use super::{Runner, Running, outcome, spec};
use crate::clock;
use crate::engine::select::EngineStatus;
use crate::engine::{ContainerId, ContainerState, ContainerSummary, Engine, EngineError, Phase, Signal};
use crate::jobs::{JobError, JobRecord};
use crate::logs::JobLog;

/// Between two tries of something that failed for a reason that may pass.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);
/// An engine that ended a container but not its log gets so long before the log is read again without following.
const LOG_END_LIMIT: Duration = Duration::from_secs(10);
/// The end of a job is told after so long even when its log is not stored to the end yet.
const TELL_LIMIT: Duration = Duration::from_secs(2);
/// The reason a running job shows while its engine does not answer.
const ENGINE_UNAVAILABLE: &str = "EngineUnavailable";

/// Why a step could not be finished now.
#[derive(Debug)]
pub(super) enum Halt {
    /// Look again at once: something changed.
    Again,
    /// The engine failed.
    Engine(EngineError),
    /// The story could not be read or written.
    Book(JobError),
}

impl From<EngineError> for Halt {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl From<JobError> for Halt {
    fn from(error: JobError) -> Self {
        Self::Book(error)
    }
}

#[derive(Debug)]
pub(super) struct Course {
    pub(super) runner: Arc<Runner>,
    pub(super) id: String,
    pub(super) poke: Arc<Notify>,
    /// How often the engine itself failed at this launch.
    pub(super) engine_failures: AtomicU32,
    /// The exited container whose log was given up.
    unreadable: Mutex<Option<ContainerId>>,
}

impl Course {
    pub(super) fn new(runner: Arc<Runner>, id: String, poke: Arc<Notify>) -> Self {
        Self { runner, id, poke, engine_failures: AtomicU32::new(0), unreadable: Mutex::default() }
    }

    /// Follows the job until it is settled.
    pub(super) async fn follow(&self) {
        loop {
            let step = self.step().await;
            self.runner.set_running(&self.id, None);
            match step {
                Ok(true) => return,
                Ok(false) | Err(Halt::Again) => {}
                Err(Halt::Book(JobError::NoSuchJob(_))) => return,
                Err(Halt::Engine(error)) => {
                    tracing::warn!(job = self.id, %error, "the engine failed; looking again");
                    if error.is_gone() && self.runner.engines.status().engine().is_some() {
                        self.runner.engines.look().await;
                    }
                    tokio::time::sleep(PATIENCE).await;
                }
                Err(Halt::Book(error)) => {
                    tracing::error!(job = self.id, %error, "the job's story cannot be read or written; trying again");
                    tokio::time::sleep(PATIENCE).await;
                }
            }
        }
    }

    /// Does the one next thing. True when the job is settled.
    async fn step(&self) -> Result<bool, Halt> {
        let job = self.runner.book.get(&self.id).await?;
        if !job.materialized {
            return Ok(true);
        }
        if job.status().is_finished() && !job.was_launched() {
            // No container was ever made: nothing to wait for.
            self.settle(&job).await?;
            return Ok(true);
        }
        let Some(engine) = self.engine(&job).await? else { return Ok(false) };
        let mut containers = engine.list(spec::JOB, &self.id).await?;
        containers.retain(|found| found.labels.get(spec::INSTANCE) == Some(&self.runner.options.instance));
        containers.sort_by_key(spec::run_of);
        let newest = containers.pop();
        for old in containers {
            // A restart is in the story only after the log of the run before is stored to its end.
            engine.remove(&old.id).await?;
        }
        if job.status().is_finished() {
            if let Some(found) = newest {
                self.end(&engine, &job, &found.id).await?;
            }
            self.settle(&job).await?;
            return Ok(true);
        }
        self.advance(&engine, &job, newest).await?;
        Ok(false)
    }

    /// One step of a job that has not ended.
    async fn advance(
        &self,
        engine: &Arc<dyn Engine>,
        job: &JobRecord,
        newest: Option<ContainerSummary>,
    ) -> Result<(), Halt> {
        let run = job.restarts();
        // An engine that was away between two runs does not hide that there is to be another one.
        let mut told = job.transitions.iter().rev().map(|item| item.reason.as_deref());
        let restarting = told.find(|reason| *reason != Some(ENGINE_UNAVAILABLE)) == Some(Some(reason::RESTARTING));
        let lived_out = job.status() == JobStatus::Running && self.life_left(job) == Some(Duration::ZERO);
        let phase = match newest.as_ref().filter(|found| spec::run_of(found).unwrap_or(0) >= run) {
            Some(found) => Some(engine.inspect(&found.id).await?.phase),
            None => None,
        };
        let launched = match (newest, phase) {
            // Also at the end of the life span: the run may have ended before.
            (Some(found), Some(Phase::Running | Phase::Exited)) => Launched::Started(found.id),
            (None, _) if job.status() != JobStatus::Pending && !restarting => {
                let words = "The container is gone: it was removed from the engine by somebody else.";
                self.story(JobStatus::Failed, Some(reason::NOT_FOUND), Some(words), None).await?;
                return Ok(());
            }
            _ if lived_out => return self.end_life().await,
            (Some(found), Some(Phase::Created)) => self.start(engine, found.id).await?,
            (old, _) => {
                if let Some(old) = old {
                    engine.remove(&old.id).await?;
                }
                self.launch(engine, job, run).await?
            }
        };
        match launched {
            Launched::Started(id) => self.watch(engine, &id).await,
            Launched::Failed => Ok(()),
        }
    }

    async fn end_life(&self) -> Result<(), Halt> {
        self.story(JobStatus::Cancelled, Some(reason::LIFE_SPAN_ENDED), None, None).await
    }

    /// Follows a started container to its exit or the job's end.
    async fn watch(&self, engine: &Arc<dyn Engine>, id: &ContainerId) -> Result<(), Halt> {
        let state = engine.inspect(id).await?;
        // Its start, which we may have missed; but the engine is back only now.
        let was_away = self.runner.book.get(&self.id).await?.last().reason.as_deref() == Some(ENGINE_UNAVAILABLE);
        let started = state.started_ns.filter(|_| !was_away || state.phase != Phase::Running).map(clock::timestamp);
        self.story_at(started, JobStatus::Running, None, None, None).await?;
        if state.phase == Phase::Running {
            if state.published_port.is_some() {
                self.runner.book.set_http_port(&self.id, state.published_port).await?;
            }
            let running = Running { engine: Arc::clone(engine), container: id.clone() };
            self.runner.set_running(&self.id, Some(running));
        }
        let mut capture = self.capture(engine, id, true).await?;
        let mut engines = self.runner.engines.watch();
        engines.mark_unchanged();
        let job = loop {
            let job = self.runner.book.get(&self.id).await?;
            if job.status().is_finished() {
                // The rest is the same as after a crash: `step` ends the container.
                capture.stop().await;
                return Ok(());
            }
            let life = if state.phase == Phase::Running { self.life_left(&job) } else { None };
            tokio::select! {
                exited = engine.wait(id) => {
                    exited?;
                    break job;
                }
                () = self.poke.notified() => {}
                () = sleep_if(life) => self.end_life().await?,
                Ok(()) = engines.changed() => if engines.borrow().engine().is_none() {
                    return Err(Halt::Again);
                },
            }
        };
        self.runner.set_running(&self.id, None);
        let state = engine.inspect(id).await?;
        if outcome::outlived(&job, &state, self.runner.clock.now()) {
            capture.stop().await;
            return self.end_life().await;
        }
        let outcome = outcome::outcome(&state);
        if outcome::restarts(job.spec.restart_policy, &outcome) {
            if job.http_port.is_some() {
                // The engine may give the port to another job before this one runs again.
                self.runner.book.set_http_port(&self.id, None).await?;
            }
            self.drain(capture, engine, id).await?;
            capture::end_line(&self.log().await?, &self.stalls()).await;
            return self.restart(&job, &state, &outcome).await;
        }
        // Usually the log ends with the process; whoever sees the job's end then finds it whole.
        capture.ended(TELL_LIMIT).await;
        let at = state.finished_ns.map(clock::timestamp);
        let description = outcome.description.as_deref();
        self.story_at(at, outcome.status, Some(outcome.reason), description, outcome.exit_code).await?;
        self.drain(capture, engine, id).await
    }

    async fn restart(&self, job: &JobRecord, state: &ContainerState, outcome: &outcome::Outcome) -> Result<(), Halt> {
        let code = outcome.exit_code.map_or("no exit code".to_owned(), |code| format!("exit code {code}"));
        let words = format!("The run before ended: {} ({code}).", outcome.reason);
        let (restarting, at) = (Some(reason::RESTARTING), state.finished_ns.map(clock::timestamp));
        self.story_at(at, JobStatus::Running, restarting, Some(&words), outcome.exit_code).await?;
        let lasted = state.started_ns.zip(state.finished_ns).map(|(from, to)| to - from);
        let options = &self.runner.options;
        let run = job.restarts().saturating_add(1);
        let wait = outcome::backoff(options.restart_backoff, options.restart_backoff_most, run, lasted);
        // Waiting counts as running: a life span that ends meanwhile is seen by the next step.
        self.pause(self.life_left(job).map_or(wait, |life| life.min(wait))).await
    }

    /// Ends the container of a job that has ended: stopped, its log stored, removed.
    async fn end(&self, engine: &Arc<dyn Engine>, job: &JobRecord, id: &ContainerId) -> Result<(), Halt> {
        if self.unreadable.lock().expect("holders do not panic").as_ref() == Some(id) {
            engine.remove(id).await?;
            return Ok(());
        }
        let state = engine.inspect(id).await?;
        let capture = self.capture(engine, id, state.phase == Phase::Running).await?;
        if state.phase == Phase::Running {
            tracing::info!(job = job.id, container = %id, "stopping");
            stop(engine.as_ref(), id, self.runner.options.kill_grace).await?;
        }
        self.drain(capture, engine, id).await?;
        engine.remove(id).await?;
        Ok(())
    }

    /// Sees the container's log stored to its end, or given up.
    async fn drain(&self, mut capture: Capture, engine: &Arc<dyn Engine>, id: &ContainerId) -> Result<(), Halt> {
        if !capture.ended(LOG_END_LIMIT).await {
            capture.stop().await;
            capture = self.capture(engine, id, false).await?;
            while !capture.ended(LOG_END_LIMIT).await {
                engine.info().await?;
            }
        }
        if capture.gave_up() {
            *self.unreadable.lock().expect("holders do not panic") = Some(id.clone());
        }
        Ok(())
    }

    async fn capture(&self, engine: &Arc<dyn Engine>, id: &ContainerId, follow: bool) -> Result<Capture, Halt> {
        let (log, stalls) = (self.log().await?, self.stalls());
        let origin = Origin { engine: Arc::clone(engine), container: id.clone(), job: self.id.clone() };
        Ok(Capture::start(origin, log, follow, stalls))
    }

    fn stalls(&self) -> Stalls {
        self.runner.stalls.of(&self.id, &self.runner.clock)
    }

    pub(super) async fn log(&self) -> Result<Arc<JobLog>, Halt> {
        loop {
            match self.runner.logs.open(&self.id).await {
                Ok(log) => return Ok(log),
                Err(error) => tracing::error!(job = self.id, %error, "the job's log cannot be opened; trying again"),
            }
            self.pause(PATIENCE).await?;
        }
    }

    async fn settle(&self, job: &JobRecord) -> Result<(), Halt> {
        let finished = async {
            let log = self.runner.logs.open(&self.id).await?;
            log.finish(self.runner.clock.now_ns()).await
        };
        if let Err(error) = finished.await {
            tracing::error!(job = job.id, %error, "the job's log cannot be finished; trying again");
            tokio::time::sleep(PATIENCE).await;
            return Err(Halt::Again);
        }
        self.runner.book.settle(&self.id).await?;
        Ok(())
    }

    /// The engine, once there is one. `None` to look again: the job changed while waiting.
    async fn engine(&self, job: &JobRecord) -> Result<Option<Arc<dyn Engine>>, Halt> {
        let mut engines = self.runner.engines.watch();
        loop {
            let status = engines.borrow_and_update().clone();
            match status {
                EngineStatus::Ready { engine, .. } => return Ok(Some(engine)),
                EngineStatus::Looking => {}
                EngineStatus::None { reason } => match job.status() {
                    JobStatus::Pending => {
                        self.story(JobStatus::Pending, Some(reason::SCHEDULING), Some(&reason), None).await?;
                    }
                    JobStatus::Running => {
                        self.story(JobStatus::Running, Some(ENGINE_UNAVAILABLE), Some(&reason), None).await?;
                    }
                    _ => {}
                },
            }
            // The end of a life span waits: the process may have ended before, and then the engine tells how.
            let patience = match job.status() {
                JobStatus::Pending => self.schedule_left(job),
                _ => None,
            };
            tokio::select! {
                Ok(()) = engines.changed() => {}
                () = self.poke.notified() => if self.has_ended().await {
                    return Ok(None);
                },
                () = sleep_if(patience) => {
                    let words = "No place to run was found within the schedule timeout.";
                    self.story(JobStatus::Failed, Some(reason::CLUSTER_SCALE_UP_FAILED), Some(words), None).await?;
                    return Ok(None);
                }
            }
        }
    }

    fn life_left(&self, job: &JobRecord) -> Option<Duration> {
        outcome::life_left(job, self.runner.clock.now())
    }

    fn schedule_left(&self, job: &JobRecord) -> Option<Duration> {
        let limit = Duration::try_from_secs_f64(job.spec.schedule_timeout?).ok()?;
        let waited = self.runner.clock.now().duration_since(job.created_at);
        Some(limit.saturating_sub(Duration::try_from(waited).unwrap_or(Duration::ZERO)))
    }

    pub(super) async fn has_ended(&self) -> bool {
        self.runner.book.get(&self.id).await.is_ok_and(|job| job.status().is_finished())
    }

    /// Waits, unless the job ends meanwhile.
    pub(super) async fn pause(&self, time: Duration) -> Result<(), Halt> {
        let sleep = tokio::time::sleep(time);
        tokio::pin!(sleep);
        loop {
            tokio::select! {
                () = &mut sleep => return Ok(()),
                () = self.poke.notified() => if self.has_ended().await {
                    return Err(Halt::Again);
                },
            }
        }
    }

    /// Adds to the story, now. When the job has ended meanwhile, looks again.
    pub(super) async fn story(
        &self,
        status: JobStatus,
        reason: Option<&str>,
        description: Option<&str>,
        exit_code: Option<i32>,
    ) -> Result<(), Halt> {
        self.story_at(None, status, reason, description, exit_code).await
    }

    /// Adds to the story, at the engine's time where it has one: a job is not charged for our absence.
    async fn story_at(
        &self,
        at: Option<jiff::Timestamp>,
        status: JobStatus,
        reason: Option<&str>,
        description: Option<&str>,
        exit_code: Option<i32>,
    ) -> Result<(), Halt> {
        let job = self.runner.book.get(&self.id).await?;
        if job.status().is_finished() {
            return Err(Halt::Again);
        }
        let now = self.runner.clock.now();
        // Times of a story never go back, nor into the future.
        let time = at.unwrap_or(now).min(now).max(job.last().transition_time);
        let item = StatusItem {
            transition_time: jiff::Timestamp::from_microsecond(time.as_microsecond())
                .expect("a coarser form of a valid time"),
            status,
            reason: reason.map(str::to_owned),
            description: description.map(str::to_owned),
            exit_code,
        };
        if self.runner.book.record(&self.id, &item).await? {
            tracing::info!(job = self.id, status = status.as_str(), reason, "job");
            return Ok(());
        }
        // Either the story says it already, or the job ended after the look above: then nothing may be made for it any more.
        if self.runner.book.get(&self.id).await?.status().is_finished() {
            return Err(Halt::Again);
        }
        Ok(())
    }
}

/// Asks the process to end, and ends it when it does not.
async fn stop(engine: &dyn Engine, id: &ContainerId, grace: Duration) -> Result<(), EngineError> {
    for (signal, limit) in [(Signal::Terminate, grace), (Signal::Kill, Duration::from_secs(30))] {
        match engine.signal(id, signal).await {
            Ok(()) => {}
            Err(EngineError::NotRunning | EngineError::NoSuchContainer(_)) => return Ok(()),
            Err(other) => return Err(other),
        }
        if let Ok(exited) = tokio::time::timeout(limit, engine.wait(id)).await {
            return exited;
        }
    }
    Err(EngineError::Failed { status: 0, message: "the process did not end after SIGKILL".to_owned() })
}

async fn sleep_if(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}
