//! The life of each job's containers: from accepted to settled.
//!
//! Owns one task a job that moves the job's containers and its story towards each other, so that a restart of the
//! server (or a kill -9) at any moment continues where things stand. Knows the engine only by its trait, the story only
//! by [`JobBook`], and nothing of requests.
//!
//! Order that makes this safe: an exit is in the story before its container goes; a container goes only when its log is
//! stored to the end; a job is settled last of all.

mod book;
mod capture;
mod course;
mod images;
mod launch;
mod outcome;
mod spec;
mod stall;
mod strays;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{Notify, broadcast};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::engine::select::EngineSelector;
use crate::engine::{ContainerId, Engine};
use crate::logs::LogStore;
pub(crate) use book::JobBook;
use course::Course;
pub(crate) use images::{OwnImage, OwnImages};
use stall::AllStalls;
pub(crate) use stall::Stall;

/// Every unsettled job is looked at so often, whether or not a change was told: the first time at the start.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// What can be set about running jobs.
#[derive(Clone, Debug)]
pub(crate) struct RunnerOptions {
    /// Names this data folder among those that share an engine; a label of every container.
    pub(crate) instance: String,
    /// How long a killed process may take to end by itself.
    pub(crate) kill_grace: Duration,
    /// Wait after the first failed pull; doubles.
    pub(crate) pull_backoff: Duration,
    /// Pulls tried when the registry does not know the image or refuses it.
    pub(crate) pull_tries: u32,
    /// Pulls tried when the registry is not reached.
    pub(crate) pull_tries_unreachable: u32,
    /// Times an engine that fails for a reason of its own is asked to make and start a container.
    pub(crate) engine_tries: u32,
    /// Wait after the first such failure; doubles.
    pub(crate) engine_backoff: Duration,
    /// Wait before the first restart; doubles.
    pub(crate) restart_backoff: Duration,
    /// Longest wait before a restart.
    pub(crate) restart_backoff_most: Duration,
}

impl RunnerOptions {
    pub(crate) fn new(instance: impl Into<String>) -> Self {
        Self {
            instance: instance.into(),
            kill_grace: Duration::from_secs(10),
            pull_backoff: Duration::from_secs(2),
            pull_tries: 3,
            pull_tries_unreachable: 5,
            engine_tries: 6,
            engine_backoff: Duration::from_secs(1),
            restart_backoff: Duration::from_secs(1),
            restart_backoff_most: Duration::from_secs(60),
        }
    }
}

/// The container of a job whose process runs.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    /// What runs it.
    pub(crate) engine: Arc<dyn Engine>,
    /// Which it is.
    pub(crate) container: ContainerId,
}

/// Runs jobs.
#[derive(Debug)]
pub(crate) struct Runner {
    book: Arc<dyn JobBook>,
    logs: Arc<LogStore>,
    engines: Arc<EngineSelector>,
    images: Arc<dyn OwnImages>,
    clock: Clock,
    options: RunnerOptions,
    stalls: AllStalls,
    running: Mutex<HashMap<String, Running>>,
    courses: Mutex<HashMap<String, Arc<Notify>>>,
}

impl Runner {
    pub(crate) fn new(
        book: Arc<dyn JobBook>,
        logs: Arc<LogStore>,
        engines: Arc<EngineSelector>,
        images: Arc<dyn OwnImages>,
        clock: Clock,
        options: RunnerOptions,
    ) -> Arc<Self> {
        Arc::new(Self {
            book,
            logs,
            engines,
            images,
            clock,
            options,
            stalls: AllStalls::default(),
            running: Mutex::default(),
            courses: Mutex::default(),
        })
    }

    /// The container of a job whose process runs now.
    pub(crate) fn running(&self, job: &str) -> Option<Running> {
        self.running.lock().expect("holders of the map do not panic").get(job).cloned()
    }

    /// What keeps a job's output from being stored now.
    pub(crate) fn stall(&self, job: &str) -> Option<Stall> {
        self.stalls.find(job)
    }

    fn set_running(&self, job: &str, running: Option<Running>) {
        let mut all = self.running.lock().expect("holders of the map do not panic");
        match running {
            Some(running) => all.insert(job.to_owned(), running),
            None => all.remove(job),
        };
    }

    /// Takes up every unsettled job, then follows what is new or changed, until told to stop. Containers run on.
    pub(crate) async fn run(self: Arc<Self>, stop: CancellationToken) {
        let tasks = TaskTracker::new();
        tasks.spawn(strays::run(Arc::clone(&self), stop.clone()));
        // Subscribed before looking: a job created in between is seen twice rather than never.
        let mut changes = self.book.changes();
        let mut looks = tokio::time::interval(LOOK_AGAIN);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let change = tokio::select! {
                () = stop.cancelled() => break,
                _ = looks.tick() => {
                    self.take_up_all(&tasks, &stop).await;
                    continue;
                }
                change = changes.recv() => change,
            };
            match change {
                Ok(id) => self.take_up(&id, &tasks, &stop),
                Err(broadcast::error::RecvError::Lagged(_)) => self.take_up_all(&tasks, &stop).await,
                Err(broadcast::error::RecvError::Closed) => break,
            }
        }
        tasks.close();
        tasks.wait().await;
    }

    async fn take_up_all(self: &Arc<Self>, tasks: &TaskTracker, stop: &CancellationToken) {
        loop {
            match self.book.materialized().await {
                Ok(jobs) => {
                    for job in jobs {
                        self.take_up(&job.id, tasks, stop);
                    }
                    return;
                }
                Err(error) => tracing::error!(%error, "the jobs cannot be read; trying again"),
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(course::PATIENCE) => {}
            }
        }
    }

    /// Pokes the job's task, or begins one.
    fn take_up(self: &Arc<Self>, id: &str, tasks: &TaskTracker, stop: &CancellationToken) {
        let mut courses = self.courses.lock().expect("holders of the map do not panic");
        if let Some(poke) = courses.get(id) {
            poke.notify_one();
            return;
        }
        let poke = Arc::new(Notify::new());
        courses.insert(id.to_owned(), Arc::clone(&poke));
        let course = Course::new(Arc::clone(self), id.to_owned(), Arc::clone(&poke));
        let (runner, id, stop) = (Arc::clone(self), id.to_owned(), stop.clone());
        tasks.spawn(async move {
            loop {
                tokio::select! {
                    () = stop.cancelled() => break,
                    () = course.follow() => {}
                }
                // Forgotten only when no poke came since the last look, or that poke would be lost.
                let mut courses = runner.courses.lock().expect("holders of the map do not panic");
                if futures::FutureExt::now_or_never(poke.notified()).is_none() {
                    courses.remove(&id);
                    break;
                }
            }
            runner.set_running(&id, None);
        });
    }
}
