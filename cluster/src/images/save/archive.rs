//! The archive in which an engine gives an image out, read once as a stream.
//!
//! Owns what is common to all of them, whatever version of docker or podman wrote it: a tar of layers (plain tars) and JSON
//! documents, among them `manifest.json`, which names the config. What is a layer is told by its bytes, which layer it is by
//! its digest: names are only guessed from. The stream's end proves nothing; an image is whole when its config's every layer
//! was seen.

use std::{
    collections::{HashMap, HashSet},
    io::{self, Read},
};

use futures::{StreamExt as _, TryStreamExt as _};
use image::manifest::{CONFIG_MAX_BYTES, Descriptor, ImageConfig};
use platform::transfer::{TransferLine, status};
use serde::Deserialize;
use tokio::runtime::Handle;
use tokio_util::{
    io::{StreamReader, SyncIoBridge},
    sync::CancellationToken,
};

use super::{Target, layer, line_id};
use crate::{
    engine::{EngineStream, LocalImage},
    images::TransferError,
};

const MANIFEST: &str = "manifest.json";
/// Documents of one archive: a handful, and two for each layer in old ones.
const MOST_DOCUMENTS: usize = 2000;

/// What an archive held.
#[derive(Debug)]
pub(super) enum Found {
    /// The image; its layers are in the registry.
    All(Image),
    /// A layer was taken for a known one, and was not.
    Mistaken,
}

/// An image whose layers are in the registry.
#[derive(Debug)]
pub(super) struct Image {
    /// The config's bytes, as the engine has them.
    pub(super) config: Vec<u8>,
    /// The layers, the lowest first.
    pub(super) layers: Vec<Descriptor>,
}

/// The reading of one archive.
pub(super) struct Reading {
    target: Target,
    /// What the engine said of the layers, the lowest first.
    expected: Vec<String>,
    /// Layers by their digest before compression: those that need not be sent, then those that were.
    layers: HashMap<String, Descriptor>,
    /// Those that need not be sent. Only they may be passed over by a guess: a wrong guess at one that was sent just now would
    /// be made again on every further reading, since the order in old archives stays the same.
    known: HashSet<String>,
    documents: HashMap<String, Vec<u8>>,
    seen: usize,
    stopping: CancellationToken,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    config: String,
}

impl Reading {
    pub(super) fn new(
        target: Target,
        local: &LocalImage,
        known: HashMap<String, Descriptor>,
        stopping: CancellationToken,
    ) -> Self {
        let expected = local.diff_ids.clone();
        let (known, layers) = (known.keys().cloned().collect(), known);
        Self { target, expected, layers, known, documents: HashMap::new(), seen: 0, stopping }
    }

    /// Reads the archive to its end, on a thread of its own.
    pub(super) async fn read(self, archive: EngineStream<bytes::Bytes>) -> Result<Found, TransferError> {
        let handle = Handle::current();
        // Ends the thread, too, when the server stops.
        let pieces = archive.map_err(io::Error::other).take_until(self.stopping.clone().cancelled_owned());
        let reader = SyncIoBridge::new(StreamReader::new(pieces.boxed()));
        tokio::task::spawn_blocking(move || self.read_all(reader, &handle)).await.expect("reading does not panic")
    }

    fn read_all(mut self, reader: impl Read, handle: &Handle) -> Result<Found, TransferError> {
        let broken = |error: io::Error| TransferError::Archive(error.to_string());
        let mut archive = tar::Archive::new(reader);
        for entry in archive.entries().map_err(broken)? {
            let mut entry = entry.map_err(broken)?;
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let name = entry.path().map_err(broken)?.to_string_lossy().into_owned();
            let size_bytes = entry.size();
            let mut begin = [0; 1];
            if size_bytes == 0 || entry.read(&mut begin).map_err(broken)? == 0 {
                continue;
            }
            let whole = begin.as_slice().chain(&mut entry);
            if self.is_document(&name, begin[0], size_bytes) {
                self.keep(name, whole)?;
            } else if is_layer(&name) && !self.take(&name, whole, size_bytes, handle)? {
                return Ok(Found::Mistaken);
            }
        }
        self.whole().map(Found::All)
    }

    /// A tar begins with the name of its first file, which may be a brace: such a layer is told by its own name.
    fn is_document(&self, name: &str, first: u8, size_bytes: u64) -> bool {
        let is_json = matches!(first, b'{' | b'[') && size_bytes <= CONFIG_MAX_BYTES;
        is_json && !name.ends_with(".tar") && self.named(name).is_none()
    }

    /// The layer whose digest a name holds.
    fn named(&self, name: &str) -> Option<&String> {
        self.expected.iter().find(|diff_id| {
            let hex = diff_id.strip_prefix("sha256:").unwrap_or(diff_id);
            !hex.is_empty() && name.contains(hex)
        })
    }

    fn keep(&mut self, name: String, mut from: impl Read) -> Result<(), TransferError> {
        if self.documents.len() >= MOST_DOCUMENTS {
            return Err(TransferError::Archive("it has more documents than any image".to_owned()));
        }
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).map_err(|error| TransferError::Archive(error.to_string()))?;
        self.documents.insert(name, bytes);
        Ok(())
    }

    /// Takes a layer in. False when it was passed over for another one.
    fn take(
        &mut self,
        name: &str,
        mut from: impl Read,
        size_bytes: u64,
        handle: &Handle,
    ) -> Result<bool, TransferError> {
        let guess = self.guess(name);
        self.seen += 1;
        if guess.as_ref().is_some_and(|guess| self.known.contains(guess)) {
            let diff_id = layer::hash(&mut from).map_err(|error| TransferError::Archive(error.to_string()))?;
            return Ok(self.layers.contains_key(&diff_id));
        }
        let shown = guess.unwrap_or_else(|| name.to_owned());
        let (diff_id, stored) = layer::store(&self.target, handle, &mut from, &shown, size_bytes)?;
        if diff_id != shown {
            handle.block_on(self.target.lines.say(TransferLine::layer(line_id(&shown), status::PREPARING)));
        }
        self.layers.insert(diff_id, stored);
        Ok(true)
    }

    /// Newer archives call layers by their digests; older ones have them in the image's order.
    fn guess(&self, name: &str) -> Option<String> {
        self.named(name).or_else(|| self.expected.get(self.seen)).cloned()
    }

    fn whole(self) -> Result<Image, TransferError> {
        let broken = |why: String| TransferError::Archive(why);
        let manifest = self.documents.get(MANIFEST).ok_or_else(|| broken(format!("it ends before {MANIFEST}")))?;
        let entries: Vec<Entry> = serde_json::from_slice(manifest).map_err(|why| broken(why.to_string()))?;
        let [entry] = entries.as_slice() else {
            return Err(broken(format!("{MANIFEST} has {} images, not one", entries.len())));
        };
        let config = self.documents.get(entry.config.trim_start_matches("./"));
        let config = config.ok_or_else(|| broken(format!("its config {} is not in it", entry.config)))?;
        let parsed = ImageConfig::parse(config).map_err(|why| broken(why.to_string()))?;
        let layers = parsed.rootfs.diff_ids.iter().map(|diff_id| {
            let layer = self.layers.get(diff_id.as_str()).cloned();
            layer.ok_or_else(|| broken(format!("its layer {diff_id} is not in it, or is not what its digest says")))
        });
        Ok(Image { layers: layers.collect::<Result<_, _>>()?, config: config.clone() })
    }
}

fn is_layer(name: &str) -> bool {
    name.ends_with(".tar") || name.starts_with("blobs/") || name.starts_with("./blobs/")
}
