//! What is in a file, before a byte of it is sent.

use crate::Fault;
use api::images::Compression;
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
    /// Pushes of it that were begun and never ended, the latest first.
    pub unfinished: Vec<Unfinished>,
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
    /// `linux/amd64`; several for an index. Those that are pushed, where any is.
    pub platforms: Vec<String>,
    /// Its layers, the lowest first.
    pub layers: Vec<FoundLayer>,
    /// What forbids pushing it; empty: it can be pushed.
    pub faults: Vec<Fault>,
    /// What of it is not pushed with the rest.
    pub left_out: Vec<LeftOut>,
}

/// Something of an image that is not pushed with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LeftOut {
    /// A platform that cannot be pushed.
    Broken {
        /// `linux/amd64`.
        platform: String,
        /// The first thing wrong with it.
        fault: Fault,
    },
    /// A platform that the image names and the file does not hold.
    Absent {
        /// `linux/amd64`, or twelve digits of what the image says of none.
        platform: String,
    },
    /// An attestation: the file does not hold it, or it speaks of a digest that the image will no longer have.
    Extra {
        /// Twelve digits.
        digest: String,
    },
    /// A foreign layer: its licence forbids the upload, so that engines fetch it from its own address.
    Foreign {
        /// Twelve digits.
        layer: String,
        /// The first of its addresses.
        address: String,
    },
    /// A name that no image can have.
    Name {
        /// As it stands in the file.
        text: String,
    },
}

impl FoundImage {
    /// Bytes of all its layers as they are in the file, but for foreign ones.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.layers.iter().filter(|layer| !layer.foreign).map(|layer| layer.size_bytes).sum()
    }

    /// Bytes that must travel at most: those of layers that the registry does not have, before compression.
    #[must_use]
    pub fn travel_bytes(&self) -> u64 {
        self.layers.iter().filter(|layer| !layer.known && !layer.foreign).map(|layer| layer.size_bytes).sum()
    }
}

/// One layer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundLayer {
    /// Twelve digits of its diffID, of its digest where it travels as it is; the same while it is on its way.
    pub id: String,
    /// Bytes in the file; of a foreign one, bytes that engines fetch.
    pub size_bytes: u64,
    /// The registry has it.
    pub known: bool,
    /// It is compressed already and travels as it is.
    pub as_is: bool,
    /// It is not sent: its licence forbids it.
    pub foreign: bool,
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
    /// The image's number in the file; a record that does not tell it is an older console's.
    pub image: Option<u32>,
    /// How its layers were compressed; none where that is not done any more, so that it cannot be continued.
    pub compression: Option<Compression>,
    /// Bytes of the file that are dealt with.
    pub done_bytes: u64,
    /// When something of it was last sent, milliseconds since the epoch.
    pub updated_ms: u64,
}
