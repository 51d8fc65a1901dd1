//! A save or a copy as a task of the cluster's own.
//!
//! Owns its life: it goes on when whoever asked goes away, ends when the server stops, and tells what happens in lines that
//! a slow reader may miss but the last of which it gets.

use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use platform::transfer::TransferLine;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::{Images, ImagesError, TransferError};

/// Lines that wait for a reader.
const WAITING: usize = 256;
/// A reader that takes nothing for so long is not read to any more.
const READER_PATIENCE: Duration = Duration::from_secs(30);
/// A layer's progress is told at most this often.
const TELL_EVERY: Duration = Duration::from_millis(200);

/// Where a transfer tells how it goes. Clones tell the same reader.
#[derive(Clone, Debug)]
pub(crate) struct Lines(mpsc::Sender<TransferLine>);

impl Lines {
    /// A line that matters: waits for the reader, but not for ever.
    pub(super) async fn say(&self, line: TransferLine) {
        // A reader that is gone or asleep changes nothing about the work.
        let _ = self.0.send_timeout(line, READER_PATIENCE).await;
    }

    /// A line that may be missed.
    pub(super) fn mention(&self, line: TransferLine) {
        let _ = self.0.try_send(line);
    }

    /// Progress of one layer.
    pub(super) fn progress(&self, id: &str, total_bytes: u64) -> Progress {
        Progress { lines: self.clone(), id: id.to_owned(), total_bytes, done_bytes: 0, told: None }
    }
}

/// Counts the bytes of one layer, and tells now and then.
#[derive(Debug)]
pub(super) struct Progress {
    lines: Lines,
    id: String,
    total_bytes: u64,
    done_bytes: u64,
    told: Option<Instant>,
}

impl Progress {
    #[allow(clippy::disallowed_methods, reason = "how often a line is sent is no matter of the cluster's clock")]
    pub(super) fn add(&mut self, bytes: usize) {
        self.done_bytes += bytes as u64;
        if self.told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
            self.told = Some(Instant::now());
            self.lines.mention(TransferLine::pushing(&self.id, self.done_bytes, self.total_bytes));
        }
    }
}

/// The right to one transfer.
#[derive(Debug)]
pub(crate) struct Slot {
    _permit: OwnedSemaphorePermit,
}

impl Images {
    /// Takes one of the places for transfers.
    pub(crate) fn slot(&self) -> Result<Slot, ImagesError> {
        Arc::clone(&self.transfers)
            .try_acquire_owned()
            .map(|permit| Slot { _permit: permit })
            .map_err(|_| ImagesError::Busy)
    }

    /// Runs a transfer in a task. The receiver gets its lines; dropping it changes nothing.
    pub(crate) fn run<F>(self: &Arc<Self>, slot: Slot, work: impl FnOnce(Lines) -> F) -> mpsc::Receiver<TransferLine>
    where
        F: Future<Output = Result<(), TransferError>> + Send + 'static,
    {
        let (sender, receiver) = mpsc::channel(WAITING);
        let lines = Lines(sender);
        let (work, stopping) = (work(lines.clone()), self.stopping.clone());
        self.tasks.spawn(async move {
            let _slot = slot;
            let outcome = tokio::select! {
                outcome = work => outcome,
                () = stopping.cancelled() => Err(TransferError::Stopping),
            };
            if let Err(error) = outcome {
                tracing::warn!(error = %crate::http::causes(&error), "an image was not transferred");
                lines.say(TransferLine::failed(error.message(), Some(error.reason()))).await;
            }
        });
        receiver
    }
}
