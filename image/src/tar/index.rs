//! Which files an archive has, and where; links resolved within it.

use super::{ENTRIES_MAX, Entry, EntryKind, Span, TarError, path};
use std::collections::BTreeMap;

/// Longest chain of links that is followed.
const LINKS_MAX: usize = 16;

/// The entries of an archive by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    entries: BTreeMap<String, Node>,
    /// Where the archive breaks off, if it does.
    cut: Option<Cut>,
    count: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    File(Span),
    HardLink(String),
    SymLink(String),
    Folder,
    Other,
}

/// An archive that ends before its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Where it ends, bytes.
    pub at: u64,
    /// The file it ends in, where it does so in one.
    pub path: Option<String>,
    /// How many bytes of that file are missing.
    pub missing_bytes: u64,
}

/// Why a name leads to no file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotFound {
    /// No such name.
    #[error("{path} is not in the archive")]
    Absent {
        /// Which.
        path: String,
    },
    /// It is there, but no file.
    #[error("{path} is not a file")]
    NotAFile {
        /// Which.
        path: String,
    },
    /// A link that leads out of the archive, nowhere, or round.
    #[error("the link {path} leads out of the archive or round in a circle")]
    Link {
        /// Which.
        path: String,
    },
    /// It begins in the archive, which ends within it.
    #[error("the archive ends within {path}: {missing_bytes} bytes of it are missing")]
    Cut {
        /// Which.
        path: String,
        /// How many bytes.
        missing_bytes: u64,
    },
}

impl Index {
    /// Adds an entry.
    ///
    /// # Errors
    /// [`TarError::Duplicate`] for a second file of a name, [`TarError::TooMany`].
    pub fn add(&mut self, entry: &Entry) -> Result<(), TarError> {
        self.count += 1;
        if self.count > ENTRIES_MAX {
            return Err(TarError::TooMany);
        }
        let node = match &entry.kind {
            EntryKind::File => Node::File(entry.content),
            EntryKind::Folder => Node::Folder,
            EntryKind::HardLink(target) => Node::HardLink(target.clone()),
            EntryKind::SymLink(target) => Node::SymLink(target.clone()),
            EntryKind::Other => Node::Other,
        };
        match self.entries.get(&entry.path) {
            // A folder may be named as often as somebody likes.
            Some(Node::Folder) if node == Node::Folder => Ok(()),
            Some(_) => Err(TarError::Duplicate { path: entry.path.clone(), offset: entry.header_offset }),
            None => {
                self.entries.insert(entry.path.clone(), node);
                Ok(())
            }
        }
    }

    /// The archive ends here, before its end.
    pub(crate) fn set_cut(&mut self, cut: Cut) {
        self.cut = Some(cut);
    }

    /// Where the archive breaks off, if it does.
    #[must_use]
    pub fn cut(&self) -> Option<&Cut> {
        self.cut.as_ref()
    }

    /// How many entries there are, folders and links included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether there is an entry of this name.
    #[must_use]
    pub fn contains(&self, path: &str) -> bool {
        self.entries.contains_key(path)
    }

    /// All names, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// Where the content of a file stands; links are followed.
    ///
    /// # Errors
    /// [`NotFound`].
    pub fn file(&self, path: &str) -> Result<Span, NotFound> {
        let mut at = path.to_owned();
        for _ in 0..LINKS_MAX {
            let link = || NotFound::Link { path: path.to_owned() };
            match self.entries.get(&at) {
                None if at == path => return Err(NotFound::Absent { path: at }),
                None => return Err(NotFound::Absent { path: format!("{at} (to which {path} links)") }),
                Some(Node::File(span)) => return self.whole(&at, *span),
                Some(Node::Folder | Node::Other) => return Err(NotFound::NotAFile { path: at }),
                Some(Node::HardLink(target)) => at = target.clone(),
                Some(Node::SymLink(target)) => at = path::follow(&at, target).ok_or_else(link)?,
            }
        }
        Err(NotFound::Link { path: path.to_owned() })
    }

    fn whole(&self, path: &str, span: Span) -> Result<Span, NotFound> {
        match &self.cut {
            Some(cut) if span.end() > cut.at => {
                let missing_bytes = span.end() - cut.at.max(span.offset);
                Err(NotFound::Cut { path: path.to_owned(), missing_bytes })
            }
            _ => Ok(span),
        }
    }
}
