//! Blobs and manifests: found, read, put, mounted, deleted.

use std::{fs::File, io::Read as _, os::unix::fs::FileExt as _, sync::Arc, time::Duration};

use bytes::Bytes;
use futures::{StreamExt as _, stream};

use super::{
    Registry, RegistryError, StoredManifest, blocking,
    digest::{Algorithm, Digest},
    files::PIECE_BYTES,
    manifest::{Descriptor, InvalidManifest, MOST_BYTES, Manifest, diff_ids},
    name::{Reference, RepositoryName},
    receive::Body,
    store::{
        self,
        blobs::{Linked, Unlinked},
        manifests::{Deleted, NewManifest, Put},
    },
    upload::no_project,
};

/// A blob is touched, and a pull remembered, at most this often.
const TOUCH_EVERY: Duration = Duration::from_secs(300);

/// Repositories asked about one blob: beyond so many it is as quick to send it again.
const MOST_SOURCES: u32 = 200;

/// A blob's file.
pub(crate) struct OpenBlob {
    file: File,
}

impl OpenBlob {
    /// `len` bytes from `begin` on, in large pieces. The next piece is read while the one before is on its way.
    pub(crate) fn read(self, begin: u64, len: u64) -> Body {
        let file = Arc::new(self.file);
        let next = move |at: u64, left: u64| {
            let file = Arc::clone(&file);
            tokio::task::spawn_blocking(move || read_piece(&file, at, left))
        };
        let first = (len > 0).then(|| next(begin, len));
        stream::unfold((first, begin, len), move |(reading, at, left)| {
            let next = next.clone();
            async move {
                let piece = match reading?.await.expect("reading a piece does not panic") {
                    Ok(piece) => piece,
                    Err(error) => return Some((Err(error), (None, at, 0))),
                };
                let got = piece.len() as u64;
                let (at, left) = (at + got, left - got);
                let ahead = (left > 0).then(|| next(at, left));
                Some((Ok(piece), (ahead, at, left)))
            }
        })
        .boxed()
    }
}

fn read_piece(file: &File, at: u64, left: u64) -> std::io::Result<Bytes> {
    /// The standard library fills a vector without clearing it first, given a reader.
    struct From<'a>(&'a File, u64);
    impl std::io::Read for From<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let got = self.0.read_at(into, self.1)?;
            self.1 += got as u64;
            Ok(got)
        }
    }
    let most = left.min(PIECE_BYTES as u64);
    let mut piece = Vec::with_capacity(usize::try_from(most).unwrap_or(PIECE_BYTES));
    From(file, at).take(most).read_to_end(&mut piece)?;
    if piece.len() as u64 != most {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(piece.into())
}

/// What a stored manifest is answered with.
#[derive(Debug)]
pub(crate) struct PutManifest {
    pub(crate) digest: Digest,
    pub(crate) subject: Option<Digest>,
}

impl Registry {
    /// The size of a blob that a repository has. Whoever asks may count on it for the time of a push.
    pub(crate) async fn find_blob(&self, name: &RepositoryName, digest: &Digest) -> Result<Option<u64>, RegistryError> {
        let Some(found) = store::blobs::find(&self.store, name, digest).await? else { return Ok(None) };
        if self.is_stale(Some(found.touched_at)) && !store::blobs::touch(&self.store, name, digest, self.now()).await? {
            // Swept away between the two.
            return Ok(None);
        }
        Ok(Some(found.size_bytes))
    }

    /// The same, or a refusal.
    pub(crate) async fn blob_size(&self, name: &RepositoryName, digest: &Digest) -> Result<u64, RegistryError> {
        self.find_blob(name, digest).await?.ok_or_else(|| no_blob(name, digest))
    }

    /// A blob of a repository, opened.
    pub(crate) async fn open_blob(&self, digest: &Digest) -> Result<OpenBlob, RegistryError> {
        let (files, digest) = (self.files.clone(), digest.clone());
        Ok(OpenBlob { file: blocking(move || files.open_blob(&digest)).await? })
    }

    /// Repositories that have a blob: whoever may read one of them may have it mounted.
    pub(crate) async fn repositories_with(&self, digest: &Digest) -> Result<Vec<RepositoryName>, RegistryError> {
        let paths = store::blobs::repositories_with(&self.store, digest, MOST_SOURCES).await?;
        paths.iter().map(|path| RepositoryName::parse(path)).collect()
    }

    /// Gives a repository a blob that another one has; whether there was one.
    pub(crate) async fn mount(
        &self,
        name: &RepositoryName,
        digest: &Digest,
        from: &RepositoryName,
    ) -> Result<bool, RegistryError> {
        match store::blobs::mount(&self.store, self.link(name, digest), from).await? {
            Linked::Yes => Ok(true),
            Linked::NoBlob => Ok(false),
            Linked::NoProject => Err(no_project(name)),
            Linked::OverQuota(would_be) => Err(self.over_quota(name, would_be)),
        }
    }

    /// Takes a blob from a repository.
    pub(crate) async fn delete_blob(&self, name: &RepositoryName, digest: &Digest) -> Result<(), RegistryError> {
        match store::blobs::unlink(&self.store, name, digest).await? {
            Unlinked::Yes => Ok(()),
            Unlinked::NoBlob => Err(no_blob(name, digest)),
            Unlinked::NeededBy(manifest) => Err(RegistryError::BlobInUse { digest: digest.clone(), manifest }),
        }
    }

    /// Stores a manifest and sets its tag, if everything it refers to is here. The last of several that set one tag wins.
    pub(crate) async fn put_manifest(
        &self,
        name: &RepositoryName,
        reference: &Reference,
        tags: &[String],
        content_type: Option<&str>,
        content: &[u8],
    ) -> Result<PutManifest, RegistryError> {
        let algorithm = match reference {
            Reference::Digest(digest) => digest.algorithm(),
            Reference::Tag(_) => Algorithm::default(),
        };
        let got = Digest::of(algorithm, content);
        if let Reference::Digest(said) = reference
            && *said != got
        {
            return Err(InvalidManifest::WrongDigest { said: said.clone(), got }.into());
        }
        let manifest = Manifest::parse(content, content_type)?;
        let mut tags = tags.to_vec();
        if let Reference::Tag(tag) = reference {
            tags.push(tag.clone());
        }
        let new = NewManifest {
            name,
            digest: &got,
            manifest: &manifest,
            content,
            diff_ids: &self.diff_ids(name, &manifest).await?,
            tags: &tags,
            quota_bytes: self.options.quota_bytes,
            now: self.now(),
        };
        match store::manifests::put(&self.store, new).await? {
            Put::Yes => Ok(PutManifest { digest: got, subject: manifest.subject }),
            Put::NoProject => Err(no_project(name)),
            Put::Missing(digest) => Err(RegistryError::Missing { repository: name.to_string(), digest }),
            Put::SizeLie { digest, said_bytes, got_bytes } => {
                Err(RegistryError::SizeLie { digest, said_bytes, got_bytes })
            }
            Put::OverQuota(would_be) => Err(self.over_quota(name, would_be)),
        }
    }

    /// What the config says of the layers, if it says it of each.
    async fn diff_ids(&self, name: &RepositoryName, manifest: &Manifest) -> Result<Vec<String>, RegistryError> {
        let Some((config, layers)) = manifest.blobs.split_first().filter(|_| manifest.has_config) else {
            return Ok(Vec::new());
        };
        if layers.is_empty() || config.size_bytes > MOST_BYTES as u64 {
            return Ok(Vec::new());
        }
        let Some(found) = store::blobs::find(&self.store, name, &config.digest).await? else { return Ok(Vec::new()) };
        let (files, digest) = (self.files.clone(), config.digest.clone());
        let size = found.size_bytes;
        let read = blocking(move || {
            let file = files.open_blob(&digest)?;
            read_piece(&file, 0, size.min(MOST_BYTES as u64))
                .map_err(super::files::failed("read", &files.blob(&digest)))
        });
        let ids = diff_ids(&read.await?);
        Ok(if ids.len() == layers.len() { ids } else { Vec::new() })
    }

    /// The manifest that a tag stands for, or of that digest.
    pub(crate) async fn find_manifest(
        &self,
        name: &RepositoryName,
        reference: &Reference,
    ) -> Result<StoredManifest, RegistryError> {
        let found = store::manifests::find(&self.store, name, reference).await?;
        found.ok_or_else(|| no_manifest(name, reference))
    }

    /// Of an index: the image for Linux on amd64, or the only one there is.
    pub(crate) async fn default_image(
        &self,
        name: &RepositoryName,
        index: &StoredManifest,
    ) -> Result<Option<StoredManifest>, RegistryError> {
        let parsed = Manifest::parse(&index.content, Some(&index.media_type))?;
        let is_default = |child: &&Descriptor| {
            child.platform.as_ref().is_some_and(|(os, architecture)| os == "linux" && architecture == "amd64")
        };
        let chosen = match parsed.children.as_slice() {
            [only] => Some(only),
            several => several.iter().find(is_default),
        };
        let Some(child) = chosen else { return Ok(None) };
        Ok(store::manifests::find(&self.store, name, &Reference::Digest(child.digest.clone())).await?)
    }

    /// Remembers a pull.
    pub(crate) async fn pulled(&self, manifest: &StoredManifest, reference: &Reference) -> Result<(), RegistryError> {
        if self.is_stale(manifest.pulled_at) {
            store::manifests::pulled(&self.store, manifest.id, reference, self.now()).await?;
        }
        Ok(())
    }

    /// Deletes a tag, or a manifest with every tag of it.
    pub(crate) async fn delete_manifest(
        &self,
        name: &RepositoryName,
        reference: &Reference,
    ) -> Result<(), RegistryError> {
        match store::manifests::delete(&self.store, name, reference, self.now()).await? {
            Deleted::Yes => Ok(()),
            Deleted::NeededBy { digest, tag } => Err(RegistryError::ManifestInUse { digest, tag }),
            Deleted::Nothing => Err(no_manifest(name, reference)),
            Deleted::NoRepository => Err(RegistryError::NoSuchRepository(name.to_string())),
        }
    }

    fn is_stale(&self, touched_at: Option<i64>) -> bool {
        let every = i64::try_from(TOUCH_EVERY.as_micros()).unwrap_or(i64::MAX);
        touched_at.is_none_or(|then| self.now().saturating_sub(then) >= every)
    }
}

fn no_blob(name: &RepositoryName, digest: &Digest) -> RegistryError {
    RegistryError::NoSuchBlob { repository: name.to_string(), digest: digest.clone() }
}

fn no_manifest(name: &RepositoryName, reference: &Reference) -> RegistryError {
    RegistryError::NoSuchManifest { repository: name.to_string(), reference: reference.to_string() }
}
