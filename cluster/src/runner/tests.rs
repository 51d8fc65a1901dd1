//! Whole lives of jobs on the scripted engine, with a story in memory and a clock that jumps.

mod killed;
mod lives;
mod memory;
#[cfg(feature = "docker-tests")]
mod on_docker;
mod set_back;
mod strays;

use std::sync::Arc;
use std::time::Duration;

use platform::job::JobStatus;
use tokio_util::sync::CancellationToken;

use super::{Runner, RunnerOptions};
use crate::clock::{Clock, timestamp};
use crate::engine::Engine;
use crate::engine::select::{Candidate, EngineSelector};
use crate::jobs::JobRecord;
use crate::logs::{JobLog, LogFormat, LogLimits, LogRequest, LogStart, LogStore};
use memory::MemoryBook;

/// A server: everything a runner needs, and the runner in a task.
struct Server {
    book: Arc<MemoryBook>,
    logs: Arc<LogStore>,
    engines: Arc<EngineSelector>,
    runner: Arc<Runner>,
    clock: Clock,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
    dir: Arc<tempfile::TempDir>,
}

impl Server {
    async fn start(engine: Arc<dyn Engine>) -> Self {
        let clock = Clock::with_timers(timestamp(1_800_000_000_000_000_000));
        Self::over(engine, MemoryBook::new(clock.clone()), Arc::new(tempfile::tempdir().unwrap()), clock).await
    }

    async fn over(engine: Arc<dyn Engine>, book: Arc<MemoryBook>, dir: Arc<tempfile::TempDir>, clock: Clock) -> Self {
        Self::named(engine, book, dir, clock, "test").await
    }

    async fn named(
        engine: Arc<dyn Engine>,
        book: Arc<MemoryBook>,
        dir: Arc<tempfile::TempDir>,
        clock: Clock,
        instance: &str,
    ) -> Self {
        Self::among(vec![Candidate::Given(engine)], book, dir, clock, instance).await
    }

    /// One that may use any of several engines.
    async fn among(
        engines: Vec<Candidate>,
        book: Arc<MemoryBook>,
        dir: Arc<tempfile::TempDir>,
        clock: Clock,
        instance: &str,
    ) -> Self {
        let logs = Arc::new(LogStore::new(dir.path(), LogLimits::default()));
        let engines = Arc::new(EngineSelector::new(engines, instance));
        engines.look().await;
        let runner = Runner::new(
            Arc::clone(&book) as _,
            Arc::clone(&logs),
            Arc::clone(&engines),
            Arc::new(memory::OneImage),
            clock.clone(),
            RunnerOptions::new(instance),
        );
        let stop = CancellationToken::new();
        let task = tokio::spawn(Arc::clone(&runner).run(stop.clone()));
        Self { book, logs, engines, runner, clock, stop, task, dir }
    }

    /// The server goes down where it stands: nothing is told or finished.
    async fn crash(mut self) -> (Arc<MemoryBook>, Arc<tempfile::TempDir>, Clock) {
        self.stop.cancel();
        (&mut self.task).await.unwrap();
        (Arc::clone(&self.book), Arc::clone(&self.dir), self.clock.clone())
    }

    /// Waits until the job's story satisfies `enough`.
    async fn until(&self, id: &str, enough: impl Fn(&JobRecord) -> bool) -> JobRecord {
        let looking = async {
            let mut seen = self.book.watch();
            loop {
                let job = self.book.job(id);
                if enough(&job) {
                    return job;
                }
                seen.changed().await.unwrap();
            }
        };
        // Virtual time: only a test that would wait for ever gets here.
        match tokio::time::timeout(Duration::from_secs(100_000), looking).await {
            Ok(job) => job,
            Err(_) => panic!("never came: {:?}", words(&self.book.job(id))),
        }
    }

    async fn settled(&self, id: &str) -> JobRecord {
        self.until(id, |job| !job.materialized).await
    }

    async fn log(&self, id: &str) -> Arc<JobLog> {
        self.logs.open(id).await.unwrap()
    }

    async fn output(&self, id: &str) -> String {
        let request = LogRequest { start: LogStart::Line(0), format: LogFormat::Raw, follow: false, max_lines: None };
        let mut reader = self.log(id).await.read(request).await.unwrap();
        let mut out = Vec::new();
        while let Some(chunk) = reader.next().await.unwrap() {
            out.extend_from_slice(&chunk.bytes);
        }
        String::from_utf8(out).unwrap()
    }

    /// Waits until the job's log has so many lines.
    async fn lines(&self, id: &str, count: u64) {
        let request =
            LogRequest { start: LogStart::Line(0), format: LogFormat::Raw, follow: true, max_lines: Some(count) };
        let mut reader = self.log(id).await.read(request).await.unwrap();
        let reading = async { while reader.next().await.unwrap().is_some() {} };
        // Virtual time, as above.
        tokio::time::timeout(Duration::from_secs(100_000), reading).await.expect("the lines come");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// `status/reason` of every transition.
fn words(job: &JobRecord) -> Vec<String> {
    job.transitions
        .iter()
        .map(|item| match &item.reason {
            Some(reason) => format!("{}/{reason}", item.status.as_str()),
            None => item.status.as_str().to_owned(),
        })
        .collect()
}

fn is_running(job: &JobRecord) -> bool {
    job.status() == JobStatus::Running
}
