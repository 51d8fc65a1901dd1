//! One image in full.

use super::view::Rights;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `GET images/{image}`: what one tag or digest stands for. Without a tag: `latest`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageDetail {
    /// The repository, as in [`super::Image::repository`].
    pub repository: String,
    /// The tag asked for; absent when asked by digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// `image://CLUSTER/ORG/PROJECT/NAME[:TAG]`.
    pub uri: String,
    /// `HOST[:PORT]/ORG/PROJECT/NAME:TAG` or `...@DIGEST`: for `docker pull`, and for a job's `image`.
    pub docker_reference: String,
    /// Digest of the manifest or index.
    pub digest: String,
    /// Its media type.
    pub media_type: String,
    /// Bytes of manifests, configs and layers together, each blob once.
    pub size_bytes: u64,
    /// One for a manifest, several for an index. Attestations and other manifests without a platform are not listed.
    pub platforms: Vec<PlatformImage>,
    /// Other tags of the same digest: deleting the digest would take them along.
    pub same_digest_tags: Vec<String>,
    /// What refers to this image (OCI referrers): signatures, SBOMs.
    #[serde(default)]
    pub referrers: Vec<Descriptor>,
    /// Annotations of the manifest or index.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// What the signed-in user may do with it.
    pub rights: Rights,
    /// When the tag was last set, where the cluster tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

/// The image for one platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformImage {
    /// The platform.
    pub platform: Platform,
    /// Digest of its manifest.
    pub digest: String,
    /// Bytes of its config and layers.
    pub size_bytes: u64,
    /// Its layers, the base first.
    pub layers: Vec<Layer>,
    /// Its steps, the oldest first.
    pub history: Vec<HistoryStep>,
    /// What a container of it starts with.
    pub config: ImageConfig,
}

/// `linux/arm64/v8`, in parts. Strings are the OCI image spec's words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Platform {
    /// `linux` ...
    pub os: String,
    /// `amd64` ...
    pub architecture: String,
    /// `v8` ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

/// A layer as the manifest lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// Digest of the blob.
    pub digest: String,
    /// Digest of the uncompressed tar, from the config; absent when the config names fewer than the manifest has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diff_id: Option<String>,
    /// Its size as stored, bytes.
    pub size_bytes: u64,
    /// Its media type.
    pub media_type: String,
}

/// A step of how the image was made (`history` of the config).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryStep {
    /// The command.
    #[serde(default)]
    pub created_by: String,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// The author's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Index into [`PlatformImage::layers`] of the layer it made; absent for steps that only set something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<usize>,
}

/// What a container of the image starts with (`config` of the image config).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageConfig {
    /// When the image was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Entry point.
    #[serde(default)]
    pub entrypoint: Vec<String>,
    /// Command, or the entry point's arguments.
    #[serde(default)]
    pub cmd: Vec<String>,
    /// `NAME=VALUE`, in the image's order.
    #[serde(default)]
    pub env: Vec<String>,
    /// Working directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
    /// User.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// `80/tcp` ...
    #[serde(default)]
    pub exposed_ports: Vec<String>,
    /// Volumes.
    #[serde(default)]
    pub volumes: Vec<String>,
    /// Labels.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

/// A manifest that refers to another (OCI distribution spec, referrers).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Descriptor {
    /// Its digest.
    pub digest: String,
    /// What it is: `application/vnd.dev.cosign...`; empty when it does not say.
    #[serde(default)]
    pub artifact_type: String,
    /// Its size, bytes.
    pub size_bytes: u64,
}

/// `GET images/{image}/access` answers `{"items": [Access]}`: who may do what with an image, and through which grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// A user or a role.
    pub principal: String,
    /// `read`, `write` or `manage`.
    pub action: String,
    /// The URI that the grant was made on: the image's own, or one above it.
    pub uri: String,
}
