//! The archive that an image is downloaded as, as a list of pieces that follow from its documents alone.
//!
//! One tar that is an OCI image layout (`oci-layout`, `index.json`, `blobs/`) and, in [`Form::Docker`], also what `docker load`
//! of any age reads (`manifest.json`). Its length is known before a layer is fetched, the same image is always the same bytes,
//! and any range can be served without what stands before it.
//!
//! ```
//! use image::download::{Below, Download, Form, Part, StoredDocument};
//! use image::manifest::{Descriptor, ImageManifest, media_type};
//!
//! let config = Descriptor::of(media_type::OCI_CONFIG, b"{}");
//! let layer = Descriptor::of(media_type::OCI_LAYER_GZIP, b"layer");
//! let manifest = ImageManifest::oci(config, vec![layer.clone()], Default::default());
//! let download = Download {
//!     root: StoredDocument { media_type: media_type::OCI_MANIFEST.into(), bytes: manifest.to_bytes() },
//!     below: Below::default(),
//!     names: vec!["registry.example/org/project/name:v1".parse().unwrap()],
//!     platform: None,
//! };
//! let layout = download.layout(Form::Docker).unwrap();
//! // The last 2000 bytes, as an HTTP Range asks for them.
//! let parts: Vec<Part> = layout.range(layout.total_bytes() - 2000..layout.total_bytes()).collect();
//! assert!(parts.iter().any(|part| matches!(part, Part::Blob { digest, .. } if **digest == layer.digest)));
//! ```

mod below;
mod collect;
mod docker;
mod file_name;
mod layout;
mod range;
#[cfg(test)]
mod tests;

pub use below::{Below, DOCUMENTS_MAX, DOCUMENTS_MAX_BYTES};
pub use file_name::file_name;
pub use layout::{Layout, Part};
pub use range::{Asked, Conditions};

use crate::Digest;
use crate::manifest::{InvalidManifest, Platform};
use crate::reference::Reference;

/// Which readers an archive is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// An OCI layout that `docker load`, `podman load` and `skopeo docker-archive:` read as well.
    Docker,
    /// An OCI layout only.
    Oci,
}

/// A manifest or index as it is stored in the registry: its exact bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDocument {
    /// What the registry said that it is.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What is downloaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    /// The manifest or index that the reference stands for.
    pub root: StoredDocument,
    /// The documents below the root where that is an index: until [`Below::missing`] names none.
    pub below: Below,
    /// The names to load it under, in full. Without a tag: no name, only the digest.
    pub names: Vec<Reference>,
    /// Which image of an index `docker load` of old shall get; without: linux/amd64, or else the first.
    pub platform: Option<Platform>,
}

/// Why an image cannot be downloaded so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DownloadError {
    /// A document of the image that nothing can be made of.
    #[error("the image's manifest {digest} cannot be used")]
    Manifest {
        /// Which.
        digest: Digest,
        /// Why.
        source: InvalidManifest,
    },
    /// A manifest of the index that is not there.
    #[error("the index names the manifest {digest}, which the registry does not have")]
    Missing {
        /// Which.
        digest: Digest,
    },
    /// Two descriptors of one blob that contradict each other.
    #[error("the image says two different sizes of {digest}")]
    SizeConflict {
        /// Which blob.
        digest: Digest,
    },
    /// A document whose size is not what its descriptor says.
    #[error("the manifest {digest} has {found} bytes, the index says {expected}")]
    Size {
        /// Which.
        digest: Digest,
        /// By the index.
        expected: u64,
        /// In truth.
        found: u64,
    },
    /// Sizes that no disk holds.
    #[error("the sizes that the image's manifest says add up to more than there can be")]
    TooLarge,
    /// Indexes within indexes without end.
    #[error("the image has indexes within indexes, more than {MAX_DEPTH} deep")]
    TooDeep,
    /// More than is held in memory for one download.
    #[error(
        "the image has more manifests than can be handled together: {DOCUMENTS_MAX} and {} MiB at most",
        DOCUMENTS_MAX_BYTES >> 20
    )]
    TooMany,
    /// `docker load` needs every layer.
    #[error("the image has foreign layers, which are not in the registry: download it as an OCI layout")]
    Foreign,
    /// An index without an image, or something that is no image.
    #[error("there is no image here that docker could load: download it as an OCI layout")]
    NotAnImage,
    /// The platform asked for.
    #[error("the image is not there for {platform}")]
    NoPlatform {
        /// `os/architecture`.
        platform: String,
    },
}

/// How deep indexes may be nested.
const MAX_DEPTH: usize = 4;

impl Download {
    /// Lays the archive out.
    ///
    /// # Errors
    /// [`DownloadError`].
    pub fn layout(&self, form: Form) -> Result<Layout, DownloadError> {
        let collected = collect::collect(self)?;
        docker::lay_out(self, form, &collected)
    }
}
