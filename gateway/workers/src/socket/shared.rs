//! What many viewers are sent is copied out of the module once.
//!
//! The platform sends later, when the module's bytes may be gone, and holds on to the copy until the slowest socket has taken it: a
//! copy for each viewer would cost a thousand times the frame.

use bytes::Bytes;
use js_sys::{ArrayBuffer, Uint8Array};
use std::{cell::RefCell, collections::VecDeque};

/// As many frames as one viewer may have unanswered: each viewer is sent those before the next one's turn.
const KEPT: usize = 8;

thread_local! {
    static COPIES: RefCell<VecDeque<(Bytes, ArrayBuffer)>> = const { RefCell::new(VecDeque::new()) };
}

/// A copy of the bytes that is never written to; the same one for the same bytes in memory.
pub(super) fn copied(bytes: &Bytes) -> ArrayBuffer {
    COPIES.with_borrow_mut(|copies| {
        // The kept clone holds the memory, so nothing else can be at its address.
        let same = |kept: &Bytes| kept.as_ptr() == bytes.as_ptr() && kept.len() == bytes.len();
        if let Some((_, copy)) = copies.iter().find(|(kept, _)| same(kept)) {
            return copy.clone();
        }
        let copy = Uint8Array::from(&bytes[..]).buffer();
        if copies.len() == KEPT {
            copies.pop_front();
        }
        copies.push_back((bytes.clone(), copy.clone()));
        copy
    })
}
