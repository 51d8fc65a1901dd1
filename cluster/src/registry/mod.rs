//! The cluster's registry of images: blobs in files, everything else in the database.
//!
//! Owns repositories, uploads, blobs, manifests, tags and their clearing away (OCI distribution spec v1.1). Knows neither
//! HTTP nor rights: whoever asks has been let in.

mod content;
mod error;
mod files;
mod lists;
mod manifest;
mod name;
mod receive;
mod session;
mod store;
mod sweep;
#[cfg(test)]
mod tests;
mod upload;

use std::{path::PathBuf, time::Duration};

use tokio::sync::RwLock;

pub(crate) use error::RegistryError;
pub(crate) use image::Digest;
use image::digest;
pub(crate) use manifest::{InvalidManifest, Kind, MOST_BYTES as MANIFEST_MOST_BYTES};
pub(crate) use name::{Reference, RepositoryName};
pub(crate) use session::UploadId;
pub(crate) use store::{
    lists::{LayerRow, Referrer, RepositoryRow, TagRow},
    manifests::StoredManifest,
};
pub(crate) use sweep::Swept;
pub(crate) use upload::Chunk;

use crate::{
    clock::Clock,
    store::{Store, StoreError},
};
use files::Files;
use session::Sessions;

/// What an administrator decides.
#[derive(Clone, Debug)]
pub(crate) struct RegistryOptions {
    /// Most bytes of the images of one project; none: as many as the disk holds.
    pub(crate) quota_bytes: Option<u64>,
    /// How long an upload may lie untouched.
    pub(crate) upload_retention: Duration,
    /// How long a manifest without a tag is kept after it was last pushed, pulled or untagged; none: for ever.
    pub(crate) untagged_retention: Option<Duration>,
    /// How long a blob that no manifest needs is kept after it was last touched: the longest time that a push may take
    /// between a blob and its manifest.
    pub(crate) grace: Duration,
}

/// The registry of one cluster.
#[derive(Debug)]
pub(crate) struct Registry {
    store: Store,
    files: Files,
    sessions: Sessions,
    clock: Clock,
    options: RegistryOptions,
    /// Held for reading between a blob's file and its row, for writing while files are removed.
    gate: RwLock<()>,
}

impl Registry {
    /// Opens the registry in a folder and takes up the uploads that are there.
    pub(crate) async fn open(
        store: Store,
        folder: PathBuf,
        clock: Clock,
        options: RegistryOptions,
    ) -> Result<Self, RegistryError> {
        let files = blocking(move || Files::open(&folder)).await?;
        let sessions = Sessions::default();
        for (id, repository) in store::uploads::all(&store).await? {
            let corrupt = || StoreError::Corrupt { what: "upload" };
            let id = UploadId::parse(&id).ok_or_else(corrupt)?;
            let repository = RepositoryName::parse(&repository).map_err(|_| corrupt())?;
            let (of, upload) = (files.clone(), id.clone());
            let len = blocking(move || of.upload_len(&upload)).await?;
            sessions.insert(id, repository, len);
        }
        Ok(Self { store, files, sessions, clock, options, gate: RwLock::new(()) })
    }

    fn now(&self) -> i64 {
        self.clock.now().as_microsecond()
    }

    fn link<'a>(&self, to: &'a RepositoryName, digest: &'a Digest) -> store::blobs::Link<'a> {
        store::blobs::Link { to, digest, quota_bytes: self.options.quota_bytes, now: self.now() }
    }

    /// Bytes of a project's images, where anybody asks: it takes a look at all of them.
    async fn used_by_images(&self, name: &RepositoryName) -> Result<u64, RegistryError> {
        if self.options.quota_bytes.is_none() {
            return Ok(0);
        }
        Ok(store::uploads::project_bytes(&self.store, name.org(), name.project()).await?)
    }

    fn open_bytes(&self, name: &RepositoryName) -> u64 {
        self.sessions.project_bytes(name.org(), name.project())
    }

    fn check_quota(&self, name: &RepositoryName, used: u64, open: u64) -> Result<(), RegistryError> {
        let would_be = used.saturating_add(open);
        match self.options.quota_bytes {
            Some(quota) if would_be > quota => Err(self.over_quota(name, would_be)),
            _ => Ok(()),
        }
    }

    fn over_quota(&self, name: &RepositoryName, would_be_bytes: u64) -> RegistryError {
        let quota_bytes = self.options.quota_bytes.unwrap_or(u64::MAX);
        RegistryError::QuotaExceeded { project: upload::project(name), quota_bytes, would_be_bytes }
    }

    /// What a project's images and unfinished uploads take, and the most they may.
    pub(crate) async fn usage(&self, org: &str, project: &str) -> Result<(u64, Option<u64>), RegistryError> {
        let used = store::uploads::project_bytes(&self.store, org, project).await?;
        Ok((used.saturating_add(self.sessions.project_bytes(org, project)), self.options.quota_bytes))
    }
}

/// Work with files, where it holds nobody else up.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RegistryError> + Send + 'static,
) -> Result<T, RegistryError> {
    tokio::task::spawn_blocking(work).await.expect("work with files does not panic")
}
