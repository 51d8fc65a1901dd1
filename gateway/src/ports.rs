//! What the gateway asks of the machine it runs on: the only way to the network, the clock, and randomness.
//!
//! Owns the traits; knows no host. Futures are `Send` everywhere; a host whose own are not wraps them on its side.

mod notes;

pub use notes::{MemoryNotes, Notes, NotesFull};

use axum::body::Body;
use bytes::Bytes;
use futures::{
    Sink, Stream,
    future::{BoxFuture, Either, select},
};
use http::{HeaderMap, Request, Response, request::Parts};
use std::{any::Any, pin::Pin, sync::Arc, time::Duration};

/// A future a host gives out; it borrows nothing.
pub type Task<T> = BoxFuture<'static, T>;

/// A host's own error, kept for the log.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A host's own form of a body, in the extensions of a message beside the body itself.
///
/// What passes a body on unchanged passes this on with it, so that a host can hand its own stream through without copying;
/// what replaces or wraps a body takes it out.
#[derive(Clone)]
pub struct HostBody(pub Arc<dyn Any + Send + Sync>);

/// Who asks: the address at the other end of the connection, in the extensions of a request. Hosts that see it put it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub std::net::IpAddr);

/// A WebSocket message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Bytes),
    /// Keeps an idle connection alive. Hosts answer pings of the other side by themselves; one that cannot send them drops it.
    Ping,
    /// The end: a code and a short reason.
    Close(u16, String),
}

/// Where messages go. A send that is pending is the other side's back-pressure.
pub type SocketSink = Pin<Box<dyn Sink<Message, Error = SocketBroken> + Send>>;
/// Where messages come from. The end without a [`Message::Close`] is a break.
pub type SocketStream = Pin<Box<dyn Stream<Item = Result<Message, SocketBroken>> + Send>>;

/// An open WebSocket.
pub struct Socket {
    /// Where messages go.
    pub tx: SocketSink,
    /// Where messages come from.
    pub rx: SocketStream,
}

/// A WebSocket opened to the cluster.
pub struct Connected {
    /// The socket.
    pub socket: Socket,
    /// The headers of the 101.
    pub headers: HeaderMap,
}

/// The connection is gone.
#[derive(Debug, thiserror::Error)]
#[error("the WebSocket broke")]
pub struct SocketBroken(#[source] pub Cause);

/// Why a request got no answer.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Nobody listens there, or no way leads there.
    #[error("cannot connect to {authority}")]
    Connect {
        /// Host and port.
        authority: String,
        /// Why.
        #[source]
        source: Cause,
    },
    /// The connection was made and broke before the answer.
    #[error("the connection to {authority} broke before the answer")]
    Broken {
        /// Host and port.
        authority: String,
        /// Why.
        #[source]
        source: Cause,
    },
}

/// Why a WebSocket to the cluster did not open.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No answer.
    #[error(transparent)]
    Send(#[from] SendError),
    /// An answer other than 101; it says why.
    #[error("the WebSocket handshake was answered {}", .0.status())]
    Refused(Box<Response<Body>>),
    /// A 101 that does not prove itself.
    #[error("the WebSocket handshake was answered with a wrong or missing Sec-WebSocket-Accept")]
    Unproven,
}

/// The request is not a WebSocket handshake.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("this address speaks WebSocket only")]
pub struct NotAnUpgrade;

/// An accepted handshake: the 101 to answer with, and the socket that comes to be once it was sent.
pub struct Accepted {
    /// The 101.
    pub response: Response<Body>,
    /// The socket.
    pub socket: Task<Result<Socket, SocketBroken>>,
}

/// The machine the gateway runs on.
pub trait Host: Send + Sync + 'static {
    /// Sends a request and gives the answer once its head is there; both bodies stream. Never follows a redirect.
    fn send(&self, request: Request<Body>) -> Task<Result<Response<Body>, SendError>>;

    /// Opens a WebSocket to an `http:` or `https:` URL. The request's headers are sent; the handshake's own are added.
    fn ws_connect(&self, request: Request<()>) -> Task<Result<Connected, ConnectError>>;

    /// Answers a WebSocket handshake.
    ///
    /// # Errors
    /// [`NotAnUpgrade`] when the request is none.
    fn ws_accept(&self, request: &mut Parts) -> Result<Accepted, NotAnUpgrade>;

    /// Whether a send to a socket waits while the other side takes nothing. Where it does not, what is sent lies in memory, and who
    /// sends must ask the other side what it has taken.
    fn sends_wait(&self) -> bool {
        true
    }

    /// Runs a task until it ends, beyond the request it came from. Tasks of the gateway end by themselves when it drains.
    fn spawn(&self, task: Task<()>);

    /// Waits.
    fn sleep(&self, time: Duration) -> Task<()>;

    /// The time of day.
    fn now(&self) -> jiff::Timestamp;

    /// Fills a buffer with bytes fit for keys and nonces.
    fn random(&self, buffer: &mut [u8]);
}

/// The future's output, or None when it took longer than `limit`.
pub(crate) async fn within<F: Future>(host: &dyn Host, limit: Duration, future: F) -> Option<F::Output> {
    match select(std::pin::pin!(future), host.sleep(limit)).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(((), _)) => None,
    }
}
