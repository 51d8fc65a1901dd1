//! **Images in one call**: what a console would otherwise gather with a request for each tag or layer.
//!
//! A server without these addresses answers 404, and the registry itself (`/v2/`) tells the same, more slowly. Bearer token, rights
//! as for `/v2/`.
//!
//! | call | answer |
//! |---|---|
//! | `GET API/extensions/images?org=&project=&n=&last=` | [`Images`]: images with a tag that the caller may read |
//! | `GET API/extensions/images/tags?repository=ORG/PROJECT/NAME&n=&last=` | [`Tags`] |
//! | `GET API/extensions/images/{org}/{project}/layers` | [`Layers`]: of the images that the caller may read |
//! | `GET API/extensions/images/{org}/{project}/usage` | [`Usage`] |
//!
//! Pages have `n` items, 1,000 at most and by default; the next begins after `last`, the last name of the page before.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Below the API's base.
pub const PATH: &str = "extensions/images";

/// A page of images, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Images {
    /// The images.
    pub items: Vec<Image>,
    /// Whether there are more.
    #[serde(default)]
    pub has_more: bool,
}

/// An image: a repository of the registry that has a tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// `ORG/PROJECT/NAME`.
    pub repository: String,
    /// How many tags it has.
    pub tag_count: u64,
    /// When a tag was last set.
    pub updated_at: Timestamp,
    /// When it was last pulled by a tag; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pulled_at: Option<Timestamp>,
}

/// A page of tags, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tags {
    /// The tags.
    pub items: Vec<Tag>,
    /// Whether there are more.
    #[serde(default)]
    pub has_more: bool,
}

/// A tag and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// The tag.
    pub name: String,
    /// Digest of its manifest.
    pub digest: String,
    /// Media type of its manifest.
    pub media_type: String,
    /// Bytes of its layers; of an index, of the layers of all its manifests.
    pub size_bytes: u64,
    /// When it was last set.
    pub updated_at: Timestamp,
    /// When it was last pulled; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pulled_at: Option<Timestamp>,
}

/// Layers of a project whose uncompressed form is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layers {
    /// Each layer once for each image that has it, the ones pushed last first.
    pub items: Vec<Layer>,
    /// Whether some were left out to keep the answer bounded.
    #[serde(default)]
    pub partial: bool,
}

/// A layer that is in the registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// Digest of the uncompressed tar.
    pub diff_id: String,
    /// Digest of the blob.
    pub digest: String,
    /// Its size, bytes.
    pub size_bytes: u64,
    /// Its media type.
    pub media_type: String,
    /// `ORG/PROJECT/NAME` of an image that has it: where to mount it from.
    pub repository: String,
}

/// What a project's images take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Bytes of blobs, manifests and unfinished uploads, each blob once.
    pub used_bytes: u64,
    /// The most they may take; absent: no quota.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota_bytes: Option<u64>,
}
