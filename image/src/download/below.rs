//! The documents below an index: which are still wanted, and those that are there, within bounds.

use super::{DownloadError, MAX_DEPTH, StoredDocument};
use crate::Digest;
use crate::manifest::{Descriptor, Document};
use std::collections::BTreeMap;

/// Documents below one root at most.
pub const DOCUMENTS_MAX: usize = 256;
/// Bytes of all documents below one root at most.
pub const DOCUMENTS_MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Documents that indexes name, by the digests they are named by: another algorithm's digest of the same bytes is another name.
///
/// ```
/// use image::download::{Below, StoredDocument};
/// # use image::manifest::{Descriptor, ImageIndex, ImageManifest, media_type};
/// # let manifest = ImageManifest::oci(Descriptor::of(media_type::OCI_CONFIG, b"{}"), vec![], Default::default()).to_bytes();
/// # let index = ImageIndex::oci(vec![Descriptor::of(media_type::OCI_MANIFEST, &manifest)], Default::default());
/// # let root = StoredDocument { media_type: media_type::OCI_INDEX.into(), bytes: index.to_bytes() };
/// # let fetch = |_: &Descriptor| StoredDocument { media_type: media_type::OCI_MANIFEST.into(), bytes: manifest.clone() };
/// let mut below = Below::default();
/// loop {
///     let wanted = below.missing(&root)?;
///     if wanted.is_empty() {
///         break;
///     }
///     for named in wanted {
///         let document = fetch(&named);
///         below.take(&named, document)?;
///     }
/// }
/// assert_eq!(below.documents().count(), 1);
/// # Ok::<(), image::download::DownloadError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Below {
    documents: BTreeMap<Digest, StoredDocument>,
    /// Taken since the last round: each is read once, in the next.
    fresh: Vec<Digest>,
    /// Named and not taken yet.
    wanted: BTreeMap<Digest, Descriptor>,
    /// Rounds in which something was read. The first reads the root, each other what lies one index deeper.
    rounds: usize,
}

impl Below {
    /// What must still be fetched and [taken](Self::take): documents that an index names and that are not here. Asked again
    /// after each round, of the same root, until it is empty. Of a root that is no index: nothing.
    ///
    /// # Errors
    /// [`DownloadError::TooMany`], by the sizes that the indexes say: before anything of them is fetched.
    /// [`DownloadError::TooDeep`] before anything below an index too many is.
    pub fn missing(&mut self, root: &StoredDocument) -> Result<Vec<Descriptor>, DownloadError> {
        let is_first = self.rounds == 0;
        let fresh = std::mem::take(&mut self.fresh);
        self.rounds += usize::from(is_first || !fresh.is_empty());
        let documents = &self.documents;
        self.wanted.retain(|digest, _| !documents.contains_key(digest));
        let read = fresh.iter().filter_map(|digest| documents.get(digest));
        for document in Some(root).filter(|_| is_first).into_iter().chain(read) {
            let Ok(Document::Index(index)) = Document::parse(&document.bytes, Some(&document.media_type)) else {
                continue;
            };
            if self.rounds > MAX_DEPTH {
                return Err(DownloadError::TooDeep);
            }
            for named in index.manifests {
                if !documents.contains_key(&named.digest) {
                    self.wanted.entry(named.digest.clone()).or_insert(named);
                }
            }
        }
        let here = documents.values().map(|document| document.bytes.len() as u64);
        let bytes = here.chain(self.wanted.values().map(|named| named.size)).fold(0, u64::saturating_add);
        if documents.len() + self.wanted.len() > DOCUMENTS_MAX || bytes > DOCUMENTS_MAX_BYTES {
            return Err(DownloadError::TooMany);
        }
        Ok(self.wanted.values().cloned().collect())
    }

    /// Takes what a descriptor stands for.
    ///
    /// # Errors
    /// [`DownloadError::Size`] unless it has the size that the descriptor says: the bound holds for nothing else.
    pub fn take(&mut self, named: &Descriptor, document: StoredDocument) -> Result<(), DownloadError> {
        let found = document.bytes.len() as u64;
        if found != named.size {
            return Err(DownloadError::Size { digest: named.digest.clone(), expected: named.size, found });
        }
        self.documents.insert(named.digest.clone(), document);
        self.fresh.push(named.digest.clone());
        Ok(())
    }

    /// All of them, in no order that means anything.
    pub fn documents(&self) -> impl Iterator<Item = &StoredDocument> {
        self.documents.values()
    }

    pub(super) fn get(&self, digest: &Digest) -> Option<&StoredDocument> {
        self.documents.get(digest)
    }
}
