//! The archive as pieces: bytes that are known, and blobs that are fetched when their turn comes.

use crate::digest::{Algorithm, Hasher};
use crate::{Digest, tar};
use std::ops::Range;

/// An archive laid out: total length, and any range of it as parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    pieces: Vec<Piece>,
    total_bytes: u64,
    fingerprint: Digest,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    /// Where it begins in the archive.
    offset: u64,
    content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Bytes(Vec<u8>),
    Blob { digest: Digest, size: u64 },
}

/// What comes next in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// These bytes.
    Bytes(&'a [u8]),
    /// A range of a blob of the registry.
    Blob {
        /// Which.
        digest: &'a Digest,
        /// Where in the blob to begin.
        offset: u64,
        /// How many bytes: never 0.
        len: u64,
        /// How many bytes the whole blob has.
        size: u64,
    },
}

impl Layout {
    /// Exact length of the archive, bytes.
    #[must_use]
    pub fn total_bytes(&self) -> u64 {
        self.total_bytes
    }

    /// Equal for equal archives and for no others: what an `ETag` is made of.
    #[must_use]
    pub fn fingerprint(&self) -> &Digest {
        &self.fingerprint
    }

    /// The parts of a range of the archive, in order; what lies beyond the end is left out.
    pub fn range(&self, range: Range<u64>) -> impl Iterator<Item = Part<'_>> {
        let end = range.end.min(self.total_bytes);
        let start = range.start.min(end);
        let first = self.pieces.partition_point(|piece| piece.offset + piece.content.len() <= start);
        self.pieces[first..].iter().take_while(move |piece| piece.offset < end).map(move |piece| {
            let from = start.saturating_sub(piece.offset);
            let to = (end - piece.offset).min(piece.content.len());
            match &piece.content {
                // Both within the piece, whose bytes are in memory.
                Content::Bytes(bytes) => Part::Bytes(&bytes[index(from)..index(to)]),
                Content::Blob { digest, size } => Part::Blob { digest, offset: from, len: to - from, size: *size },
            }
        })
    }

    /// All parts.
    pub fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        self.range(0..self.total_bytes)
    }
}

impl Part<'_> {
    /// How many bytes it has.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Blob { len, .. } => *len,
        }
    }

    /// Whether it has none: never, but what has a length is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Content {
    fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Blob { size, .. } => *size,
        }
    }
}

/// Puts files one after the other.
#[derive(Default)]
pub(super) struct Builder {
    pieces: Vec<Piece>,
    pending: Vec<u8>,
    offset: u64,
}

impl Builder {
    pub(super) fn folder(&mut self, path: &str) {
        self.pending.extend(tar::header(path, tar::FileKind::Folder, 0));
    }

    pub(super) fn file(&mut self, path: &str, bytes: &[u8]) {
        self.pending.extend(tar::header(path, tar::FileKind::File, bytes.len() as u64));
        self.pending.extend_from_slice(bytes);
        self.pad(bytes.len() as u64);
    }

    pub(super) fn blob(&mut self, path: &str, digest: &Digest, size: u64) {
        self.pending.extend(tar::header(path, tar::FileKind::File, size));
        if size > 0 {
            self.flush();
            self.push(Content::Blob { digest: digest.clone(), size });
        }
        self.pad(size);
    }

    pub(super) fn finish(mut self) -> Layout {
        let end = self.pending.len() + index(tar::TRAILER_BYTES);
        self.pending.resize(end, 0);
        self.flush();
        let mut hasher = Hasher::new(Algorithm::Sha256);
        for piece in &self.pieces {
            match &piece.content {
                Content::Bytes(bytes) => hasher.update(bytes),
                Content::Blob { digest, .. } => hasher.update(digest.as_str().as_bytes()),
            }
        }
        Layout { pieces: self.pieces, total_bytes: self.offset, fingerprint: hasher.finish() }
    }

    fn pad(&mut self, size: u64) {
        let end = self.pending.len() + tar::padding(size);
        self.pending.resize(end, 0);
    }

    fn flush(&mut self) {
        let bytes = std::mem::take(&mut self.pending);
        if !bytes.is_empty() {
            self.push(Content::Bytes(bytes));
        }
    }

    fn push(&mut self, content: Content) {
        let piece = Piece { offset: self.offset, content };
        self.offset += piece.content.len();
        self.pieces.push(piece);
    }
}

/// Of what is in memory, so that it fits.
fn index(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}
