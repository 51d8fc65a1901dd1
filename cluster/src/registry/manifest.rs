//! Manifests: read, and refused where they contradict themselves (OCI image spec; Docker image manifest v2, schema 2).
//!
//! Owns what can be said of a manifest from its own bytes. Whether what it refers to is there is asked elsewhere.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;

use super::digest::Digest;

/// The spec lets a registry refuse more, and no honest manifest has it.
pub(crate) const MOST_BYTES: usize = 4 << 20;

/// Why some bytes are no manifest. Each text says which rule is broken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum InvalidManifest {
    /// Not JSON, or of another shape.
    #[error("the manifest cannot be read: {0}")]
    Json(String),
    /// Docker's schema 1, or something of the future.
    #[error("the manifest must have schemaVersion 2")]
    Schema,
    /// A kind that this registry does not keep.
    #[error("manifests of the type {0:?} are not kept here; push an OCI or Docker (schema 2) manifest or index")]
    MediaType(String),
    /// The header and the manifest disagree.
    #[error("the Content-Type says {header}, the manifest says {body}")]
    Disagree {
        /// The header.
        header: String,
        /// The manifest's own word.
        body: String,
    },
    /// Both an image and an index, or neither: readers would disagree about what it is.
    #[error("the manifest must have either 'config' and 'layers', or 'manifests'")]
    Shape,
    /// A descriptor's digest is none.
    #[error("{place}: {why}")]
    Digest {
        /// Which descriptor.
        place: String,
        /// What is wrong.
        why: String,
    },
    /// A descriptor's embedded data is not what its digest and size say.
    #[error("{place}: the embedded data does not have the size and digest that stand beside it")]
    Data {
        /// Which descriptor.
        place: String,
    },
    /// Asked to be stored under another digest than its own.
    #[error("the manifest has the digest {got}, not {said}")]
    WrongDigest {
        /// Where it was put.
        said: Digest,
        /// Its own.
        got: Digest,
    },
}

/// The kinds of manifests.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    OciImage,
    OciIndex,
    DockerImage,
    DockerList,
}

impl Kind {
    const ALL: [Self; 4] = [Self::OciImage, Self::OciIndex, Self::DockerImage, Self::DockerList];

    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::OciImage => "application/vnd.oci.image.manifest.v1+json",
            Self::OciIndex => "application/vnd.oci.image.index.v1+json",
            Self::DockerImage => "application/vnd.docker.distribution.manifest.v2+json",
            Self::DockerList => "application/vnd.docker.distribution.manifest.list.v2+json",
        }
    }

    pub(crate) fn parse(media_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.media_type() == media_type)
    }

    pub(crate) const fn is_index(self) -> bool {
        matches!(self, Self::OciIndex | Self::DockerList)
    }
}

/// A blob or manifest that a manifest names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Descriptor {
    pub(crate) digest: Digest,
    pub(crate) size_bytes: u64,
    pub(crate) media_type: String,
    /// It is kept elsewhere and need not be here (foreign layers).
    pub(crate) may_be_absent: bool,
    /// `os/architecture`, for the manifests of an index.
    pub(crate) platform: Option<(String, String)>,
}

/// A manifest that does not contradict itself.
#[derive(Clone, Debug)]
pub(crate) struct Manifest {
    pub(crate) kind: Kind,
    /// The config first (of an image), then the layers; of an index, what is not a manifest.
    pub(crate) blobs: Vec<Descriptor>,
    /// Whether the first of [`Self::blobs`] is a config.
    pub(crate) has_config: bool,
    /// The manifests of an index.
    pub(crate) children: Vec<Descriptor>,
    pub(crate) subject: Option<Digest>,
    pub(crate) artifact_type: Option<String>,
    pub(crate) annotations: BTreeMap<String, String>,
}

// Keys that stand twice are refused by serde: two readers could take different ones.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(default)]
    schema_version: u64,
    media_type: Option<String>,
    artifact_type: Option<String>,
    config: Option<WireDescriptor>,
    layers: Option<Vec<WireDescriptor>>,
    manifests: Option<Vec<WireDescriptor>>,
    // Docker's schema 1 has these; a manifest with both could be read as either.
    fs_layers: Option<serde::de::IgnoredAny>,
    subject: Option<WireDescriptor>,
    annotations: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireDescriptor {
    #[serde(default)]
    media_type: String,
    digest: String,
    size: u64,
    #[serde(default)]
    urls: Option<Vec<String>>,
    data: Option<String>,
    platform: Option<WirePlatform>,
}

#[derive(Deserialize)]
struct WirePlatform {
    #[serde(default)]
    os: String,
    #[serde(default)]
    architecture: String,
}

impl Manifest {
    /// Reads a manifest that was sent with this Content-Type (without parameters), if with any.
    pub(crate) fn parse(bytes: &[u8], content_type: Option<&str>) -> Result<Self, InvalidManifest> {
        let wire: Wire = serde_json::from_slice(bytes).map_err(|why| InvalidManifest::Json(why.to_string()))?;
        if wire.schema_version != 2 {
            return Err(InvalidManifest::Schema);
        }
        let kind = kind(&wire, content_type)?;
        let has_config = wire.config.is_some();
        let mut blobs = Vec::new();
        if let Some(config) = wire.config {
            blobs.push(config.read("config")?);
        }
        for (n, layer) in wire.layers.into_iter().flatten().enumerate() {
            blobs.push(layer.read(&format!("layers[{n}]"))?);
        }
        let mut children = Vec::new();
        for (n, child) in wire.manifests.into_iter().flatten().enumerate() {
            let child = child.read(&format!("manifests[{n}]"))?;
            // Build caches are indexes whose members are layers.
            let to = if Kind::parse(&child.media_type).is_some() { &mut children } else { &mut blobs };
            to.push(child);
        }
        let subject = wire.subject.map(|subject| subject.read("subject")).transpose()?.map(|subject| subject.digest);
        let config_type = if has_config { blobs.first().map(|config| config.media_type.clone()) } else { None };
        let artifact_type = wire.artifact_type.filter(|word| !word.is_empty()).or(config_type);
        let annotations = wire.annotations.unwrap_or_default();
        Ok(Self { kind, blobs, has_config, children, subject, artifact_type, annotations })
    }
}

fn kind(wire: &Wire, content_type: Option<&str>) -> Result<Kind, InvalidManifest> {
    if let (Some(header), Some(body)) = (content_type, &wire.media_type)
        && header != body
    {
        return Err(InvalidManifest::Disagree { header: header.to_owned(), body: body.clone() });
    }
    let is_image = wire.config.is_some() && wire.layers.is_some();
    let is_index = wire.manifests.is_some();
    let half = wire.config.is_some() != wire.layers.is_some();
    if half || is_image == is_index || wire.fs_layers.is_some() {
        return Err(InvalidManifest::Shape);
    }
    let kind = match content_type.or(wire.media_type.as_deref()) {
        Some(word) => Kind::parse(word).ok_or_else(|| InvalidManifest::MediaType(word.chars().take(200).collect()))?,
        None if is_index => Kind::OciIndex,
        None => Kind::OciImage,
    };
    if kind.is_index() != is_index {
        return Err(InvalidManifest::Shape);
    }
    Ok(kind)
}

impl WireDescriptor {
    fn read(self, place: &str) -> Result<Descriptor, InvalidManifest> {
        let digest = self
            .digest
            .parse::<Digest>()
            .map_err(|why| InvalidManifest::Digest { place: place.to_owned(), why: why.to_string() })?;
        if let Some(data) = &self.data {
            let is_true = STANDARD
                .decode(data)
                .is_ok_and(|data| data.len() as u64 == self.size && Digest::of(digest.algorithm(), &data) == digest);
            if !is_true {
                return Err(InvalidManifest::Data { place: place.to_owned() });
            }
        }
        let may_be_absent = self.urls.is_some_and(|urls| !urls.is_empty()) || is_foreign(&self.media_type);
        let platform = self.platform.map(|platform| (platform.os, platform.architecture));
        Ok(Descriptor { digest, size_bytes: self.size, media_type: self.media_type, may_be_absent, platform })
    }
}

/// Layers that may not be passed on: they are named, and fetched from elsewhere.
fn is_foreign(media_type: &str) -> bool {
    media_type.starts_with("application/vnd.oci.image.layer.nondistributable.v1.")
        || media_type == "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
}

/// The digests of an image's layers before compression, as its config tells them; none from what is no image config.
pub(crate) fn diff_ids(config: &[u8]) -> Vec<String> {
    #[derive(Deserialize)]
    struct Config {
        rootfs: Rootfs,
    }
    #[derive(Deserialize)]
    struct Rootfs {
        diff_ids: Vec<String>,
    }
    let ids = serde_json::from_slice::<Config>(config).map(|config| config.rootfs.diff_ids).unwrap_or_default();
    if ids.iter().all(|id| id.parse::<Digest>().is_ok()) { ids } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{super::digest::Algorithm, *};

    fn descriptor(media_type: &str) -> Value {
        json!({"mediaType": media_type, "digest": format!("sha256:{}", "a".repeat(64)), "size": 3})
    }

    fn image() -> Value {
        json!({"schemaVersion": 2, "mediaType": Kind::OciImage.media_type(),
            "config": descriptor("application/vnd.oci.image.config.v1+json"),
            "layers": [descriptor("application/vnd.oci.image.layer.v1.tar+gzip")]})
    }

    fn parse(value: &Value) -> Result<Manifest, InvalidManifest> {
        Manifest::parse(value.to_string().as_bytes(), None)
    }

    #[test]
    fn an_image_names_its_config_first_and_then_its_layers() {
        let manifest = parse(&image()).expect("reads");
        assert_eq!((manifest.kind, manifest.blobs.len(), manifest.has_config), (Kind::OciImage, 2, true));
        assert_eq!(manifest.artifact_type.as_deref(), Some("application/vnd.oci.image.config.v1+json"));
    }

    #[test]
    fn an_index_tells_manifests_from_the_layers_of_a_build_cache() {
        let index = json!({"schemaVersion": 2, "manifests": [
            descriptor(Kind::OciImage.media_type()), descriptor("application/vnd.oci.image.layer.v1.tar+gzip")]});
        let manifest = parse(&index).expect("reads");
        assert_eq!((manifest.kind, manifest.children.len(), manifest.blobs.len()), (Kind::OciIndex, 1, 1));
        assert_eq!(manifest.artifact_type, None);
    }

    #[test]
    fn what_two_readers_could_read_differently_is_refused() {
        let with = |key: &str, value: Value| {
            let mut changed = image();
            changed[key] = value;
            changed
        };
        let list = json!([descriptor(Kind::OciImage.media_type())]);
        for (value, rule) in [
            (with("manifests", list.clone()), "Shape"),
            (with("fsLayers", json!([])), "Shape"),
            (with("layers", Value::Null), "Shape"),
            (with("schemaVersion", json!(1)), "Schema"),
            (with("mediaType", json!("text/html")), "MediaType"),
            (with("mediaType", json!(Kind::OciIndex.media_type())), "Shape"),
            (with("layers", json!([{"digest": "sha256:short", "size": 1}])), "Digest"),
            (with("layers", json!([{"digest": format!("sha256:{}", "a".repeat(64)), "size": -1}])), "Json"),
            (with("subject", json!({"digest": "x", "size": 1})), "Digest"),
            (json!({"schemaVersion": 2}), "Shape"),
            (json!([]), "Json"),
        ] {
            let refused = parse(&value).expect_err("refused");
            assert!(format!("{refused:?}").starts_with(rule), "{value}: {refused:?}");
        }
        let twice = format!("{{\"schemaVersion\":2,\"schemaVersion\":2,{}", &image().to_string()[1..]);
        assert!(matches!(Manifest::parse(twice.as_bytes(), None), Err(InvalidManifest::Json(_))));
        let header = Some(Kind::DockerImage.media_type());
        let disagrees = Manifest::parse(image().to_string().as_bytes(), header);
        assert!(matches!(disagrees, Err(InvalidManifest::Disagree { .. })));
    }

    #[test]
    fn embedded_data_must_be_what_stands_beside_it() {
        let digest = Digest::of(Algorithm::Sha256, b"{}");
        let config = |data: &str| json!({"digest": digest.as_str(), "size": 2, "data": data, "mediaType": "x"});
        let with = |data: &str| {
            let mut changed = image();
            changed["config"] = config(data);
            parse(&changed)
        };
        assert!(with("e30=").is_ok());
        for lie in ["e31=", "", "!", "e30K"] {
            assert!(matches!(with(lie), Err(InvalidManifest::Data { .. })), "{lie}");
        }
    }

    #[test]
    fn foreign_layers_may_be_absent() {
        let mut changed = image();
        changed["layers"] = json!([
            descriptor("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"),
            {"digest": format!("sha256:{}", "b".repeat(64)), "size": 1, "urls": ["https://example.com/layer"]}]);
        let manifest = parse(&changed).expect("reads");
        assert!(manifest.blobs[1..].iter().all(|layer| layer.may_be_absent));
        assert!(!manifest.blobs[0].may_be_absent);
    }

    #[test]
    fn layers_are_known_by_what_the_config_says_of_them() {
        let id = format!("sha256:{}", "c".repeat(64));
        assert_eq!(diff_ids(json!({"rootfs": {"diff_ids": [&id]}}).to_string().as_bytes()), [id]);
        for none in [json!({}), json!({"rootfs": {"diff_ids": ["x"]}}), json!(1)] {
            assert!(diff_ids(none.to_string().as_bytes()).is_empty());
        }
    }
}
