//! What can be wrong with a tar. Offsets are of the header at fault, bytes from the archive's beginning.

use super::ENTRIES_MAX;

/// Why a tar is not read on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TarError {
    /// A header that is none.
    #[error(
        "there is no tar header at byte {offset}: the archive is damaged, or was changed on its way (as by a transfer as text)"
    )]
    Header {
        /// Where.
        offset: u64,
    },
    /// A number that is none, or negative, or beyond all measure.
    #[error("the header at byte {offset} has a size that is no size: the archive is damaged")]
    Number {
        /// Where.
        offset: u64,
    },
    /// A name that leads out of the archive, or cannot be a name.
    #[error(
        "the entry at byte {offset} is called {name:?}: {why}; no image tool writes such names, so nothing of this archive is used"
    )]
    Name {
        /// Where.
        offset: u64,
        /// The name, shortened.
        name: String,
        /// What about it.
        why: &'static str,
    },
    /// Two files of one name: which one counts would be the reader's choice.
    #[error(
        "two entries are called {path:?}, the second at byte {offset}: write the archive again with docker save, podman save or skopeo"
    )]
    Duplicate {
        /// Which name.
        path: String,
        /// Where the second is.
        offset: u64,
    },
    /// A sparse file.
    #[error(
        "{path:?} at byte {offset} is stored as a sparse file, which image archives have no use for: write the archive again without --sparse"
    )]
    Sparse {
        /// Which.
        path: String,
        /// Where.
        offset: u64,
    },
    /// A long name or pax header beyond all measure.
    #[error("the extended header at byte {offset} has {bytes} bytes, more than any name needs: the archive is damaged")]
    ExtendedTooLarge {
        /// Where.
        offset: u64,
        /// How large it says it is.
        bytes: u64,
    },
    /// A pax header that is none.
    #[error("the extended header at byte {offset} cannot be read: the archive is damaged")]
    Extended {
        /// Where.
        offset: u64,
    },
    /// Too many entries.
    #[error(
        "the archive has more than {ENTRIES_MAX} entries: this is no image archive (a container's file system, as docker export writes it?)"
    )]
    TooMany,
}
