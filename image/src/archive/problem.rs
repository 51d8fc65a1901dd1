//! What is wrong with an image in an archive.

use crate::Digest;
use crate::manifest::{InvalidConfig, InvalidManifest, Mismatch};
use crate::tar::NotFound;

/// What of an image a problem is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A manifest or index.
    Manifest,
    /// A config.
    Config,
    /// A layer.
    Layer,
}

/// Something wrong in an archive, in words for the person who has it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Not there.
    #[error("a {} is missing: {why}", part.word())]
    Missing {
        /// What.
        part: Part,
        /// Why.
        why: NotFound,
    },
    /// Another size than it should have.
    #[error("{path} has {found} bytes, its manifest says {expected}")]
    Size {
        /// Which file.
        path: String,
        /// By its manifest.
        expected: u64,
        /// In the archive.
        found: u64,
    },
    /// Other bytes than it should have.
    #[error("{path} is damaged: its digest should be {expected} and is {found}")]
    Digest {
        /// Which file.
        path: String,
        /// By its name or manifest.
        expected: Digest,
        /// In truth.
        found: Digest,
    },
    /// Larger than it can be.
    #[error("{path} has {bytes} bytes, more than any real one")]
    TooLarge {
        /// Which file.
        path: String,
        /// How large.
        bytes: u64,
    },
    /// A manifest that is none.
    #[error("{path}: {reason}")]
    Manifest {
        /// Which file.
        path: String,
        /// What about it.
        reason: InvalidManifest,
    },
    /// A config that is none.
    #[error("{path}: {reason}")]
    Config {
        /// Which file.
        path: String,
        /// What about it.
        reason: InvalidConfig,
    },
    /// Manifest and config do not fit.
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
    /// A layer compressed otherwise than it is said to be.
    #[error("{path} is said to be compressed with {said}, but is compressed with {found}")]
    Compression {
        /// Which file.
        path: String,
        /// By its manifest.
        said: &'static str,
        /// By its bytes.
        found: &'static str,
    },
    /// A layer that may not be uploaded, and of which nobody says where it is to be had: no engine could fetch it.
    #[error("the layer {digest} may not be uploaded by its licence, and no address is given to fetch it from")]
    Foreign {
        /// The layer's.
        digest: Digest,
    },
    /// A name that is none; the image is there all the same.
    #[error("the archive calls an image {text:?}, which is no name an image can have: give it another")]
    Name {
        /// As it stands there.
        text: String,
    },
    /// Indexes within indexes.
    #[error("the image has indexes within indexes, which are not taken apart")]
    Nested,
    /// The archive ends early; what is complete can be used.
    #[error("the archive is cut off at byte {at}: copy or save it again")]
    Cut {
        /// Where.
        at: u64,
    },
    /// No end marker; harmless where nothing is missing.
    #[error("the archive has no end marker: perhaps it was cut off")]
    NoEndMarker,
    /// Something behind the end marker.
    #[error("there is something behind the archive's end, at byte {at}, which is not read: two archives in one file?")]
    Trailing {
        /// Where.
        at: u64,
    },
}

impl Problem {
    /// Whether what it is about cannot be pushed.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        match self {
            Self::Mismatch(mismatch) => !mismatch.is_harmless(),
            Self::Name { .. } | Self::NoEndMarker | Self::Trailing { .. } | Self::Cut { .. } => false,
            Self::Missing { .. }
            | Self::Size { .. }
            | Self::Digest { .. }
            | Self::TooLarge { .. }
            | Self::Manifest { .. }
            | Self::Config { .. }
            | Self::Compression { .. }
            | Self::Foreign { .. }
            | Self::Nested => true,
        }
    }
}

impl Part {
    fn word(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Config => "config",
            Self::Layer => "layer",
        }
    }
}
