//! Compressing one piece of a layer. Each piece is a whole gzip member or zstd frame: joined they are one gzip or zstd stream
//! (RFC 1952 section 2.2, RFC 8878 section 3.1), which every engine reads, and any piece can be made anywhere, in any order.
//!
//! The same bytes give the same piece, always: a push that is resumed makes again what was sent before.

use crate::crc32::crc32;
use crate::deflate::Deflater;
use image::manifest::Compression;

/// Bytes of a layer in one piece: large, for layers wait for each other at each.
pub(crate) const PIECE_BYTES: u64 = 4 * 1024 * 1024;

/// One more with each change to what is made of the same piece: what an earlier edition began cannot be made on.
const EDITION: u32 = 3;

/// The head of a gzip member (RFC 1952, section 2.3): deflated, no name, no time, made for speed, on a system that is not said.
const GZIP_HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255];

/// zstd's level; 1 gives smaller layers than gzip's usual level at several times its speed.
const ZSTD_LEVEL: i32 = 1;

/// How pieces are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// As they are.
    Stored,
    /// gzip members.
    Gzip,
    /// zstd frames.
    Zstd,
}

impl Method {
    /// Its number in messages.
    pub(crate) fn number(self) -> u32 {
        match self {
            Self::Stored => 0,
            Self::Gzip => 1,
            Self::Zstd => 2,
        }
    }

    /// What a push must have been begun with for this to make the same bytes again.
    pub(crate) fn edition(self) -> String {
        format!("{self:?}, edition {EDITION}, pieces of {PIECE_BYTES}")
    }

    /// From its number in messages.
    pub(crate) fn from_number(number: u32) -> Self {
        match number {
            1 => Self::Gzip,
            2 => Self::Zstd,
            _ => Self::Stored,
        }
    }
}

impl From<Compression> for Method {
    fn from(compression: Compression) -> Self {
        match compression {
            Compression::None => Self::Stored,
            Compression::Gzip => Self::Gzip,
            Compression::Zstd => Self::Zstd,
        }
    }
}

/// A piece could not be compressed: a fault of the library.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a piece could not be compressed: {0}")]
pub(crate) struct Unpressed(String);

/// Presses pieces, one after another, in memory that is used again: what is new is cleared, and copied each time it grows.
pub(crate) struct Press {
    read: Vec<u8>,
    made: Vec<u8>,
    gzip: Deflater,
    zstd: Option<zstd_safe::CCtx<'static>>,
}

impl Press {
    pub(crate) fn new() -> Self {
        Self { read: Vec::new(), made: Vec::new(), gzip: Deflater::new(), zstd: None }
    }

    /// Where a piece of so many bytes is put to be pressed. What is there is of no meaning.
    pub(crate) fn piece(&mut self, len: usize) -> &mut [u8] {
        self.read.resize(len, 0);
        &mut self.read
    }

    /// The piece's compressed form; `None` where it stays as it is.
    pub(crate) fn press(&mut self, method: Method) -> Result<Option<&[u8]>, Unpressed> {
        self.made.clear();
        match method {
            Method::Stored => return Ok(None),
            Method::Gzip => {
                self.made.extend(GZIP_HEAD);
                self.gzip.deflate(&self.read, &mut self.made);
                self.made.extend(crc32(&self.read).to_le_bytes());
                // Modulo 2^32, as the format has it.
                self.made.extend((self.read.len() as u32).to_le_bytes());
            }
            Method::Zstd => {
                let context = self.zstd.get_or_insert_with(zstd_safe::CCtx::create);
                self.made.reserve(zstd_safe::compress_bound(self.read.len()));
                context
                    .compress(&mut self.made, &self.read, ZSTD_LEVEL)
                    .map_err(|code| Unpressed(zstd_safe::get_error_name(code).to_owned()))?;
            }
        }
        Ok(Some(&self.made))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    fn pressed(press: &mut Press, method: Method, piece: &[u8]) -> Vec<u8> {
        press.piece(piece.len()).copy_from_slice(piece);
        press.press(method).unwrap().unwrap().to_vec()
    }

    fn sample() -> Vec<u8> {
        (0..200_000_u32).flat_map(|n| (n / 7 * 13).to_le_bytes()).collect()
    }

    #[test]
    fn joined_gzip_members_read_as_one_stream() {
        let (sample, mut press) = (sample(), Press::new());
        let mut joined = Vec::new();
        for piece in sample.chunks(70_001) {
            joined.extend(pressed(&mut press, Method::Gzip, piece));
        }
        let mut read = Vec::new();
        flate2::read::MultiGzDecoder::new(&joined[..]).read_to_end(&mut read).unwrap();
        assert_eq!(read, sample);
        assert!(joined.len() < sample.len());
    }

    #[test]
    fn joined_zstd_frames_read_as_one_stream() {
        let (sample, mut press) = (sample(), Press::new());
        let mut joined = Vec::new();
        for piece in sample.chunks(70_001) {
            joined.extend(pressed(&mut press, Method::Zstd, piece));
        }
        let mut read = vec![0; sample.len() + 1];
        let mut len = 0;
        let mut rest = &joined[..];
        while !rest.is_empty() {
            let frame = zstd_safe::find_frame_compressed_size(rest).unwrap();
            len += zstd_safe::decompress(&mut read[len..], &rest[..frame]).unwrap();
            rest = &rest[frame..];
        }
        assert_eq!(&read[..len], sample);
    }

    #[test]
    fn the_same_piece_is_made_the_same_by_a_fresh_press_and_a_used_one() {
        let sample = sample();
        for method in [Method::Gzip, Method::Zstd] {
            let mut used = Press::new();
            pressed(&mut used, method, b"something else");
            assert_eq!(pressed(&mut used, method, &sample), pressed(&mut Press::new(), method, &sample), "{method:?}");
        }
    }

    #[test]
    fn what_is_made_of_a_piece_stays_the_same_within_an_edition() {
        let mixed: Vec<u8> = sample()
            .iter()
            .enumerate()
            .map(|(at, byte)| if at % 9 < 4 { *byte } else { at.wrapping_mul(at) as u8 })
            .collect();
        let made = |method| image::Digest::sha256_of(&pressed(&mut Press::new(), method, &mixed)).short().to_owned();
        // Other digests here need another edition. A browser must make the same: push-edition.spec.ts.
        let made = (EDITION, made(Method::Gzip), made(Method::Zstd));
        assert_eq!(made, (3, "3b70aed7bbfe".to_owned(), "b669c1dffd7b".to_owned()));
    }

    #[test]
    fn an_empty_layer_has_a_compressed_form_too() {
        for method in [Method::Gzip, Method::Zstd] {
            assert!(!pressed(&mut Press::new(), method, b"").is_empty(), "{method:?}");
        }
    }
}
