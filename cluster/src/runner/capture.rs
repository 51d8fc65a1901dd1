//! A container's log into the job's log, exactly once.
//!
//! Owns resuming: the engine is asked for its log from a little before the last stored piece, and what is already there
//! is dropped by matching times in order. When the disk is full it waits: the engine keeps the lines meanwhile, and whoever
//! looks at the job is told.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::stall::Stalls;
use crate::engine::{ContainerId, Engine, EngineError, LogPiece, OutputStream};
use crate::logs::{JobLog, LogError, Record, Stream};

/// Two writers stamp their pieces before one of them gets the engine's lock, so stored order is not quite time order.
const OVERLAP_NS: i64 = 2_000_000_000;
const SECOND_NS: i64 = 1_000_000_000;
/// Pieces that are ready together are stored with one write.
const BATCH: usize = 512;
const RETRY_FIRST: Duration = Duration::from_millis(500);
const RETRY_MOST: Duration = Duration::from_secs(15);

/// The capture of one container's log in a task of its own.
#[derive(Debug)]
pub(super) struct Capture {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Capture {
    pub(super) fn start(
        engine: Arc<dyn Engine>,
        container: ContainerId,
        log: Arc<JobLog>,
        follow: bool,
        stalls: Stalls,
    ) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(run(engine, container, log, follow, stalls, stop.clone()));
        Self { stop, task }
    }

    /// Waits for the end of the container's log, at most so long. False when it did not come.
    pub(super) async fn ended(&mut self, limit: Duration) -> bool {
        self.task.is_finished() || tokio::time::timeout(limit, &mut self.task).await.is_ok()
    }

    /// Ends it at a place between two writes, so that another capture can take over.
    pub(super) async fn stop(mut self) {
        self.stop.cancel();
        if !self.task.is_finished() {
            let _ = (&mut self.task).await;
        }
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn run(
    engine: Arc<dyn Engine>,
    container: ContainerId,
    log: Arc<JobLog>,
    mut follow: bool,
    stalls: Stalls,
    stop: CancellationToken,
) {
    // One capture a log at a time: the one before may still be in its last write.
    let gate = log.capture_gate();
    let _one = gate.lock().await;
    let mut wait = RETRY_FIRST;
    while !stop.is_cancelled() {
        match pass(engine.as_ref(), &container, &log, follow, &stalls, &stop).await {
            // An engine may stop following a moment before the last piece: look once more.
            Ok(()) if follow => {
                follow = false;
                continue;
            }
            Ok(()) | Err(Trouble::Engine(EngineError::NoSuchContainer(_)) | Trouble::Closed) => return,
            Err(Trouble::Engine(error)) => tracing::debug!(%container, %error, "a log broke off; resuming"),
            Err(Trouble::Log(error)) => tracing::error!(%container, %error, "a log cannot be read back; trying again"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => wait = (wait * 2).min(RETRY_MOST),
        }
    }
}

enum Trouble {
    Engine(EngineError),
    Log(LogError),
    /// The log was finished or deleted meanwhile: nobody wants the rest.
    Closed,
}

async fn pass(
    engine: &dyn Engine,
    container: &ContainerId,
    log: &Arc<JobLog>,
    follow: bool,
    stalls: &Stalls,
    stop: &CancellationToken,
) -> Result<(), Trouble> {
    let since = log.totals().last_time_ns.map(|last| {
        // Whole seconds: some engines print no finer times, but compare with the finer ones they keep.
        (last.saturating_sub(OVERLAP_NS)).div_euclid(SECOND_NS).saturating_mul(SECOND_NS)
    });
    let stored = match since {
        Some(since) => log.times_since(since).await.map_err(Trouble::Log)?,
        None => Vec::new(),
    };
    let mut seen = Seen::new(stored);
    let pieces = engine.logs(container, since, follow).await.map_err(Trouble::Engine)?;
    let mut batches = pieces.ready_chunks(BATCH);
    loop {
        let batch = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            batch = batches.next() => match batch {
                Some(batch) => batch,
                None => return Ok(()),
            },
        };
        let mut records = Vec::with_capacity(batch.len());
        let mut broken = None;
        for piece in batch {
            match piece {
                Ok(piece) if piece.bytes.is_empty() || seen.has(piece.time_ns) => {}
                Ok(piece) => records.push(record(piece)),
                Err(error) => broken = Some(error),
            }
        }
        if !records.is_empty() {
            store(log, records, stalls, stop).await?;
        }
        if let Some(error) = broken {
            return Err(Trouble::Engine(error));
        }
    }
}

async fn store(
    log: &Arc<JobLog>,
    mut records: Vec<Record>,
    stalls: &Stalls,
    stop: &CancellationToken,
) -> Result<(), Trouble> {
    let mut wait = RETRY_FIRST;
    // Told until this function is left, however.
    let mut stalled = None;
    loop {
        match log.append(records).await {
            Ok(()) => return Ok(()),
            Err((LogError::Finished, _)) => return Err(Trouble::Closed),
            Err((error, rest)) => {
                let full = error.is_disk_full();
                stalled.get_or_insert_with(|| stalls.begin(full));
                tracing::error!(error = %error, full, "output of a job cannot be stored; the engine keeps it meanwhile");
                records = rest;
            }
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(wait) => wait = (wait * 2).min(RETRY_MOST),
        }
    }
}

fn record(piece: LogPiece) -> Record {
    let stream = match piece.stream {
        OutputStream::Stdout => Stream::Stdout,
        OutputStream::Stderr => Stream::Stderr,
    };
    Record { time_ns: piece.time_ns, stream, bytes: piece.bytes }
}

/// The times of stored pieces that the engine will send again, in order.
#[derive(Debug)]
struct Seen {
    times: VecDeque<i64>,
    latest: i64,
}

impl Seen {
    fn new(times: Vec<i64>) -> Self {
        Self { latest: times.iter().copied().max().unwrap_or(i64::MIN), times: times.into() }
    }

    /// Whether the next piece, of this time, is stored already.
    fn has(&mut self, time_ns: i64) -> bool {
        if time_ns > self.latest {
            self.times = VecDeque::new();
            return false;
        }
        // Usually the front. Stored pieces the engine no longer has (rotated away, or of an earlier run) are passed over.
        match self.times.iter().position(|stored| *stored == time_ns) {
            Some(at) => {
                self.times.drain(..=at);
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Seen;

    fn kept(stored: &[i64], sent: &[i64]) -> Vec<i64> {
        let mut seen = Seen::new(stored.to_vec());
        sent.iter().copied().filter(|time| !seen.has(*time)).collect()
    }

    #[test]
    fn pieces_of_one_time_are_told_apart_by_count() {
        assert_eq!(kept(&[1, 2, 2], &[1, 2, 2, 2, 3]), [2, 3]);
        assert_eq!(kept(&[], &[1, 1]), [1, 1]);
        assert_eq!(kept(&[5, 4], &[5, 4, 4, 6]), [4, 6]);
    }

    #[test]
    fn pieces_the_engine_lost_or_that_are_of_an_earlier_run_do_not_hide_new_ones() {
        assert_eq!(kept(&[1, 2, 3], &[3, 4]), [4]);
        assert_eq!(kept(&[1, 2, 3], &[10, 11]), [10, 11]);
    }
}
