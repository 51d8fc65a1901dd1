//! One block: what was found in it, and how it is written (RFC 1951, section 3.2).

use super::BLOCK_BYTES;
use super::bits::{BitWriter, Place, Roomy};
use super::header;
use super::huffman;
use super::symbols::{self, DISTANCES, END, LITERALS};

#[derive(Clone, Copy)]
struct Match {
    /// Bytes before it that belong to no match.
    literals: u32,
    len: u16,
    /// Less one, so that it fits.
    back: u16,
}

/// Bytes that are copied at once; so many more than are needed may be.
const STRIDE: usize = 16;
/// Literals from one flush to the next.
const FEW: usize = 4;
/// Counts side by side: the same byte twice in a row is then no reason to wait for its count.
const COUNTS: usize = 4;

pub(super) struct Block {
    matches: Vec<Match>,
    /// The bytes that belong to no match, and room behind them.
    plain: Vec<u8>,
    plain_len: usize,
    /// How often each literal and length occurs, and each distance.
    literals: [u32; LITERALS],
    distances: [u32; DISTANCES],
}

impl Block {
    pub(super) fn new() -> Self {
        let plain = vec![0; BLOCK_BYTES + STRIDE];
        Self { matches: Vec::new(), plain, plain_len: 0, literals: [0; LITERALS], distances: [0; DISTANCES] }
    }

    pub(super) fn begin(&mut self) {
        self.matches.clear();
        self.plain_len = 0;
        self.literals.fill(0);
        self.distances.fill(0);
        self.literals[END] = 1;
    }

    /// The bytes of the input from `from` up to `to`, behind which there are [`STRIDE`] more.
    #[inline(always)]
    pub(super) fn literals(&mut self, input: &[u8], from: usize, to: usize) {
        let (mut at, mut there) = (from, self.plain_len);
        // Whole strides, for most are no longer than one: how many bytes it is exactly cannot be foretold.
        loop {
            self.plain[there..there + STRIDE].copy_from_slice(&input[at..at + STRIDE]);
            at += STRIDE;
            there += STRIDE;
            if at >= to {
                break;
            }
        }
        self.plain_len += to - from;
    }

    /// The bytes behind the last match.
    pub(super) fn last_literals(&mut self, bytes: &[u8]) {
        let end = self.plain_len + bytes.len();
        self.plain[self.plain_len..end].copy_from_slice(bytes);
        self.plain_len = end;
    }

    /// So many bytes without a match, and then one.
    #[inline(always)]
    pub(super) fn matched(&mut self, literals: usize, len: usize, back: usize) {
        self.literals[symbols::of_length(len)] += 1;
        self.distances[symbols::of_distance(back).0] += 1;
        self.matches.push(Match { literals: literals as u32, len: len as u16, back: (back - 1) as u16 });
    }

    /// Counts the bytes that belong to no match.
    // Kept apart (docs/ARCHITECTURE.md, "Functions that run long").
    #[inline(never)]
    fn count_literals(&mut self) {
        let mut counts = [[0_u32; 256]; COUNTS];
        let (strides, rest) = self.plain[..self.plain_len].as_chunks::<COUNTS>();
        for stride in strides {
            for (byte, counts) in stride.iter().zip(&mut counts) {
                counts[usize::from(*byte)] += 1;
            }
        }
        for (byte, counts) in rest.iter().zip(&mut counts) {
            counts[usize::from(*byte)] += 1;
        }
        for (byte, count) in self.literals[..256].iter_mut().enumerate() {
            *count = counts.iter().map(|counts| counts[byte]).sum();
        }
    }

    /// Writes it, as it is where codes would not make it smaller.
    pub(super) fn write(&mut self, input: &[u8], is_last: bool, out: &mut BitWriter<'_>) {
        self.count_literals();
        let mut literal_lengths = [0; LITERALS];
        let mut distance_lengths = [0; DISTANCES];
        huffman::lengths(&self.literals, huffman::LONGEST, &mut literal_lengths);
        huffman::lengths(&self.distances, huffman::LONGEST, &mut distance_lengths);
        let bytes = self.coded_bytes(&literal_lengths, &distance_lengths);
        if bytes >= input.len() as u64 {
            return stored(input, is_last, out);
        }
        out.add(u64::from(is_last), 1);
        out.add(2, 2);
        header::write(&literal_lengths, &distance_lengths, out);
        out.with_room(bytes as usize, |out| self.write_coded(&literal_lengths, &distance_lengths, out));
    }

    /// How long it becomes: exactly, but for a header that is about so long.
    fn coded_bytes(&self, literal_lengths: &[u8; LITERALS], distance_lengths: &[u8; DISTANCES]) -> u64 {
        const ABOUT_A_HEADER: u64 = 80;
        let literals = self.literals.iter().zip(literal_lengths).enumerate();
        let literals =
            literals.map(|(symbol, (count, length))| (count, u32::from(*length) + symbols::length_extra(symbol)));
        let distances = self.distances.iter().zip(distance_lengths).enumerate();
        let distances =
            distances.map(|(symbol, (count, length))| (count, u32::from(*length) + symbols::distance_extra(symbol)));
        let bits: u64 = literals.chain(distances).map(|(count, bits)| u64::from(*count) * u64::from(bits)).sum();
        ABOUT_A_HEADER + bits / 8
    }

    // Kept apart (docs/ARCHITECTURE.md, "Functions that run long").
    #[inline(never)]
    fn write_coded(
        &self,
        literal_lengths: &[u8; LITERALS],
        distance_lengths: &[u8; DISTANCES],
        mut out: Roomy<'_>,
    ) -> Place {
        let mut codes = [0; LITERALS];
        huffman::codes(literal_lengths, &mut codes);
        let mut distance_codes = [0; DISTANCES];
        huffman::codes(distance_lengths, &mut distance_codes);
        let literals = std::array::from_fn(|byte| Word::new(codes[byte], literal_lengths[byte]));
        let lengths: [Word; 256] = std::array::from_fn(|less| {
            let symbol = symbols::of_length(less + 3);
            let (extra, bits) = (symbols::length_rest(less + 3), symbols::length_extra(symbol));
            Word::new(codes[symbol], literal_lengths[symbol]).and(extra, bits)
        });
        let distances: [Word; 32] = std::array::from_fn(|symbol| match distance_codes.get(symbol) {
            Some(code) => Word::new(*code, distance_lengths[symbol]),
            None => Word(0),
        });
        let mut plain = 0;
        for found in &self.matches {
            self.write_literals(plain, found.literals as usize, &literals, &mut out);
            plain += found.literals as usize;
            lengths[usize::from(found.len - 3) & 255].write(&mut out);
            let (symbol, rest, bits) = symbols::of_distance(usize::from(found.back) + 1);
            distances[symbol & 31].write(&mut out);
            out.add(u64::from(rest), bits);
            out.flush();
        }
        self.write_literals(plain, self.plain_len - plain, &literals, &mut out);
        Word::new(codes[END], literal_lengths[END]).write(&mut out);
        out.flush();
        out.place()
    }

    /// So many of the bytes that belong to no match, from this one on.
    #[inline(always)]
    fn write_literals(&self, mut at: usize, mut count: usize, words: &[Word; 256], out: &mut Roomy<'_>) {
        while count >= FEW {
            for byte in self.few(at) {
                words[usize::from(*byte)].write(out);
            }
            out.flush();
            at += FEW;
            count -= FEW;
        }
        // Whether there is one more cannot be foretold: those that are none are written as nothing.
        for (number, byte) in self.few(at)[..FEW - 1].iter().enumerate() {
            words[usize::from(*byte)].only_if(number < count).write(out);
        }
        out.flush();
    }

    #[inline(always)]
    fn few(&self, at: usize) -> &[u8; FEW] {
        self.plain[at..at + FEW].try_into().expect("so many are so many")
    }
}

/// A code with all that follows from it, in one load: bits, and in the highest byte how many.
#[derive(Clone, Copy)]
struct Word(u32);

impl Word {
    fn new(code: u16, length: u8) -> Self {
        Self(u32::from(code) | u32::from(length) << 24)
    }

    fn and(self, bits: u32, count: u32) -> Self {
        Self((self.0 | bits << (self.0 >> 24)) + (count << 24))
    }

    /// Nothing, if not; without a branch.
    #[inline(always)]
    fn only_if(self, it_is: bool) -> Self {
        Self(self.0 & u32::from(it_is).wrapping_neg())
    }

    #[inline(always)]
    fn write(self, out: &mut Roomy<'_>) {
        out.add(u64::from(self.0 & 0xff_ffff), self.0 >> 24);
    }
}

/// As they are (section 3.2.4), in pieces as long as their length can be written.
fn stored(input: &[u8], is_last: bool, out: &mut BitWriter<'_>) {
    let mut rest = input;
    loop {
        let (piece, after) = rest.split_at(rest.len().min(usize::from(u16::MAX)));
        rest = after;
        out.add(u64::from(is_last && rest.is_empty()), 3);
        out.align();
        let len = piece.len() as u16;
        out.bytes(&len.to_le_bytes());
        out.bytes(&(!len).to_le_bytes());
        out.bytes(piece);
        if rest.is_empty() {
            return;
        }
    }
}
