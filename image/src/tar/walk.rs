//! From header to header.

use super::pax::{self, Records};
use super::{BLOCK_BYTES, Span, TarError, padding, path, raw};

/// Largest long name or pax header read, bytes.
const EXTENDED_MAX_BYTES: u64 = 1024 * 1024;

/// An entry of a tar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, made plain: no `./` before it, no slash at its end. Empty for the archive's own root.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
    /// Where its content stands: empty but for files.
    pub content: Span,
    /// Where its header stands.
    pub header_offset: u64,
}

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A hard link to another entry's name.
    HardLink(String),
    /// A symbolic link; the target as it is written.
    SymLink(String),
    /// A device or a pipe.
    Other,
}

/// Walks over the headers of a tar.
///
/// [`Self::want`] says which bytes are needed, [`Self::feed`] takes exactly these. What is wanted never lies before what was
/// wanted earlier, so that a stream serves as well as a file.
#[derive(Clone, Debug)]
pub struct Walk {
    next: u64,
    expect: Expect,
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
    records: Option<Records>,
    /// Where the first of the headers that make up the next entry stands.
    first_header: Option<u64>,
    zeros: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    Header,
    LongName(u64),
    LongLink(u64),
    Pax(u64),
    GlobalPax(u64),
    End,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            next: 0,
            expect: Expect::Header,
            long_name: None,
            long_link: None,
            records: None,
            first_header: None,
            zeros: 0,
        }
    }
}

impl Walk {
    /// The bytes needed next; `None` after the end marker.
    #[must_use]
    pub fn want(&self) -> Option<Span> {
        let len = match self.expect {
            Expect::Header => BLOCK_BYTES,
            Expect::LongName(len) | Expect::LongLink(len) | Expect::Pax(len) | Expect::GlobalPax(len) => len,
            Expect::End => return None,
        };
        Some(Span { offset: self.next, len })
    }

    /// Whether the archive may end here: between two entries.
    #[must_use]
    pub fn is_between_entries(&self) -> bool {
        self.expect == Expect::End || (self.expect == Expect::Header && self.first_header.is_none())
    }

    /// Where the end marker ends; before it was seen, where the next header is.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.next
    }

    /// Takes the bytes wanted, and gives the entry that they complete.
    ///
    /// # Errors
    /// [`TarError`]. Bytes of another length than wanted are an error as well.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Option<Entry>, TarError> {
        let offset = self.next;
        if self.want().is_none_or(|want| want.len != bytes.len() as u64) {
            return Err(TarError::Header { offset });
        }
        match self.expect {
            Expect::Header => self.header(bytes, offset),
            Expect::End => Ok(None),
            extended => {
                match extended {
                    Expect::LongName(_) => self.long_name = Some(text(bytes)),
                    Expect::LongLink(_) => self.long_link = Some(text(bytes)),
                    Expect::Pax(_) => self.records = Some(pax::read(bytes).ok_or(TarError::Extended { offset })?),
                    // Speaks of all entries: comments, times. What would rename every file is no image tool's.
                    _ => {
                        pax::read(bytes).ok_or(TarError::Extended { offset })?;
                    }
                }
                self.next += bytes.len() as u64 + padding(bytes.len() as u64) as u64;
                self.expect = Expect::Header;
                if let Expect::GlobalPax(_) = extended {
                    self.first_header = None;
                }
                Ok(None)
            }
        }
    }

    fn header(&mut self, bytes: &[u8], offset: u64) -> Result<Option<Entry>, TarError> {
        let block: &[u8; 512] = bytes.try_into().map_err(|_| TarError::Header { offset })?;
        self.next += BLOCK_BYTES;
        if block.iter().all(|byte| *byte == 0) {
            self.zeros += 1;
            if self.zeros == 2 {
                self.expect = Expect::End;
            }
            return Ok(None);
        }
        // A single block of zeros is no end marker and no entry.
        self.zeros = 0;
        let raw = raw::parse(block).ok_or(TarError::Header { offset })?;
        let first = *self.first_header.get_or_insert(offset);
        let size = raw.size.ok_or(TarError::Number { offset })?;
        let extended = match raw.flag {
            b'L' => Some(Expect::LongName(size)),
            b'K' => Some(Expect::LongLink(size)),
            b'x' | b'X' => Some(Expect::Pax(size)),
            b'g' => Some(Expect::GlobalPax(size)),
            _ => None,
        };
        if let Some(extended) = extended {
            if size > EXTENDED_MAX_BYTES {
                return Err(TarError::ExtendedTooLarge { offset, bytes: size });
            }
            self.expect = extended;
            if size == 0 {
                // Nothing to be read: an empty list of records.
                self.expect = Expect::Header;
            }
            return Ok(None);
        }
        self.first_header = None;
        self.entry(&raw, size, first).map(Some)
    }

    fn entry(&mut self, raw: &raw::Raw<'_>, size: u64, header_offset: u64) -> Result<Entry, TarError> {
        let records = self.records.take().unwrap_or_default();
        // pax wins over GNU's long name, and both over the header.
        let long_name = self.long_name.take();
        let long_link = self.long_link.take();
        let name = records.path.or(long_name).unwrap_or_else(|| raw.name.clone());
        let link = records.link.or(long_link).unwrap_or_else(|| raw.link.to_vec());
        let refuse = |name: &[u8], why| TarError::Name { offset: header_offset, name: path::shown(name), why };
        let clean = path::clean(&name).map_err(|why| refuse(&name, why))?;
        if raw.flag == b'S' || records.sparse {
            return Err(TarError::Sparse { path: clean, offset: header_offset });
        }
        let link_text = || {
            String::from_utf8(link.clone())
                .ok()
                .filter(|text| !text.is_empty() && !text.chars().any(char::is_control))
                .ok_or_else(|| refuse(&link, "it links to something that is no name"))
        };
        let kind = match raw.flag {
            b'1' => EntryKind::HardLink(path::clean(link_text()?.as_bytes()).map_err(|why| refuse(&link, why))?),
            b'2' => EntryKind::SymLink(link_text()?),
            b'5' => EntryKind::Folder,
            b'3' | b'4' | b'6' => EntryKind::Other,
            // What tar was before it had types: a slash at the end made the folder.
            0 | b'0' if name.ends_with(b"/") => EntryKind::Folder,
            _ => EntryKind::File,
        };
        if clean.is_empty() && kind != EntryKind::Folder {
            return Err(refuse(&name, "it has no name"));
        }
        let size = if kind == EntryKind::File { records.size.unwrap_or(size) } else { 0 };
        let content = Span { offset: self.next, len: size };
        let end = self.next.checked_add(size).and_then(|end| end.checked_add(BLOCK_BYTES));
        if end.is_none_or(|end| end >= 1 << 63) {
            return Err(TarError::Number { offset: header_offset });
        }
        self.next += size + padding(size) as u64;
        Ok(Entry { path: clean, kind, content, header_offset })
    }
}

/// GNU's long names end with a NUL.
fn text(bytes: &[u8]) -> Vec<u8> {
    bytes.strip_suffix(b"\0").unwrap_or(bytes).to_vec()
}
