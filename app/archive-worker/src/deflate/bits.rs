//! Bits into bytes, the least significant first (RFC 1951, section 3.1.1).

/// Bytes that one flush writes, of which those that are not whole yet are written again by the next.
const WORD: usize = 8;

pub(super) struct BitWriter<'a> {
    out: &'a mut Vec<u8>,
    at: usize,
    bits: u64,
    count: u32,
}

impl<'a> BitWriter<'a> {
    /// Appends to `out`, which is given room for so many bytes at first.
    pub(super) fn new(out: &'a mut Vec<u8>, room: usize) -> Self {
        let at = out.len();
        out.resize(at + room, 0);
        Self { out, at, bits: 0, count: 0 }
    }

    /// Adds bits: at most 56 from one [`Self::flush`] to the next.
    #[inline(always)]
    pub(super) fn add(&mut self, bits: u64, count: u32) {
        self.bits |= bits << self.count;
        self.count += count;
        debug_assert!(self.count < 64, "a flush is missing");
    }

    /// Writes the bytes that are whole.
    #[inline(always)]
    pub(super) fn flush(&mut self) {
        if self.out.len() < self.at + WORD {
            self.grow(WORD);
        }
        self.out[self.at..self.at + WORD].copy_from_slice(&self.bits.to_le_bytes());
        let whole = self.count & !7;
        self.at += (whole >> 3) as usize;
        self.bits >>= whole;
        self.count &= 7;
    }

    /// Fills the byte that was begun with zeros.
    pub(super) fn align(&mut self) {
        self.flush();
        if self.count > 0 {
            self.count = 8;
            self.flush();
        }
    }

    /// Whole bytes; to be aligned before.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        debug_assert_eq!(self.count, 0, "it is not aligned");
        if self.out.len() < self.at + bytes.len() {
            self.grow(bytes.len());
        }
        self.out[self.at..self.at + bytes.len()].copy_from_slice(bytes);
        self.at += bytes.len();
    }

    pub(super) fn finish(mut self) {
        self.align();
        self.out.truncate(self.at);
    }

    #[cold]
    fn grow(&mut self, by: usize) {
        let room = by.max(self.out.len() / 2);
        self.out.resize(self.out.len() + room, 0);
    }
}
