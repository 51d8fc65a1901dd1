//! One blob from the source into an upload of the registry, which proves its size and digest.

use std::{io, sync::Arc, time::Duration};

use futures::StreamExt as _;
use image::manifest::Descriptor;

use super::source::{Source, SourceError};
use crate::{
    images::TransferError,
    registry::{Chunk, Digest, Registry, RegistryError, RepositoryName, UploadId},
};

/// How often a blob is asked for in a row without getting any further.
const TRIES: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// Fetches a blob. Where the source breaks off, or is away for a moment, goes on from there, as long as that leads further.
pub(super) async fn fetch(
    registry: &Arc<Registry>,
    source: &Source,
    repository: &RepositoryName,
    blob: &Descriptor,
    digest: &Digest,
    count: impl FnMut(usize) + Send + 'static,
) -> Result<(), TransferError> {
    let upload = registry.begin_upload(repository).await?;
    let work = Work { registry, source, repository, blob, digest, first_wait: FIRST_WAIT };
    let outcome = work.run(&upload, count).await;
    if outcome.is_err() {
        // An upload that the registry dropped itself is gone already.
        let _ = registry.cancel_upload(repository, &upload).await;
    }
    outcome
}

struct Work<'a> {
    registry: &'a Arc<Registry>,
    source: &'a Source,
    repository: &'a RepositoryName,
    blob: &'a Descriptor,
    digest: &'a Digest,
    first_wait: Duration,
}

impl Work<'_> {
    async fn run(&self, upload: &UploadId, count: impl FnMut(usize) + Send + 'static) -> Result<(), TransferError> {
        let count = Arc::new(std::sync::Mutex::new(count));
        let (mut wait, mut tried) = (self.first_wait, 0);
        let mut offset = self.registry.upload_len(self.repository, upload).await?;
        loop {
            let counted = Arc::clone(&count);
            let why = match self.try_once(upload, offset, counted).await {
                Err(TransferError::Registry(RegistryError::BodyBroken | RegistryError::WrongSize { .. })) => {
                    self.source.broke_off()
                }
                // It is being started again, say.
                Err(TransferError::Source(away)) if away.may_pass() => away,
                Err(TransferError::Registry(RegistryError::WrongDigest { said, .. })) => {
                    let why = format!("{} sends something else for {said}", self.source.reference());
                    return Err(SourceError::Broken(why).into());
                }
                done => return done,
            };
            let had = offset;
            offset = self.registry.upload_len(self.repository, upload).await?;
            if offset > had {
                (wait, tried) = (self.first_wait, 0);
            } else {
                tried += 1;
            }
            if tried == TRIES || !why.may_pass() {
                return Err(why.into());
            }
            tracing::debug!(blob = %self.digest, offset, %why, "the source of a copy broke off; asking again");
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
    }

    async fn try_once(
        &self,
        upload: &UploadId,
        offset: u64,
        count: Arc<std::sync::Mutex<impl FnMut(usize) + Send + 'static>>,
    ) -> Result<(), TransferError> {
        let (body, begins_there) = self.source.blob(&self.blob.digest, offset).await?;
        // A source that cannot begin in the middle sends all: what is here already is passed over.
        let mut skip = if begins_there { 0 } else { offset };
        let body = body.filter_map(move |piece| {
            let piece = piece.map(|mut piece| {
                let passed = usize::try_from(skip).unwrap_or(usize::MAX).min(piece.len());
                skip -= passed as u64;
                let rest = piece.split_off(passed);
                count.lock().expect("counting does not panic")(rest.len());
                rest
            });
            let is_empty = piece.as_ref().is_ok_and(bytes::Bytes::is_empty);
            std::future::ready((!is_empty).then_some(piece.map_err(io::Error::other)))
        });
        let expected = Some(self.blob.size.saturating_sub(offset));
        let chunk = Chunk { begins: Some(offset), expected, body: body.boxed() };
        Ok(self.registry.finish_upload(self.repository, upload, self.digest, chunk).await?)
    }
}

#[cfg(test)]
mod tests;
