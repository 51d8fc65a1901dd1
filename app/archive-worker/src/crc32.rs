//! CRC-32 as gzip wants it (RFC 1952, section 8), at several times the speed of tables where the processor's own multiplication cannot
//! be reached, as in WebAssembly.
//!
//! The polynomial has multiples of four terms, and x^n = x^(n-8a) + x^(n-8b) + x^(n-8c) modulo it for the [`TAPS`] a, b and c. So a byte
//! may be cleared when it is added (XOR) to those a, b and c bytes behind it: sixteen at once, without a table. What is left, the last
//! few thousand bytes, is computed as usual. (The idea is Chorba's, arXiv:2412.16398; taps in whole bytes spare it its shifts.)

/// Found by search: the nearest three with no tap below [`STEP_BYTES`].
const TAPS: [usize; 3] = [1927, 2181, 4018];
/// Bytes that a byte is added to are at most so far behind it.
const REACH: usize = TAPS[2];
/// Bytes that are cleared at once: none of them is added to another.
const STEP_BYTES: usize = 1920;
/// Steps until what is still needed is moved to the front of the memory.
const STEPS: usize = 16;

/// The CRC-32 of `bytes`.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let Some(most) = bytes.len().checked_sub(REACH).filter(|most| *most >= STEP_BYTES) else {
        return crc32fast::hash(bytes);
    };
    // What each byte was when it was cleared; before the first there is nothing.
    let mut cleared = [0; REACH + STEPS * STEP_BYTES];
    let mut end = REACH;
    let (steps, _) = bytes[..most].as_chunks::<STEP_BYTES>();
    for (number, step) in steps.iter().enumerate() {
        if end == cleared.len() {
            cleared.copy_within(end - REACH.., 0);
            end = REACH;
        }
        let (before, now) = cleared.split_at_mut(end);
        let now = now.first_chunk_mut().expect("there is room for a step");
        let [a, b, c] = TAPS.map(|tap| before[end - tap..].first_chunk().expect("no tap is shorter than a step"));
        add(now, step, a, b, c);
        if number == 0 {
            // The CRC begins with ones.
            now[..4].iter_mut().for_each(|byte| *byte ^= 0xff);
        }
        end += STEP_BYTES;
    }
    let (next, last) = bytes[steps.len() * STEP_BYTES..].split_first_chunk::<REACH>().expect("so many were kept");
    let mut next = *next;
    for tap in TAPS {
        next.iter_mut().zip(&cleared[end - tap..end]).for_each(|(byte, added)| *byte ^= added);
    }
    // Its register is zero here: the ones are in the bytes.
    let mut rest = crc32fast::Hasher::new_with_initial(u32::MAX);
    rest.update(&next);
    rest.update(last);
    rest.finalize()
}

type Step = [u8; STEP_BYTES];

// Kept apart (docs/ARCHITECTURE.md, "Functions that run long").
#[inline(never)]
fn add(sum: &mut Step, one: &Step, a: &Step, b: &Step, c: &Step) {
    for at in 0..STEP_BYTES {
        sum[at] = one[at] ^ a[at] ^ b[at] ^ c[at];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
        let mut million = vec![b'1'; 1_000_000];
        assert_eq!(crc32(&million), crc32fast::hash(&million));
        million[500_000] ^= 1;
        assert_ne!(crc32(&million), crc32fast::hash(&vec![b'1'; 1_000_000]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn bytes_of_any_number_have_the_checksum_that_tables_give(
            len in prop_oneof![0..100_000_usize, Just(REACH + STEP_BYTES), Just(REACH + STEP_BYTES - 1)],
            seed: u64,
        ) {
            let mut state = seed;
            let bytes: Vec<u8> = (0..len)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (state >> 56) as u8
                })
                .collect();
            prop_assert_eq!(crc32(&bytes), crc32fast::hash(&bytes));
        }
    }
}
