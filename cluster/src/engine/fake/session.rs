//! The sessions of the fake engine: what an exec or attach gives out and takes in.

use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::{self, StreamExt};
use tokio::sync::{mpsc, watch};

use super::{
    FakeEngine, find,
    process::{Surroundings, play},
    script,
};
use crate::engine::{
    ContainerId, Engine as _, EngineError, EngineStream, Output, OutputStream, Phase, Session, SessionControl,
    SessionStreams, Signal,
};

/// A session's output as a stream.
fn receive(output: mpsc::UnboundedReceiver<Output>) -> EngineStream<Output> {
    stream::unfold(output, |mut output| async move { Some((Ok(output.recv().await?), output)) }).boxed()
}

/// The size of a session's terminal, and how its process ended.
struct FakeControl {
    resize: watch::Sender<Option<(u16, u16)>>,
    code: watch::Sender<Option<i64>>,
    /// Ends the session's process; none where it is the container's own.
    end: Option<mpsc::UnboundedSender<Signal>>,
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

impl FakeEngine {
    /// Begins a process that plays the words of a command.
    pub(super) fn exec_now(
        &self,
        id: &ContainerId,
        command: &[String],
        streams: SessionStreams,
    ) -> Result<Session, EngineError> {
        {
            let mut state = self.answer()?;
            if find(&mut state, id)?.state.phase != Phase::Running {
                return Err(EngineError::NotRunning);
            }
            state.sessions += 1;
        }
        let steps = script::parse(command);
        let (input, theirs) = tokio::io::duplex(64 * 1024);
        let (send, output) = mpsc::unbounded_channel();
        let (resize, size) = watch::channel(None);
        let (code, _) = watch::channel(None);
        let (end, signals) = mpsc::unbounded_channel();
        let control = Arc::new(FakeControl { resize, code: code.clone(), end: Some(end.clone()) });
        let me = self.me.clone();
        tokio::spawn(async move {
            let _nobody_may_be_left_to_signal_it = end;
            let write = {
                let send = send.clone();
                Arc::new(move |stream, bytes: Vec<u8>| {
                    let stream = if streams.tty { OutputStream::Stdout } else { stream };
                    let _ = send.send(Output { stream, bytes: bytes.into() });
                })
            };
            let exit = match steps {
                Ok(steps) => {
                    play(steps, Surroundings { write, signals, input: Some(theirs), size: Some(size) }).await.code
                }
                Err(message) => {
                    let _ = send.send(Output { stream: OutputStream::Stdout, bytes: format!("{message}\n").into() });
                    127
                }
            };
            code.send_replace(Some(exit));
            if let Some(engine) = me.upgrade() {
                engine.lock().sessions -= 1;
                engine.touch();
            }
        });
        Ok(Session { input: Box::pin(input), output: receive(output), control })
    }

    /// Shows what a container prints, and echoes what is typed.
    pub(super) async fn attach_now(&self, id: &ContainerId, streams: SessionStreams) -> Result<Session, EngineError> {
        let from = {
            let mut state = self.answer()?;
            let container = find(&mut state, id)?;
            if container.state.phase != Phase::Running {
                return Err(EngineError::NotRunning);
            }
            container.log.last().map_or(i64::MIN, |piece| piece.time_ns + 1)
        };
        let output = self.logs(id, Some(from), true).await?;
        let (input, mut theirs) = tokio::io::duplex(64 * 1024);
        let (resize, _) = watch::channel(None);
        let (code, _) = watch::channel(None);
        let (me, id, codes) = (self.me.clone(), id.clone(), code.clone());
        // Input is echoed, as a terminal would.
        tokio::spawn(async move {
            let mut buffer = vec![0; 4096];
            while let Ok(read @ 1..) = tokio::io::AsyncReadExt::read(&mut theirs, &mut buffer).await {
                let Some(engine) = me.upgrade() else { return };
                if streams.stdin {
                    engine.write(&id, OutputStream::Stdout, buffer[..read].to_vec());
                }
            }
            if let Some(engine) = me.upgrade()
                && engine.wait(&id).await.is_ok()
                && let Ok(state) = engine.inspect(&id).await
            {
                codes.send_replace(state.exit_code);
            }
        });
        Ok(Session {
            input: Box::pin(input),
            output: output.map(|piece| piece.map(|piece| Output { stream: piece.stream, bytes: piece.bytes })).boxed(),
            control: Arc::new(FakeControl { resize, code, end: None }),
        })
    }
}
