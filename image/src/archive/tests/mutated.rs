//! The corpus cut, damaged and mixed: whatever comes, an answer comes, and never a wrong one.

use super::*;

/// What may never be: a usable image whose documents are not what their digests say, or whose layers lie outside of the file.
fn holds(archive: &Archive, file: &[u8]) {
    for platform in archive.images.iter().flat_map(|image| &image.platforms).filter(|platform| platform.is_usable()) {
        let config = platform.config.as_ref().unwrap();
        assert!(config.descriptor.digest.matches(&config.bytes));
        if let Some(stored) = &platform.manifest {
            assert!(stored.descriptor.digest.matches(&stored.bytes));
        }
        for layer in &platform.layers {
            assert!(layer.foreign || layer.source.is_some_and(|span| span.end() <= file.len() as u64));
        }
    }
}

#[test]
fn an_archive_cut_anywhere_is_never_taken_for_whole() {
    for (name, file) in CORPUS {
        for at in (1..file.len()).step_by(211).chain((file.len().saturating_sub(1100)..file.len()).step_by(53)) {
            let cut = &file[..at];
            let Ok(archive) = read(cut) else { continue };
            holds(&archive, cut);
            // What of the end may be missing is zeros behind the end marker.
            let complete = archive.problems.is_empty();
            assert!(!complete || file[at..].iter().all(|byte| *byte == 0), "{name} at {at}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_damaged_archive_is_borne(
        which in 0..CORPUS.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..12),
        piece in 1..5000_usize,
    ) {
        let mut file = CORPUS[which].1.to_vec();
        for (at, byte, how) in changes {
            let at = at.index(file.len());
            match how {
                0 => file[at] = byte,
                1 => {
                    // A digit or a letter for another keeps JSON and octal what they are.
                    file[at] = b'0' + byte % 10;
                }
                _ => {
                    let from = usize::from(byte) * 512 % file.len();
                    let len = 512.min(file.len() - from.max(at));
                    file.copy_within(from..from + len, at);
                }
            }
            resign(&mut file, at);
        }
        let (hopped, _) = hop(&file);
        let streamed = stream(&file, piece);
        if let Ok(archive) = &hopped {
            holds(archive, &file);
        }
        prop_assert_eq!(hopped, streamed);
    }

    #[test]
    fn any_bytes_are_borne(start in prop::sample::select(vec![&b""[..], b"\x1f\x8b", b"manifest.json\0"]), bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
        let file = [start, &bytes].concat();
        prop_assert_eq!(hop(&file).0, stream(&file, 100));
    }
}

/// Puts the checksum of the block right, every second time, so that what lies behind that check is reached.
fn resign(file: &mut [u8], at: usize) {
    let header = at / 512 * 512;
    if at.is_multiple_of(2) && header + 512 <= file.len() && &file[header + 257..header + 262] == b"ustar" {
        file[header + 148..header + 156].copy_from_slice(b"        ");
        let sum: u32 = file[header..header + 512].iter().map(|byte| u32::from(*byte)).sum();
        file[header + 148..header + 156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }
}
