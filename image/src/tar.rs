//! The tar format (POSIX ustar and pax, GNU's extensions), without I/O.
//!
//! Writing is deterministic: no owner, no time, one mode, so that the same content is the same bytes.

mod write;

pub use write::{FileKind, header, padding};

/// Everything in a tar comes in blocks of this many bytes.
pub const BLOCK_BYTES: u64 = 512;
/// Two blocks of zeros end a tar.
pub const TRAILER_BYTES: u64 = 2 * BLOCK_BYTES;
