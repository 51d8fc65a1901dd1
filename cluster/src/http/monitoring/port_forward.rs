//! `port_forward/{port}`: one TCP connection into a job as one WebSocket of raw bytes.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use bytes::BytesMut;
use platform::{audit::ActKind, permission::Action};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf};

use super::{
    super::{Api, Problem, caller::Caller, input::Segments},
    socket::{End, Handshake, Receiver, Sender, close, shaken, split},
};
use crate::engine::{Connection, EngineError};

const CHUNK_BYTES: usize = 64 * 1024;

pub(in crate::http) async fn port_forward(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments((key, port)): Segments<(String, String)>,
    handshake: Handshake,
) -> Result<Response, Problem> {
    let job = api.job_for(&caller, &key, Action::Write).await?;
    let port: u16 = port
        .parse()
        .ok()
        .filter(|port| *port > 0)
        .ok_or_else(|| Problem::field("port", "must be a number from 1 to 65535"))?;
    let upgrade = shaken(handshake)?;
    let running = api.running(&job)?;
    api.acts.record(&caller.by(&api), ActKind::PortForward, &job.id, &port.to_string()).await?;
    // Connected before the handshake is answered: a refused port is a refused handshake.
    let connection = match running.engine.connect(&running.container, port).await {
        Ok(connection) => connection,
        Err(EngineError::PortClosed { port, message }) => return Err(Problem::Unreachable { port, why: message }),
        Err(error) => return Err(error.into()),
    };
    Ok(upgrade.on_upgrade(move |socket| async move {
        let (mut sender, mut receiver) = split(socket, &api.stopping);
        let (from_job, to_job) = tokio::io::split(connection);
        // The client knows no half-closed connection: whichever side ends first ends both.
        let end = tokio::select! {
            end = outwards(&mut sender, from_job) => end,
            end = inwards(&mut receiver, to_job) => end,
            () = api.right_lost(caller, &job, Action::Write) => End::Forbidden,
        };
        close(sender, receiver, end).await;
    }))
}

async fn outwards(sender: &mut Sender, mut from_job: ReadHalf<Box<dyn Connection>>) -> End {
    let mut buffer = BytesMut::with_capacity(CHUNK_BYTES);
    loop {
        buffer.reserve(CHUNK_BYTES);
        match sender.wait_for(from_job.read_buf(&mut buffer)).await {
            Ok(Ok(0)) => return End::Complete,
            Ok(Ok(_)) => {
                if let Err(end) = sender.send_bytes(buffer.split().freeze()).await {
                    return end;
                }
            }
            Ok(Err(_)) => return End::Failed,
            Err(end) => return end,
        }
    }
}

async fn inwards(receiver: &mut Receiver, mut to_job: WriteHalf<Box<dyn Connection>>) -> End {
    while let Some(bytes) = receiver.next().await {
        if to_job.write_all(&bytes).await.is_err() {
            return End::Complete;
        }
    }
    // The job sees the end of what the client sent.
    let _ = to_job.shutdown().await;
    End::Gone
}
