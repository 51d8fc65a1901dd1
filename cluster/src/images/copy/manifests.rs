//! The manifests of an image that is copied: read from the root down, within bounds.

use std::collections::BTreeSet;

use image::{
    Digest,
    manifest::{Descriptor, Document, MANIFEST_MAX_BYTES},
};

use super::{
    source::{Source, SourceError},
    unique,
};

/// Manifests of one image: platforms, and what is signed and attested about each.
const MOST: usize = 300;

/// A manifest or index as the source has it.
pub(super) struct Fetched {
    pub(super) digest: Digest,
    pub(super) media_type: String,
    pub(super) bytes: Vec<u8>,
    document: Document,
}

/// All of them.
pub(super) struct Documents {
    root: Fetched,
    below: Vec<Fetched>,
}

impl Documents {
    /// Reads them from the source.
    pub(super) async fn fetch(source: &Source) -> Result<Self, SourceError> {
        let root = Fetched::parse(source.manifest(None).await?, source.reference().digest(), None)?;
        let mut seen = BTreeSet::from([root.digest.clone()]);
        let mut wanted: Vec<Descriptor> = root.children().cloned().collect();
        let mut below = Vec::new();
        while let Some(next) = wanted.pop() {
            if !seen.insert(next.digest.clone()) {
                continue;
            }
            if seen.len() > MOST {
                return Err(SourceError::Broken(format!("it has more than {MOST} manifests")));
            }
            let bytes = source.manifest(Some(&next.digest)).await?;
            if bytes.len() as u64 != next.size {
                return Err(SourceError::Broken(format!("its index lies about the size of {}", next.digest)));
            }
            let found = Fetched::parse(bytes, Some(&next.digest), Some(&next.media_type))?;
            wanted.extend(found.children().cloned());
            below.push(found);
        }
        Ok(Self { root, below })
    }

    pub(super) const fn root(&self) -> &Fetched {
        &self.root
    }

    /// All but the root, each before whatever names it.
    pub(super) fn lowest_first(&self) -> Vec<&Fetched> {
        let mut waiting: Vec<&Fetched> = self.below.iter().collect();
        let mut ordered = Vec::with_capacity(waiting.len());
        while !waiting.is_empty() {
            let left: BTreeSet<&Digest> = waiting.iter().map(|found| &found.digest).collect();
            let is_ready = |found: &&Fetched| found.children().all(|child| !left.contains(&child.digest));
            let (ready, rest): (Vec<_>, Vec<_>) = waiting.iter().copied().partition(is_ready);
            if ready.is_empty() {
                // Digests cannot name each other in a circle.
                ordered.extend(rest);
                break;
            }
            ordered.extend(ready);
            waiting = rest;
        }
        ordered
    }

    /// Configs and layers, each once. Foreign layers stay where they are.
    pub(super) fn blobs(&self) -> Result<Vec<Descriptor>, SourceError> {
        let all = std::iter::once(&self.root).chain(&self.below).flat_map(|found| match &found.document {
            Document::Manifest(manifest) => {
                let layers = manifest.layers.iter().filter(|layer| layer.urls.is_empty());
                std::iter::once(&manifest.config).chain(layers).cloned().collect::<Vec<_>>()
            }
            Document::Index(_) => Vec::new(),
        });
        unique(all)
    }
}

impl Fetched {
    fn parse(bytes: Vec<u8>, digest: Option<&Digest>, media_type: Option<&str>) -> Result<Self, SourceError> {
        let broken = |why: String| SourceError::Broken(why);
        if bytes.len() as u64 > MANIFEST_MAX_BYTES {
            return Err(broken(format!("its manifest is larger than {MANIFEST_MAX_BYTES} bytes")));
        }
        if let Some(said) = digest.filter(|said| !said.matches(&bytes)) {
            return Err(broken(format!("what came for {said} has another digest")));
        }
        let document = Document::parse(&bytes, media_type).map_err(|why| broken(why.to_string()))?;
        let digest = digest.cloned().unwrap_or_else(|| Digest::sha256_of(&bytes));
        Ok(Self { digest, media_type: document.media_type().to_owned(), bytes, document })
    }

    /// Manifests below an index.
    fn children(&self) -> impl Iterator<Item = &Descriptor> {
        let manifests = match &self.document {
            Document::Index(index) => index.manifests.as_slice(),
            Document::Manifest(_) => &[],
        };
        manifests.iter()
    }
}
