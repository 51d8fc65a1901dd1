//! Who works on which upload: one request at a time, the latest one wins.
//!
//! Owns turns and the running hashes between requests. After a restart all of it is made anew from the files.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use tokio::sync::OwnedMutexGuard;
use tokio_util::sync::CancellationToken;

use super::{RegistryError, name::RepositoryName, receive::Hashed};

/// An upload's name: random, so that nobody guesses another's.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct UploadId(String);

impl UploadId {
    pub(super) fn random() -> Self {
        Self(uuid::Uuid::new_v4().to_string())
    }

    /// Reads an id; a text of any other form is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let id = uuid::Uuid::try_parse(text).ok()?;
        (id.to_string() == text).then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// One upload while this process lives.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) repository: RepositoryName,
    /// Bytes it has, acknowledged or not; what quotas count.
    pub(super) len: AtomicU64,
    is_over: AtomicBool,
    latest: Mutex<CancellationToken>,
    hashed: Arc<tokio::sync::Mutex<Option<Hashed>>>,
}

/// The right to work on an upload.
pub(super) struct Turn {
    pub(super) session: Arc<Session>,
    pub(super) hashed: OwnedMutexGuard<Option<Hashed>>,
    /// Fires when a later request wants the turn.
    pub(super) given_up: CancellationToken,
}

impl Turn {
    /// Nobody works on this upload any more.
    pub(super) fn close(&self) {
        self.session.is_over.store(true, Ordering::SeqCst);
    }
}

/// Every upload of this process.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<HashMap<UploadId, Arc<Session>>>);

impl Sessions {
    fn all(&self) -> MutexGuard<'_, HashMap<UploadId, Arc<Session>>> {
        self.0.lock().expect("holders of the lock do not panic")
    }

    pub(super) fn insert(&self, id: UploadId, repository: RepositoryName, len: u64) {
        let session = Session {
            repository,
            len: AtomicU64::new(len),
            is_over: AtomicBool::new(false),
            latest: Mutex::default(),
            hashed: Arc::default(),
        };
        self.all().insert(id, Arc::new(session));
    }

    pub(super) fn remove(&self, id: &UploadId) {
        self.all().remove(id);
    }

    /// An upload to this repository.
    pub(super) fn find(&self, id: &UploadId, repository: &RepositoryName) -> Result<Arc<Session>, RegistryError> {
        let found = self.all().get(id).filter(|session| session.repository == *repository).cloned();
        found.ok_or(RegistryError::NoSuchUpload)
    }

    pub(super) fn find_any(&self, id: &UploadId) -> Option<Arc<Session>> {
        self.all().get(id).cloned()
    }

    /// Bytes of a project's unfinished uploads.
    pub(super) fn project_bytes(&self, org: &str, project: &str) -> u64 {
        let of_project =
            |session: &&Arc<Session>| session.repository.org() == org && session.repository.project() == project;
        self.all().values().filter(of_project).map(|session| session.len.load(Ordering::SeqCst)).sum()
    }
}

/// Takes an upload over from whoever works on it: a connection that died silently holds nobody up.
pub(super) async fn take_turn(session: Arc<Session>) -> Result<Turn, RegistryError> {
    let given_up = CancellationToken::new();
    {
        let mut latest = session.latest.lock().expect("holders of the lock do not panic");
        std::mem::replace(&mut *latest, given_up.clone()).cancel();
    }
    let hashed = Arc::clone(&session.hashed).lock_owned().await;
    if session.is_over.load(Ordering::SeqCst) {
        return Err(RegistryError::NoSuchUpload);
    }
    if given_up.is_cancelled() {
        return Err(RegistryError::TakenOver);
    }
    Ok(Turn { session, hashed, given_up })
}
