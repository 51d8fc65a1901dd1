//! Compressing one piece of a layer. Each piece is a whole gzip member or zstd frame: joined they are one gzip or zstd stream
//! (RFC 1952 section 2.2, RFC 8878 section 3.1), which every engine reads, and any piece can be made anywhere, in any order.
//!
//! The same bytes give the same piece, always: a push that is resumed makes again what was sent before.

use crate::deflate::Deflater;
use image::manifest::Compression;

/// Bytes of a layer in one piece: large, for layers wait for each other at each. Part of what makes a push repeatable: a change makes
/// unfinished ones begin anew.
pub(crate) const PIECE_BYTES: u64 = 8 * 1024 * 1024;

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

/// Presses pieces, one after another.
pub(crate) struct Press {
    gzip: Deflater,
    zstd: Option<zstd_safe::CCtx<'static>>,
}

impl Press {
    pub(crate) fn new() -> Self {
        Self { gzip: Deflater::new(), zstd: None }
    }

    /// The piece's compressed form; `None` where it stays as it is.
    pub(crate) fn press(&mut self, method: Method, piece: &[u8]) -> Result<Option<Vec<u8>>, Unpressed> {
        match method {
            Method::Stored => Ok(None),
            Method::Gzip => {
                let mut out = GZIP_HEAD.to_vec();
                self.gzip.deflate(piece, &mut out);
                out.extend(crc32fast::hash(piece).to_le_bytes());
                // Modulo 2^32, as the format has it.
                out.extend((piece.len() as u32).to_le_bytes());
                Ok(Some(out))
            }
            Method::Zstd => {
                let context = self.zstd.get_or_insert_with(zstd_safe::CCtx::create);
                let mut out = Vec::with_capacity(zstd_safe::compress_bound(piece.len()));
                context
                    .compress(&mut out, piece, ZSTD_LEVEL)
                    .map_err(|code| Unpressed(zstd_safe::get_error_name(code).to_owned()))?;
                Ok(Some(out))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    fn sample() -> Vec<u8> {
        (0..200_000_u32).flat_map(|n| (n / 7 * 13).to_le_bytes()).collect()
    }

    #[test]
    fn joined_gzip_members_read_as_one_stream() {
        let (sample, mut press) = (sample(), Press::new());
        let mut joined = Vec::new();
        for piece in sample.chunks(70_001) {
            joined.extend(press.press(Method::Gzip, piece).unwrap().unwrap());
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
            joined.extend(press.press(Method::Zstd, piece).unwrap().unwrap());
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
            used.press(method, b"something else").unwrap();
            assert_eq!(
                used.press(method, &sample).unwrap(),
                Press::new().press(method, &sample).unwrap(),
                "{method:?}"
            );
        }
    }

    #[test]
    fn an_empty_layer_has_a_compressed_form_too() {
        for method in [Method::Gzip, Method::Zstd] {
            assert!(!Press::new().press(method, b"").unwrap().unwrap().is_empty(), "{method:?}");
        }
    }
}
