//! A hand: makes pieces and hashes them, as it is ordered.
//!
//! Orders are arrays. `[id, read, method, memory]` makes a piece; the answer is `[id, read, made]`, where `made` lies in that memory and
//! is absent for what stays as it is. `[id, states, reads, mades]` adds a piece to each of several chains; the answer is
//! `[id, states, reads, mades]`. Either is answered by `[id, words]` when it failed. Bytes go and come without being copied; a hand
//! keeps nothing between two orders.

use crate::chain::{Bytes, Chain, Link, NoState};
use crate::global;
use crate::press::{Method, Press, Unpressed};
use js_sys::{Array, ArrayBuffer, Uint8Array};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};

thread_local! {
    static PRESS: RefCell<Press> = RefCell::new(Press::new());
}

/// Takes an order of the conductor.
pub(crate) fn receive(message: JsValue) {
    let order: Array = message.unchecked_into();
    let id = order.get(0);
    if let Some(method) = order.get(2).as_f64() {
        let (read, memory): (Uint8Array, ArrayBuffer) = (order.get(1).unchecked_into(), order.get(3).unchecked_into());
        match make(&read, Method::from_number(method as u32), &memory) {
            Ok(made) => answer(&Array::of3(&id, &read, &made.clone().into()), [&read].into_iter().chain(&made)),
            Err(error) => failed(&id, &error.to_string()),
        }
    } else {
        let (states, reads, mades): (Uint8Array, Array, Array) =
            (order.get(1).unchecked_into(), order.get(2).unchecked_into(), order.get(3).unchecked_into());
        match hash(&states.to_vec(), &reads, &mades) {
            Ok(states) => {
                let bytes: Vec<Uint8Array> = reads.iter().chain(mades.iter()).flat_map(JsCast::dyn_into).collect();
                answer(&Array::of4(&id, &Uint8Array::from(&states[..]), &reads, &mades), &bytes);
            }
            Err(error) => failed(&id, &error.to_string()),
        }
    }
}

/// It can only fail when the conductor is gone.
fn answer<'a>(answer: &Array, moved: impl IntoIterator<Item = &'a Uint8Array>) {
    let buffers: Array = moved.into_iter().map(Uint8Array::buffer).collect();
    drop(global::scope().post_message_with_transfer(answer, &buffers));
}

fn failed(id: &JsValue, words: &str) {
    drop(global::scope().post_message(&Array::of2(id, &words.into())));
}

fn make(read: &Uint8Array, method: Method, memory: &ArrayBuffer) -> Result<Option<Uint8Array>, Unpressed> {
    PRESS.with_borrow_mut(|press| {
        read.copy_to(press.piece(read.length() as usize));
        let made = press.press(method)?;
        Ok(made.map(|made| {
            if made.len() as u32 > memory.byte_length() {
                return Uint8Array::from(made);
            }
            let there = Uint8Array::new_with_byte_offset_and_length(memory, 0, made.len() as u32);
            there.copy_from(made);
            there
        }))
    })
}

fn hash(states: &[u8], reads: &Array, mades: &Array) -> Result<Vec<u8>, NoState> {
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
    Ok(chains.iter().flat_map(Chain::to_bytes).collect())
}

/// Parts of bytes that are outside of this module's memory.
fn from(bytes: &Uint8Array) -> impl Fn(usize, &mut [u8]) {
    |at, to| {
        let at = at as u32;
        bytes.subarray(at, at + to.len() as u32).copy_to(to);
    }
}
