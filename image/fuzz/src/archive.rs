//! Archives: both ways in find the same, and nothing is usable that is not what its digests say.

use image::archive::{Archive, ArchiveError, Reader, Step, StreamReader};

pub(crate) fn check(bytes: &[u8]) {
    let hopped = hop(bytes);
    if let Ok(archive) = &hopped {
        let platforms = archive.images.iter().flat_map(|image| &image.platforms);
        for platform in platforms.filter(|platform| platform.is_usable()) {
            let config = platform.config.as_ref().expect("a usable image has a config");
            assert!(config.descriptor.digest.matches(&config.bytes));
            if let Some(stored) = &platform.manifest {
                assert!(stored.descriptor.digest.matches(&stored.bytes));
            }
            for layer in &platform.layers {
                assert!(layer.foreign || layer.source.is_some_and(|span| span.end() <= bytes.len() as u64));
            }
        }
    }
    // The size of the pieces is the network's choice.
    let piece = usize::from(bytes.first().copied().unwrap_or_default()) * 7 + 1;
    assert_eq!(hopped, stream(bytes, piece));
}

fn hop(file: &[u8]) -> Result<Archive, ArchiveError> {
    let mut reader = Reader::new(file.len() as u64);
    // Each entry is asked for a few times at most, and an entry has a block.
    for _ in 0..100 + file.len() / 16 {
        match reader.step()? {
            Step::Read(span) => {
                assert!(span.len > 0 && span.end() <= file.len() as u64, "{span:?} of {}", file.len());
                reader.feed(span.offset, &file[span.offset as usize..span.end() as usize]);
            }
            Step::Done(archive) => return Ok(*archive),
        }
    }
    panic!("it reads for ever");
}

fn stream(file: &[u8], piece: usize) -> Result<Archive, ArchiveError> {
    let mut reader = StreamReader::new();
    for piece in file.chunks(piece) {
        reader.push(piece, |_, _, _| {})?;
    }
    reader.finish()
}
