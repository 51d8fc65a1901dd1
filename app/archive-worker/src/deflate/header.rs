//! A block's codes, told by their lengths, which are coded themselves (RFC 1951, section 3.2.7).

use super::bits::BitWriter;
use super::huffman;
use super::symbols::{DISTANCES, LITERALS};

/// The order in which the lengths of the code for lengths are written: those that are seldom needed come last.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// A length or a repetition, and the bits behind it.
struct Word {
    symbol: usize,
    rest: u64,
    bits: u32,
}

pub(super) fn write(literals: &[u8; LITERALS], distances: &[u8; DISTANCES], out: &mut BitWriter<'_>) {
    let literals = up_to_the_last(literals, 257);
    let distances = up_to_the_last(distances, 1);
    let words = words(&[literals, distances].concat());
    let mut counts = [0; 19];
    for word in &words {
        counts[word.symbol] += 1;
    }
    let mut lengths = [0; 19];
    huffman::lengths(&counts, huffman::LONGEST_OF_LENGTHS, &mut lengths);
    let mut codes = [0; 19];
    huffman::codes(&lengths, &mut codes);
    let ordered = ORDER.map(|symbol| lengths[symbol]);
    let told = up_to_the_last(&ordered, 4);

    out.add(literals.len() as u64 - 257, 5);
    out.add(distances.len() as u64 - 1, 5);
    out.add(told.len() as u64 - 4, 4);
    for length in told {
        out.flush();
        out.add(u64::from(*length), 3);
    }
    for word in &words {
        out.flush();
        out.add(u64::from(codes[word.symbol]), u32::from(lengths[word.symbol]));
        out.add(word.rest, word.bits);
    }
    out.flush();
}

/// Without the zeros at the end, but so many at least.
fn up_to_the_last(lengths: &[u8], least: usize) -> &[u8] {
    let end = lengths.iter().rposition(|length| *length > 0).map_or(0, |last| last + 1);
    &lengths[..end.max(least)]
}

/// Runs of the same length are told by their number.
fn words(lengths: &[u8]) -> Vec<Word> {
    let mut words = Vec::new();
    let mut add = |symbol, rest: usize, bits| words.push(Word { symbol, rest: rest as u64, bits });
    for run in lengths.chunk_by(|one, next| one == next) {
        let length = usize::from(run[0]);
        let mut left = run.len();
        if length > 0 {
            add(length, 0, 0);
            left -= 1;
        }
        while left > 0 {
            let told = match (length, left) {
                (0, 11..) => {
                    add(18, left.min(138) - 11, 7);
                    left.min(138)
                }
                (0, 3..) => {
                    add(17, left - 3, 3);
                    left
                }
                (1.., 3..) => {
                    add(16, left.min(6) - 3, 2);
                    left.min(6)
                }
                _ => {
                    add(length, 0, 0);
                    1
                }
            };
            left -= told;
        }
    }
    words
}
