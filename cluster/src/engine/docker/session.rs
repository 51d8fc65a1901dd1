//! Exec and attach over a hijacked connection.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bollard::Docker;
use bollard::query_parameters::{ResizeContainerTTYOptions, ResizeExecOptions};
use bytes::BytesMut;
use futures::stream::{StreamExt, try_unfold};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, ReadHalf};

use super::failure::engine_error;
use super::frames::Frames;
use super::hang_up::Marked;
use super::wire::Wire;
use crate::engine::{ContainerId, EngineError, EngineStream, Output, OutputStream, Session, SessionControl};

/// An engine may take a moment after the output's end to note the exit code.
const CODE_PATIENCE: Duration = Duration::from_millis(20);
const CODE_TRIES: u32 = 250;

/// What the control of a session talks about.
#[derive(Debug)]
pub(super) enum Subject {
    Exec(Marked),
    Container(ContainerId),
}

#[derive(Debug)]
struct Control {
    docker: Docker,
    wire: Wire,
    subject: Subject,
    tty: bool,
}

pub(super) fn session(docker: Docker, wire: Wire, subject: Subject, tty: bool, io: TokioIo<Upgraded>) -> Session {
    let (reader, writer) = tokio::io::split(io);
    let address = wire.endpoint.to_string();
    Session {
        input: Box::pin(writer),
        output: output(reader, tty, address),
        control: Arc::new(Control { docker, wire, subject, tty }),
    }
}

fn output(reader: ReadHalf<TokioIo<Upgraded>>, tty: bool, address: String) -> EngineStream<Output> {
    struct Reading {
        reader: ReadHalf<TokioIo<Upgraded>>,
        frames: Option<Frames>,
        buffer: BytesMut,
        address: String,
    }
    let start = Reading { reader, frames: (!tty).then(Frames::default), buffer: BytesMut::new(), address };
    try_unfold(start, |mut at| async move {
        loop {
            if let Some(frames) = &mut at.frames
                && let Some((stream, bytes)) = frames.part()?
            {
                return Ok(Some((Output { stream, bytes }, at)));
            }
            at.buffer.reserve(16 * 1024);
            let read = at.reader.read_buf(&mut at.buffer).await;
            let read = read.map_err(|e| EngineError::Gone { address: at.address.clone(), message: e.to_string() })?;
            if read == 0 {
                return Ok(None);
            }
            let bytes = at.buffer.split();
            match &mut at.frames {
                Some(frames) => frames.push(&bytes),
                None => return Ok(Some((Output { stream: OutputStream::Stdout, bytes: bytes.freeze() }, at))),
            }
        }
    })
    .boxed()
}

#[async_trait]
impl SessionControl for Control {
    async fn resize(&self, columns: u16, rows: u16) -> Result<(), EngineError> {
        if !self.tty {
            return Ok(());
        }
        let (w, h) = (i32::from(columns), i32::from(rows));
        let done = match &self.subject {
            Subject::Exec(marked) => self.docker.resize_exec(&marked.exec, ResizeExecOptions { w, h }).await,
            Subject::Container(id) => self.docker.resize_container_tty(&id.0, ResizeContainerTTYOptions { w, h }).await,
        };
        match done.map_err(|e| engine_error(&self.wire.endpoint, &e)) {
            // The process may be over, or not quite begun: a size is a wish.
            Err(EngineError::Failed { .. }) | Ok(()) => Ok(()),
            Err(other) => Err(other),
        }
    }

    async fn exit_code(&self) -> Result<Option<i64>, EngineError> {
        for _ in 0..CODE_TRIES {
            let code = match &self.subject {
                Subject::Exec(marked) => {
                    let found = self.docker.inspect_exec(&marked.exec).await;
                    let found = found.map_err(|e| engine_error(&self.wire.endpoint, &e))?;
                    found.exit_code.filter(|_| found.running != Some(true))
                }
                Subject::Container(id) => self.wire.inspect(id).await?.state().exit_code,
            };
            if code.is_some() {
                return Ok(code);
            }
            tokio::time::sleep(CODE_PATIENCE).await;
        }
        Ok(None)
    }

    async fn hang_up(&self) -> Result<(), EngineError> {
        match &self.subject {
            Subject::Exec(marked) => marked.end(&self.docker).await.map_err(|e| engine_error(&self.wire.endpoint, &e)),
            Subject::Container(_) => Ok(()),
        }
    }
}
