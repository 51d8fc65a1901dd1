//! Memory for pieces, used again and again: what is new to a process is cleared and mapped page by page, a cost that showed in every push.

use crate::press::PIECE_BYTES;
use js_sys::{ArrayBuffer, Uint8Array};
use std::cell::RefCell;

/// A piece that does not shrink has a little more made of it than read.
const BUFFER_BYTES: u32 = PIECE_BYTES as u32 + 64 * 1024;
/// As many as wait at most; what comes back besides is given to the browser.
const MOST_BUFFERS: usize = 40;

/// Where memory waits that nobody uses at the moment.
#[derive(Default)]
pub(crate) struct Shelf(RefCell<Vec<ArrayBuffer>>);

impl Shelf {
    /// Memory with room for a piece, read or made; what is in it is of no meaning.
    pub(crate) fn take(&self) -> ArrayBuffer {
        self.0.borrow_mut().pop().unwrap_or_else(|| ArrayBuffer::new(BUFFER_BYTES))
    }

    /// Gives memory back whose bytes nobody needs.
    pub(crate) fn put(&self, bytes: &Uint8Array) {
        let buffer = bytes.buffer();
        let mut waiting = self.0.borrow_mut();
        if buffer.byte_length() == BUFFER_BYTES && waiting.len() < MOST_BUFFERS {
            waiting.push(buffer);
        }
    }

    /// Gives the browser what waits.
    pub(crate) fn clear(&self) {
        self.0.borrow_mut().clear();
    }
}
