//! A container's log as a stream of pieces that ends only when the log did.
//!
//! Podman leaves lines out of a log that it follows once the container is over (its issue 21914). So what it sends is
//! taken only when the container is seen to run after that came; at the first doubt the stream ends, and whoever follows
//! reads the rest without following, which podman does well.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::stream::{StreamExt, try_unfold};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};

use super::pieces::Pieces;
use super::wire::Wire;
use crate::engine::{ContainerId, EngineError, EngineStream, LogPiece, Phase};

/// What comes within this time is taken after one look at the container.
const GATHER: Duration = Duration::from_millis(50);
/// As much as this is not waited for any longer.
const GATHER_BYTES: usize = 1 << 20;

/// How an engine gives a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// What there is.
    Once,
    /// What there is and what comes.
    Follow,
    /// The same by an engine that cannot be trusted once the container is over.
    FollowWhileItRuns,
}

struct Reading {
    wire: Wire,
    id: ContainerId,
    manner: Manner,
    body: Incoming,
    pieces: Pieces,
    ended: bool,
}

pub(super) fn stream(
    wire: Wire,
    id: ContainerId,
    manner: Manner,
    body: Incoming,
    pieces: Pieces,
) -> EngineStream<LogPiece> {
    let start = Reading { wire, id, manner, body, pieces, ended: false };
    try_unfold(start, |mut at| async move {
        loop {
            if let Some(piece) = at.pieces.next(at.ended)? {
                return Ok(Some((piece, at)));
            }
            if at.ended {
                return Ok(None);
            }
            match at.more().await? {
                Some(bytes) => at.pieces.push(&bytes),
                None => {
                    at.prove_end().await?;
                    at.ended = true;
                }
            }
        }
    })
    .boxed()
}

impl Reading {
    /// The next bytes that can be believed; none at the end.
    async fn more(&mut self) -> Result<Option<Bytes>, EngineError> {
        let Some(first) = self.frame().await? else { return Ok(None) };
        if self.manner != Manner::FollowWhileItRuns {
            return Ok(Some(first));
        }
        let mut gathered = BytesMut::from(&first[..]);
        let until = Instant::now() + GATHER;
        while gathered.len() < GATHER_BYTES
            && let Ok(next) = timeout_at(until, self.frame()).await
        {
            let Some(bytes) = next? else { break };
            gathered.extend_from_slice(&bytes);
        }
        Ok(self.runs().await?.then(|| gathered.freeze()))
    }

    async fn frame(&mut self) -> Result<Option<Bytes>, EngineError> {
        loop {
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        return Ok(Some(bytes));
                    }
                }
                Some(Err(error)) => return Err(self.broken(&error.to_string())),
                None => return Ok(None),
            }
        }
    }

    async fn runs(&self) -> Result<bool, EngineError> {
        Ok(self.wire.inspect(&self.id).await?.state().phase == Phase::Running)
    }

    fn broken(&self, message: &str) -> EngineError {
        EngineError::Gone { address: self.wire.endpoint.to_string(), message: message.to_owned() }
    }

    /// The body ended. A followed log ends with its container; if that still runs, the engine broke off.
    async fn prove_end(&self) -> Result<(), EngineError> {
        if self.manner != Manner::Once && self.runs().await? {
            return Err(self.broken("the log ended before the container"));
        }
        if self.pieces.is_cut() && self.manner != Manner::FollowWhileItRuns {
            return Err(self.broken("the log ended inside a piece"));
        }
        Ok(())
    }
}
