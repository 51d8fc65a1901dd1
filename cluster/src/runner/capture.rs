//! A container's log into the job's log, exactly once.
//!
//! Owns resuming: the engine is asked for its log from a little before the last stored piece, or for all of it where stored
//! times lie in the future, and what is already there is dropped by matching times in order. When the disk is full it
//! waits: the engine keeps the lines meanwhile, and whoever looks at the job is told. A log that the engine itself cannot
//! read, though it answers, is given up once its container is over: else a damaged file would keep the job from ever
//! ending.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::StreamExt;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::spec;
use super::stall::Stalls;
use crate::engine::{ContainerId, ContainerState, Engine, EngineError, LogPiece, OutputStream, Phase};
use crate::logs::{JobLog, LogError, Record, Stream};

/// What is stored may be so far in the future because the engine's clock is ahead of ours. All that a run has printed is asked for again
/// only beyond it.
const CLOCKS_APART_NS: i64 = 60 * SECOND_NS;
/// Two writers stamp their pieces before one of them gets the engine's lock, so stored order is not quite time order.
const OVERLAP_NS: i64 = 2_000_000_000;
const SECOND_NS: i64 = 1_000_000_000;
/// Pieces that are ready together are stored with one write.
const BATCH: usize = 512;
const RETRY_FIRST: Duration = Duration::from_millis(500);
const RETRY_MOST: Duration = Duration::from_secs(15);
/// A log of an exited container is given up after so many tries that failed alike and gave nothing new,
const TRIES_IN_VAIN: u32 = 5;
/// and not before this long.
const TIME_IN_VAIN: Duration = Duration::from_secs(30);
/// What stands in a log that was given up. Not why: that may name anything, and logs are shown to visitors.
const GIVEN_UP: &str = "Roadstead: the container engine could not read the rest of this log.\n";

/// Whose output it is.
pub(super) struct Origin {
    pub(super) engine: Arc<dyn Engine>,
    pub(super) container: ContainerId,
    pub(super) job: String,
}

/// The capture of one container's log in a task of its own.
#[derive(Debug)]
pub(super) struct Capture {
    stop: CancellationToken,
    task: JoinHandle<()>,
    gave_up: Arc<AtomicBool>,
}

impl Capture {
    pub(super) fn start(origin: Origin, log: Arc<JobLog>, follow: bool, stalls: Stalls) -> Self {
        let stop = CancellationToken::new();
        let gave_up = Arc::new(AtomicBool::new(false));
        let run = run(origin, log, follow, stalls, stop.clone());
        let given_up = Arc::clone(&gave_up);
        let task = tokio::spawn(async move {
            if matches!(run.await, End::GivenUp) {
                given_up.store(true, Ordering::SeqCst);
            }
        });
        Self { stop, task, gave_up }
    }

    /// It ended because the engine could not read on, and the log says so.
    pub(super) fn gave_up(&self) -> bool {
        self.gave_up.load(Ordering::SeqCst)
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

async fn run(origin: Origin, log: Arc<JobLog>, mut follow: bool, stalls: Stalls, stop: CancellationToken) -> End {
    let Origin { engine, container, .. } = &origin;
    // One capture a log at a time: the one before may still be in its last write.
    let gate = log.capture_gate();
    let _one = gate.lock().await;
    let mut wait = RETRY_FIRST;
    let mut in_vain = InVain::default();
    while !stop.is_cancelled() {
        let stored = log.totals().bytes;
        match pass(&origin, &log, follow, &stalls, &stop).await {
            // An engine may stop following a moment before the last piece: look once more.
            Ok(()) if follow => {
                follow = false;
                continue;
            }
            Ok(()) | Err(Trouble::Engine(EngineError::NoSuchContainer(_)) | Trouble::Closed) => return End::Whole,
            Err(Trouble::Engine(error)) => {
                tracing::debug!(%container, %error, "a log broke off; resuming");
                let over = engine.inspect(container).await.ok().filter(|state| state.phase == Phase::Exited);
                match over {
                    Some(state) if log.totals().bytes == stored => {
                        if in_vain.again(&error) {
                            tracing::warn!(%container, %error, "the engine cannot read the rest of a log; it is given up");
                            // That fails only where the log was finished meanwhile: then nobody wants to know.
                            let _ = store(&log, vec![given_up(&log, &state)], &stalls, &stop).await;
                            return End::GivenUp;
                        }
                    }
                    _ => in_vain = InVain::default(),
                }
            }
            Err(Trouble::Log(error)) => tracing::error!(%container, %error, "a log cannot be read back; trying again"),
        }
        tokio::select! {
            () = stop.cancelled() => return End::Stopped,
            () = tokio::time::sleep(wait) => wait = (wait * 2).min(RETRY_MOST),
        }
    }
    End::Stopped
}

/// Why a capture ended.
enum End {
    /// All is stored, or nobody wants the rest.
    Whole,
    /// It was told to.
    Stopped,
    /// The engine cannot read on.
    GivenUp,
}

/// Failures in a row that were alike and gave nothing new, while the engine answered.
#[derive(Default)]
struct InVain {
    words: String,
    tries: u32,
    since: Option<Instant>,
}

impl InVain {
    /// One more. True when it is enough.
    fn again(&mut self, error: &EngineError) -> bool {
        let words = error.to_string();
        if self.words != words {
            *self = Self { words, ..Self::default() };
        }
        self.tries += 1;
        let since = self.since.get_or_insert_with(Instant::now);
        self.tries >= TRIES_IN_VAIN && since.elapsed() >= TIME_IN_VAIN
    }
}

/// The last words of a log that was given up, at a time of the engine's: by ours they could hide the next run's output.
fn given_up(log: &JobLog, state: &ContainerState) -> Record {
    let words = if log.ends_in_mid_line() { format!("\n{GIVEN_UP}") } else { GIVEN_UP.to_owned() };
    let time_ns = log.totals().last_time_ns.max(state.finished_ns).unwrap_or_default();
    Record { time_ns, stream: Stream::Stderr, bytes: words.into() }
}

/// Ends the last line of a run that did not: the next run's output would go on in it.
pub(super) async fn end_line(log: &Arc<JobLog>, stalls: &Stalls) {
    if log.ends_in_mid_line() {
        let time_ns = log.totals().last_time_ns.unwrap_or_default();
        let end = Record { time_ns, stream: Stream::Stdout, bytes: "\n".into() };
        // That fails only where the log was finished meanwhile: then there is no next run.
        let _ = store(log, vec![end], stalls, &CancellationToken::new()).await;
    }
}

enum Trouble {
    Engine(EngineError),
    Log(LogError),
    /// The log was finished or deleted meanwhile: nobody wants the rest.
    Closed,
}

async fn pass(
    origin: &Origin,
    log: &Arc<JobLog>,
    follow: bool,
    stalls: &Stalls,
    stop: &CancellationToken,
) -> Result<(), Trouble> {
    let (since, mut seen) = match log.totals().last_time_ns {
        None => (None, Seen::default()),
        // The host's clock was set back: what the run writes now is older than what is stored, and may be older than its start.
        Some(last) if last > stalls.now_ns().saturating_add(CLOCKS_APART_NS) => (None, seen_of_run(origin, log).await?),
        Some(last) => {
            // Whole seconds: some engines print no finer times, but compare with the finer ones they keep.
            let since = last.saturating_sub(OVERLAP_NS).div_euclid(SECOND_NS).saturating_mul(SECOND_NS);
            (Some(since), Seen::new(log.times_since(since).await.map_err(Trouble::Log)?))
        }
    };
    let pieces = origin.engine.logs(&origin.container, since, follow).await.map_err(Trouble::Engine)?;
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
                Ok(piece) if piece.bytes.is_empty() || seen.has(piece.time_ns, piece.bytes.len()) => {}
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

/// All that is stored of a container's log. No time tells it from the runs before: with a clock that was set back theirs may be later,
/// or the same.
async fn seen_of_run(origin: &Origin, log: &Arc<JobLog>) -> Result<Seen, Trouble> {
    let found = origin.engine.list(spec::JOB, &origin.job).await.map_err(Trouble::Engine)?;
    let began = found.iter().find(|one| one.id == origin.container).and_then(spec::log_bytes_of);
    let times = log.times_after(began.unwrap_or(0)).await.map_err(Trouble::Log)?;
    let dropped_bytes = began.map_or(0, |began| log.totals().first_byte.saturating_sub(began));
    Ok(Seen { dropped_bytes, ..Seen::new(times) })
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
#[derive(Debug, Default)]
struct Seen {
    times: VecDeque<i64>,
    latest: Option<i64>,
    /// Bytes before these that retention took away again: the engine may still have them, and sends them first.
    dropped_bytes: u64,
}

impl Seen {
    fn new(times: Vec<i64>) -> Self {
        Self { latest: times.iter().copied().max(), times: times.into(), dropped_bytes: 0 }
    }

    /// Whether the next piece, of this time and length, was stored already.
    fn has(&mut self, time_ns: i64, bytes: usize) -> bool {
        if self.dropped_bytes == 0 && Some(time_ns) > self.latest {
            self.times = VecDeque::new();
            return false;
        }
        // Usually the front. Stored pieces the engine no longer has (rotated away, or of an earlier run) are passed over.
        match self.times.iter().position(|stored| *stored == time_ns) {
            Some(at) => {
                self.times.drain(..=at);
                self.dropped_bytes = 0;
                true
            }
            None if self.dropped_bytes > 0 => {
                self.dropped_bytes = self.dropped_bytes.saturating_sub(bytes as u64);
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
        kept_of(Seen::new(stored.to_vec()), sent)
    }

    fn kept_of(mut seen: Seen, sent: &[i64]) -> Vec<i64> {
        sent.iter().copied().filter(|time| !seen.has(*time, 1)).collect()
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

    #[test]
    fn pieces_that_were_stored_and_dropped_again_are_not_stored_once_more() {
        let seen = || Seen { dropped_bytes: 2, ..Seen::new(vec![3, 4]) };
        assert_eq!(kept_of(seen(), &[8, 9, 3, 4, 5]), [5]);
        // The engine has dropped them, too: what it has is new but for what is stored.
        assert_eq!(kept_of(seen(), &[3, 4, 1, 2]), [1, 2]);
        assert_eq!(kept_of(seen(), &[4, 5, 6]), [5, 6]);
        assert!(kept_of(seen(), &[8]).is_empty());
    }
}
