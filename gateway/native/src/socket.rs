//! WebSockets on both sides, by tungstenite over hyper's upgraded connections (RFC 6455).

use crate::client::Client;
use axum::body::Body;
use bytes::Bytes;
use futures::{FutureExt, SinkExt, StreamExt, future, sink};
use gateway::ports::{Accepted, Cause, ConnectError, Connected, Message, NotAnUpgrade, Socket, SocketBroken};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header, request::Parts};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        self, Error,
        error::ProtocolError,
        handshake::{client::generate_key, derive_accept_key},
        protocol::{CloseFrame, Role, WebSocketConfig},
    },
};

/// Larger messages are a break: the contracts' frames are far smaller.
const MESSAGE_MAX_BYTES: usize = 16 * 1024 * 1024;
/// Browsers send little; a thousand viewers should not hold a thousand large buffers.
const BROWSER_READ_BYTES: usize = 4 * 1024;
const BROWSER_MESSAGE_MAX_BYTES: usize = 1024 * 1024;

/// Opens a WebSocket with an ordinary request, so that a refusal's status, headers and body are at hand.
pub(crate) async fn connect(client: Client, request: Request<()>) -> Result<Connected, ConnectError> {
    let key = generate_key();
    let mut request = request.map(|()| Body::empty());
    let headers = request.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    headers.insert(header::SEC_WEBSOCKET_KEY, HeaderValue::try_from(&key).expect("base64 is a header value"));
    let mut response = client.send(request).await?;
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(ConnectError::Refused(Box::new(response)));
    }
    let proof = response.headers().get(header::SEC_WEBSOCKET_ACCEPT).map(HeaderValue::as_bytes);
    if proof != Some(derive_accept_key(key.as_bytes()).as_bytes()) {
        return Err(ConnectError::Unproven);
    }
    let upgraded = hyper::upgrade::on(&mut response).await.map_err(|_| ConnectError::Unproven)?;
    let config =
        WebSocketConfig::default().max_message_size(Some(MESSAGE_MAX_BYTES)).max_frame_size(Some(MESSAGE_MAX_BYTES));
    let socket = socket(open(upgraded, Role::Client, config).await);
    Ok(Connected { socket, headers: response.into_parts().0.headers })
}

/// Answers a handshake (RFC 6455, 4.2.2).
pub(crate) fn accept(request: &mut Parts) -> Result<Accepted, NotAnUpgrade> {
    let headers = &request.headers;
    let version = headers.get(header::SEC_WEBSOCKET_VERSION).is_some_and(|v| v == "13");
    let upgrade = has_token(headers, header::CONNECTION, "upgrade") && has_token(headers, header::UPGRADE, "websocket");
    if request.method != Method::GET || !version || !upgrade {
        return Err(NotAnUpgrade);
    }
    let key = headers.get(header::SEC_WEBSOCKET_KEY).ok_or(NotAnUpgrade)?;
    let proof = HeaderValue::try_from(derive_accept_key(key.as_bytes())).expect("base64 is a header value");
    let upgrading = request.extensions.remove::<OnUpgrade>().ok_or(NotAnUpgrade)?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, proof);
    let config = WebSocketConfig::default()
        .read_buffer_size(BROWSER_READ_BYTES)
        .max_message_size(Some(BROWSER_MESSAGE_MAX_BYTES))
        .max_frame_size(Some(BROWSER_MESSAGE_MAX_BYTES));
    let coming = async move {
        let upgraded = upgrading.await.map_err(|e| SocketBroken(Box::new(e)))?;
        Ok(socket(open(upgraded, Role::Server, config).await))
    };
    Ok(Accepted { response, socket: coming.boxed() })
}

fn has_token(headers: &HeaderMap, name: header::HeaderName, token: &str) -> bool {
    let values = headers.get_all(name).into_iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
    values.map(str::trim).any(|v| v.eq_ignore_ascii_case(token))
}

type Stream = WebSocketStream<TokioIo<Upgraded>>;

async fn open(upgraded: Upgraded, role: Role, config: WebSocketConfig) -> Stream {
    WebSocketStream::from_raw_socket(TokioIo::new(upgraded), role, Some(config)).await
}

fn socket(stream: Stream) -> Socket {
    let (tx, rx) = stream.split();
    let tx = tx.sink_map_err(broken).with(|message| future::ready(Ok::<_, SocketBroken>(outgoing(message))));
    // After the other side closed first, tungstenite has queued its echo and refuses ours; that close is done (measured:
    // treating it as an error makes the other side see 1006).
    let tx = sink::unfold(Box::pin(tx), |mut tx, message: Message| async move {
        let closing = matches!(message, Message::Close(..));
        match tx.send(message).await {
            Err(SocketBroken(cause)) if closing && is_closed(&cause) => {
                let _ = tx.flush().await;
                Ok(tx)
            }
            Err(error) => Err(error),
            Ok(()) => Ok(tx),
        }
    });
    let rx = rx.filter_map(|read| future::ready(incoming(read)));
    Socket { tx: Box::pin(tx), rx: Box::pin(rx) }
}

fn broken(error: Error) -> SocketBroken {
    SocketBroken(Box::new(error))
}

fn is_closed(cause: &Cause) -> bool {
    matches!(
        cause.downcast_ref::<Error>(),
        Some(Error::ConnectionClosed | Error::AlreadyClosed | Error::Protocol(ProtocolError::SendAfterClosing))
    )
}

fn outgoing(message: Message) -> tungstenite::Message {
    match message {
        Message::Text(text) => tungstenite::Message::text(text),
        Message::Binary(bytes) => tungstenite::Message::binary(bytes),
        Message::Ping => tungstenite::Message::Ping(Bytes::new()),
        Message::Close(code, reason) => {
            tungstenite::Message::Close(Some(CloseFrame { code: code.into(), reason: reason.into() }))
        }
    }
}

/// Pings and pongs are tungstenite's own business; 1005 stands for a close without a code (RFC 6455, 7.1.5).
fn incoming(read: Result<tungstenite::Message, Error>) -> Option<Result<Message, SocketBroken>> {
    match read {
        Ok(tungstenite::Message::Text(text)) => Some(Ok(Message::Text(text.as_str().to_owned()))),
        Ok(tungstenite::Message::Binary(bytes)) => Some(Ok(Message::Binary(bytes))),
        Ok(tungstenite::Message::Close(frame)) => {
            let (code, reason) = frame.map_or((1005, String::new()), |f| (f.code.into(), f.reason.as_str().to_owned()));
            Some(Ok(Message::Close(code, reason)))
        }
        Ok(tungstenite::Message::Ping(_) | tungstenite::Message::Pong(_) | tungstenite::Message::Frame(_)) => None,
        Err(Error::ConnectionClosed | Error::AlreadyClosed) => None,
        Err(error) => Some(Err(broken(error))),
    }
}
