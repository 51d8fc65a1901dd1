//! A hand: makes pieces as they are ordered, and links each into its layer's chain when its turn comes.
//!
//! Orders are arrays: `[id, blob, method]` makes a piece, `[id, state]` links it. Answers: `[id, state, bytes, read]`, or `[id, words]`
//! when it failed. The piece stays here between the two; only what was made of it leaves.

use crate::chain::Chain;
use crate::global;
use crate::press::{Method, Press};
use futures::channel::oneshot;
use js_sys::{Array, Uint8Array};
use std::cell::RefCell;
use std::collections::HashMap;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

thread_local! {
    static PRESS: RefCell<Press> = RefCell::new(Press::new());
    static WAITING: RefCell<HashMap<u32, oneshot::Sender<Vec<u8>>>> = RefCell::default();
}

/// Takes an order of the conductor.
pub(crate) fn receive(message: JsValue) {
    let order: Array = message.unchecked_into();
    let id = number(&order.get(0));
    if let Ok(blob) = order.get(1).dyn_into::<Blob>() {
        let method = Method::from_number(number(&order.get(2)));
        let (turn, state) = oneshot::channel();
        WAITING.with_borrow_mut(|waiting| waiting.insert(id, turn));
        spawn_local(work(id, blob, method, state));
    } else if let Some(turn) = WAITING.with_borrow_mut(|waiting| waiting.remove(&id)) {
        match order.get(1).dyn_into::<Uint8Array>() {
            Ok(state) => drop(turn.send(state.to_vec())),
            // No state: the piece is not wanted any more.
            Err(_) => drop(turn),
        }
    }
}

fn number(value: &JsValue) -> u32 {
    value.as_f64().unwrap_or_default() as u32
}

async fn work(id: u32, blob: Blob, method: Method, state: oneshot::Receiver<Vec<u8>>) {
    let answer = match make(&blob, method).await {
        Ok((read, made)) => {
            let Ok(state) = state.await else { return };
            link(id, &state, &read, made.as_deref())
        }
        Err(words) => {
            WAITING.with_borrow_mut(|waiting| waiting.remove(&id));
            Array::of2(&id.into(), &words.into())
        }
    };
    let buffers = Array::new();
    if let Ok(bytes) = answer.get(2).dyn_into::<Uint8Array>() {
        buffers.push(&bytes.buffer());
    }
    // It can only fail when the conductor is gone.
    drop(global::scope().post_message_with_transfer(&answer, &buffers));
}

async fn make(blob: &Blob, method: Method) -> Result<(Vec<u8>, Option<Vec<u8>>), String> {
    let read = global::read(blob).await.map_err(|error| global::words(&error))?.to_vec();
    let made = PRESS.with_borrow_mut(|press| press.press(method, &read)).map_err(|error| error.to_string())?;
    Ok((read, made))
}

fn link(id: u32, state: &[u8], read: &[u8], made: Option<&[u8]>) -> Array {
    match Chain::from_bytes(state) {
        Ok(mut chain) => {
            chain.link(read, made);
            let bytes = Uint8Array::from(made.unwrap_or(read));
            let state = Uint8Array::from(&chain.to_bytes()[..]);
            Array::of4(&id.into(), &state, &bytes, &(read.len() as f64).into())
        }
        Err(error) => Array::of2(&id.into(), &error.to_string().into()),
    }
}
