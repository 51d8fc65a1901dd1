//! Reading a log in large chunks, to its end or following it.
//!
//! Owns waiting and the size of chunks. Dropping the future of [`LogReader::next`] loses nothing.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::cursor::{Cursor, Step};
use super::job_log::{JobLog, LogTotals};
use super::render::Renderer;
use super::{LogError, LogRequest, blocking};

/// A chunk is sent once it has this many bytes.
const CHUNK_BYTES: usize = 128 * 1024;

/// A run of rendered output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogChunk {
    /// The number of the line it starts at (or in).
    pub first_line: u64,
    /// It starts inside that line.
    pub mid_line: bool,
    /// How many lines end in it.
    pub line_ends: u64,
    /// Lines that retention dropped just before it while this reader was behind.
    pub skipped_lines: u64,
    /// The latest time in it, nanoseconds since the Unix epoch.
    pub last_time_ns: i64,
    /// The output.
    pub bytes: Bytes,
}

/// Reads one log.
#[derive(Debug)]
pub struct LogReader {
    state: Option<Box<State>>,
    reading: Option<JoinHandle<Filled>>,
    totals: watch::Receiver<LogTotals>,
    follow: bool,
    /// The log was finished before the read under way began.
    finished: bool,
    first_line: u64,
}

/// A read that is over: the state comes back with what it found.
type Filled = (Box<State>, Result<Option<LogChunk>, LogError>);

#[derive(Debug)]
struct State {
    cursor: Cursor,
    renderer: Renderer,
    lines_left: Option<u64>,
    /// Without following: read to this many lines (what was stored at the start), not for ever after a fast writer.
    stop_line: Option<u64>,
    chunk_hint: usize,
}

impl LogReader {
    pub(super) async fn open(log: Arc<JobLog>, request: LogRequest) -> Result<Self, LogError> {
        let totals = log.watch();
        let stop_line = (!request.follow).then(|| totals.borrow().lines);
        let cursor = blocking(move || Cursor::seek(log, request.start)).await?;
        Ok(Self {
            first_line: cursor.line,
            state: Some(Box::new(State {
                cursor,
                renderer: Renderer::new(request.format),
                lines_left: request.max_lines,
                stop_line,
                chunk_hint: 0,
            })),
            reading: None,
            totals,
            follow: request.follow,
            finished: false,
        })
    }

    /// The number of the first line this reader gives.
    #[must_use]
    pub fn first_line(&self) -> u64 {
        self.first_line
    }

    /// The next chunk; `None` at the end (when following: once the log is finished and all was given).
    ///
    /// # Errors
    /// [`LogError::Read`], [`LogError::Damaged`].
    pub async fn next(&mut self) -> Result<Option<LogChunk>, LogError> {
        loop {
            if self.reading.is_none() {
                let mut state = self.state.take().expect("the state is here when nothing is being read");
                // Seen before the read: what comes later wakes the wait below.
                self.finished = self.totals.borrow_and_update().finished;
                self.reading = Some(tokio::task::spawn_blocking(move || {
                    let chunk = state.fill();
                    (state, chunk)
                }));
            }
            let reading = self.reading.as_mut().expect("set just above");
            let (state, chunk) = match reading.await {
                Ok(done) => done,
                Err(join) => match join.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    // The runtime is shutting down: nobody is left to be answered.
                    Err(_) => return std::future::pending().await,
                },
            };
            self.reading = None;
            let spent = state.lines_left == Some(0);
            self.state = Some(state);
            if let Some(chunk) = chunk? {
                return Ok(Some(chunk));
            }
            // When it was finished before that empty read, nothing can have come after it.
            if spent || !self.follow || self.finished {
                return Ok(None);
            }
            if self.totals.changed().await.is_err() {
                return Ok(None);
            }
        }
    }
}

impl State {
    fn fill(&mut self) -> Result<Option<LogChunk>, LogError> {
        let Self { cursor, renderer, lines_left, stop_line, chunk_hint } = self;
        if *lines_left == Some(0) {
            return Ok(None);
        }
        let mut out = Vec::with_capacity(*chunk_hint);
        let mut first: Option<(u64, bool)> = None;
        let mut line_ends = 0;
        let mut last_time_ns = i64::MIN;
        cursor.walk(|(line, mid_line), record| {
            if stop_line.is_some_and(|stop| line >= stop) {
                return Step::StopBefore;
            }
            first.get_or_insert((line, mid_line));
            renderer.put(&mut out, mid_line, &record);
            last_time_ns = last_time_ns.max(record.time_ns);
            if !record.continues {
                line_ends += 1;
                if let Some(left) = lines_left {
                    *left -= 1;
                    if *left == 0 {
                        return Step::StopAfter;
                    }
                }
            }
            if out.len() >= CHUNK_BYTES { Step::StopAfter } else { Step::On }
        })?;
        *chunk_hint = out.len().next_multiple_of(1024);
        Ok(first.map(|(first_line, mid_line)| LogChunk {
            first_line,
            mid_line,
            line_ends,
            skipped_lines: std::mem::take(&mut cursor.skipped),
            last_time_ns,
            bytes: Bytes::from(out),
        }))
    }
}
