//! A live conversation with a process in a container: exec or attach.
//!
//! Owns the shape only. Dropping the input closes the process's standard input where the engine can.

use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::io::AsyncWrite;

use super::{EngineError, EngineStream, OutputStream};

/// Some output of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Which of the two; a terminal has only standard output.
    pub stream: OutputStream,
    /// The bytes, cut anywhere.
    pub bytes: Bytes,
}

/// Where input goes. Shutting it down closes the process's standard input.
pub type SessionInput = Pin<Box<dyn AsyncWrite + Send>>;

/// What else can be done with a session.
#[async_trait]
pub trait SessionControl: Send + Sync {
    /// Tells the terminal its size. Does nothing where there is none.
    async fn resize(&self, columns: u16, rows: u16) -> Result<(), EngineError>;

    /// The exit code of the process, once the output has ended; `None` while it still runs.
    async fn exit_code(&self) -> Result<Option<i64>, EngineError>;

    /// Nobody listens any more: a command that was started for the session and still runs is told to end, and killed if it
    /// does not. What it left in the background stays, and so does a container's own process.
    async fn hang_up(&self) -> Result<(), EngineError>;
}

/// A live conversation. Its three parts may be used from different tasks.
pub struct Session {
    /// Input to the process.
    pub input: SessionInput,
    /// Output from it; ends with the process (or the connection).
    pub output: EngineStream<Output>,
    /// Size and exit code.
    pub control: std::sync::Arc<dyn SessionControl>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Session")
    }
}
