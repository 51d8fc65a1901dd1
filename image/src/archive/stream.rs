//! Reading an archive that comes in order: a compressed one, while it is unpacked.

use super::describe::{End, describe};
use super::shelf::{HEAD_BYTES, KEPT_MAX_BYTES, Kept, Shelf};
use super::{Archive, ArchiveError, Format, recognise};
use crate::manifest::CONFIG_MAX_BYTES;
use crate::tar::{Cut, Entry, EntryKind, Index, Span, Walk};

/// Files up to this size are kept whatever they hold, bytes.
const SMALL_BYTES: u64 = 4096;

/// Reads an archive from its unpacked bytes as they come.
///
/// It keeps what may be metadata (small files and JSON, within a bound) and passes every file's bytes on, so that layers can be
/// hashed, or written somewhere, in the same pass. The spans of the [`Archive`] are places in the unpacked stream;
/// [`crate::tar::SpanCutter`] finds them again in a second pass.
#[derive(Clone, Debug, Default)]
pub struct StreamReader {
    walk: Walk,
    index: Index,
    kept: Kept,
    end: End,
    position: u64,
    started: bool,
    gathered: Vec<u8>,
    current: Option<Current>,
}

#[derive(Clone, Debug)]
struct Current {
    entry: Entry,
    bytes: Vec<u8>,
    keep: bool,
}

impl StreamReader {
    /// At the beginning of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes. `visit` gets the bytes of each regular file among them with their place in that file.
    ///
    /// # Errors
    /// [`ArchiveError`]: the stream is no archive that can be used.
    pub fn push(&mut self, mut bytes: &[u8], mut visit: impl FnMut(&Entry, u64, &[u8])) -> Result<(), ArchiveError> {
        while !bytes.is_empty() {
            let taken = match self.walk.want() {
                None => self.behind_end(bytes),
                Some(want) if self.position < want.offset => {
                    let until = usize::try_from(want.offset - self.position).unwrap_or(usize::MAX);
                    let taken = bytes.len().min(until);
                    self.content(&bytes[..taken], &mut visit);
                    taken
                }
                Some(want) => self.gather(want, bytes)?,
            };
            self.position += taken as u64;
            bytes = &bytes[taken..];
        }
        Ok(())
    }

    /// The stream is at its end.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn finish(mut self) -> Result<Archive, ArchiveError> {
        if self.position == 0 {
            return Err(ArchiveError::Empty);
        }
        match self.walk.want() {
            None => self.end.marked = true,
            Some(want) => {
                if !self.started {
                    self.recognise()?;
                }
                let complete =
                    self.walk.is_between_entries() && self.position == want.offset && self.gathered.is_empty();
                if !complete {
                    let entry = self.current.as_ref().map(|current| &current.entry);
                    let entry = entry.filter(|entry| entry.content.end() > self.position);
                    let missing_bytes = entry.map_or(0, |entry| entry.content.end() - self.position);
                    let path = entry.map(|entry| entry.path.clone());
                    self.index.set_cut(Cut { at: self.position, path, missing_bytes });
                }
            }
        }
        let mut shelf = Shelf::new(&self.index, &self.kept);
        let archive = describe(&mut shelf, self.end);
        let missing = shelf.wanted.first().or(shelf.wanted_heads.first());
        match missing {
            None => archive,
            Some(span) => {
                Err(ArchiveError::MetadataTooLarge { path: "the archive's metadata".to_owned(), bytes: span.len })
            }
        }
    }

    fn gather(&mut self, want: Span, bytes: &[u8]) -> Result<usize, ArchiveError> {
        let left = usize::try_from(want.len).unwrap_or(usize::MAX).saturating_sub(self.gathered.len());
        let taken = bytes.len().min(left);
        self.gathered.extend_from_slice(&bytes[..taken]);
        if taken == left {
            if !self.started {
                self.recognise()?;
            }
            let entry = self.walk.feed(&self.gathered)?;
            self.gathered.clear();
            self.started = true;
            if let Some(entry) = entry {
                self.index.add(&entry)?;
                self.current = (entry.kind == EntryKind::File && entry.content.len > 0).then(|| Current {
                    entry,
                    bytes: Vec::new(),
                    keep: true,
                });
            }
        }
        Ok(taken)
    }

    fn content(&mut self, bytes: &[u8], visit: &mut impl FnMut(&Entry, u64, &[u8])) {
        let Some(current) = &mut self.current else { return };
        let span = current.entry.content;
        let at = self.position - span.offset;
        let left = usize::try_from(span.len.saturating_sub(at)).unwrap_or(usize::MAX);
        let bytes = &bytes[..bytes.len().min(left)];
        if bytes.is_empty() {
            return;
        }
        visit(&current.entry, at, bytes);
        if at == 0 {
            let first = bytes.trim_ascii_start().first();
            let json = matches!(first, Some(b'{' | b'[')) && span.len <= CONFIG_MAX_BYTES;
            let room = self.kept.bytes().saturating_add(span.len) <= KEPT_MAX_BYTES;
            current.keep = (json || span.len <= SMALL_BYTES) && room;
        }
        if current.keep || current.bytes.len() < HEAD_BYTES as usize {
            let most = if current.keep { bytes.len() } else { bytes.len().min(HEAD_BYTES as usize) };
            current.bytes.extend_from_slice(&bytes[..most]);
        }
        if at + bytes.len() as u64 == span.len {
            let kept = std::mem::take(&mut current.bytes);
            if current.keep {
                self.kept.keep(span, kept);
            } else {
                self.kept.keep_head(span, kept);
            }
        }
    }

    fn behind_end(&mut self, bytes: &[u8]) -> usize {
        if self.end.trailing.is_none() {
            let at = bytes.iter().position(|byte| *byte != 0);
            self.end.trailing = at.map(|at| self.position + at as u64);
        }
        bytes.len()
    }

    fn recognise(&self) -> Result<(), ArchiveError> {
        match recognise(&self.gathered) {
            Format::Tar => Ok(()),
            format @ (Format::Gzip | Format::Zstd) => Err(ArchiveError::Compressed(format)),
            format => Err(ArchiveError::NotATar(format)),
        }
    }
}
