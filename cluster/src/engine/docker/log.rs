//! A container's log as a stream of pieces that ends only when the log did.

use futures::stream::{StreamExt, try_unfold};
use http_body_util::BodyExt;
use hyper::body::Incoming;

use super::pieces::Pieces;
use super::wire::Wire;
use crate::engine::{ContainerId, EngineError, EngineStream, LogPiece, Phase};

struct Reading {
    wire: Wire,
    id: ContainerId,
    follow: bool,
    body: Incoming,
    pieces: Pieces,
    ended: bool,
}

pub(super) fn stream(
    wire: Wire,
    id: ContainerId,
    follow: bool,
    body: Incoming,
    pieces: Pieces,
) -> EngineStream<LogPiece> {
    let start = Reading { wire, id, follow, body, pieces, ended: false };
    try_unfold(start, |mut at| async move {
        loop {
            if let Some(piece) = at.pieces.next(at.ended)? {
                return Ok(Some((piece, at)));
            }
            if at.ended {
                return Ok(None);
            }
            match at.body.frame().await {
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        at.pieces.push(&bytes);
                    }
                }
                Some(Err(error)) => return Err(at.broken(&error.to_string())),
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
    fn broken(&self, message: &str) -> EngineError {
        EngineError::Gone { address: self.wire.endpoint.to_string(), message: message.to_owned() }
    }

    /// The body ended. A followed log ends with its container; if that still runs, the engine broke off.
    async fn prove_end(&self) -> Result<(), EngineError> {
        if self.pieces.is_cut() {
            return Err(self.broken("the log ended inside a piece"));
        }
        if self.follow && self.wire.inspect(&self.id).await?.state().phase == Phase::Running {
            return Err(self.broken("the log ended before the container"));
        }
        Ok(())
    }
}
