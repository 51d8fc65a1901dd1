//! Media types of manifests, configs and layers, and what a layer's type says about it.

use serde::{Deserialize, Serialize};

/// OCI image manifest.
pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// OCI image index.
pub const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// OCI image config.
pub const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
/// OCI layer, not compressed. With `+gzip` or `+zstd` compressed.
pub const OCI_LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
/// OCI layer, gzip.
pub const OCI_LAYER_GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
/// OCI layer, zstd.
pub const OCI_LAYER_ZSTD: &str = "application/vnd.oci.image.layer.v1.tar+zstd";
/// Docker image manifest, schema 2.
pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// Docker manifest list.
pub const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
/// Docker image config.
pub const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";
/// Docker layer, gzip.
pub const DOCKER_LAYER_GZIP: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";

const OCI_NONDISTRIBUTABLE: &str = "application/vnd.oci.image.layer.nondistributable.v1.tar";
const DOCKER_LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar";
const DOCKER_FOREIGN: &str = "application/vnd.docker.image.rootfs.foreign.diff.tar";

/// Manifests and indexes that this crate reads: what to send in `Accept`, the preferred ones first.
pub const ACCEPTED: [&str; 4] = [OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST];

/// How the bytes of a layer are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    /// A plain tar.
    None,
    /// gzip: every engine reads it.
    Gzip,
    /// zstd: engines since about 2021.
    Zstd,
}

impl Compression {
    /// By the first bytes of a blob. What is neither gzip nor zstd counts as a plain tar.
    #[must_use]
    pub fn of_bytes(start: &[u8]) -> Self {
        match start {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            // A skippable frame (RFC 8878 section 3.1.2): what seekable zstd writers begin with.
            [low, 0x2a, 0x4d, 0x18, ..] if low >> 4 == 5 => Self::Zstd,
            _ => Self::None,
        }
    }

    /// The OCI layer type for it.
    #[must_use]
    pub fn oci_layer(self) -> &'static str {
        match self {
            Self::None => OCI_LAYER,
            Self::Gzip => OCI_LAYER_GZIP,
            Self::Zstd => OCI_LAYER_ZSTD,
        }
    }

    /// Its word: `none`, `gzip`, `zstd`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// What a layer's media type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerKind {
    /// How its bytes are compressed.
    pub compression: Compression,
    /// Foreign or non-distributable: fetched from the URLs beside it, and by its licence not to be uploaded.
    pub foreign: bool,
}

impl LayerKind {
    /// Reads a media type; `None` when it is no layer of a file system (an attestation, a chart, a model).
    #[must_use]
    pub fn of(media_type: &str) -> Option<Self> {
        let kind = |compression, foreign| Some(Self { compression, foreign });
        for (base, foreign) in
            [(OCI_LAYER, false), (OCI_NONDISTRIBUTABLE, true), (DOCKER_LAYER, false), (DOCKER_FOREIGN, true)]
        {
            match media_type.strip_prefix(base) {
                Some("") => return kind(Compression::None, foreign),
                Some("+gzip" | ".gzip") => return kind(Compression::Gzip, foreign),
                Some("+zstd" | ".zstd") => return kind(Compression::Zstd, foreign),
                _ => {}
            }
        }
        None
    }
}

/// Whether a media type is one of an index or manifest list.
#[must_use]
pub fn is_index(media_type: &str) -> bool {
    matches!(media_type, OCI_INDEX | DOCKER_LIST)
}

/// Whether a media type is one of an image manifest.
#[must_use]
pub fn is_manifest(media_type: &str) -> bool {
    matches!(media_type, OCI_MANIFEST | DOCKER_MANIFEST)
}

/// Whether a media type is one of an image config.
#[must_use]
pub fn is_config(media_type: &str) -> bool {
    matches!(media_type, OCI_CONFIG | DOCKER_CONFIG)
}

/// Whether a media type is a manifest of docker's first schema, which nothing here reads.
#[must_use]
pub fn is_schema1(media_type: &str) -> bool {
    media_type.starts_with("application/vnd.docker.distribution.manifest.v1+")
}
