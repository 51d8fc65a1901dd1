//! What every WebSocket here has in common: the handshake, heartbeats, the close.
//!
//! Owns the life of a connection. Does not know what flows through it.

use std::time::Duration;

use axum::{
    extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code, rejection::WebSocketUpgradeRejection},
    http::HeaderMap,
    response::Response,
};
use bytes::Bytes;
use futures::{
    SinkExt as _, StreamExt as _,
    stream::{SplitSink, SplitStream},
};
use platform::extension::CLOSE_FORBIDDEN;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use super::Problem;

/// Below the 30 seconds of the platform, so that middle boxes see a living connection.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a peer may take to answer a close.
const CLOSING: Duration = Duration::from_secs(10);
/// The largest message taken from a client; honest ones are a few kibibytes.
const LARGEST_MESSAGE: usize = 4 << 20;

/// A handshake that the extractor accepted, or why not.
pub(super) type Handshake = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

/// Why a stream to a client ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    /// Everything was sent.
    Complete,
    /// The client is gone.
    Gone,
    /// This server stops.
    Stopping,
    /// The client may not have this any more.
    Forbidden,
    /// The source failed.
    Failed,
}

/// Refuses what is not a handshake.
pub(super) fn shaken(handshake: Handshake) -> Result<WebSocketUpgrade, Problem> {
    handshake
        .map(|upgrade| upgrade.max_message_size(LARGEST_MESSAGE).max_frame_size(LARGEST_MESSAGE))
        .map_err(|why| Problem::NotWebSocket(why.body_text()))
}

/// Adds headers to the 101.
pub(super) fn with_headers(mut response: Response, headers: HeaderMap) -> Response {
    response.headers_mut().extend(headers);
    response
}

/// The sending half, with its heartbeat.
pub(super) struct Sender {
    sink: SplitSink<WebSocket, Message>,
    beat: tokio::time::Interval,
    stopping: CancellationToken,
}

/// The receiving half.
pub(super) struct Receiver {
    stream: SplitStream<WebSocket>,
}

pub(super) fn split(socket: WebSocket, stopping: &CancellationToken) -> (Sender, Receiver) {
    let (sink, stream) = socket.split();
    let mut beat = interval(HEARTBEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat.reset();
    (Sender { sink, beat, stopping: stopping.clone() }, Receiver { stream })
}

impl Sender {
    /// Waits for `source` while the heart beats. An error says why there is nothing more to wait for.
    pub(super) async fn wait_for<T>(&mut self, source: impl Future<Output = T>) -> Result<T, End> {
        tokio::pin!(source);
        loop {
            tokio::select! {
                value = &mut source => return Ok(value),
                () = self.stopping.cancelled() => return Err(End::Stopping),
                _ = self.beat.tick() => self.send(Message::Ping(Bytes::new())).await?,
            }
        }
    }

    /// Sends a message, as slowly as the client takes it.
    pub(super) async fn send(&mut self, message: Message) -> Result<(), End> {
        self.sink.send(message).await.map_err(|_| End::Gone)
    }

    pub(super) async fn send_bytes(&mut self, bytes: Bytes) -> Result<(), End> {
        self.send(Message::Binary(bytes)).await
    }
}

impl Receiver {
    /// The next binary message; none when the client closed or broke off. Text counts as bytes.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        loop {
            match self.stream.next().await? {
                Ok(Message::Binary(bytes)) => return Some(bytes),
                Ok(Message::Text(text)) => return Some(text.into()),
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                Ok(Message::Close(_)) | Err(_) => return None,
            }
        }
    }

    /// Runs until the client is gone, throwing away what it says.
    pub(super) async fn gone(&mut self) -> End {
        while self.next().await.is_some() {}
        End::Gone
    }
}

/// Says farewell and waits for the client's answer: closing the connection at once could lose what is still on its way.
pub(super) async fn close(mut sender: Sender, mut receiver: Receiver, end: End) {
    let (code, reason) = match end {
        End::Complete => (close_code::NORMAL, ""),
        End::Gone => return,
        End::Stopping => (close_code::AWAY, "the server stops"),
        End::Forbidden => (CLOSE_FORBIDDEN, "the right to this was taken back"),
        End::Failed => (close_code::ERROR, "the server failed"),
    };
    let farewell = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
    // Whatever happens here, the connection ends.
    let _ = timeout(CLOSING, async {
        if sender.sink.send(farewell).await.is_ok() {
            receiver.gone().await;
        }
    })
    .await;
}
