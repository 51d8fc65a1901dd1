//! Finding what was there before (RFC 1951, section 4), in a hurry.

use super::block::Block;
use std::ops::Range;

/// A window of 32 KiB: distances less one have so many bits.
const WINDOW_BITS: u32 = 15;
const LONGEST: usize = 258;
const SHORTEST: usize = 3;
/// At most half of a core's nearest cache, which it shares with what is read and what is found: with four times as many places a match
/// is found a little more often (0.513 instead of 0.522 of the bytes remain), and all takes a quarter longer.
const HASH_BITS: u32 = 12;
/// Which bytes of a word are hashed: the first five. What is four bytes long or shorter is seldom worth its distance.
const HASHED: u32 = 64 - 5 * 8;
/// After 2^this bytes without a match each second byte is looked at, after twice as many each third, and so on.
const PATIENCE_BITS: u32 = 5;
/// Bytes that are compared at once.
const WORD: usize = 8;
/// So near to a block's end nothing is looked for, so that whole words can be loaded.
const TAIL: usize = 32;

pub(super) struct Finder {
    /// Where each hash was seen last. An old place is no danger: the bytes there are compared.
    places: Box<[u32; 1 << HASH_BITS]>,
}

impl Finder {
    pub(super) fn new() -> Self {
        Self { places: Box::new([0; 1 << HASH_BITS]) }
    }

    /// Forgets what was seen, so that the result does not depend on it.
    pub(super) fn restart(&mut self) {
        self.places.fill(0);
    }

    /// Tells the block what is in this part of the input.
    // Kept apart (docs/ARCHITECTURE.md, "Functions that run long").
    #[inline(never)]
    pub(super) fn find(&mut self, input: &[u8], part: Range<usize>, block: &mut Block) {
        let input = &input[..part.end];
        let last = part.end.saturating_sub(TAIL);
        let (mut at, mut told) = (part.start, part.start);
        while at < last {
            let found = self.next(input, at, told, last);
            at = found.at();
            if at >= last {
                break;
            }
            let back = found.back();
            let from = at - back;
            let differs = load(input, from) ^ load(input, at);
            let mut len = same_after(input, from, at, part.end, differs);
            let more = same_before(input, from, at).min(at - told);
            at -= more;
            len += more;
            block.literals(input, told, at);
            matched(block, at - told, len, back);
            at += len;
            told = at;
            if at < last {
                self.places[hash(load(input, at - 2))] = (at - 2) as u32;
            }
        }
        block.last_literals(&input[told..part.end]);
    }

    /// The next match from `at` on, or none before `last`. A function of its own, with little to remember: within the other, which has much,
    /// V8 keeps half of it in memory.
    #[inline(never)]
    fn next(&mut self, input: &[u8], mut at: usize, told: usize, last: usize) -> Found {
        let mut back = 0;
        while at < last {
            let here = load(input, at);
            let place = &mut self.places[hash(here)];
            let from = std::mem::replace(place, at as u32) as usize;
            back = (at as u32).wrapping_sub(from as u32);
            let differs = (here ^ load(input, from)) as u32;
            let is_far = back.wrapping_sub(1) >> WINDOW_BITS;
            // One branch for all that may be wrong, for which of it is cannot be foretold.
            if differs | is_far == 0 {
                break;
            }
            at += 1 + ((at - told) >> PATIENCE_BITS);
        }
        Found((at as u64) << 32 | u64::from(back))
    }
}

/// A place, and how far before it the same four bytes are; in one word, which stays in a register.
#[derive(Clone, Copy)]
struct Found(u64);

impl Found {
    fn at(self) -> usize {
        (self.0 >> 32) as usize
    }

    fn back(self) -> usize {
        self.0 as u32 as usize
    }
}

/// A match of any length is told as several of the lengths that there are.
#[inline(always)]
fn matched(block: &mut Block, mut literals: usize, mut len: usize, back: usize) {
    while len > LONGEST {
        // What remains must not become too short.
        let part = LONGEST.min(len - SHORTEST);
        block.matched(literals, part, back);
        literals = 0;
        len -= part;
    }
    block.matched(literals, len, back);
}

#[inline(always)]
fn load(input: &[u8], at: usize) -> u64 {
    let word = input[at..at + WORD].try_into();
    u64::from_le_bytes(word.expect("eight bytes are eight bytes"))
}

#[inline(always)]
fn hash(word: u64) -> usize {
    // The odd number nearest to 2^64 over the golden ratio spreads what differs in few bits.
    ((word << HASHED).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - HASH_BITS)) as usize
}

/// How many bytes are the same from `from` and from `at` on, before `end`; `differs` is in what the first eight differ.
#[inline(always)]
fn same_after(input: &[u8], from: usize, at: usize, end: usize, differs: u64) -> usize {
    // Most matches end within sixteen bytes: for these there is nothing to guess.
    let next = load(input, from + WORD) ^ load(input, at + WORD);
    let (differs, len) = if differs == 0 { (next, WORD) } else { (differs, 0) };
    if differs != 0 { len + first_difference(differs) } else { same_after_words(input, from, at, end) }
}

/// As [`same_after`], where the first sixteen are.
#[inline(always)]
fn same_after_words(input: &[u8], from: usize, at: usize, end: usize) -> usize {
    let mut len = 2 * WORD;
    while at + len + WORD <= end {
        let differs = load(input, from + len) ^ load(input, at + len);
        if differs != 0 {
            return len + first_difference(differs);
        }
        len += WORD;
    }
    while at + len < end && input[from + len] == input[at + len] {
        len += 1;
    }
    len
}

/// How many bytes are the same before `from` and before `at`, of the eight that are looked at.
#[inline(always)]
fn same_before(input: &[u8], from: usize, at: usize) -> usize {
    let Some(before) = from.checked_sub(WORD) else { return 0 };
    ((load(input, before) ^ load(input, at - WORD)).leading_zeros() / 8) as usize
}

fn first_difference(differs: u64) -> usize {
    (differs.trailing_zeros() / 8) as usize
}
