//! A hand: makes pieces and hashes them, as it is ordered.
//!
//! Orders are arrays. `[id, blob, method]` makes a piece; the answer is `[id, read, made]`, where `made` is absent for what stays as it
//! is. `[id, states, reads, mades]` adds a piece to each of several chains; the answer is `[id, states, parts]`: what leaves of each.
//! Either is answered by `[id, words]` when it failed. Bytes go and come without being copied; a hand keeps nothing between two orders.

use crate::chain::{Bytes, Chain, Link, NoState};
use crate::global;
use crate::press::{Method, Press};
use js_sys::{Array, Uint8Array};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

thread_local! {
    static PRESS: RefCell<Press> = RefCell::new(Press::new());
}

/// Takes an order of the conductor.
pub(crate) fn receive(message: JsValue) {
    let order: Array = message.unchecked_into();
    let id = order.get(0);
    if let Ok(blob) = order.get(1).dyn_into::<Blob>() {
        let method = Method::from_number(order.get(2).as_f64().unwrap_or_default() as u32);
        spawn_local(async move {
            match make(&blob, method).await {
                Ok((read, made)) => answer(&id, &read, &JsValue::from(made.clone()), [&read].into_iter().chain(&made)),
                Err(words) => failed(&id, &words),
            }
        });
    } else {
        let (states, reads, mades): (Uint8Array, Array, Array) =
            (order.get(1).unchecked_into(), order.get(2).unchecked_into(), order.get(3).unchecked_into());
        match hash(&states.to_vec(), &reads, &mades) {
            Ok((states, parts)) => {
                let bytes: Vec<Uint8Array> = parts.iter().map(JsCast::unchecked_into).collect();
                answer(&id, &Uint8Array::from(&states[..]), &parts, &bytes);
            }
            Err(error) => failed(&id, &error.to_string()),
        }
    }
}

/// It can only fail when the conductor is gone.
fn answer<'a>(id: &JsValue, first: &JsValue, second: &JsValue, moved: impl IntoIterator<Item = &'a Uint8Array>) {
    let buffers: Array = moved.into_iter().map(Uint8Array::buffer).collect();
    drop(global::scope().post_message_with_transfer(&Array::of3(id, first, second), &buffers));
}

fn failed(id: &JsValue, words: &str) {
    drop(global::scope().post_message(&Array::of2(id, &words.into())));
}

async fn make(blob: &Blob, method: Method) -> Result<(Uint8Array, Option<Uint8Array>), String> {
    let read = global::read(blob).await.map_err(|error| global::words(&error))?;
    if method == Method::Stored {
        return Ok((read, None));
    }
    let made = PRESS.with_borrow_mut(|press| press.press(method, &read.to_vec()));
    let made = made.map_err(|error| error.to_string())?;
    Ok((read, made.map(|made| Uint8Array::from(&made[..]))))
}

fn hash(states: &[u8], reads: &Array, mades: &Array) -> Result<(Vec<u8>, Array), NoState> {
    let reads: Vec<Uint8Array> = reads.iter().map(JsCast::unchecked_into).collect();
    let mades: Vec<Option<Uint8Array>> = mades.iter().map(|made| made.dyn_into().ok()).collect();
    let chains = states.chunks_exact((states.len() / reads.len().max(1)).max(1)).map(Chain::from_bytes);
    let mut chains: Vec<Chain> = chains.collect::<Result<_, _>>()?;
    let reading: Vec<_> = reads.iter().map(from).collect();
    let remaking: Vec<_> = mades.iter().map(|made| made.as_ref().map(from)).collect();
    let links =
        reads.iter().zip(&reading).zip(mades.iter().zip(&remaking)).map(|((read, reading), (made, remaking))| {
            let read = Bytes { len: read.length() as usize, read: reading };
            let made = made.as_ref().zip(remaking.as_ref());
            Link { read, made: made.map(|(made, read)| Bytes { len: made.length() as usize, read }) }
        });
    Chain::link(&mut chains, &links.collect::<Vec<_>>());
    let parts = mades.iter().zip(&reads).map(|(made, read)| made.as_ref().unwrap_or(read)).collect();
    Ok((chains.iter().flat_map(Chain::to_bytes).collect(), parts))
}

/// Parts of bytes that are outside of this module's memory.
fn from(bytes: &Uint8Array) -> impl Fn(usize, &mut [u8]) {
    |at, to| {
        let at = at as u32;
        bytes.subarray(at, at + to.len() as u32).copy_to(to);
    }
}
