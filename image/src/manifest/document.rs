//! Manifests and indexes: told apart, read, refused, written.

use super::{Descriptor, media_type};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Largest manifest or index read, bytes: what registries take (OCI distribution spec, "Pushing manifests").
pub const MANIFEST_MAX_BYTES: u64 = 4 * 1024 * 1024;
/// Largest image config read, bytes.
pub const CONFIG_MAX_BYTES: u64 = 8 * 1024 * 1024;

/// An image manifest: one config and its layers, the base first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageManifest {
    /// Always 2.
    pub schema_version: u32,
    /// Docker demands it, OCI recommends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// What it is, where it is no image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// The config.
    pub config: Descriptor,
    /// The layers.
    #[serde(default, deserialize_with = "super::null_as_default")]
    pub layers: Vec<Descriptor>,
    /// What it is about (OCI 1.1 referrers).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Descriptor>,
    /// Annotations.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "super::null_as_default")]
    pub annotations: BTreeMap<String, String>,
}

/// An index or manifest list: one manifest a platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageIndex {
    /// Always 2.
    pub schema_version: u32,
    /// Docker demands it, OCI recommends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// What it is, where it is no image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// The manifests.
    #[serde(default, deserialize_with = "super::null_as_default")]
    pub manifests: Vec<Descriptor>,
    /// What it is about (OCI 1.1 referrers).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Descriptor>,
    /// Annotations.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "super::null_as_default")]
    pub annotations: BTreeMap<String, String>,
}

/// A manifest or an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// A manifest.
    Manifest(Box<ImageManifest>),
    /// An index.
    Index(Box<ImageIndex>),
}

/// Why bytes are no manifest that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidManifest {
    /// Larger than registries take.
    #[error("the manifest has {bytes} bytes; a registry takes at most {MANIFEST_MAX_BYTES}")]
    TooLarge {
        /// How large it is.
        bytes: u64,
    },
    /// No JSON, or not of a manifest's shape.
    #[error("the manifest cannot be read: {reason}")]
    Json {
        /// What the JSON reader said, with line and column.
        reason: String,
    },
    /// Docker's first schema.
    #[error(
        "the manifest is of docker's first schema, which is no longer in use: save or push the image again with a docker of this decade"
    )]
    Schema1,
    /// Another version than 2.
    #[error("the manifest says schemaVersion {found}; it must be 2")]
    SchemaVersion {
        /// What it says.
        found: u32,
    },
    /// It says one thing and what led to it another.
    #[error("the manifest calls itself {inside}, but was given as {given}")]
    MediaType {
        /// What it calls itself.
        inside: String,
        /// What it was given as.
        given: String,
    },
    /// A type that is no manifest at all.
    #[error("{media_type} is not the media type of an image's manifest or index")]
    UnknownType {
        /// Which.
        media_type: String,
    },
    /// Layers and manifests in one document: which one counts would be the reader's choice (CVE-2021-41190).
    #[error("the document has both layers and manifests, so that it could be read in two ways")]
    Ambiguous,
    /// Neither config nor manifests.
    #[error("the document has neither a config nor manifests")]
    Neither,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shape {
    schema_version: u32,
    media_type: Option<String>,
    config: Option<serde::de::IgnoredAny>,
    layers: Option<serde::de::IgnoredAny>,
    manifests: Option<serde::de::IgnoredAny>,
    fs_layers: Option<serde::de::IgnoredAny>,
    signatures: Option<serde::de::IgnoredAny>,
}

impl Document {
    /// Reads a manifest or index. `given` is the media type that a descriptor or a `Content-Type` said; it must not contradict
    /// what the document says of itself or is.
    ///
    /// # Errors
    /// [`InvalidManifest`].
    pub fn parse(bytes: &[u8], given: Option<&str>) -> Result<Self, InvalidManifest> {
        if bytes.len() as u64 > MANIFEST_MAX_BYTES {
            return Err(InvalidManifest::TooLarge { bytes: bytes.len() as u64 });
        }
        // A Content-Type may have parameters.
        let given = given.map(|given| given.split(';').next().unwrap_or_default().trim());
        if given.is_some_and(media_type::is_schema1) {
            return Err(InvalidManifest::Schema1);
        }
        let shape: Shape = json(bytes)?;
        if shape.schema_version == 1 || shape.fs_layers.is_some() || shape.signatures.is_some() {
            return Err(InvalidManifest::Schema1);
        }
        if shape.schema_version != 2 {
            return Err(InvalidManifest::SchemaVersion { found: shape.schema_version });
        }
        if let (Some(inside), Some(given)) = (&shape.media_type, given)
            && inside != given
        {
            return Err(InvalidManifest::MediaType { inside: inside.clone(), given: given.to_owned() });
        }
        let is_manifest = shape.config.is_some() || shape.layers.is_some();
        match (is_manifest, shape.manifests.is_some()) {
            (true, true) => return Err(InvalidManifest::Ambiguous),
            (false, false) => return Err(InvalidManifest::Neither),
            _ => {}
        }
        if let Some(said) = shape.media_type.as_deref().or(given) {
            let fits = if is_manifest { media_type::is_manifest(said) } else { media_type::is_index(said) };
            if !fits && (media_type::is_manifest(said) || media_type::is_index(said)) {
                let inside = if is_manifest { media_type::OCI_MANIFEST } else { media_type::OCI_INDEX };
                return Err(InvalidManifest::MediaType { inside: inside.to_owned(), given: said.to_owned() });
            }
            if !fits {
                return Err(InvalidManifest::UnknownType { media_type: said.to_owned() });
            }
        }
        let mut document = if is_manifest { Self::Manifest(json(bytes)?) } else { Self::Index(json(bytes)?) };
        document.media_type_mut().get_or_insert_with(|| {
            let of_shape = if is_manifest { media_type::OCI_MANIFEST } else { media_type::OCI_INDEX };
            given.unwrap_or(of_shape).to_owned()
        });
        Ok(document)
    }

    /// The media type: what it says of itself, else what it was given as, else the OCI type of its shape.
    #[must_use]
    pub fn media_type(&self) -> &str {
        match self {
            Self::Manifest(manifest) => manifest.media_type.as_deref().unwrap_or(media_type::OCI_MANIFEST),
            Self::Index(index) => index.media_type.as_deref().unwrap_or(media_type::OCI_INDEX),
        }
    }

    fn media_type_mut(&mut self) -> &mut Option<String> {
        match self {
            Self::Manifest(manifest) => &mut manifest.media_type,
            Self::Index(index) => &mut index.media_type,
        }
    }

    /// What it points at: config and layers, or manifests. Each must be in the registry before the document is written there;
    /// foreign layers excepted.
    pub fn children(&self) -> impl Iterator<Item = &Descriptor> {
        let (config, rest) = match self {
            Self::Manifest(manifest) => (Some(&manifest.config), &manifest.layers),
            Self::Index(index) => (None, &index.manifests),
        };
        config.into_iter().chain(rest)
    }

    /// What it is about, if anything.
    #[must_use]
    pub fn subject(&self) -> Option<&Descriptor> {
        match self {
            Self::Manifest(manifest) => manifest.subject.as_ref(),
            Self::Index(index) => index.subject.as_ref(),
        }
    }
}

impl ImageManifest {
    /// An OCI manifest.
    #[must_use]
    pub fn oci(config: Descriptor, layers: Vec<Descriptor>, annotations: BTreeMap<String, String>) -> Self {
        let media_type = Some(media_type::OCI_MANIFEST.to_owned());
        Self { schema_version: 2, media_type, artifact_type: None, config, layers, subject: None, annotations }
    }

    /// Its bytes: the same for the same content, always. Compact JSON, the fields in the spec's order, annotations by name.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        canonical(self)
    }

    /// Bytes of config and layers together.
    #[must_use]
    pub fn content_bytes(&self) -> u64 {
        self.layers.iter().fold(self.config.size, |sum, layer| sum.saturating_add(layer.size))
    }
}

impl ImageIndex {
    /// An OCI index.
    #[must_use]
    pub fn oci(manifests: Vec<Descriptor>, annotations: BTreeMap<String, String>) -> Self {
        let media_type = Some(media_type::OCI_INDEX.to_owned());
        Self { schema_version: 2, media_type, artifact_type: None, manifests, subject: None, annotations }
    }

    /// Its bytes, as [`ImageManifest::to_bytes`].
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        canonical(self)
    }
}

fn json<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, InvalidManifest> {
    serde_json::from_slice(bytes).map_err(|error| InvalidManifest::Json { reason: error.to_string() })
}

fn canonical(document: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(document).expect("strings, numbers and maps with string keys are always JSON")
}
