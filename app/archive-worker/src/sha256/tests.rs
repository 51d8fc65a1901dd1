use super::*;
use proptest::prelude::*;
use sha2::Digest as _;

fn hashed(streams: &[Vec<Vec<u8>>]) -> Vec<[u8; 32]> {
    let mut hashes = vec![Sha256::new(); streams.len()];
    let pieces = streams.iter().map(Vec::len).max().unwrap_or_default();
    for piece in 0..pieces {
        let bytes: Vec<&[u8]> = streams.iter().map(|stream| stream.get(piece).map_or(&[][..], Vec::as_slice)).collect();
        let reads: Vec<_> = bytes
            .iter()
            .map(|bytes| move |at: usize, to: &mut [u8]| to.copy_from_slice(&bytes[at..at + to.len()]))
            .collect();
        let mut inputs: Vec<Input<'_>> = hashes
            .iter_mut()
            .zip(&bytes)
            .zip(&reads)
            .map(|((hash, bytes), read)| Input { hash, len: bytes.len(), read })
            .collect();
        update(&mut inputs);
        // As if it went elsewhere between any two pieces.
        for hash in &mut hashes {
            *hash = Sha256::from_bytes(&hash.to_bytes()).unwrap();
        }
    }
    hashes.iter().map(Sha256::digest).collect()
}

fn noise(len: usize, seed: u32) -> Vec<u8> {
    (0..len as u32).map(|n| ((n ^ seed).wrapping_mul(0x9e37_79b1) >> 21) as u8).collect()
}

fn expected(stream: &[Vec<u8>]) -> [u8; 32] {
    sha2::Sha256::digest(stream.concat()).into()
}

proptest! {
    #[test]
    fn any_number_of_streams_in_any_pieces_have_the_digests_that_each_has_alone(
        lengths in prop::collection::vec(prop::collection::vec(0_usize..700, 0..4), 1..8),
    ) {
        let streams: Vec<Vec<Vec<u8>>> = lengths
            .iter()
            .zip(0..)
            .map(|(lengths, seed)| lengths.iter().map(|len| noise(*len, seed)).collect())
            .collect();
        let digests = hashed(&streams);
        for (stream, digest) in streams.iter().zip(digests) {
            prop_assert_eq!(digest, expected(stream));
        }
    }
}

#[test]
fn streams_longer_than_a_step_and_of_different_lengths_have_their_digests() {
    for count in 1..=6 {
        let streams: Vec<Vec<Vec<u8>>> = (0..count)
            .map(|n| vec![noise(STEP_BYTES * (n + 1) + 17 * n, n as u32), noise(STEP_BYTES * 2 + 63 - n, 7 + n as u32)])
            .collect();
        let digests = hashed(&streams);
        for (stream, digest) in streams.iter().zip(digests) {
            assert_eq!(digest, expected(stream), "of {count}");
        }
    }
}

#[test]
fn each_length_around_a_block_is_padded_as_it_must_be() {
    for len in 0..200 {
        let stream = vec![vec![noise(len, 1)]];
        assert_eq!(hashed(&stream)[0], expected(&stream[0]), "{len}");
    }
}

#[test]
fn what_is_no_state_is_refused() {
    let state = Sha256::new().to_bytes();
    let mut dirty = state.clone();
    dirty[STATE_BYTES - 1] = 1;
    for bytes in [&[][..], &state[1..], &[255; 4096], &dirty] {
        assert_eq!(Sha256::from_bytes(bytes), None);
    }
}
