//! What `docker save`, `podman save`, `buildah push` and `skopeo copy` write, found in a tar.
//!
//! Two ways in, one result. [`Reader`] hops over a file that can be read at any place; [`StreamReader`] takes a stream that comes
//! in order, as a compressed archive does when it is unpacked on the way. Both end in an [`Archive`]: images, names, platforms,
//! layers with their places, and what is wrong with them. Layers are not read: their digests are checked by whoever reads them
//! to send them.
//!
//! ```
//! use image::archive::{ArchiveError, Format, Reader, Step};
//!
//! // The file is a byte string here; in a page it is a File, natively a file.
//! let file = b"\x1f\x8b\x08 not a tar yet".to_vec();
//! let mut reader = Reader::new(file.len() as u64);
//! let end = loop {
//!     match reader.step() {
//!         Ok(Step::Read(span)) => {
//!             let bytes = &file[span.offset as usize..span.end() as usize];
//!             reader.feed(span.offset, bytes);
//!         }
//!         Ok(Step::Done(archive)) => break Ok(archive),
//!         Err(error) => break Err(error),
//!     }
//! };
//! // It says what to do: unpack, and use the other way in.
//! assert_eq!(end.unwrap_err(), ArchiveError::Compressed(Format::Gzip));
//! ```

mod describe;
mod docker;
mod error;
mod oci;
mod problem;
mod reader;
mod recognise;
mod shelf;
mod stream;
#[cfg(test)]
pub(crate) mod tests;

pub use error::ArchiveError;
pub use problem::{Part, Problem};
pub use reader::{Reader, Step};
pub use recognise::{Format, recognise};
pub use stream::StreamReader;

use crate::Digest;
use crate::manifest::{Compression, Descriptor, ImageConfig, Platform};
use crate::reference::Reference;
use crate::tar::Span;

/// How an archive is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// `manifest.json` names configs and layers: docker before 25, podman and skopeo's `docker-archive`.
    Docker,
    /// `index.json` and `blobs/`: OCI layouts, and docker since 25.
    Oci,
}

/// What an archive holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    /// How it is laid out.
    pub form: Form,
    /// Whether it has `manifest.json`, without which skopeo's `docker-archive:` cannot read it.
    pub has_docker_list: bool,
    /// Its images.
    pub images: Vec<ArchiveImage>,
    /// What is wrong with the archive as a whole.
    pub problems: Vec<Problem>,
    /// How many entries the tar has.
    pub entry_count: usize,
}

/// An image: one entry of `manifest.json`, or one digest of `index.json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveImage {
    /// Its names, as they stand in the archive.
    pub names: Vec<Reference>,
    /// Tags without a name, which an OCI layout may have.
    pub tags: Vec<String>,
    /// The manifest or index that the archive has of it; a docker-archive has none.
    pub root: Option<StoredDocument>,
    /// The image for each platform that is in the archive.
    pub platforms: Vec<PlatformImage>,
    /// Attestations and other documents of the index beside its images.
    pub extras: Vec<Extra>,
    /// What the index names and the archive does not hold: other platforms, left out when it was saved.
    pub absent: Vec<Descriptor>,
    /// What is wrong with the image as a whole.
    pub problems: Vec<Problem>,
}

/// A document with its exact bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDocument {
    /// Media type, digest, size; platform and annotations, where the index says them.
    pub descriptor: Descriptor,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// An image for one platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformImage {
    /// The platform, by the index or else by the config.
    pub platform: Platform,
    /// The manifest that the archive has of it; a docker-archive has none.
    pub manifest: Option<StoredDocument>,
    /// The config; absent when it is broken or missing, with a problem that says so.
    pub config: Option<StoredConfig>,
    /// The layers, the base first.
    pub layers: Vec<ArchiveLayer>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// A config with its exact bytes, and read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredConfig {
    /// Media type, digest, size.
    pub descriptor: Descriptor,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What they say; absent for an artefact that is no image.
    pub content: Option<ImageConfig>,
}

/// A layer in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveLayer {
    /// Digest of its uncompressed tar, by the config.
    pub diff_id: Option<Digest>,
    /// What the archive's manifest says of it.
    pub descriptor: Option<Descriptor>,
    /// Where its bytes stand; absent for a foreign layer, or with a problem that says why.
    pub source: Option<Span>,
    /// How these bytes are compressed, by their beginning.
    pub compression: Compression,
    /// Whether it may not be uploaded, by its licence.
    pub foreign: bool,
}

/// A document of an index that is no image, and its blobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extra {
    /// The document.
    pub document: StoredDocument,
    /// Its blobs and where they stand.
    pub blobs: Vec<(Descriptor, Span)>,
}

impl ArchiveImage {
    /// Whether at least one of its platforms can be pushed.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        !self.problems.iter().any(Problem::is_fatal) && self.platforms.iter().any(PlatformImage::is_usable)
    }
}

impl PlatformImage {
    /// Whether it can be pushed: nothing is missing and nothing contradicts itself.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.config.is_some() && !self.problems.iter().any(Problem::is_fatal)
    }

    /// Bytes of its layers as they stand in the archive.
    #[must_use]
    pub fn layer_bytes(&self) -> u64 {
        self.layers.iter().filter_map(|layer| layer.source).fold(0, |sum, span| sum.saturating_add(span.len))
    }
}
