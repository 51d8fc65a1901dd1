//! What is known of the registry before a push.

use crate::Digest;
use crate::manifest::{Descriptor, LayerKind};
use std::collections::{BTreeMap, BTreeSet};

/// A layer that the registry has: both its digests, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownLayer {
    /// Digest of the uncompressed tar.
    pub diff_id: Digest,
    /// Digest, size and media type of the blob.
    pub descriptor: Descriptor,
    /// A repository that has it.
    pub repository: String,
}

/// What the registry is known to have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    layers: BTreeMap<Digest, Vec<KnownLayer>>,
    blobs: BTreeMap<Digest, BTreeSet<String>>,
}

impl Known {
    /// Adds a layer of some image of the registry.
    pub fn add_layer(&mut self, layer: KnownLayer) {
        // A type that is no layer's would make a manifest that no engine unpacks.
        if LayerKind::of(&layer.descriptor.media_type).is_some_and(|kind| !kind.foreign) {
            self.add_blob(layer.descriptor.digest.clone(), layer.repository.clone());
            self.layers.entry(layer.diff_id.clone()).or_default().push(layer);
        }
    }

    /// Adds a blob that a repository was found to have (HEAD).
    pub fn add_blob(&mut self, digest: Digest, repository: impl Into<String>) {
        self.blobs.entry(digest).or_default().insert(repository.into());
    }

    /// A layer of this diffID; one in `repository` before others.
    pub(super) fn layer(&self, diff_id: &Digest, repository: &str) -> Option<&KnownLayer> {
        let layers = self.layers.get(diff_id)?;
        let here = |layer: &&KnownLayer| self.has(&layer.descriptor.digest, repository);
        layers.iter().find(here).or_else(|| layers.first())
    }

    pub(super) fn has(&self, digest: &Digest, repository: &str) -> bool {
        self.blobs.get(digest).is_some_and(|repositories| repositories.contains(repository))
    }

    /// Another repository that has the blob.
    pub(super) fn elsewhere(&self, digest: &Digest) -> Option<&str> {
        self.blobs.get(digest)?.first().map(String::as_str)
    }
}
