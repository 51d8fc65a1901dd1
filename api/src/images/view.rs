//! What lists of images and tags show, and what a push must know beforehand.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An image: a repository of the registry. `GET images` answers a [`crate::Page`] of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// `ORG/PROJECT/NAME`: the repository's name in the registry, and this API's path segment.
    pub repository: String,
    /// `image://CLUSTER/ORG/PROJECT/NAME`, without a tag.
    pub uri: String,
    /// What a container engine calls it, without a tag: `HOST[:PORT]/ORG/PROJECT/NAME`.
    pub docker_reference: String,
    /// The organisation, on platforms that have them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<String>,
    /// The project.
    pub project: String,
    /// What remains of the name: may have slashes.
    pub name: String,
    /// How many tags it has; absent where counting would take a call for each image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag_count: Option<u64>,
    /// When a tag of it was last set, where the cluster tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

/// A tag of an image. `GET images/{image}/tags` answers a [`crate::Page`] of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// The tag.
    pub name: String,
    /// Digest of the manifest it stands for, `sha256:<hex>`; absent when that could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Bytes of its layers as stored; for an index, of all its platforms together. Absent when it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// Media type of its manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// When it was last set, where the cluster tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

/// What the signed-in user may do with an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    /// Pull, run, download.
    pub read: bool,
    /// Push, delete, save into.
    pub write: bool,
    /// Share.
    pub manage: bool,
}

/// `GET images/registry`: where images live and how to push to them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registry {
    /// `HOST[:PORT]`, as it stands in docker references.
    pub host: String,
    /// Largest body of one `PATCH` that this gateway lets through, bytes. A page never sends more.
    pub chunk_max_bytes: u64,
    /// Whether chunks may also come by `WS images/chunks`, as [`super::ChunkOrder`] says.
    #[serde(default)]
    pub chunk_socket: bool,
    /// Layer compressions that the cluster's engines are known to read, the preferred one first.
    pub compressions: Vec<Compression>,
    /// Bytes that the project may still add; absent: no quota, or the cluster does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota_left_bytes: Option<u64>,
    /// Whether the cluster can copy an image from another registry.
    #[serde(default)]
    pub can_copy: bool,
}

/// How layers are compressed on the way to the registry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    /// `application/vnd.oci.image.layer.v1.tar+gzip`: every engine reads it.
    #[default]
    Gzip,
    /// `application/vnd.oci.image.layer.v1.tar+zstd`: engines since about 2021.
    Zstd,
    /// A compression that this reader does not know.
    #[serde(other)]
    Unknown,
}

/// `GET images/layers?project=&org=`: layers that the project's images already have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownLayers {
    /// Each diffID once.
    pub items: Vec<KnownLayer>,
    /// Whether some images were left out to keep the answer bounded: what is missing here may still be in the registry.
    #[serde(default)]
    pub partial: bool,
}

/// A layer that need not be read, compressed or sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownLayer {
    /// Digest of the uncompressed tar, as image configs name it.
    pub diff_id: String,
    /// Digest of the blob in the registry.
    pub digest: String,
    /// Its size in the registry, bytes.
    pub size_bytes: u64,
    /// Its media type there.
    pub media_type: String,
    /// A repository that has it: the source of a cross-repository mount.
    pub repository: String,
}
