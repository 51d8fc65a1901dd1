//! An image of another registry copied into a project.
//!
//! Owns the order: manifests are read, layers travel one beside the other straight into the registry's uploads, each proved
//! by its digest, what is here already does not travel at all, and the tag is set last. Speaks to the source through
//! `oci-client`, and lets it reach nothing but through `guard`.

mod address;
mod blobs;
mod guard;
mod manifests;
mod rules;
mod source;

use std::{collections::HashMap, sync::Arc};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use image::manifest::Descriptor;
use platform::transfer::{Aux, TransferLine, status};
use tokio::sync::mpsc;

use super::{Images, ImagesError, Lines, OwnName, TransferError};
use crate::{
    permissions::Rights,
    registry::{Digest, Reference},
};
pub use rules::CopyRules;
pub(crate) use source::{CopySource, SourceError};

use manifests::Documents;
use source::Source;

/// Layers that travel at once.
const AT_ONCE: usize = 3;

impl Images {
    /// Copies an image. The receiver gets lines in the manner of `docker push`.
    pub(crate) fn copy(
        self: &Arc<Self>,
        source: CopySource,
        target: OwnName,
        rights: Rights,
    ) -> Result<mpsc::Receiver<TransferLine>, ImagesError> {
        let slot = self.slot()?;
        let (images, rules) = (Arc::clone(self), self.copy_rules.clone());
        tracing::info!(from = %source.reference(), to = target.docker(), by = rights.principal(), "copying an image");
        Ok(self.run(slot, move |lines| async move {
            let source = Source::open(source, rules).await?;
            images.copy_from(&source, &target, &rights, &lines).await
        }))
    }

    /// What may be copied: read, and checked against the rules, before anything is asked of anybody.
    pub(crate) fn copy_source(&self, asked: platform::transfer::CopySource) -> Result<CopySource, SourceError> {
        CopySource::parse(asked, &self.copy_rules)
    }

    async fn copy_from(
        &self,
        source: &Source,
        target: &OwnName,
        rights: &Rights,
        lines: &Lines,
    ) -> Result<(), TransferError> {
        lines.say(TransferLine::say(format!("Copying from {}", source.reference()))).await;
        let documents = Documents::fetch(source).await?;
        let blobs = documents.blobs()?;
        for blob in &blobs {
            lines.say(TransferLine::layer(blob.digest.short(), status::PREPARING)).await;
        }
        let total_bytes = blobs.iter().fold(0_u64, |sum, blob| sum.saturating_add(blob.size));
        source.expect_bytes(total_bytes);
        stream::iter(&blobs)
            .map(Ok)
            .try_for_each_concurrent(AT_ONCE, |blob| self.copy_blob(source, target, rights, lines, blob))
            .await?;
        self.still_may(rights, target).await.map_err(TransferError::Refused)?;
        let digest = self.put_documents(&documents, target).await?;
        tracing::info!(image = target.docker(), digest, "copied an image");
        let aux = Aux {
            tag: target.tag().unwrap_or_default().to_owned(),
            digest,
            size: documents.root().bytes.len() as u64,
            image_bytes: Some(total_bytes),
        };
        for line in TransferLine::done(aux) {
            lines.say(line).await;
        }
        Ok(())
    }

    async fn copy_blob(
        &self,
        source: &Source,
        target: &OwnName,
        rights: &Rights,
        lines: &Lines,
        blob: &Descriptor,
    ) -> Result<(), TransferError> {
        let digest = blob.digest.clone();
        let is_here = match self.registry.find_blob(&target.repository, &digest).await? {
            Some(size) if size == blob.size => true,
            Some(_) => return Err(SourceError::Broken(format!("its manifest lies about the size of {digest}")).into()),
            None => self.mount_readable(target, rights, &digest).await?,
        };
        if !is_here {
            let mut progress = lines.progress(blob.digest.short(), blob.size);
            blobs::fetch(&self.registry, source, &target.repository, blob, &digest, move |n| progress.add(n)).await?;
        }
        let word = if is_here { status::EXISTS } else { status::PUSHED };
        lines.say(TransferLine::layer(blob.digest.short(), word)).await;
        Ok(())
    }

    /// Takes a blob from any repository that the caller may read.
    async fn mount_readable(&self, target: &OwnName, rights: &Rights, digest: &Digest) -> Result<bool, TransferError> {
        for from in self.registry.repositories_with(digest).await? {
            let uri = from.uri(self.names.cluster());
            if rights.allow(&uri, platform::permission::Action::Read)
                && self.registry.mount(&target.repository, digest, &from).await?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Stores the manifests, the root with its tag last of all.
    async fn put_documents(&self, documents: &Documents, target: &OwnName) -> Result<String, TransferError> {
        let put = async |document: &manifests::Fetched, reference: &Reference| {
            let media_type = Some(document.media_type.as_str());
            self.registry.put_manifest(&target.repository, reference, &[], media_type, &document.bytes).await
        };
        for document in documents.lowest_first() {
            let digest = document.digest.clone();
            put(document, &Reference::Digest(digest)).await?;
        }
        Ok(put(documents.root(), &target.reference).await?.digest.as_str().to_owned())
    }
}

/// Descriptors by digest, in the order in which they were first seen.
fn unique(descriptors: impl IntoIterator<Item = Descriptor>) -> Result<Vec<Descriptor>, SourceError> {
    let mut places: HashMap<image::Digest, usize> = HashMap::new();
    let mut found: Vec<Descriptor> = Vec::new();
    for descriptor in descriptors {
        match places.get(&descriptor.digest) {
            Some(at) if found[*at].size != descriptor.size => {
                let why = format!("its manifests give two sizes for {}", descriptor.digest);
                return Err(SourceError::Broken(why));
            }
            Some(_) => {}
            None => {
                places.insert(descriptor.digest.clone(), found.len());
                found.push(descriptor);
            }
        }
    }
    Ok(found)
}
