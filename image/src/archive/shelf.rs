//! Contents of the archive's small files, as far as they were read; what is missing is noted, to be read next.

use super::{ArchiveError, Part, Problem};
use crate::tar::{Index, Span};
use std::collections::BTreeMap;

/// How much of each layer tells how it is compressed, bytes.
pub(super) const HEAD_BYTES: u64 = 8;
/// Most bytes of metadata that are kept.
pub(super) const KEPT_MAX_BYTES: u64 = 64 * 1024 * 1024;

/// What was read, by where it stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    whole: BTreeMap<u64, Vec<u8>>,
    heads: BTreeMap<u64, Vec<u8>>,
    bytes: u64,
}

impl Kept {
    pub(super) fn keep(&mut self, span: Span, bytes: Vec<u8>) {
        self.bytes += bytes.len() as u64;
        self.whole.insert(span.offset, bytes);
    }

    pub(super) fn keep_head(&mut self, span: Span, bytes: Vec<u8>) {
        self.heads.insert(span.offset, bytes);
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// The index together with what was read.
pub(super) struct Shelf<'a> {
    pub(super) index: &'a Index,
    kept: &'a Kept,
    /// Files to read wholly.
    pub(super) wanted: Vec<Span>,
    /// Layers to read the beginning of.
    pub(super) wanted_heads: Vec<Span>,
}

impl<'a> Shelf<'a> {
    pub(super) fn new(index: &'a Index, kept: &'a Kept) -> Self {
        Self { index, kept, wanted: Vec::new(), wanted_heads: Vec::new() }
    }

    /// A whole file; `None`: not yet.
    pub(super) fn read(&mut self, span: Span) -> Option<&'a [u8]> {
        if span.len == 0 {
            return Some(&[]);
        }
        let found = self.kept.whole.get(&span.offset).filter(|bytes| bytes.len() as u64 == span.len);
        if found.is_none() && !self.wanted.contains(&span) {
            self.wanted.push(span);
        }
        found.map(Vec::as_slice)
    }

    /// The beginning of a file; `None`: not yet.
    pub(super) fn head(&mut self, span: Span) -> Option<&'a [u8]> {
        if span.len == 0 {
            return Some(&[]);
        }
        let found = self.kept.heads.get(&span.offset).or_else(|| self.kept.whole.get(&span.offset));
        if found.is_none() && !self.wanted_heads.contains(&span) {
            self.wanted_heads.push(span);
        }
        found.map(Vec::as_slice)
    }

    /// A file that the whole archive depends on.
    pub(super) fn list(&mut self, path: &str, max: u64) -> Result<Option<&'a [u8]>, ArchiveError> {
        let span = self.index.file(path).map_err(ArchiveError::List)?;
        if span.len > max {
            return Err(ArchiveError::MetadataTooLarge { path: path.to_owned(), bytes: span.len });
        }
        Ok(self.read(span))
    }

    /// A file that one image depends on.
    pub(super) fn part(&mut self, part: Part, path: &str, max: u64) -> Result<Option<&'a [u8]>, Problem> {
        let span = self.index.file(path).map_err(|why| Problem::Missing { part, why })?;
        if span.len > max {
            return Err(Problem::TooLarge { path: path.to_owned(), bytes: span.len });
        }
        Ok(self.read(span))
    }
}
