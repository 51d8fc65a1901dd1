//! The rounds (FIPS 180-4, section 6.2.2), four blocks at a time.

use super::BLOCK_BYTES;
use super::vector::Words;

pub(super) const LANES: usize = 4;

#[rustfmt::skip]
const K: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];

/// Puts as many blocks of each lane through as the shortest has.
// Kept apart (docs/ARCHITECTURE.md, "Functions that run long").
#[inline(never)]
pub(super) fn compress(states: &mut [[u32; 8]; LANES], blocks: [&[[u8; BLOCK_BYTES]]; LANES]) {
    let mut state: [Words; 8] = std::array::from_fn(|word| Words::of(states.map(|state| state[word])));
    for (((first, second), third), fourth) in blocks[0].iter().zip(blocks[1]).zip(blocks[2]).zip(blocks[3]) {
        block(&mut state, [first, second, third, fourth]);
    }
    for (word, lanes) in state.into_iter().enumerate() {
        for (state, value) in states.iter_mut().zip(lanes.words()) {
            state[word] = value;
        }
    }
}

#[inline(always)]
fn block(state: &mut [Words; 8], blocks: [&[u8; BLOCK_BYTES]; LANES]) {
    let mut w: [Words; 16] = std::array::from_fn(|word| {
        Words::of_bytes(
            blocks.map(|block| [block[word * 4], block[word * 4 + 1], block[word * 4 + 2], block[word * 4 + 3]]),
        )
    });
    let mut s = *state;
    macro_rules! sixteen {
        ($from:expr, $schedule:expr) => {
            sixteen!($from, $schedule, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
        };
        ($from:expr, $schedule:expr, $($i:literal)*) => {$(
            if $schedule {
                let grown = w[$i].plus(small0(w[($i + 1) % 16])).plus(w[($i + 9) % 16]);
                w[$i] = grown.plus(small1(w[($i + 14) % 16]));
            }
            round::<$i>(&mut s, w[$i].plus(Words::all(K[$from + $i])));
        )*};
    }
    sixteen!(0, false);
    // Not unrolled: the constants are then loaded where a word is, which engines do faster than to make a vector of each (840 instead
    // of 710 MB/s in V8).
    for from in [16, 32, 48] {
        sixteen!(from, true);
    }
    for (word, new) in state.iter_mut().zip(s) {
        *word = word.plus(new);
    }
}

/// A round; instead of moving all eight words on by one, each has another part in the next.
#[inline(always)]
fn round<const N: usize>(s: &mut [Words; 8], w: Words) {
    let at = |word: usize| (word + 64 - N) % 8;
    let (a, b, c) = (s[at(0)], s[at(1)], s[at(2)]);
    let (e, f, g) = (s[at(4)], s[at(5)], s[at(6)]);
    let choice = g.xor(e.and(f.xor(g)));
    let first = s[at(7)].plus(w).plus(choice).plus(big1(e));
    let majority = b.xor(a.xor(b).and(b.xor(c)));
    s[at(3)] = s[at(3)].plus(first);
    s[at(7)] = first.plus(majority).plus(big0(a));
}

#[inline(always)]
fn turned(x: Words, bits: u32) -> Words {
    x.right(bits).xor(x.left(32 - bits))
}

#[inline(always)]
fn big0(x: Words) -> Words {
    turned(x, 2).xor(turned(x, 13)).xor(turned(x, 22))
}

#[inline(always)]
fn big1(x: Words) -> Words {
    turned(x, 6).xor(turned(x, 11)).xor(turned(x, 25))
}

#[inline(always)]
fn small0(x: Words) -> Words {
    turned(x, 7).xor(turned(x, 18)).xor(x.right(3))
}

#[inline(always)]
fn small1(x: Words) -> Words {
    turned(x, 17).xor(turned(x, 19)).xor(x.right(10))
}
