//! Bits into bytes, the least significant first (RFC 1951, section 3.1.1).

/// Bytes that one flush writes, of which those that are not whole yet are written again by the next.
const WORD: usize = 8;

/// Where a writer stands: the next byte's place, and the bits that are no whole byte yet.
#[derive(Clone, Copy)]
pub(super) struct Place {
    at: usize,
    bits: u64,
    count: u32,
}

impl Place {
    #[inline(always)]
    fn add(&mut self, bits: u64, count: u32) {
        self.bits |= bits << self.count;
        self.count += count;
        debug_assert!(self.count < 64, "a flush is missing");
    }

    #[inline(always)]
    fn flush(&mut self, out: &mut [u8]) {
        out[self.at..self.at + WORD].copy_from_slice(&self.bits.to_le_bytes());
        let whole = self.count & !7;
        self.at += (whole >> 3) as usize;
        self.bits >>= whole;
        self.count &= 7;
    }
}

pub(super) struct BitWriter<'a> {
    out: &'a mut Vec<u8>,
    place: Place,
}

/// A writer with room for all that comes. It is no more than where it stands, which stays in registers: that of the writer itself, which
/// may have to grow, does not.
pub(super) struct Roomy<'a> {
    room: &'a mut [u8],
    place: Place,
}

impl Roomy<'_> {
    /// As [`BitWriter::add`].
    #[inline(always)]
    pub(super) fn add(&mut self, bits: u64, count: u32) {
        self.place.add(bits, count);
    }

    /// As [`BitWriter::flush`].
    #[inline(always)]
    pub(super) fn flush(&mut self) {
        self.place.flush(self.room);
    }

    /// Where it stands in the end.
    pub(super) fn place(&self) -> Place {
        self.place
    }
}

impl<'a> BitWriter<'a> {
    /// Appends to `out`, which is given room for so many bytes at first.
    pub(super) fn new(out: &'a mut Vec<u8>, room: usize) -> Self {
        let at = out.len();
        out.resize(at + room, 0);
        Self { out, place: Place { at, bits: 0, count: 0 } }
    }

    /// Has at most so many bytes written, and goes on where that ended.
    pub(super) fn with_room(&mut self, bytes: usize, write: impl FnOnce(Roomy<'_>) -> Place) {
        self.make_room(bytes + WORD);
        self.place = write(Roomy { room: self.out, place: self.place });
    }

    /// Adds bits: at most 56 from one [`Self::flush`] to the next.
    #[inline(always)]
    pub(super) fn add(&mut self, bits: u64, count: u32) {
        self.place.add(bits, count);
    }

    /// Writes the bytes that are whole.
    #[inline(always)]
    pub(super) fn flush(&mut self) {
        self.make_room(WORD);
        self.place.flush(self.out);
    }

    /// Fills the byte that was begun with zeros.
    pub(super) fn align(&mut self) {
        self.flush();
        if self.place.count > 0 {
            self.place.count = 8;
            self.flush();
        }
    }

    /// Whole bytes; to be aligned before.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        debug_assert_eq!(self.place.count, 0, "it is not aligned");
        self.make_room(bytes.len());
        let at = self.place.at;
        self.out[at..at + bytes.len()].copy_from_slice(bytes);
        self.place.at += bytes.len();
    }

    pub(super) fn finish(mut self) {
        self.align();
        self.out.truncate(self.place.at);
    }

    #[inline(always)]
    fn make_room(&mut self, bytes: usize) {
        if self.out.len() < self.place.at + bytes {
            self.grow(bytes);
        }
    }

    #[cold]
    fn grow(&mut self, by: usize) {
        let room = by.max(self.out.len() / 2);
        self.out.resize(self.out.len() + room, 0);
    }
}
