//! Reading an archive that can be read at any place: a file.

use super::describe::{End, describe};
use super::shelf::{HEAD_BYTES, KEPT_MAX_BYTES, Kept, Shelf};
use super::{Archive, ArchiveError, Format, recognise};
use crate::tar::{Cut, Index, Span, Walk};

/// Read at once, bytes: small files then come with the header before them.
const WINDOW_BYTES: u64 = 64 * 1024;

/// What a [`Reader`] needs, or has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Read this span of the file and [`Reader::feed`] it.
    Read(Span),
    /// Done.
    Done(Box<Archive>),
}

/// Reads an archive by hopping from header to header: of a layer of any size a few bytes are read.
#[derive(Clone, Debug)]
pub struct Reader {
    total: u64,
    walk: Walk,
    index: Index,
    kept: Kept,
    end: End,
    phase: Phase,
    window_offset: u64,
    window: Vec<u8>,
    asked: Option<Span>,
    /// Whether bytes came since.
    fed: bool,
    /// What is to be read before the images can be described; whether wholly.
    queue: Vec<(Span, bool)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    Start,
    Walk,
    Tail,
    Describe,
}

impl Reader {
    /// For a file of so many bytes.
    #[must_use]
    pub fn new(total_bytes: u64) -> Self {
        Self {
            total: total_bytes,
            walk: Walk::default(),
            index: Index::default(),
            kept: Kept::default(),
            end: End::default(),
            phase: Phase::Start,
            window_offset: 0,
            window: Vec::new(),
            asked: None,
            fed: false,
            queue: Vec::new(),
        }
    }

    /// Gives the bytes of the last [`Step::Read`].
    pub fn feed(&mut self, offset: u64, bytes: &[u8]) {
        self.fed = true;
        self.window_offset = offset;
        self.window.clear();
        self.window.extend_from_slice(bytes);
    }

    /// Goes on as far as it can.
    ///
    /// # Errors
    /// [`ArchiveError`]: the file cannot be used, or not so.
    pub fn step(&mut self) -> Result<Step, ArchiveError> {
        loop {
            let missing = match self.phase {
                Phase::Start => self.start()?,
                Phase::Walk => self.walk()?,
                Phase::Tail => self.tail(),
                Phase::Describe => match self.describe()? {
                    Step::Done(archive) => return Ok(Step::Done(archive)),
                    Step::Read(span) => Some(span),
                },
            };
            if let Some(span) = missing {
                // Asked for the same again although it came: it was shorter than the file is.
                let again = self.asked.replace(span) == Some(span);
                if again && self.fed {
                    return Err(ArchiveError::Changed);
                }
                self.fed = false;
                return Ok(Step::Read(span));
            }
        }
    }

    fn start(&mut self) -> Result<Option<Span>, ArchiveError> {
        if self.total == 0 {
            return Err(ArchiveError::Empty);
        }
        let len = self.total.min(512);
        let Some(bytes) = self.have(Span { offset: 0, len }) else { return Ok(Some(self.window(0, len))) };
        match recognise(bytes) {
            Format::Tar => self.phase = Phase::Walk,
            format @ (Format::Gzip | Format::Zstd) => return Err(ArchiveError::Compressed(format)),
            format => return Err(ArchiveError::NotATar(format)),
        }
        Ok(None)
    }

    fn walk(&mut self) -> Result<Option<Span>, ArchiveError> {
        while let Some(want) = self.walk.want() {
            if want.end() > self.total {
                if !(self.walk.is_between_entries() && want.offset == self.total) {
                    self.index.set_cut(Cut { at: self.total, path: None, missing_bytes: 0 });
                }
                self.phase = Phase::Describe;
                return Ok(None);
            }
            let Some(bytes) = self.have(want) else { return Ok(Some(self.window(want.offset, want.len))) };
            let bytes = bytes.to_vec();
            let Some(entry) = self.walk.feed(&bytes)? else { continue };
            self.index.add(&entry)?;
            let end = entry.content.end();
            if end > self.total {
                let missing_bytes = end - self.total;
                self.index.set_cut(Cut { at: self.total, path: Some(entry.path), missing_bytes });
                self.phase = Phase::Describe;
                return Ok(None);
            }
        }
        self.end.marked = true;
        self.phase = Phase::Tail;
        Ok(None)
    }

    /// What stands behind the end marker: zeros up to the writer's record size, or something.
    fn tail(&mut self) -> Option<Span> {
        let offset = self.walk.position();
        let len = self.total.saturating_sub(offset).min(WINDOW_BYTES);
        if len > 0 {
            let Some(bytes) = self.have(Span { offset, len }) else { return Some(Span { offset, len }) };
            let at = bytes.iter().position(|byte| *byte != 0);
            self.end.trailing = at.map(|at| offset + at as u64);
        }
        self.phase = Phase::Describe;
        None
    }

    fn describe(&mut self) -> Result<Step, ArchiveError> {
        loop {
            // All that one round found missing is read before it is looked at again.
            while let Some((wanted, whole)) = self.queue.last().copied() {
                let Some(bytes) = self.have(wanted) else { return Ok(Step::Read(wanted)) };
                let bytes = bytes.to_vec();
                self.queue.pop();
                if whole {
                    self.kept.keep(wanted, bytes);
                } else {
                    self.kept.keep_head(wanted, bytes);
                }
            }
            let mut shelf = Shelf::new(&self.index, &self.kept);
            let archive = describe(&mut shelf, self.end);
            let whole = shelf.wanted.iter().map(|span| (*span, true));
            let heads = shelf.wanted_heads.iter().map(|span| (Span { len: span.len.min(HEAD_BYTES), ..*span }, false));
            self.queue = whole.chain(heads).collect();
            if self.queue.is_empty() {
                return archive.map(|archive| Step::Done(Box::new(archive)));
            }
            let bytes = shelf.wanted.iter().fold(self.kept.bytes(), |sum, span| sum.saturating_add(span.len));
            if bytes > KEPT_MAX_BYTES {
                return Err(ArchiveError::MetadataTooLarge { path: "the archive's metadata".to_owned(), bytes });
            }
        }
    }

    fn have(&self, span: Span) -> Option<&[u8]> {
        let from = usize::try_from(span.offset.checked_sub(self.window_offset)?).ok()?;
        let to = from.checked_add(usize::try_from(span.len).ok()?)?;
        self.window.get(from..to)
    }

    fn window(&self, offset: u64, len: u64) -> Span {
        Span { offset, len: len.max(WINDOW_BYTES.min(self.total - offset)) }
    }
}
