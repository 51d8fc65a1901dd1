//! The documents below an index: which are still wanted, and those that are there, within bounds.

use super::{DownloadError, StoredDocument};
use crate::Digest;
use crate::manifest::{Descriptor, Document};
use std::collections::{BTreeMap, BTreeSet};

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
pub struct Below(BTreeMap<Digest, StoredDocument>);

impl Below {
    /// What must still be fetched and [taken](Self::take): documents that an index names and that are not here. Asked again
    /// after each round, until it is empty. Of a root that is no index: nothing.
    ///
    /// # Errors
    /// [`DownloadError::TooMany`], by the sizes that the indexes say: before anything of them is fetched.
    pub fn missing(&self, root: &StoredDocument) -> Result<Vec<Descriptor>, DownloadError> {
        let (mut wanted, mut seen) = (Vec::new(), BTreeSet::new());
        for document in std::iter::once(root).chain(self.0.values()) {
            if let Ok(Document::Index(index)) = Document::parse(&document.bytes, Some(&document.media_type)) {
                let named = index.manifests.into_iter();
                wanted.extend(
                    named.filter(|named| !self.0.contains_key(&named.digest) && seen.insert(named.digest.clone())),
                );
            }
        }
        let here = self.0.values().map(|document| document.bytes.len() as u64);
        let bytes = here.chain(wanted.iter().map(|named| named.size)).fold(0, u64::saturating_add);
        if self.0.len() + wanted.len() > DOCUMENTS_MAX || bytes > DOCUMENTS_MAX_BYTES {
            return Err(DownloadError::TooMany);
        }
        Ok(wanted)
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
        self.0.insert(named.digest.clone(), document);
        Ok(())
    }

    /// All of them, in no order that means anything.
    pub fn documents(&self) -> impl Iterator<Item = &StoredDocument> {
        self.0.values()
    }

    pub(super) fn get(&self, digest: &Digest) -> Option<&StoredDocument> {
        self.0.get(digest)
    }
}
