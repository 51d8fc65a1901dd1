//! What the registry refuses, and which of its steps can fail.

use std::{io, path::PathBuf};

use super::{
    digest::{Digest, InvalidDigest},
    manifest::InvalidManifest,
};
use crate::store::StoreError;

/// Why the registry did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegistryError {
    /// Not a name of a repository.
    #[error("{name:?} is not the name of an image: {why}")]
    Name {
        /// What was given.
        name: String,
        /// The rule.
        why: String,
    },
    /// Not a tag.
    #[error(
        "{tag:?} is not a tag: a tag has 1 to 128 letters, digits, '_', '.' or '-', and does not begin with '.' or '-'"
    )]
    Tag {
        /// What was given.
        tag: String,
    },
    /// Not a digest.
    #[error(transparent)]
    Digest(#[from] InvalidDigest),
    /// Images belong to projects, and there is none of that name.
    #[error("there is no project {0}; images are pushed as ORG/PROJECT/NAME")]
    NoSuchProject(String),
    /// Nothing was ever pushed there.
    #[error("there is no image {0}")]
    NoSuchRepository(String),
    /// The repository has no such blob.
    #[error("{repository} has no blob {digest}")]
    NoSuchBlob {
        /// Where it was looked for.
        repository: String,
        /// Which.
        digest: Digest,
    },
    /// The repository has no such tag or manifest.
    #[error("{repository} has no manifest {reference}")]
    NoSuchManifest {
        /// Where it was looked for.
        repository: String,
        /// Tag or digest.
        reference: String,
    },
    /// The upload was finished, cancelled, cleared away for its age, or never begun.
    #[error("there is no such upload: it was finished, cancelled, or lay untouched for too long; begin a new one")]
    NoSuchUpload,
    /// What was sent is not what was announced.
    #[error("the bytes have the digest {got}, not {said}; the upload was dropped, send it again")]
    WrongDigest {
        /// What the client said.
        said: Digest,
        /// What its bytes give.
        got: Digest,
    },
    /// More or fewer bytes than the headers say.
    #[error("the headers announce {said_bytes} bytes, the body has {got_bytes}")]
    WrongSize {
        /// What the client said.
        said_bytes: u64,
        /// What came.
        got_bytes: u64,
    },
    /// A chunk that does not begin where the one before ended.
    #[error("the chunk begins at {begins}, the upload has {have_bytes} bytes; ask for the offset and go on from there")]
    OutOfOrder {
        /// Where the chunk begins.
        begins: u64,
        /// What is there.
        have_bytes: u64,
    },
    /// A later request took the upload over.
    #[error("a later request went on with this upload; this one was given up")]
    TakenOver,
    /// The client went away or fell silent; what came is kept.
    #[error("the body ended early; ask for the offset and go on from there")]
    BodyBroken,
    /// The manifest breaks a rule.
    #[error(transparent)]
    Manifest(#[from] InvalidManifest),
    /// The manifest is about blobs or manifests that are not there.
    #[error("the manifest refers to {digest}, which {repository} does not have; push that first")]
    Missing {
        /// Where it was looked for.
        repository: String,
        /// Which.
        digest: Digest,
    },
    /// The manifest says another size than the blob has.
    #[error("the manifest says that {digest} has {said_bytes} bytes; it has {got_bytes}")]
    SizeLie {
        /// Which blob.
        digest: Digest,
        /// What the manifest says.
        said_bytes: u64,
        /// What is there.
        got_bytes: u64,
    },
    /// A manifest still needs it.
    #[error("the manifest {manifest} needs the blob {digest}; delete that manifest first")]
    BlobInUse {
        /// Which blob.
        digest: Digest,
        /// One that needs it.
        manifest: String,
    },
    /// An index that has a tag names it.
    #[error(
        "the image with the tag {tag} consists of {digest} among others; delete {tag} first, or of this one its tags only"
    )]
    ManifestInUse {
        /// Which manifest.
        digest: Digest,
        /// A tag of an index above it.
        tag: String,
    },
    /// The project may not have more.
    #[error(
        "the project {project} has a quota of {quota_bytes} bytes and this would make {would_be_bytes}; delete images, or ask an administrator for more"
    )]
    QuotaExceeded {
        /// `ORG/PROJECT`.
        project: String,
        /// The most.
        quota_bytes: u64,
        /// What it would come to.
        would_be_bytes: u64,
    },
    /// Nobody needs that many at once.
    #[error("{project} has {most} unfinished uploads; finish or cancel some")]
    TooManyUploads {
        /// `ORG/PROJECT`.
        project: String,
        /// The most.
        most: u32,
    },
    /// A file could not be read or written.
    #[error("the registry could not {act} {path}")]
    File {
        /// Read, write ...
        act: &'static str,
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RegistryError {
    /// The disk has no room left; what was acknowledged is still there.
    pub(crate) fn is_disk_full(&self) -> bool {
        match self {
            Self::File { source, .. } => {
                matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            }
            Self::Store(error) => error.is_disk_full(),
            _ => false,
        }
    }
}
