//! One WebSocket to the own origin; closes when dropped.

use leptos::prelude::window;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

/// What a socket tells.
pub(crate) enum Incoming {
    /// It is open.
    Open,
    /// A text frame.
    Text(String),
    /// A binary frame.
    Binary(js_sys::Uint8Array),
    /// It is closed, or never opened. The last thing it tells.
    Closed {
        /// WebSocket close code; 1006 where there was none.
        code: u16,
    },
}

/// An open or opening WebSocket.
pub(crate) struct Socket {
    socket: WebSocket,
    _on_open: Closure<dyn FnMut()>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(CloseEvent)>,
}

impl Socket {
    /// Opens a path of the own origin, such as `/api/v1/jobs/events`.
    pub(crate) fn open(path: &str, tell: Rc<dyn Fn(Incoming)>) -> Result<Self, JsValue> {
        let location = window().location();
        let scheme = if location.protocol()? == "https:" { "wss" } else { "ws" };
        let socket = WebSocket::new(&format!("{scheme}://{}{path}", location.host()?))?;
        socket.set_binary_type(BinaryType::Arraybuffer);

        let on_open = Closure::<dyn FnMut()>::new({
            let tell = Rc::clone(&tell);
            move || tell(Incoming::Open)
        });
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new({
            let tell = Rc::clone(&tell);
            move |event: MessageEvent| {
                let data = event.data();
                match data.as_string() {
                    Some(text) => tell(Incoming::Text(text)),
                    None => tell(Incoming::Binary(js_sys::Uint8Array::new(&data))),
                }
            }
        });
        let on_close = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
            tell(Incoming::Closed { code: event.code() });
        });
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Ok(Self { socket, _on_open: on_open, _on_message: on_message, _on_close: on_close })
    }

    /// Sends a text frame; one that cannot be sent is as lost as one sent into a broken connection.
    pub(crate) fn send_text(&self, text: &str) {
        drop(self.socket.send_with_str(text));
    }

    /// Sends a binary frame, with the same care.
    pub(crate) fn send_binary(&self, bytes: &[u8]) {
        drop(self.socket.send_with_u8_array(bytes));
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        drop(self.socket.close());
    }
}
