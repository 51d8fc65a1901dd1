//! What is in a file, before a byte of it is sent.

use crate::Fault;
use serde::{Deserialize, Serialize};

/// One file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReport {
    /// Its name.
    pub name: String,
    /// Its size, bytes.
    pub size_bytes: u64,
    /// Who writes such files: `docker save`, `OCI layout`.
    pub form: String,
    /// Whether it has `manifest.json`: skopeo reads it as `docker-archive:`, else as `oci-archive:`.
    pub has_docker_list: bool,
    /// How the whole file is compressed: empty, `gzip` or `zstd`.
    pub outer: String,
    /// The images in it.
    pub images: Vec<FoundImage>,
    /// What is wrong with the file besides.
    pub faults: Vec<Fault>,
    /// A push of it was begun and can be continued: its key.
    pub unfinished: Option<Unfinished>,
    /// A push of a file of this name was begun, but the file has changed since: it begins anew.
    pub changed: bool,
    /// The layers that the registry has could not be asked for.
    pub known_missing: bool,
}

/// One image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundImage {
    /// Its names in the archive: `repo/name:tag`.
    pub names: Vec<String>,
    /// `linux/amd64`; several for an index.
    pub platforms: Vec<String>,
    /// Its layers, the lowest first.
    pub layers: Vec<FoundLayer>,
    /// What forbids pushing it; empty: it can be pushed.
    pub faults: Vec<Fault>,
}

impl FoundImage {
    /// Bytes of all its layers as they are in the file.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.layers.iter().map(|layer| layer.size_bytes).sum()
    }

    /// Bytes that must travel at most: those of layers that the registry does not have, before compression.
    #[must_use]
    pub fn travel_bytes(&self) -> u64 {
        self.layers.iter().filter(|layer| !layer.known).map(|layer| layer.size_bytes).sum()
    }
}

/// One layer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundLayer {
    /// Twelve digits of its diffID or digest.
    pub id: String,
    /// Bytes in the file.
    pub size_bytes: u64,
    /// The registry has it.
    pub known: bool,
    /// It is compressed already and travels as it is.
    pub as_is: bool,
}

/// A push that was begun and never ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfinished {
    /// Its key.
    pub key: String,
    /// The file's name.
    pub file_name: String,
    /// The file's size, bytes.
    pub size_bytes: u64,
    /// Where to: `ORG/PROJECT/NAME`.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// Bytes of the file that are dealt with.
    pub done_bytes: u64,
    /// When something of it was last sent, milliseconds since the epoch.
    pub updated_ms: u64,
}
