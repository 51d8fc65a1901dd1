//! What went wrong, for the page to say in the reader's language.

use serde::{Deserialize, Serialize};

/// One fault: a kind that has words in every language, and what exactly was found, as the part that found it says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{detail}")]
pub struct Fault {
    /// The kind.
    pub code: FaultCode,
    /// What exactly; English, may be empty.
    pub detail: String,
}

impl Fault {
    /// A fault of a kind.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "errors and texts are handed over at their end")]
    pub fn new(code: FaultCode, detail: impl ToString) -> Self {
        Self { code, detail: detail.to_string() }
    }
}

/// Kinds of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultCode {
    /// No image archive.
    NotAnArchive,
    /// Rewritten as text by a shell (PowerShell's `>`).
    Utf16,
    /// Cut off.
    Truncated,
    /// Damaged or outside what an archive may hold.
    Malformed,
    /// Something that the manifest names is not in the archive.
    Missing,
    /// Bytes that do not have the digest they should.
    DigestMismatch,
    /// A layer that may not be uploaded and is to be had nowhere.
    Foreign,
    /// The file changed on disk, or can no longer be read.
    FileChanged,
    /// No room in the browser's storage to unpack a compressed file.
    NoRoom,
    /// The page did not come over HTTPS or from this machine: browsers have no storage for such.
    Insecure,
    /// Compressed with a window that is larger than a browser has memory for.
    Window,
    /// No right to push there.
    Forbidden,
    /// The project's quota, or the registry's disk, is full.
    Quota,
    /// The session ended.
    SignedOut,
    /// The registry cannot be reached.
    Unreachable,
    /// Another tab pushes to the same tag.
    OtherTab,
    /// The registry refused for another reason.
    Refused,
    /// What was read back is not what was sent.
    NotVerified,
    /// The workers broke.
    Broken,
    /// The reader broke it off.
    Cancelled,
}

impl FaultCode {
    /// Whether trying again may help without a change to the file.
    #[must_use]
    pub fn passes(self) -> bool {
        match self {
            Self::NoRoom | Self::Forbidden | Self::Quota | Self::SignedOut | Self::Unreachable | Self::OtherTab => true,
            Self::Refused | Self::NotVerified | Self::Broken => true,
            Self::NotAnArchive | Self::Utf16 | Self::Truncated | Self::Malformed | Self::Missing => false,
            Self::DigestMismatch | Self::Foreign | Self::FileChanged | Self::Cancelled => false,
            Self::Insecure | Self::Window => false,
        }
    }
}
