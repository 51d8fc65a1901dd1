//! Finding what was there before (RFC 1951, section 4), in a hurry.

use super::block::Block;
use std::ops::Range;

const WINDOW: usize = 32 * 1024;
const LONGEST: usize = 258;
const SHORTEST: usize = 3;
/// As many places as fit into a core's nearest cache.
const HASH_BITS: u32 = 14;
/// Which bytes of a word are hashed: the first five. What is four bytes long or shorter is seldom worth its distance.
const HASHED: u32 = 64 - 5 * 8;
/// After 2^this bytes without a match each second byte is looked at, after twice as many each third, and so on.
const PATIENCE_BITS: u32 = 5;
/// So near to a block's end nothing is looked for, so that whole words can be loaded.
const TAIL: usize = 12;

pub(super) struct Finder {
    /// Where each hash was seen last, modulo 2^16. An old place is no danger: the bytes there are compared.
    places: Box<[u16; 1 << HASH_BITS]>,
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
    pub(super) fn find(&mut self, input: &[u8], part: Range<usize>, block: &mut Block) {
        let last = part.end.saturating_sub(TAIL);
        let (mut at, mut told) = (part.start, part.start);
        while at < last {
            let here = load(input, at);
            let place = &mut self.places[hash(here)];
            let back = usize::from((at as u16).wrapping_sub(std::mem::replace(place, at as u16)));
            let is_near = (1..=WINDOW).contains(&back) && back <= at;
            if !is_near || (here ^ load(input, at - back)) as u32 != 0 {
                at += 1 + ((at - told) >> PATIENCE_BITS);
                continue;
            }
            let mut len = common(input, at - back, at, part.end);
            while at > told && at > back && input[at - 1] == input[at - back - 1] {
                at -= 1;
                len += 1;
            }
            block.literals(&input[told..at]);
            matched(block, at - told, len, back);
            at += len;
            told = at;
            if at < last {
                self.places[hash(load(input, at - 2))] = (at - 2) as u16;
            }
        }
        block.literals(&input[told..part.end]);
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
    let word = input[at..at + 8].try_into();
    u64::from_le_bytes(word.expect("eight bytes are eight bytes"))
}

#[inline(always)]
fn hash(word: u64) -> usize {
    // The odd number nearest to 2^64 over the golden ratio spreads what differs in few bits.
    ((word << HASHED).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - HASH_BITS)) as usize
}

/// How many bytes are the same from `from` and from `at` on; four are known to be.
#[inline(always)]
fn common(input: &[u8], from: usize, at: usize, end: usize) -> usize {
    let mut len = 4;
    while at + len + 8 <= end {
        let differs = load(input, from + len) ^ load(input, at + len);
        if differs != 0 {
            return len + (differs.trailing_zeros() / 8) as usize;
        }
        len += 8;
    }
    while at + len < end && input[from + len] == input[at + len] {
        len += 1;
    }
    len
}
