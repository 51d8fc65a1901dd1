//! WebSockets on both sides, by the platform's own (`WebSocketPair`, and `fetch` with an upgrade).

mod shared;

use crate::{
    client,
    exchange::{described, headers_in},
    host::boxed,
};
use axum::body::Body;
use bytes::Bytes;
use futures::{Sink, Stream, StreamExt, channel::mpsc};
use gateway::ports::{
    Accepted, Cause, ConnectError, Connected, Message, NotAnUpgrade, SendError, Socket, SocketBroken,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header, request::Parts};
use js_sys::{Function, Uint8Array};
use std::{
    cell::Cell,
    pin::Pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll},
};
use wasm_bindgen::prelude::*;
use web_sys::{BinaryType, CloseEvent, MessageEvent};
use worker::{
    WebSocketPair,
    send::SendWrapper,
    worker_sys::ext::{ResponseExt, WebSocketExt},
};

/// Nobody can be told to send slower: what is not taken by then ends the socket.
const WAITING_MAX_BYTES: usize = 16 * 1024 * 1024;
/// No status in a close frame (RFC 6455, 7.1.5).
const NO_CODE: u16 = 1005;
/// The connection ended without one.
const ABNORMAL: u16 = 1006;
/// Too much at once (RFC 6455, 7.4.1).
const TOO_BIG: u16 = 1009;
/// What stands for a code that may not be sent.
const INTERNAL: u16 = 1011;

#[wasm_bindgen(raw_module = "./life.js")]
extern "C" {
    /// Notes a socket that must not outlive this instance.
    fn opened(socket: &web_sys::WebSocket);
}

/// The browser's end of a socket, in the extensions of a 101.
#[derive(Clone)]
pub(crate) struct Client(pub(crate) Arc<SendWrapper<web_sys::WebSocket>>);

/// Answers a handshake. The platform has checked it and answers it; what it leaves to us is the pair.
pub(crate) fn accept(request: &mut Parts) -> Result<Accepted, NotAnUpgrade> {
    let upgrade = request.headers.get(header::UPGRADE).and_then(|value| value.to_str().ok());
    if request.method != Method::GET || !upgrade.is_some_and(|value| value.eq_ignore_ascii_case("websocket")) {
        return Err(NotAnUpgrade);
    }
    let pair = WebSocketPair::new().map_err(|_| NotAnUpgrade)?;
    let (client, server): (&web_sys::WebSocket, &web_sys::WebSocket) = (pair.client.as_ref(), pair.server.as_ref());
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    response.extensions_mut().insert(Client(SendWrapper::new(Clone::clone(client)).into()));
    let socket = open(Clone::clone(server)).map_err(SocketBroken);
    Ok(Accepted { response, socket: boxed(async { socket }) })
}

/// Opens a WebSocket with an ordinary request, so that a refusal's status, headers and body are at hand.
pub(crate) async fn connect(request: Request<()>) -> Result<Connected, ConnectError> {
    let authority = request.uri().authority().map(ToString::to_string).unwrap_or_default();
    let mut request = request.map(|()| Body::empty());
    request.headers_mut().insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    let failed = |source| SendError::Connect { authority: authority.clone(), source };
    let answer = client::exchange(request).await.map_err(&failed)?;
    let headers: HeaderMap = headers_in(&answer.headers());
    match answer.websocket() {
        Some(socket) => Ok(Connected { socket: open(socket).map_err(failed)?, headers }),
        None if answer.status() == StatusCode::SWITCHING_PROTOCOLS.as_u16() => Err(ConnectError::Unproven),
        None => Err(ConnectError::Refused(Box::new(client::received(&answer).map_err(failed)?))),
    }
}

/// What is heard from a socket: kept as long as somebody listens.
struct Ears {
    socket: web_sys::WebSocket,
    message: Closure<dyn FnMut(MessageEvent)>,
    close: Closure<dyn FnMut(CloseEvent)>,
    error: Closure<dyn FnMut(JsValue)>,
    waiting: Rc<Cell<usize>>,
}

impl Ears {
    fn callbacks(&self) -> [(&'static str, &Function); 3] {
        [
            ("message", self.message.as_ref().unchecked_ref()),
            ("close", self.close.as_ref().unchecked_ref()),
            ("error", self.error.as_ref().unchecked_ref()),
        ]
    }
}

impl Drop for Ears {
    fn drop(&mut self) {
        for (name, callback) in self.callbacks() {
            let _ = self.socket.remove_event_listener_with_callback(name, callback);
        }
        // Nobody reads any more: the other side is let go. Closing twice does nothing.
        let _ = self.socket.close();
    }
}

fn open(socket: web_sys::WebSocket) -> Result<Socket, Cause> {
    socket.set_binary_type(BinaryType::Arraybuffer);
    let (said, heard) = mpsc::unbounded::<Result<Message, SocketBroken>>();
    let waiting = Rc::new(Cell::new(0));
    let ears = Ears {
        socket: Clone::clone(&socket),
        message: on_message(&socket, said.clone(), waiting.clone()),
        close: on_close(said.clone()),
        error: Closure::new(move |error: JsValue| {
            let _ = said.unbounded_send(Err(SocketBroken(described(error))));
            said.close_channel();
        }),
        waiting,
    };
    // Before accepting, or what comes first is lost.
    for (name, callback) in ears.callbacks() {
        socket.add_event_listener_with_callback(name, callback).map_err(described)?;
    }
    socket.accept().map_err(described)?;
    opened(&socket);
    let rx = futures::stream::unfold((heard, ears), |(mut heard, ears)| async move {
        let next = heard.next().await?;
        if let Ok(message) = &next {
            ears.waiting.set(ears.waiting.get().saturating_sub(size(message)));
        }
        Some((next, (heard, ears)))
    });
    // Who has heard the end may ask once more.
    let rx = rx.fuse();
    Ok(Socket {
        tx: Box::pin(OneThread(SendWrapper::new(Box::pin(Mouth(socket))))),
        rx: Box::pin(OneThread(SendWrapper::new(Box::pin(rx)))),
    })
}

/// What is said goes at once, and lies in memory until the other side takes it. Who was not heard may say something more.
struct Mouth(web_sys::WebSocket);

impl Sink<Message> for Mouth {
    type Error = SocketBroken;

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), SocketBroken>> {
        Poll::Ready(Ok(()))
    }

    fn start_send(self: Pin<&mut Self>, message: Message) -> Result<(), SocketBroken> {
        send(&self.0, message).map_err(|error| SocketBroken(described(error)))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), SocketBroken>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), SocketBroken>> {
        Poll::Ready(Ok(()))
    }
}

/// What is JavaScript's cannot leave its thread; there is only one.
struct OneThread<T>(SendWrapper<Pin<Box<T>>>);

impl<T: Stream> Stream for OneThread<T> {
    type Item = T::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T::Item>> {
        self.0.0.as_mut().poll_next(context)
    }
}

impl<T: Sink<Message, Error = SocketBroken>> Sink<Message> for OneThread<T> {
    type Error = SocketBroken;

    fn poll_ready(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), SocketBroken>> {
        self.0.0.as_mut().poll_ready(context)
    }

    fn start_send(mut self: Pin<&mut Self>, message: Message) -> Result<(), SocketBroken> {
        self.0.0.as_mut().start_send(message)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), SocketBroken>> {
        self.0.0.as_mut().poll_flush(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), SocketBroken>> {
        self.0.0.as_mut().poll_close(context)
    }
}

fn on_message(
    socket: &web_sys::WebSocket,
    said: mpsc::UnboundedSender<Result<Message, SocketBroken>>,
    waiting: Rc<Cell<usize>>,
) -> Closure<dyn FnMut(MessageEvent)> {
    let socket = Clone::clone(socket);
    Closure::new(move |event: MessageEvent| {
        let data = event.data();
        let message = match data.as_string() {
            Some(text) => Message::Text(text),
            None => Message::Binary(Bytes::from(Uint8Array::new(&data).to_vec())),
        };
        waiting.set(waiting.get() + size(&message));
        if waiting.get() > WAITING_MAX_BYTES {
            let _ = socket.close_with_code_and_reason(TOO_BIG, "more than can be taken in");
            let _ = said.unbounded_send(Err(SocketBroken("more came than can be taken in".into())));
            said.close_channel();
            return;
        }
        let _ = said.unbounded_send(Ok(message));
    })
}

fn on_close(said: mpsc::UnboundedSender<Result<Message, SocketBroken>>) -> Closure<dyn FnMut(CloseEvent)> {
    Closure::new(move |event: CloseEvent| {
        // An end without a close frame is a break: the stream ends without a message.
        if event.code() != ABNORMAL {
            let _ = said.unbounded_send(Ok(Message::Close(event.code(), event.reason())));
        }
        said.close_channel();
    })
}

fn size(message: &Message) -> usize {
    match message {
        Message::Text(text) => text.len(),
        Message::Binary(bytes) => bytes.len(),
        Message::Ping | Message::Close(..) => 0,
    }
}

fn send(socket: &web_sys::WebSocket, message: Message) -> Result<(), JsValue> {
    match message {
        Message::Text(text) => socket.send_with_str(&text),
        Message::Binary(bytes) => socket.send_with_array_buffer(&shared::copied(&bytes)),
        // The platform has no way to send one; it answers those of the other side.
        Message::Ping => Ok(()),
        Message::Close(code, reason) => {
            let code = if matches!(code, NO_CODE | ABNORMAL) { INTERNAL } else { code };
            // The other side may have closed first; then this is done.
            let _ = socket.close_with_code_and_reason(code, &reason);
            Ok(())
        }
    }
}
