//! The state of an upload, and what it asks for next.

use super::chunk::{ChunkLimits, Chunks};
use super::location::with_query;
use super::retry::Retry;
use super::{Action, Body, Method, Outcome, Request, UploadError};
use crate::Digest;
use serde::{Deserialize, Serialize};

/// The upload of one blob.
///
/// Stored by serde; what was on its way then counts as lost, and the registry is asked how much it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Upload {
    pub(super) repository: String,
    pub(super) digest: Option<Digest>,
    /// Bytes of the blob that the source has so far.
    pub(super) available: u64,
    /// Whether these are all.
    pub(super) complete: bool,
    pub(super) mount_from: Option<String>,
    pub(super) location: Option<String>,
    /// Bytes that the registry is known to have.
    pub(super) offset: u64,
    pub(super) chunks: Chunks,
    pub(super) retry: Retry,
    pub(super) phase: Phase,
    /// 416 at offset 0: "Range: 0-0" then means one byte, not none.
    pub(super) zero_refused: bool,
    /// 401 answers since the last other one.
    pub(super) unauthorised: u32,
    /// Sessions begun anew because the one before was lost.
    pub(super) restarts: u32,
    /// Times that the registry computed another digest.
    pub(super) mismatches: u32,
    #[serde(skip)]
    pub(super) flight: Option<Request>,
}

/// Where an upload stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Phase {
    /// HEAD: perhaps it is there.
    Check,
    /// POST with mount.
    Mount,
    /// POST.
    Open,
    /// PATCH, or PUT of everything.
    Push,
    /// PUT.
    Close,
    /// GET of the session: how much is there?
    Ask,
    /// HEAD after the session is gone: perhaps because it was finished.
    Verify,
    /// DELETE of the session.
    Cancel,
    Wait {
        millis: u64,
        /// Whether the registry asked for it.
        asked: bool,
        then: Box<Phase>,
    },
    Renew {
        then: Box<Phase>,
    },
    Done(Outcome),
    Failed(UploadError),
}

impl Upload {
    /// An upload of a blob that is still being made. It needs [`Self::complete`] before it can end.
    #[must_use]
    pub fn growing(repository: impl Into<String>, limits: ChunkLimits) -> Self {
        Self {
            repository: repository.into(),
            digest: None,
            available: 0,
            complete: false,
            mount_from: None,
            location: None,
            offset: 0,
            chunks: Chunks::new(limits),
            retry: Retry::default(),
            phase: Phase::Open,
            zero_refused: false,
            unauthorised: 0,
            restarts: 0,
            mismatches: 0,
            flight: None,
        }
    }

    /// An upload of a blob that is there, with its digest and size.
    #[must_use]
    pub fn of(repository: impl Into<String>, digest: Digest, size_bytes: u64, limits: ChunkLimits) -> Self {
        let mut upload = Self::growing(repository, limits);
        upload.complete(digest, size_bytes);
        upload
    }

    /// First asks whether the repository has the blob. Only before the first action, and with a digest.
    #[must_use]
    pub fn checking_first(mut self) -> Self {
        if self.digest.is_some() && self.phase == Phase::Open {
            self.phase = Phase::Check;
        }
        self
    }

    /// Tries to mount the blob from another repository before a byte is sent. Only before the first action, and with a digest.
    #[must_use]
    pub fn mounting_from(mut self, repository: impl Into<String>) -> Self {
        if self.digest.is_some() {
            self.mount_from = Some(repository.into());
            if self.phase == Phase::Open {
                self.phase = Phase::Mount;
            }
        }
        self
    }

    /// The source now has so many bytes of the blob.
    pub fn grow(&mut self, available_bytes: u64) {
        if !self.complete {
            self.available = self.available.max(available_bytes);
        }
    }

    /// The source has all bytes, and they have this digest.
    pub fn complete(&mut self, digest: Digest, size_bytes: u64) {
        self.digest = Some(digest);
        self.available = size_bytes;
        self.complete = true;
        if self.offset > size_bytes {
            // What the registry has is of something else.
            (self.location, self.offset, self.flight) = (None, 0, None);
            self.phase = Phase::Open;
        }
    }

    /// The source is being made again from its beginning, as after the tab was closed. It must make the same bytes.
    pub fn source_restarted(&mut self) {
        if !self.complete {
            self.available = 0;
        }
    }

    /// Bytes that the registry is known to have. It can become less: a registry may lose what it had.
    #[must_use]
    pub fn sent_bytes(&self) -> u64 {
        self.offset
    }

    /// Bytes that the source is known to have.
    #[must_use]
    pub fn available_bytes(&self) -> u64 {
        self.available
    }

    /// Bytes of the next chunk, where there are so many: what the way has turned out to be good for.
    #[must_use]
    pub fn chunk_bytes(&self) -> u64 {
        self.chunks.size()
    }

    /// The repository.
    #[must_use]
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// Breaks the upload off: the registry is told, where it knows of it. A request on its way is no longer waited for.
    pub fn cancel(&mut self) {
        self.flight = None;
        self.phase = match self.phase {
            Phase::Done(outcome) => Phase::Done(outcome),
            _ if self.location.is_some() => Phase::Cancel,
            _ => Phase::Done(Outcome::Cancelled),
        };
    }

    /// Takes up an upload that failed, or one that waits: from where the registry stands.
    pub fn retry(&mut self) {
        if matches!(self.phase, Phase::Done(_)) || self.flight.is_some() {
            return;
        }
        self.retry.progressed();
        (self.unauthorised, self.restarts, self.mismatches) = (0, 0, 0);
        if let Phase::Failed(_) | Phase::Wait { .. } | Phase::Renew { .. } = self.phase {
            self.phase = self.resumed();
        }
    }

    /// What to do now. Asked again before anything was handled, it says the same.
    pub fn action(&mut self) -> Action {
        if let Some(request) = &self.flight {
            return Action::Send(request.clone());
        }
        if self.phase == Phase::Push && self.offset == self.available && self.complete && self.available > 0 {
            self.phase = Phase::Close;
        }
        let request = match &self.phase {
            Phase::Done(outcome) => return Action::Done(*outcome),
            Phase::Failed(error) => return Action::Failed(error.clone()),
            Phase::Wait { millis, .. } => return Action::Wait { millis: *millis },
            Phase::Renew { .. } => return Action::RenewToken,
            Phase::Push => match self.push() {
                Some(request) => request,
                None => return Action::NeedBytes,
            },
            Phase::Check | Phase::Verify => match &self.digest {
                Some(digest) => bare(Method::Head, format!("/v2/{}/blobs/{digest}", self.repository)),
                None => self.open(),
            },
            Phase::Mount => self.mount(),
            Phase::Open => self.open(),
            Phase::Close => self.close(Body::Empty),
            Phase::Ask => bare(Method::Get, self.session()),
            Phase::Cancel => bare(Method::Delete, self.session()),
        };
        self.flight = Some(request.clone());
        Action::Send(request)
    }

    /// Whether [`Self::stream`] may be used instead of [`Self::action`] now.
    #[must_use]
    pub fn may_stream(&self) -> bool {
        // What is all there and fits into one PUT is sent so.
        let ends = self.complete && (self.offset == self.available || self.is_one_request());
        self.flight.is_none() && self.phase == Phase::Push && self.location.is_some() && !ends
    }

    /// Begins a chunk whose length shows when it ends (spec, "Pushing a blob in chunks", without `Content-Length`), for who can send what
    /// is still being made. `None`: it is not the time for it, and [`Self::action`] says what to do.
    ///
    /// [`Self::action`] then says [`Action::Send`] until the event; before that, [`Self::streamed`] must have been told.
    pub fn stream(&mut self) -> Option<Request> {
        if !self.may_stream() {
            return None;
        }
        let body = Body::Range { offset: self.offset, len: 0 };
        // draft-ietf-httpbis-resumable-upload: a Content-Range would need the end.
        let headers = vec![octets(), ("Upload-Offset", self.offset.to_string())];
        let request = Request { method: Method::Patch, url: self.session(), headers, body };
        self.flight = Some(request.clone());
        Some(request)
    }

    /// So many bytes were sent of the chunk that [`Self::stream`] began.
    pub fn streamed(&mut self, bytes: u64) {
        if let Some(Request { body: Body::Range { len, .. }, .. }) = &mut self.flight {
            *len = bytes;
        }
    }

    /// Where to go on after an interruption of unknown length.
    pub(super) fn resumed(&self) -> Phase {
        match (&self.location, &self.mount_from) {
            (Some(_), _) => Phase::Ask,
            (None, Some(_)) => Phase::Mount,
            (None, None) => Phase::Open,
        }
    }

    /// The next chunk; `None` when the source must grow first.
    fn push(&self) -> Option<Request> {
        let left = self.available.saturating_sub(self.offset);
        let size = self.chunks.size();
        if !self.complete && left < size {
            return None;
        }
        if self.is_one_request() {
            // All at once (spec, "POST then PUT"): a request less for each of the many small blobs.
            let body = if left == 0 { Body::Empty } else { Body::Range { offset: 0, len: left } };
            return Some(self.close(body));
        }
        let len = left.min(size);
        Some(Request {
            method: Method::Patch,
            url: self.session(),
            headers: vec![octets(), ("Content-Range", format!("{}-{}", self.offset, self.offset + len - 1))],
            body: Body::Range { offset: self.offset, len },
        })
    }

    fn is_one_request(&self) -> bool {
        self.complete && self.offset == 0 && self.available <= self.chunks.size()
    }

    fn close(&self, body: Body) -> Request {
        let digest = self.digest.as_ref().map(Digest::as_str).unwrap_or_default();
        let url = with_query(&self.session(), "digest", digest);
        Request { method: Method::Put, url, headers: vec![octets()], body }
    }

    fn open(&self) -> Request {
        bare(Method::Post, format!("/v2/{}/blobs/uploads/", self.repository))
    }

    fn mount(&self) -> Request {
        let mut request = self.open();
        if let (Some(digest), Some(from)) = (&self.digest, &self.mount_from) {
            request.url = with_query(&with_query(&request.url, "mount", digest.as_str()), "from", from);
        }
        request
    }

    fn session(&self) -> String {
        self.location.clone().unwrap_or_default()
    }
}

fn bare(method: Method, url: String) -> Request {
    Request { method, url, headers: Vec::new(), body: Body::Empty }
}

fn octets() -> (&'static str, String) {
    ("Content-Type", "application/octet-stream".to_owned())
}

/// As [`Upload`] on disk: reading it back means that time has passed.
#[derive(Deserialize)]
struct Stored {
    repository: String,
    digest: Option<Digest>,
    available: u64,
    complete: bool,
    mount_from: Option<String>,
    location: Option<String>,
    offset: u64,
    chunks: Chunks,
    retry: Retry,
    phase: Phase,
    zero_refused: bool,
    unauthorised: u32,
    restarts: u32,
    mismatches: u32,
}

impl From<Stored> for Upload {
    fn from(stored: Stored) -> Self {
        let Stored {
            repository, digest, available, complete, mount_from, location, offset, chunks, retry, phase, ..
        } = stored;
        let Stored { zero_refused, unauthorised, restarts, mismatches, .. } = stored;
        let flight = None;
        let mut upload = Self {
            repository,
            digest,
            available,
            complete,
            mount_from,
            location,
            offset,
            chunks,
            retry,
            phase,
            zero_refused,
            unauthorised,
            restarts,
            mismatches,
            flight,
        };
        if matches!(upload.phase, Phase::Done(Outcome::Existed | Outcome::Mounted | Outcome::Uploaded)) {
            // A registry clears away what no manifest names.
            upload.phase = if upload.digest.is_some() { Phase::Verify } else { Phase::Open };
        }
        if matches!(upload.phase, Phase::Push | Phase::Close | Phase::Ask | Phase::Wait { .. } | Phase::Renew { .. }) {
            upload.phase = upload.resumed();
        }
        upload
    }
}
