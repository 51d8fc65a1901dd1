//! Why a file is no archive that can be used; each says what to do.

use super::Format;
use crate::tar::TarError;

/// Why there is nothing to be found in a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// No byte.
    #[error("the file is empty: save the image again")]
    Empty,
    /// gzip or zstd: read it as a stream while it is unpacked ([`super::StreamReader`]).
    #[error("the archive is compressed with {0}: it must be unpacked while it is read")]
    Compressed(Format),
    /// Some other file.
    #[error("this is {0}")]
    NotATar(Format),
    /// The tar itself.
    #[error(transparent)]
    Tar(#[from] TarError),
    /// It ends before anything that names an image.
    #[error("the archive is cut off at byte {at}{}: copy or save it again", within(path.as_deref(), *missing_bytes))]
    Truncated {
        /// Where it ends.
        at: u64,
        /// The file it ends in.
        path: Option<String>,
        /// How many bytes of that are missing.
        missing_bytes: u64,
    },
    /// A tar of something else.
    #[error(
        "the archive holds neither manifest.json nor index.json, so no image: write it with docker save, podman save or skopeo copy"
    )]
    NoImage,
    /// `docker export`.
    #[error(
        "this is the file system of a container, as docker export writes it, without what makes it an image: use docker commit and docker save"
    )]
    FileSystem,
    /// Before docker 1.10.
    #[error(
        "the archive was written by a docker before version 1.10, which named layers otherwise: load it into a docker of today and save it again"
    )]
    TooOld,
    /// A list of images that cannot be read.
    #[error("{path} cannot be read: {reason}")]
    Json {
        /// Which file.
        path: String,
        /// What the JSON reader said.
        reason: String,
    },
    /// More than can be kept in memory.
    #[error("{path} has {bytes} bytes, more than any real one: the archive is damaged or was made to harm")]
    MetadataTooLarge {
        /// Which file.
        path: String,
        /// How large it is.
        bytes: u64,
    },
    /// The list of images is a link out of the archive, or a folder.
    #[error("the archive's list of images cannot be used: {0}")]
    List(crate::tar::NotFound),
    /// Fewer bytes than the file had.
    #[error("the file became shorter while it was read: choose it again")]
    Changed,
}

fn within(path: Option<&str>, missing_bytes: u64) -> String {
    match path {
        Some(path) => format!(", {missing_bytes} bytes before the end of {path}"),
        None => String::new(),
    }
}
