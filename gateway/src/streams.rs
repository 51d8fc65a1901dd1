//! What all streams to the console share: heartbeat, longest life, going away, slow readers, and trying again.

mod ask;
mod audience;
mod backoff;
mod fate;
mod places;
mod watched;

pub(crate) use audience::Audience;
pub(crate) use backoff::Backoff;
pub(crate) use fate::{Fate, fate};
pub(crate) use places::Places;
pub use watched::Watched;

use crate::{
    Gateway,
    ports::{Message, Socket, Task, within},
    session::Session,
};
use api::{HEARTBEAT_SECS, logs::EndReason};
use futures::{FutureExt, SinkExt, StreamExt, select_biased};
use serde::Serialize;
use std::time::Duration;

/// A reader that takes nothing for this long is given up.
const STUCK: Duration = Duration::from_secs(60);
/// Looked at twice per interval, so that no silence is longer than one.
const HALF_BEAT: Duration = Duration::from_millis(HEARTBEAT_SECS * 500);

/// The browser's end of a stream.
pub(crate) struct Viewer {
    gateway: Gateway,
    session: Session,
    socket: Socket,
    beat: Task<()>,
    sent_since_beat: bool,
    life: Task<()>,
    drain: Task<()>,
    /// Ends when a visitor's link does; never for the signed-in.
    lease: Task<()>,
    is_for_visitor: bool,
}

/// What happened while a stream waited.
pub(crate) enum Happening<T> {
    /// The awaited came.
    Item(T),
    /// The page said something.
    Text(String),
    /// Time for a heartbeat.
    Heartbeat,
    /// The stream must end, with this reason.
    Over(EndReason),
}

/// The page has gone, or takes nothing any more.
#[derive(Debug)]
pub(crate) struct Left;

impl Viewer {
    /// A stream for `session`; it lives no longer than the session.
    pub(crate) fn new(gateway: &Gateway, session: &Session, socket: Socket) -> Self {
        let host = gateway.host();
        let usable = Duration::try_from(session.expires_at().duration_since(host.now())).unwrap_or_default();
        let life = host.sleep(gateway.config().stream_max.min(usable));
        let draining = gateway.clone();
        let drain = async move { draining.draining().thrown().await }.boxed();
        let beat = host.sleep(HALF_BEAT);
        let lease = std::future::pending().boxed();
        Self {
            gateway: gateway.clone(),
            session: session.clone(),
            socket,
            beat,
            sent_since_beat: false,
            life,
            drain,
            lease,
            is_for_visitor: false,
        }
    }

    /// The stream is for somebody with a link, and ends with `lease`.
    pub(crate) fn for_visitor(self, lease: Task<()>) -> Self {
        Self { lease, is_for_visitor: true, ..self }
    }

    /// Whether it is for somebody with a link, who is not told what the cluster says.
    pub(crate) fn is_for_visitor(&self) -> bool {
        self.is_for_visitor
    }

    /// Waits for `item`, or for what comes before it. `item` may be dropped and must bear it.
    pub(crate) async fn next<T>(&mut self, item: impl Future<Output = T>) -> Result<Happening<T>, Left> {
        let mut item = std::pin::pin!(item.fuse());
        loop {
            select_biased! {
                message = self.socket.rx.next().fuse() => return match message {
                    Some(Ok(Message::Text(text))) => Ok(Happening::Text(text)),
                    // No stream of this kind takes bytes.
                    Some(Ok(Message::Binary(_) | Message::Ping)) => continue,
                    Some(Ok(Message::Close(..)) | Err(_)) | None => Err(Left),
                },
                () = (&mut self.drain).fuse() => return Ok(Happening::Over(EndReason::Shutdown)),
                () = (&mut self.lease).fuse() => return Ok(Happening::Over(EndReason::Gone)),
                () = (&mut self.life).fuse() => return Ok(Happening::Over(EndReason::MaxLife)),
                () = (&mut self.beat).fuse() => {
                    self.beat = self.gateway.host().sleep(HALF_BEAT);
                    // Where that cannot be told, the next beat tells.
                    if self.gateway.has_ended(&self.session).await.unwrap_or(false) {
                        return Ok(Happening::Over(EndReason::SignedOut));
                    }
                    if !std::mem::take(&mut self.sent_since_beat) {
                        return Ok(Happening::Heartbeat);
                    }
                }
                // The last: it may always be ready.
                item = item => return Ok(Happening::Item(item)),
            }
        }
    }

    /// Sends an event as JSON text.
    pub(crate) async fn event<T: Serialize>(&mut self, event: &T) -> Result<(), Left> {
        let text = serde_json::to_string(event).expect("the contract's types always serialise");
        self.send(Message::Text(text)).await
    }

    /// Sends a message; a page that takes none is given up.
    pub(crate) async fn send(&mut self, message: Message) -> Result<(), Left> {
        self.sent_since_beat = true;
        let sent = within(self.gateway.host(), STUCK, self.socket.tx.send(message)).await;
        sent.and_then(Result::ok).ok_or(Left)
    }

    /// Closes with a code; the stream is over.
    pub(crate) async fn close(mut self, code: u16, reason: &str) {
        // A close frame's reason has at most 123 bytes (RFC 6455, 5.5).
        let mut end = reason.len().min(120);
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        if self.send(Message::Close(code, reason[..end].to_owned())).await.is_ok() {
            // The other side's close is awaited, so that the last frames are not cut off with the connection.
            let rest = async { while let Some(Ok(_)) = self.socket.rx.next().await {} };
            let _ = within(self.gateway.host(), Duration::from_secs(5), rest).await;
        }
    }
}
