//! Image configs: what a container starts with, the layers' diffIDs, and the history.

use super::{CONFIG_MAX_BYTES, Platform};
use crate::Digest;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;

/// An image config, docker's or OCI's: what of it is shown or checked. Read only: its bytes travel as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct ImageConfig {
    /// When the image was made, RFC 3339.
    #[serde(default)]
    pub created: Option<String>,
    /// Who made it.
    #[serde(default)]
    pub author: Option<String>,
    /// Architecture, system and variant.
    #[serde(flatten)]
    pub platform: Platform,
    /// What a container starts with.
    #[serde(default, deserialize_with = "super::null_as_default")]
    pub config: ContainerConfig,
    /// The layers' diffIDs.
    #[serde(default, deserialize_with = "super::null_as_default")]
    pub rootfs: RootFs,
    /// How it was made, the oldest step first.
    #[serde(default, deserialize_with = "super::null_as_default")]
    pub history: Vec<History>,
}

/// `config` of an image config.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ContainerConfig {
    /// User.
    #[serde(default, deserialize_with = "super::null_as_default")]
    pub user: String,
    /// `80/tcp` ...
    #[serde(default, deserialize_with = "keys")]
    pub exposed_ports: Vec<String>,
    /// `NAME=VALUE`.
    #[serde(default, deserialize_with = "super::null_as_default")]
    pub env: Vec<String>,
    /// Entry point.
    #[serde(default, deserialize_with = "super::null_as_default")]
    pub entrypoint: Vec<String>,
    /// Command, or the entry point's arguments.
    #[serde(default, deserialize_with = "super::null_as_default")]
    pub cmd: Vec<String>,
    /// Volumes.
    #[serde(default, deserialize_with = "keys")]
    pub volumes: Vec<String>,
    /// Working directory.
    #[serde(default, deserialize_with = "super::null_as_default")]
    pub working_dir: String,
    /// Labels.
    #[serde(default, deserialize_with = "super::null_as_default")]
    pub labels: BTreeMap<String, String>,
}

/// `rootfs` of an image config.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct RootFs {
    /// Digest of each layer's uncompressed tar, the base first.
    #[serde(default, deserialize_with = "super::null_as_default")]
    pub diff_ids: Vec<Digest>,
}

/// A step of how the image was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct History {
    /// When, RFC 3339.
    #[serde(default)]
    pub created: Option<String>,
    /// The command.
    #[serde(default)]
    pub created_by: Option<String>,
    /// The author's words.
    #[serde(default)]
    pub comment: Option<String>,
    /// Whether it made no layer.
    #[serde(default, deserialize_with = "super::null_as_default")]
    pub empty_layer: bool,
}

/// Why bytes are no image config.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidConfig {
    /// Larger than any real one.
    #[error("the image's config has {bytes} bytes; at most {CONFIG_MAX_BYTES} are read")]
    TooLarge {
        /// How large it is.
        bytes: u64,
    },
    /// No JSON, or not of a config's shape.
    #[error("the image's config cannot be read: {reason}")]
    Json {
        /// What the JSON reader said.
        reason: String,
    },
}

impl ImageConfig {
    /// Reads a config.
    ///
    /// # Errors
    /// [`InvalidConfig`].
    pub fn parse(bytes: &[u8]) -> Result<Self, InvalidConfig> {
        if bytes.len() as u64 > CONFIG_MAX_BYTES {
            return Err(InvalidConfig::TooLarge { bytes: bytes.len() as u64 });
        }
        serde_json::from_slice(bytes).map_err(|error| InvalidConfig::Json { reason: error.to_string() })
    }

    /// The history, each step with the index of the layer it made.
    pub fn steps(&self) -> impl Iterator<Item = (&History, Option<usize>)> {
        let mut next = 0;
        self.history.iter().map(move |step| {
            let layer = (!step.empty_layer).then_some(next);
            next += usize::from(!step.empty_layer);
            (step, layer)
        })
    }
}

/// Go writes a set as an object of empty objects.
fn keys<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let set: Option<BTreeMap<String, IgnoredAny>> = Option::deserialize(deserializer)?;
    Ok(set.unwrap_or_default().into_keys().collect())
}
