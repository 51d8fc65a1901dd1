//! A registry to test with, and small images.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::{
    Chunk, Digest, Kind, Reference, Registry, RegistryError, RegistryOptions, RepositoryName, UploadId,
    digest::Algorithm, receive::Body,
};
use crate::{
    clock::Clock,
    history::{By, Change},
    store::{Store, testing::temporary},
};

pub(super) const HOUR: Duration = Duration::from_secs(3600);
const NOON: Timestamp = Timestamp::constant(1_800_000_000, 0);

pub(super) struct Fixture {
    pub(super) folder: tempfile::TempDir,
    pub(super) store: Store,
    pub(super) clock: Clock,
    options: RegistryOptions,
    pub(super) registry: Arc<Registry>,
}

pub(super) fn name(path: &str) -> RepositoryName {
    RepositoryName::parse(path).expect("a name")
}

/// A body in pieces of this size.
pub(super) fn body(bytes: &[u8], piece: usize) -> Body {
    let pieces: Vec<_> = bytes.chunks(piece.max(1)).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    stream::iter(pieces).boxed()
}

/// A body that breaks off after these bytes.
pub(super) fn broken(bytes: &[u8]) -> Body {
    let end = stream::iter([Err(std::io::ErrorKind::ConnectionReset.into())]);
    body(bytes, 1000).chain(end).boxed()
}

pub(super) fn digest(bytes: &[u8]) -> Digest {
    Digest::of(Algorithm::Sha256, bytes)
}

pub(super) fn tag(tag: &str) -> Reference {
    Reference::Tag(tag.to_owned())
}

impl Fixture {
    pub(super) async fn new() -> Self {
        Self::with(None).await
    }

    /// With a project `main/demo`, a quota, and retention of an hour for everything.
    pub(super) async fn with(quota_bytes: Option<u64>) -> Self {
        let (folder, store) = temporary().await;
        let mut change = Change::begin(&store, &By::program("test", NOON)).await.expect("begins");
        for sql in [
            "INSERT INTO orgs (name, created_at) VALUES ('main', 1)",
            "INSERT INTO projects (org, name, created_at) VALUES ('main', 'demo', 1), ('main', 'other', 1)",
        ] {
            sqlx::query(sql).execute(&mut *change).await.expect("inserts");
        }
        change.commit().await.expect("commits");
        let options = RegistryOptions {
            quota_bytes,
            upload_retention: HOUR * 5,
            untagged_retention: Some(HOUR * 5),
            grace: HOUR,
        };
        let clock = Clock::manual(NOON);
        let registry = Self::opened(&folder, &store, &clock, &options).await;
        Self { folder, store, clock, options, registry }
    }

    async fn opened(
        folder: &tempfile::TempDir,
        store: &Store,
        clock: &Clock,
        options: &RegistryOptions,
    ) -> Arc<Registry> {
        let path = folder.path().join("registry");
        Arc::new(Registry::open(store.clone(), path, clock.clone(), options.clone()).await.expect("opens"))
    }

    /// What a new process would find: nothing of memory is left.
    pub(super) async fn restart(&mut self) {
        self.registry = Self::opened(&self.folder, &self.store, &self.clock, &self.options).await;
    }

    pub(super) fn pass(&self, time: Duration) {
        self.clock.advance_ns(i64::try_from(time.as_nanos()).expect("short"));
    }

    pub(super) async fn append(&self, to: &RepositoryName, id: &UploadId, bytes: &[u8]) -> Result<u64, RegistryError> {
        let chunk = Chunk { begins: None, expected: None, body: body(bytes, 700) };
        self.registry.continue_upload(to, id, chunk).await
    }

    pub(super) async fn finish(
        &self,
        to: &RepositoryName,
        id: &UploadId,
        digest: &Digest,
    ) -> Result<(), RegistryError> {
        let nothing = Chunk { begins: None, expected: None, body: body(b"", 1) };
        self.registry.finish_upload(to, id, digest, nothing).await
    }

    /// A whole blob.
    pub(super) async fn push(&self, to: &RepositoryName, bytes: &[u8]) -> Result<Digest, RegistryError> {
        let id = self.registry.begin_upload(to).await?;
        let chunk = Chunk { begins: None, expected: Some(bytes.len() as u64), body: body(bytes, 100_000) };
        self.registry.finish_upload(to, &id, &digest(bytes), chunk).await?;
        Ok(digest(bytes))
    }

    /// A whole blob, read back.
    pub(super) async fn read(&self, from: &RepositoryName, digest: &Digest) -> Result<Vec<u8>, RegistryError> {
        let size = self.registry.blob_size(from, digest).await?;
        let pieces: Vec<Bytes> =
            self.registry.open_blob(digest).await?.read(0, size).try_collect().await.expect("reads to the end");
        Ok(pieces.concat())
    }

    /// An image of one layer under a tag; the manifest's digest.
    pub(super) async fn image(
        &self,
        to: &RepositoryName,
        reference: &Reference,
        layer: &[u8],
    ) -> Result<Digest, RegistryError> {
        self.push(to, layer).await?;
        let config = json!({"architecture": "amd64", "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": [digest(&[layer, b"raw"].concat()).as_str()]}});
        let config = config.to_string().into_bytes();
        self.push(to, &config).await?;
        self.put(to, reference, &image(&config, layer)).await
    }

    pub(super) async fn put(
        &self,
        to: &RepositoryName,
        reference: &Reference,
        manifest: &Value,
    ) -> Result<Digest, RegistryError> {
        let put = self.registry.put_manifest(to, reference, &[], None, manifest.to_string().as_bytes()).await?;
        Ok(put.digest)
    }

    pub(super) async fn resolve(&self, from: &RepositoryName, reference: &Reference) -> Result<String, RegistryError> {
        Ok(self.registry.find_manifest(from, reference).await?.digest)
    }

    /// Files below the registry's folder.
    pub(super) fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut open = vec![self.folder.path().join("registry")];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).expect("lists") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    found.push(path.file_name().expect("a name").to_string_lossy().into_owned());
                }
            }
        }
        found.sort();
        found
    }
}

pub(super) fn descriptor(media_type: &str, bytes: &[u8]) -> Value {
    json!({"mediaType": media_type, "digest": digest(bytes).as_str(), "size": bytes.len()})
}

pub(super) fn image(config: &[u8], layer: &[u8]) -> Value {
    json!({"schemaVersion": 2, "mediaType": Kind::OciImage.media_type(),
        "config": descriptor("application/vnd.oci.image.config.v1+json", config),
        "layers": [descriptor("application/vnd.oci.image.layer.v1.tar", layer)]})
}
