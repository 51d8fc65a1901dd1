//! Uploads: begun, continued, finished, cancelled (OCI distribution spec, "Pushing blobs").
//!
//! Owns the order of the steps. An upload's offset is the length of its file, synced before it is acknowledged; nothing
//! is taken for a blob before its digest was seen to be right.

use std::sync::{Arc, atomic::Ordering};

use super::{
    Registry, RegistryError, UploadId, blocking,
    digest::{Algorithm, Digest},
    files::hash_file,
    name::RepositoryName,
    receive::{Body, Incoming, Received, receive},
    session::{Turn, take_turn},
    store::{self, blobs::Linked, uploads::Begun},
};

/// Unfinished uploads of one project.
const MOST_UPLOADS: u32 = 1000;

/// What a request sends for an upload.
pub(crate) struct Chunk {
    /// Where it begins, if it says.
    pub(crate) begins: Option<u64>,
    /// How long it is, if it says.
    pub(crate) expected: Option<u64>,
    pub(crate) body: Body,
}

impl Registry {
    /// Begins an upload.
    pub(crate) async fn begin_upload(&self, name: &RepositoryName) -> Result<UploadId, RegistryError> {
        let id = UploadId::random();
        match store::uploads::begin(&self.store, id.as_str(), name, MOST_UPLOADS, self.now()).await? {
            Begun::Yes => {}
            Begun::NoProject => return Err(no_project(name)),
            Begun::TooMany => {
                return Err(RegistryError::TooManyUploads { project: project(name), most: MOST_UPLOADS });
            }
        }
        self.sessions.insert(id.clone(), name.clone(), 0);
        Ok(id)
    }

    /// Bytes of an upload that are there.
    pub(crate) async fn upload_len(&self, name: &RepositoryName, id: &UploadId) -> Result<u64, RegistryError> {
        self.sessions.find(id, name)?;
        let (files, id) = (self.files.clone(), id.clone());
        blocking(move || files.upload_len(&id)).await
    }

    /// The same for whoever will go on from there: nothing more is taken from a request that is still under way, which else could add to
    /// it in between (draft-ietf-httpbis-resumable-upload, "Offset Retrieval").
    pub(crate) async fn settled_upload_len(&self, name: &RepositoryName, id: &UploadId) -> Result<u64, RegistryError> {
        match take_turn(self.sessions.find(id, name)?).await {
            // A later request is at it: whoever asked will be told by the next.
            Ok(_) | Err(RegistryError::TakenOver) => self.upload_len(name, id).await,
            Err(error) => Err(error),
        }
    }

    /// Adds a chunk; the bytes that are there then.
    pub(crate) async fn continue_upload(
        self: &Arc<Self>,
        name: &RepositoryName,
        id: &UploadId,
        chunk: Chunk,
    ) -> Result<u64, RegistryError> {
        let turn = take_turn(self.sessions.find(id, name)?).await?;
        let (this, id) = (Arc::clone(self), id.clone());
        // On a task of its own: when the client goes away, the request's future is dropped, but a turn must end in order.
        let work = async move { this.append(turn, &id, chunk, Algorithm::default()).await.map(|(_, len)| len) };
        tokio::spawn(work).await.expect("receiving does not panic")
    }

    /// Adds the last chunk, if there is one, and makes the upload a blob.
    pub(crate) async fn finish_upload(
        self: &Arc<Self>,
        name: &RepositoryName,
        id: &UploadId,
        digest: &Digest,
        chunk: Chunk,
    ) -> Result<(), RegistryError> {
        self.finish_upload_if(name, id, digest, chunk, std::future::ready(Ok(()))).await
    }

    /// The same, unless `allowed` says no once all bytes are there. Then the upload stays as far as it has come.
    pub(crate) async fn finish_upload_if<E: From<RegistryError> + Send + 'static>(
        self: &Arc<Self>,
        name: &RepositoryName,
        id: &UploadId,
        digest: &Digest,
        chunk: Chunk,
        allowed: impl Future<Output = Result<(), E>> + Send + 'static,
    ) -> Result<(), E> {
        let turn = match self.sessions.find(id, name) {
            Ok(session) => take_turn(session).await,
            Err(error) => Err(error),
        };
        if matches!(turn, Err(RegistryError::NoSuchUpload)) && self.find_blob(name, digest).await?.is_some() {
            // The answer to the first try was lost on its way.
            return Ok(());
        }
        let turn = turn?;
        let (this, id, digest) = (Arc::clone(self), id.clone(), digest.clone());
        let work = async move {
            let (turn, len) = this.append(turn, &id, chunk, digest.algorithm()).await?;
            match this.check_digest(&turn, &id, &digest, len).await {
                Ok(()) => {
                    allowed.await?;
                    Ok(this.commit(turn, &id, &digest, len).await?)
                }
                Err(error @ RegistryError::WrongDigest { .. }) => {
                    // More bytes cannot make it right.
                    this.discard(turn, &id).await?;
                    Err(error.into())
                }
                Err(error) => Err(error.into()),
            }
        };
        tokio::spawn(work).await.expect("receiving does not panic")
    }

    /// Drops an upload.
    pub(crate) async fn cancel_upload(&self, name: &RepositoryName, id: &UploadId) -> Result<(), RegistryError> {
        self.sessions.find(id, name)?;
        if self.drop_upload(id).await? { Ok(()) } else { Err(RegistryError::NoSuchUpload) }
    }

    /// Takes an upload from whoever works on it and forgets it; whether it was there.
    pub(super) async fn drop_upload(&self, id: &UploadId) -> Result<bool, RegistryError> {
        match self.sessions.find_any(id) {
            None => Ok(store::uploads::forget(&self.store, id.as_str()).await?),
            Some(session) => match take_turn(session).await {
                Ok(turn) => self.discard(turn, id).await.map(|()| true),
                Err(RegistryError::NoSuchUpload | RegistryError::TakenOver) => Ok(false),
                Err(error) => Err(error),
            },
        }
    }

    async fn discard(&self, turn: Turn, id: &UploadId) -> Result<(), RegistryError> {
        store::uploads::forget(&self.store, id.as_str()).await?;
        turn.close();
        self.sessions.remove(id);
        let (files, id) = (self.files.clone(), id.clone());
        blocking(move || files.remove_upload(&id)).await
    }

    async fn append(
        &self,
        mut turn: Turn,
        id: &UploadId,
        chunk: Chunk,
        algorithm: Algorithm,
    ) -> Result<(Turn, u64), RegistryError> {
        let name = turn.session.repository.clone();
        let have_bytes = self.upload_len(&name, id).await?;
        if let Some(begins) = chunk.begins.filter(|begins| *begins != have_bytes) {
            return Err(RegistryError::OutOfOrder { begins, have_bytes });
        }
        turn.session.len.store(have_bytes, Ordering::SeqCst);
        let used = self.used_by_images(&name).await?;
        // What is announced and cannot fit is refused before it is sent.
        self.check_quota(&name, used, self.open_bytes(&name) + chunk.expected.unwrap_or(0))?;
        store::uploads::touch(&self.store, id.as_str(), self.now()).await?;
        let incoming = Incoming { body: chunk.body, expected: chunk.expected, given_up: turn.given_up.clone() };
        let session = Arc::clone(&turn.session);
        let admit = |len| {
            session.len.store(len, Ordering::SeqCst);
            self.check_quota(&name, used, self.open_bytes(&name))
        };
        let Received { hashed, outcome } =
            receive(self.files.upload(id), turn.hashed.take(), algorithm, incoming, admit).await;
        let len = hashed.as_ref().map_or(have_bytes, |hashed| hashed.len);
        turn.session.len.store(len, Ordering::SeqCst);
        *turn.hashed = hashed;
        match outcome {
            Ok(()) => Ok((turn, len)),
            Err(error @ RegistryError::QuotaExceeded { .. }) => {
                // Kept, it would fill the quota until it is cleared away for its age.
                self.discard(turn, id).await?;
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    async fn check_digest(&self, turn: &Turn, id: &UploadId, said: &Digest, len: u64) -> Result<(), RegistryError> {
        let running = turn.hashed.as_ref().filter(|hashed| hashed.hash.algorithm() == said.algorithm());
        let got = match running {
            Some(hashed) => hashed.hash.clone().finish(),
            None => {
                let (path, algorithm) = (self.files.upload(id), said.algorithm());
                blocking(move || hash_file(&path, algorithm, len)).await?.finish()
            }
        };
        if got == *said {
            return Ok(());
        }
        Err(RegistryError::WrongDigest { said: said.clone(), got })
    }

    async fn commit(&self, turn: Turn, id: &UploadId, digest: &Digest, len: u64) -> Result<(), RegistryError> {
        let name = turn.session.repository.clone();
        // A sweep may not take the blob away between file and row.
        let gate = self.gate.read().await;
        self.place(id, digest).await?;
        let linked = store::blobs::add(&self.store, self.link(&name, digest), len, id.as_str()).await?;
        drop(gate);
        // With the row gone (or, over the quota, worth nothing) the upload is over.
        self.discard(turn, id).await?;
        match linked {
            Linked::Yes => Ok(()),
            Linked::NoProject => Err(no_project(&name)),
            Linked::NoBlob => Err(RegistryError::NoSuchUpload),
            Linked::OverQuota(would_be) => Err(self.over_quota(&name, would_be)),
        }
    }

    /// Puts the bytes where the blob's bytes lie, unless they are there already.
    pub(super) async fn place(&self, id: &UploadId, digest: &Digest) -> Result<(), RegistryError> {
        let is_known = store::blobs::is_known(&self.store, digest).await?;
        let (files, id, digest) = (self.files.clone(), id.clone(), digest.clone());
        blocking(move || if is_known && files.has_blob(&digest) { Ok(()) } else { files.commit(&id, &digest) }).await
    }
}

pub(super) fn project(name: &RepositoryName) -> String {
    format!("{}/{}", name.org(), name.project())
}

pub(super) fn no_project(name: &RepositoryName) -> RegistryError {
    RegistryError::NoSuchProject(project(name))
}
