//! The log of each job, kept after its container is gone.
//!
//! Owns folders of append-only segments (one folder a job), their sparse index by line and by time, readers that
//! follow, and retention. Refuses to know what a job or an engine is: it is told a name, records and an end.
//!
//! A **line** is what ends with a newline; pieces of a long line are records of the same line. Line numbers are
//! absolute from the job's start and do not change when old segments are dropped. Bytes are in the file before any
//! reader is told of them; a torn tail is cut when a log is opened.

mod cursor;
mod index;
mod job_log;
mod reader;
mod record;
mod render;
mod segment;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};

pub use job_log::{JobLog, LogTotals};
pub use reader::{LogChunk, LogReader};
pub use record::{Record, Stream};
pub use render::rfc3339_nanos;

/// How much is kept, and in files of which size.
#[derive(Clone, Copy, Debug)]
pub struct LogLimits {
    /// A segment is closed at this size.
    pub segment_bytes: u64,
    /// Most bytes of files kept for one job; the oldest whole segments go first. `None` keeps everything.
    pub max_bytes_per_job: Option<u64>,
    /// How long a finished job's log is kept. `None` keeps it for ever.
    pub max_age_after_finish: Option<std::time::Duration>,
}

impl Default for LogLimits {
    fn default() -> Self {
        Self { segment_bytes: 16 * 1024 * 1024, max_bytes_per_job: None, max_age_after_finish: None }
    }
}

/// Where a reader starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogStart {
    /// At this line, counted from 0; at the first kept line when that one is gone.
    Line(u64),
    /// At the last so many lines.
    Last(u64),
    /// At the first line that began at this time or later (nanoseconds since the Unix epoch).
    Time(i64),
}

/// How a reader renders what it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// The job's bytes as written.
    Raw,
    /// Each line after its RFC 3339 time (nanoseconds, UTC) and a space.
    Timestamps,
}

/// What to read.
#[derive(Clone, Copy, Debug)]
pub struct LogRequest {
    /// Where to start.
    pub start: LogStart,
    /// How to render.
    pub format: LogFormat,
    /// Wait for more until the log is finished; else end with what is stored now.
    pub follow: bool,
    /// Stop after so many lines.
    pub max_lines: Option<u64>,
}

/// A step on the log store that failed.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The name cannot be a folder's name.
    #[error("'{0}' cannot name a log")]
    InvalidName(String),
    /// The files could not be opened or read.
    #[error("the log at '{path}' cannot be read")]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The bytes were not stored; the log stands as before and the same append may be tried again.
    #[error("the log at '{path}' cannot be written")]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said, for example that the disk is full.
        source: io::Error,
    },
    /// A segment in the middle is damaged.
    #[error("the log segment '{path}' is damaged")]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The log was finished before.
    #[error("the log is finished")]
    Finished,
}

impl LogError {
    /// True when the disk has no room left.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        matches!(self, Self::Write { source, .. } if matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded))
    }
}

/// All logs under one folder.
#[derive(Debug)]
pub struct LogStore {
    root: PathBuf,
    limits: LogLimits,
    open: Mutex<HashMap<String, Weak<JobLog>>>,
}

impl LogStore {
    /// A store in `root`, which is made when the first log is written.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>, limits: LogLimits) -> Self {
        Self { root: root.into(), limits, open: Mutex::default() }
    }

    /// The log called `name`; an empty one when nothing was written yet. All callers share one handle.
    ///
    /// # Errors
    /// [`LogError::InvalidName`], [`LogError::Read`], [`LogError::Damaged`].
    pub async fn open(self: &Arc<Self>, name: &str) -> Result<Arc<JobLog>, LogError> {
        let (store, name) = (Arc::clone(self), name.to_owned());
        blocking(move || store.open_now(&name)).await
    }

    fn open_now(&self, name: &str) -> Result<Arc<JobLog>, LogError> {
        let dir = self.folder(name)?;
        let mut open = self.open.lock().expect("opening a log does not panic");
        if let Some(log) = open.get(name).and_then(Weak::upgrade) {
            return Ok(log);
        }
        let log = Arc::new(JobLog::open(dir, self.limits)?);
        open.retain(|_, log| log.strong_count() > 0);
        open.insert(name.to_owned(), Arc::downgrade(&log));
        Ok(log)
    }

    /// Removes a log and ends its readers. Removing what is not there is fine.
    ///
    /// # Errors
    /// [`LogError::InvalidName`], [`LogError::Write`].
    pub async fn delete(self: &Arc<Self>, name: &str) -> Result<(), LogError> {
        let (store, name) = (Arc::clone(self), name.to_owned());
        blocking(move || store.delete_now(&name)).await
    }

    fn delete_now(&self, name: &str) -> Result<(), LogError> {
        let dir = self.folder(name)?;
        let mut open = self.open.lock().expect("opening a log does not panic");
        if let Some(log) = open.remove(name).and_then(|log| log.upgrade()) {
            log.abandon();
        }
        match fs::remove_dir_all(&dir) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(LogError::Write { path: dir, source }),
            _ => Ok(()),
        }
    }

    /// Deletes the logs of jobs that finished longer ago than [`LogLimits::max_age_after_finish`] and returns their names.
    ///
    /// # Errors
    /// [`LogError::Read`] when the store's folder cannot be listed. A log that cannot be deleted is tried next time.
    pub async fn sweep(self: &Arc<Self>, now_ns: i64) -> Result<Vec<String>, LogError> {
        let store = Arc::clone(self);
        blocking(move || store.sweep_now(now_ns)).await
    }

    fn sweep_now(&self, now_ns: i64) -> Result<Vec<String>, LogError> {
        let Some(max_age) = self.limits.max_age_after_finish else { return Ok(Vec::new()) };
        let oldest = now_ns.saturating_sub(i64::try_from(max_age.as_nanos()).unwrap_or(i64::MAX));
        let listing = match fs::read_dir(&self.root) {
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(|source| LogError::Read { path: self.root.clone(), source })?,
        };
        let mut gone = Vec::new();
        for entry in listing.flatten() {
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            let expired = job_log::finished_at(&entry.path()).is_some_and(|at| at < oldest);
            if expired && self.delete_now(&name).is_ok() {
                gone.push(name);
            }
        }
        Ok(gone)
    }

    fn folder(&self, name: &str) -> Result<PathBuf, LogError> {
        let fits = !name.is_empty()
            && name.len() <= 128
            && !name.starts_with('.')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
        if fits { Ok(self.root.join(name)) } else { Err(LogError::InvalidName(name.to_owned())) }
    }

    /// The folder of all logs.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }
}

/// Runs file work where it may block.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        Err(join) => match join.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is shutting down: nobody is left to be answered.
            Err(_) => std::future::pending().await,
        },
    }
}
