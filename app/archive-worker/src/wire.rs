//! Chunks by WebSocket (`api::images::ChunkOrder`): sent while they are made, and copied less often than a request's body is. What can
//! be sent so can be sent by requests; they tell also what a page cannot learn from a socket that does not open.

use crate::global;
use crate::http::PATIENCE_MS;
use api::images::{CHUNK_MESSAGE_MAX_BYTES, ChunkEvent, ChunkOrder};
use futures::StreamExt as _;
use futures::channel::{mpsc, oneshot};
use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use image::upload::{Answer, Body, Event, Request};
use js_sys::Uint8Array;
use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{MessageEvent, WebSocket};

/// Bytes that may be on their way to the gateway: more than it takes before it says so.
const UNDERWAY_BYTES: u64 = 4 * 1024 * 1024;
/// A socket that is not open by then is none.
const OPEN_MS: u32 = 10_000;
/// A message is at most this part of a chunk, so that a slow chunk is seen to move, ...
const MESSAGES_OF_A_CHUNK: u64 = 16;
/// ... but not smaller than this.
const MESSAGE_MIN_BYTES: u64 = 16 * 1024;

/// Whether sockets are to be had, for one push.
#[derive(Clone)]
pub(crate) struct Wires(Rc<Cell<Hope>>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Hope {
    Given,
    /// The last one did not open: because nothing gets through, or because no socket does.
    Doubtful,
    /// None does.
    Lost,
}

impl Wires {
    /// As the gateway says.
    pub(crate) fn new(are_offered: bool) -> Self {
        Self(Rc::new(Cell::new(if are_offered { Hope::Given } else { Hope::Lost })))
    }

    pub(crate) fn are_to_be_had(&self) -> bool {
        self.0.get() != Hope::Lost
    }

    /// Begins to open one, for whoever will need it soon.
    pub(crate) fn begin(&self) -> oneshot::Receiver<Option<Wire>> {
        let (opened, wire) = oneshot::channel();
        let wires = self.clone();
        // Where nobody waits for it any more, it is closed.
        spawn_local(async move { drop(opened.send(wires.open().await)) });
        wire
    }

    /// Opens one.
    pub(crate) async fn open(&self) -> Option<Wire> {
        let wire = Wire::open().await;
        self.0.set(if wire.is_some() { Hope::Given } else { Hope::Doubtful });
        wire
    }

    /// A request was sent. Where it got through and a socket before it did not, something on the way lets none through; where it did
    /// not either, nothing is known of sockets.
    pub(crate) fn request_was_sent(&self, got_through: bool) {
        if self.0.get() == Hope::Doubtful {
            self.0.set(if got_through { Hope::Lost } else { Hope::Given });
        }
    }
}

enum Heard {
    Open,
    Said(ChunkEvent),
    Gone,
}

/// An open socket. Closed when dropped: what of a chunk is on its way then may arrive or not.
pub(crate) struct Wire {
    socket: WebSocket,
    heard: mpsc::UnboundedReceiver<Heard>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_others: [Closure<dyn FnMut()>; 2],
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        drop(self.socket.close());
    }
}

impl Wire {
    async fn open() -> Option<Self> {
        let origin = global::scope().location().origin();
        let url = format!("ws{}/api/v1/images/chunks", origin.strip_prefix("http")?);
        let socket = WebSocket::new(&url).ok()?;
        let (ear, heard) = mpsc::unbounded();
        let said = {
            let ear = ear.clone();
            Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
                let event = message.data().as_string().and_then(|text| serde_json::from_str(&text).ok());
                drop(ear.unbounded_send(event.map_or(Heard::Gone, Heard::Said)));
            })
        };
        let tell = |what: fn() -> Heard| {
            let ear = ear.clone();
            Closure::<dyn FnMut()>::new(move || drop(ear.unbounded_send(what())))
        };
        let [opened, closed] = [tell(|| Heard::Open), tell(|| Heard::Gone)];
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(said.as_ref().unchecked_ref()));
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        let mut wire = Self { socket, heard, _on_message: said, _on_others: [opened, closed] };
        matches!(wire.hear(OPEN_MS).await, Some(Heard::Open)).then_some(wire)
    }

    /// Whether it still is: the gateway ends what is silent for long, as during a pause.
    pub(crate) fn is_open(&self) -> bool {
        self.socket.ready_state() == WebSocket::OPEN
    }

    /// What comes next; `None` when nothing does for so long.
    async fn hear(&mut self, patience_ms: u32) -> Option<Heard> {
        match select(self.heard.next(), pin!(TimeoutFuture::new(patience_ms))).await {
            Either::Left((heard, _)) => Some(heard.unwrap_or(Heard::Gone)),
            Either::Right(_) => None,
        }
    }

    /// Begins the chunk of this request.
    pub(crate) fn begin(&mut self, request: &Request, most_bytes: u64) -> Chunk<'_> {
        let offset = if let Body::Range { offset, .. } = request.body { offset } else { 0 };
        let message_bytes = (most_bytes / MESSAGES_OF_A_CHUNK).clamp(MESSAGE_MIN_BYTES, CHUNK_MESSAGE_MAX_BYTES as u64);
        let chunk =
            Chunk { wire: self, message_bytes: message_bytes as u32, sent: 0, taken: 0, began_ms: global::now_ms() };
        chunk.order(&ChunkOrder::Begin { upload: request.url.clone(), offset });
        chunk
    }
}

/// A chunk on its way.
pub(crate) struct Chunk<'a> {
    wire: &'a mut Wire,
    message_bytes: u32,
    sent: u64,
    taken: u64,
    began_ms: f64,
}

/// How a chunk stands.
pub(crate) enum Course {
    /// On its way.
    On,
    /// Over, with this event for its upload.
    Over(Event),
}

impl Chunk<'_> {
    /// Bytes in a message.
    pub(crate) fn message_bytes(&self) -> u64 {
        u64::from(self.message_bytes)
    }

    /// Bytes that have gone on to the registry.
    pub(crate) fn taken_bytes(&self) -> u64 {
        self.taken
    }

    /// Sends one message, as soon as not too much is on its way.
    pub(crate) async fn send(&mut self, bytes: &Uint8Array) -> Course {
        while self.sent > self.taken + UNDERWAY_BYTES {
            if let Course::Over(event) = self.hear().await {
                return Course::Over(event);
            }
        }
        while let Ok(heard) = self.wire.heard.try_recv() {
            if let Course::Over(event) = self.hears(Some(heard)) {
                return Course::Over(event);
            }
        }
        // A socket that is closing passes over what it is given, and says that it is gone.
        drop(self.wire.socket.send_with_js_u8_array(bytes));
        self.sent += u64::from(bytes.length());
        Course::On
    }

    /// Says that this was all; [`Self::hear`] then tells what comes of it.
    pub(crate) fn end(&self) {
        self.order(&ChunkOrder::End);
    }

    /// Waits for the next word about it.
    pub(crate) async fn hear(&mut self) -> Course {
        let heard = self.wire.hear(PATIENCE_MS).await;
        self.hears(heard)
    }

    fn hears(&mut self, heard: Option<Heard>) -> Course {
        match heard {
            Some(Heard::Said(ChunkEvent::Taken { bytes })) => {
                self.taken = bytes;
                Course::On
            }
            Some(Heard::Said(ChunkEvent::Answer { status, headers, body })) => {
                let answer = Answer::new(status).took((global::now_ms() - self.began_ms) as u64);
                let answer = headers.iter().fold(answer, |answer, (name, value)| answer.header(name, value));
                Course::Over(Event::Answer(answer.body(body.as_bytes())))
            }
            Some(Heard::Said(ChunkEvent::Unknown) | Heard::Open) => Course::On,
            Some(Heard::Gone) => Course::Over(Event::NoAnswer),
            None => Course::Over(Event::TimedOut),
        }
    }

    fn order(&self, order: &ChunkOrder) {
        let text = serde_json::to_string(order).expect("orders are plain data");
        drop(self.wire.socket.send_with_str(&text));
    }
}
