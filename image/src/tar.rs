//! The tar format (POSIX ustar and pax, GNU's extensions), without I/O.
//!
//! Reading goes from header to header: [`Walk`] says which bytes it needs next and never asks for a file's content, so that a
//! file of any size is indexed by reading its headers. Writing is deterministic: no owner, no time, one mode, so that the same
//! content is the same bytes.

mod cut;
mod error;
mod index;
mod number;
mod path;
mod pax;
mod raw;
#[cfg(test)]
pub(crate) mod tests;
mod walk;
mod write;

pub use cut::SpanCutter;
pub use error::TarError;
pub use index::{Cut, Index, NotFound};
pub use walk::{Entry, EntryKind, Walk};
pub use write::{FileKind, header, padding};

use serde::{Deserialize, Serialize};

/// Everything in a tar comes in blocks of this many bytes.
pub const BLOCK_BYTES: u64 = 512;
/// Two blocks of zeros end a tar.
pub const TRAILER_BYTES: u64 = 2 * BLOCK_BYTES;
/// Most entries that are read: an image archive has a handful for each layer.
pub const ENTRIES_MAX: usize = 50_000;

/// Where bytes stand in an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// Where they begin.
    pub offset: u64,
    /// How many.
    pub len: u64,
}

impl Span {
    /// Where they end. Spans of an [`Index`] lie within their archive, so that this cannot overflow.
    #[must_use]
    pub fn end(self) -> u64 {
        self.offset.saturating_add(self.len)
    }
}
