//! A blob in the making: pieces of a file's layer go to the hands ahead of time, and come back in order, pressed and hashed.

use crate::joint::{Expected, Joint, Linked};
use crate::mark::{self, Mark};
use crate::pool::{Making, Pool, Pressed};
use crate::press::{Method, PIECE_BYTES};
use crate::reader::Reader;
use archive_protocol::{Fault, FaultCode};
use futures::channel::mpsc;
use futures::{SinkExt as _, StreamExt as _};
use js_sys::{ArrayBuffer, Uint8Array};
use std::collections::VecDeque;
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

/// Pieces that are made ahead of what the network takes, besides the one whose sender waits.
const AHEAD: usize = 0;
/// Pieces of a layer that are in the making, or made, besides the next one and the one whose sender waits: a hand that has nothing to make
/// while the pieces before are hashed stands idle.
const PIECES_AHEAD: usize = 2;

/// One piece of the blob, in order.
pub(crate) struct Part {
    pub(crate) bytes: Uint8Array,
    /// Where the blob stands behind it.
    pub(crate) after: Mark,
}

/// What a blob is made from.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) blob: Blob,
    pub(crate) size_bytes: u64,
    pub(crate) method: Method,
}

impl Source {
    /// The blob's parts from a mark on; they are made ahead, and no further than the receiver keeps up.
    pub(crate) fn parts(&self, joint: &Joint, from: Mark) -> mpsc::Receiver<Result<Part, Fault>> {
        let (mut sender, parts) = mpsc::channel(AHEAD);
        let pieces = self.pieces(joint.pool(), &from);
        let mut maker = Maker { joint: joint.clone(), pieces, mark: from };
        spawn_local(async move {
            while let Some(part) = maker.part().await {
                let failed = part.is_err();
                if sender.send(part).await.is_err() || failed {
                    break;
                }
            }
        });
        parts
    }

    /// The pieces in the making.
    fn pieces(&self, pool: &Pool, from: &Mark) -> mpsc::Receiver<Result<Making, Fault>> {
        let (mut sender, pieces) = mpsc::channel(PIECES_AHEAD);
        let (source, pool) = (self.clone(), pool.clone());
        let mut next = from.read_bytes;
        // An empty layer is one empty piece: its compressed form is not empty.
        let mut empty = source.size_bytes == 0 && source.method != Method::Stored && from.made_bytes == 0;
        spawn_local(async move {
            let mut reader = Reader::new(source.blob, next, source.size_bytes);
            while next < source.size_bytes || empty {
                let len = PIECE_BYTES.min(source.size_bytes - next);
                let read = reader.read(pool.shelf().take(), len as u32).await;
                let piece = read.map(|read| pool.make(read, source.method));
                (next, empty) = (next + len, false);
                let failed = piece.is_err();
                if sender.send(piece).await.is_err() || failed {
                    break;
                }
            }
        });
        pieces
    }
}

struct Maker {
    joint: Joint,
    pieces: mpsc::Receiver<Result<Making, Fault>>,
    mark: Mark,
}

impl Maker {
    async fn part(&mut self) -> Option<Result<Part, Fault>> {
        let piece = match self.pieces.next().await? {
            Ok(piece) => piece,
            Err(fault) => return Some(Err(fault)),
        };
        let expected = self.joint.expect();
        Some(match piece.pressed().await {
            Ok(pressed) => self.link(expected, pressed).await,
            Err(fault) => Err(fault),
        })
    }

    async fn link(&mut self, turn: Expected, pressed: Pressed) -> Result<Part, Fault> {
        let read_bytes = u64::from(pressed.read.length());
        let Linked { chain, bytes } = turn.link(self.mark.chain()?, pressed).await?;
        let made_bytes = self.mark.made_bytes + u64::from(bytes.length());
        self.mark = Mark::at(self.mark.read_bytes + read_bytes, made_bytes, &chain);
        Ok(Part { bytes, after: self.mark.clone() })
    }
}

/// What of the blob is at hand: one region from `start` to `end` of it, in the parts that it was made in.
pub(crate) struct Window {
    source: Source,
    joint: Joint,
    coming: mpsc::Receiver<Result<Part, Fault>>,
    held: VecDeque<Uint8Array>,
    start: u64,
    end: u64,
    /// Points to begin again from, the last one last.
    marks: Vec<Mark>,
    /// Where parts are put together.
    memory: ArrayBuffer,
}

impl Window {
    pub(crate) fn open(source: Source, joint: &Joint, from: Mark) -> Self {
        let coming = source.parts(joint, from.clone());
        let (start, end) = (from.made_bytes, from.made_bytes);
        let (held, memory) = (VecDeque::new(), ArrayBuffer::new(0));
        Self { source, joint: joint.clone(), coming, held, start, end, marks: vec![from], memory }
    }

    /// Bytes of the blob that are made.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Where making stands.
    pub(crate) fn mark(&self) -> &Mark {
        self.marks.last().unwrap_or_else(|| unreachable!("a window has at least the mark that it was opened with"))
    }

    /// Whether all of the layer is read.
    pub(crate) fn is_complete(&self) -> bool {
        let mark = self.mark();
        let begun = mark.made_bytes > 0 || self.source.method == Method::Stored;
        mark.read_bytes == self.source.size_bytes && begun
    }

    /// The last point up to which the registry has everything.
    pub(crate) fn safe_mark(&self, sent_bytes: u64) -> Mark {
        self.marks.iter().rev().find(|mark| mark.made_bytes <= sent_bytes).cloned().unwrap_or_else(Mark::start)
    }

    /// Bytes of the layer that so many bytes of the blob stand for; within a piece in proportion.
    pub(crate) fn read_bytes_of(&self, sent_bytes: u64) -> u64 {
        mark::read_bytes_of(&self.marks, sent_bytes)
    }

    /// Takes in the next part.
    pub(crate) async fn pull(&mut self) -> Result<(), Fault> {
        let part = self.coming.next().await;
        let part = part.unwrap_or_else(|| Err(Fault::new(FaultCode::Broken, "the file ended before its layer did")))?;
        self.held.push_back(part.bytes);
        self.end = part.after.made_bytes;
        self.marks.push(part.after);
        Ok(())
    }

    /// Forgets what nobody will ask for, or seldom: it would be made again.
    pub(crate) fn forget_before(&mut self, offset: u64) {
        while let Some(first) = self.held.front()
            && self.start + u64::from(first.length()) <= offset
        {
            self.start += u64::from(first.length());
            self.joint.pool().shelf().put(first);
            self.held.pop_front();
        }
    }

    /// At least one and at most `most` bytes of the blob from `offset` on, as they come; they hold until they are forgotten.
    pub(crate) async fn some(&mut self, offset: u64, most: u64) -> Result<Uint8Array, Fault> {
        self.reach(offset, offset + 1).await?;
        let (mut from, mut parts) = (self.start, self.held.iter());
        loop {
            let part = parts.next().unwrap_or_else(|| unreachable!("what is before the end is in one of the parts"));
            let until = from + u64::from(part.length());
            if offset < until {
                return Ok(part.subarray((offset - from) as u32, (until.min(offset + most) - from) as u32));
            }
            from = until;
        }
    }

    /// These bytes of the blob, until the window is changed.
    pub(crate) async fn bytes(&mut self, offset: u64, len: u64) -> Result<Uint8Array, Fault> {
        self.reach(offset, offset + len).await?;
        if self.memory.byte_length() < len as u32 {
            self.memory = ArrayBuffer::new(len as u32);
        }
        let bytes = Uint8Array::new_with_byte_offset_and_length(&self.memory, 0, len as u32);
        let mut done = 0;
        while done < len {
            let some = self.some(offset + done, len - done).await?;
            bytes.set(&some, done as u32);
            done += u64::from(some.length());
        }
        Ok(bytes)
    }

    /// Has these bytes at hand; what was forgotten is made again.
    async fn reach(&mut self, offset: u64, end: u64) -> Result<(), Fault> {
        if offset < self.start {
            let from = self.safe_mark(offset);
            self.marks.retain(|mark| mark.made_bytes < from.made_bytes);
            self.marks.push(from.clone());
            self.forget_before(self.end);
            (self.start, self.end) = (from.made_bytes, from.made_bytes);
            self.coming = self.source.parts(&self.joint, from);
        }
        while self.end < end {
            self.pull().await?;
            self.forget_before(offset);
        }
        Ok(())
    }
}
