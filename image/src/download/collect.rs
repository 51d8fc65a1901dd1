//! Walks from the root over indexes and manifests to every blob, each once.

use super::{Below, Download, DownloadError, MAX_DEPTH, StoredDocument};
use crate::Digest;
use crate::manifest::{Descriptor, Document, ImageManifest, LayerKind, Platform};
use std::collections::BTreeMap;

/// More than any registry holds.
const MAX_BYTES: u64 = 1 << 60;

/// What an image consists of, in the order in which it is met.
pub(super) struct Collected<'a> {
    pub(super) root: Descriptor,
    /// Manifests and indexes, with their bytes.
    pub(super) documents: Vec<(Digest, &'a [u8])>,
    /// Configs and layers.
    pub(super) blobs: Vec<Descriptor>,
    /// The images among them, with the platform that an index gives.
    pub(super) images: Vec<(Option<Platform>, ImageManifest)>,
}

struct Walk<'a> {
    below: &'a Below,
    sizes: BTreeMap<Digest, u64>,
    found: Collected<'a>,
}

pub(super) fn collect(download: &Download) -> Result<Collected<'_>, DownloadError> {
    let root_digest = Digest::sha256_of(&download.root.bytes);
    let root = parse(&root_digest, &download.root, None)?;
    let descriptor = Descriptor::of(root.media_type(), &download.root.bytes);
    let found = Collected { root: descriptor.clone(), documents: Vec::new(), blobs: Vec::new(), images: Vec::new() };
    let mut walk = Walk { below: &download.below, sizes: BTreeMap::new(), found };
    walk.visit(&descriptor, &download.root, root, 0)?;
    // With room for headers: no offset in the archive can overflow.
    let total = walk.sizes.values().try_fold(0_u64, |sum, size| sum.checked_add(*size));
    if total.is_none_or(|total| total > MAX_BYTES) {
        return Err(DownloadError::TooLarge);
    }
    Ok(walk.found)
}

impl<'a> Walk<'a> {
    fn visit(
        &mut self,
        descriptor: &Descriptor,
        stored: &'a StoredDocument,
        document: Document,
        depth: usize,
    ) -> Result<(), DownloadError> {
        if !self.is_new(descriptor)? {
            return Ok(());
        }
        self.found.documents.push((descriptor.digest.clone(), &stored.bytes));
        match document {
            Document::Index(index) => {
                if depth >= MAX_DEPTH {
                    return Err(DownloadError::TooDeep);
                }
                for child in &index.manifests {
                    let missing = || DownloadError::Missing { digest: child.digest.clone() };
                    let stored = self.below.get(&child.digest).ok_or_else(missing)?;
                    let found = stored.bytes.len() as u64;
                    if found != child.size {
                        return Err(DownloadError::Size { digest: child.digest.clone(), expected: child.size, found });
                    }
                    let document = parse(&child.digest, stored, Some(&child.media_type))?;
                    self.visit(child, stored, document, depth + 1)?;
                }
            }
            Document::Manifest(manifest) => {
                for blob in std::iter::once(&manifest.config).chain(&manifest.layers) {
                    let foreign = LayerKind::of(&blob.media_type).is_some_and(|kind| kind.foreign);
                    if !foreign && self.is_new(blob)? {
                        self.found.blobs.push(blob.clone());
                    }
                }
                if !descriptor.is_attestation() {
                    self.found.images.push((descriptor.platform.clone(), *manifest));
                }
            }
        }
        Ok(())
    }

    fn is_new(&mut self, descriptor: &Descriptor) -> Result<bool, DownloadError> {
        match self.sizes.insert(descriptor.digest.clone(), descriptor.size) {
            None => Ok(true),
            Some(size) if size == descriptor.size => Ok(false),
            Some(_) => Err(DownloadError::SizeConflict { digest: descriptor.digest.clone() }),
        }
    }
}

fn parse(digest: &Digest, stored: &StoredDocument, said: Option<&str>) -> Result<Document, DownloadError> {
    Document::parse(&stored.bytes, said.or(Some(&stored.media_type)))
        .map_err(|source| DownloadError::Manifest { digest: digest.clone(), source })
}
