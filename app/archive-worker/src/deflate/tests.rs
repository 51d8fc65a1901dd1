//! What is compressed is read back by two decoders of other people.

use super::Deflater;
use proptest::prelude::*;
use std::io::Read as _;

fn deflated(deflater: &mut Deflater, input: &[u8]) -> Vec<u8> {
    let mut out = b"before".to_vec();
    deflater.deflate(input, &mut out);
    assert_eq!(&out[..6], b"before");
    out.split_off(6)
}

fn expect_whole(input: &[u8]) -> usize {
    let out = deflated(&mut Deflater::new(), input);
    let mut read = Vec::new();
    flate2::read::DeflateDecoder::new(&out[..]).read_to_end(&mut read).unwrap();
    assert!(read == input, "zlib-rs reads something else");
    let mut read = vec![0; input.len()];
    let len = libdeflater::Decompressor::new().deflate_decompress(&out, &mut read);
    assert_eq!(len, Ok(input.len()));
    assert!(read == input, "libdeflate reads something else");
    out.len()
}

/// Bytes of an xorshift generator.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 24) as u8
    };
    (0..len).map(|_| next()).collect()
}

#[test]
fn nothing_and_little_are_streams_too() {
    for input in [&b""[..], b"a", b"ab", b"aaa", b"abcabcabcabcabcabc", &[0; 12], &[0; 13]] {
        expect_whole(input);
    }
}

#[test]
fn what_does_not_compress_hardly_grows() {
    for len in [1000, 65_535, 65_536, 131_072, 131_073, 400_000] {
        // Three stored pieces of a block, with five bytes each.
        assert!(expect_whole(&noise(len)) <= len + 15 * len.div_ceil(super::BLOCK_BYTES), "{len}");
    }
}

#[test]
fn runs_of_every_length_around_the_longest_match_survive() {
    for len in (250..270).chain(510..530).chain(770..790) {
        let run = [b"x".repeat(len), noise(40), b"yz".repeat(len)].concat();
        assert!(expect_whole(&run) < 150);
    }
}

#[test]
fn a_distance_of_the_whole_window_is_used_and_none_beyond() {
    let unit = noise(20);
    for gap in [32_768, 32_769, 65_536, 98_304] {
        let mut input = unit.clone();
        input.extend((0..gap - unit.len()).map(|n| (n / 7) as u8));
        input.extend(&unit);
        input.extend([0; 40]);
        expect_whole(&input);
    }
}

#[test]
fn counts_that_would_make_codes_too_long_are_coded_all_the_same() {
    // Each byte as often as the two before it together: the tree of such counts is as deep as it can be.
    let (mut one, mut two) = (1_usize, 1);
    let mut input = Vec::new();
    for byte in 0..24_u8 {
        input.extend(std::iter::repeat_n(byte, one));
        (one, two) = (two, one + two);
    }
    // In an order without runs.
    let len = input.len();
    let mixed: Vec<u8> = (0..len).map(|n| input[n * 7919 % len]).collect();
    expect_whole(&mixed);
}

#[test]
fn text_compresses_about_as_well_as_with_the_fastest_level_of_libdeflate() {
    let text: Vec<u8> =
        (0..40_000_u32).flat_map(|n| format!("line {} of {}\n", n * n % 977, n / 31).into_bytes()).collect();
    let mut other = libdeflater::Compressor::new(libdeflater::CompressionLvl::new(1).unwrap());
    let mut out = vec![0; text.len()];
    let theirs = other.deflate_compress(&text, &mut out).unwrap();
    let ours = expect_whole(&text);
    assert!(ours * 10 < theirs * 12, "{ours} against {theirs}");
}

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    // Runs, repetitions from near and far, and noise: what a layer is made of.
    let piece = prop_oneof![
        (any::<u8>(), 1..600_usize).prop_map(|(byte, len)| vec![byte; len]),
        prop::collection::vec(any::<u8>(), 1..300),
        (prop::collection::vec(any::<u8>(), 1..20), 1..60_usize).prop_map(|(unit, times)| unit.repeat(times)),
        (1..50_000_usize).prop_map(noise),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_goes_in_comes_out(input in pieces()) {
        expect_whole(&input);
    }

    #[test]
    fn what_was_compressed_before_makes_no_difference(first in pieces(), second in pieces()) {
        let mut used = Deflater::new();
        deflated(&mut used, &first);
        prop_assert_eq!(deflated(&mut used, &second), deflated(&mut Deflater::new(), &second));
    }
}
