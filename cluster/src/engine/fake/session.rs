//! The sessions of the fake engine: what an exec or attach gives out and takes in.

use async_trait::async_trait;
use futures::stream::{self, StreamExt};
use tokio::sync::{mpsc, watch};

use crate::engine::{EngineError, EngineStream, Output, SessionControl, Signal};

/// A session's output as a stream.
pub(super) fn receive(output: mpsc::UnboundedReceiver<Output>) -> EngineStream<Output> {
    stream::unfold(output, |mut output| async move { Some((Ok(output.recv().await?), output)) }).boxed()
}

/// The size of a session's terminal, and how its process ended.
pub(super) struct FakeControl {
    pub(super) resize: watch::Sender<Option<(u16, u16)>>,
    pub(super) code: watch::Sender<Option<i64>>,
    /// Ends the session's process; none where it is the container's own.
    pub(super) end: Option<mpsc::UnboundedSender<Signal>>,
}

#[async_trait]
impl SessionControl for FakeControl {
    async fn resize(&self, columns: u16, rows: u16) -> Result<(), EngineError> {
        self.resize.send_replace(Some((columns, rows)));
        Ok(())
    }

    async fn exit_code(&self) -> Result<Option<i64>, EngineError> {
        let mut code = self.code.subscribe();
        let found = code.wait_for(Option::is_some).await;
        Ok(found.ok().and_then(|code| *code))
    }

    async fn hang_up(&self) -> Result<(), EngineError> {
        if let Some(end) = &self.end {
            // It may be over already.
            let _ = end.send(Signal::Kill);
        }
        Ok(())
    }
}
