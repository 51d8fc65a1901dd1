//! The upload of one blob to a registry (OCI distribution spec v1.1, "Pushing blobs"), as a machine: events in, actions out.
//!
//! [`Upload::action`] says what to do: send a request, wait, get a new token, find more bytes. What came of it is told by
//! [`Upload::handle`]. The machine holds no bytes, only where in the blob it stands, so that it can be stored at any moment
//! (serde) and go on in another tab or another process: it then asks the registry how much that has.
//!
//! What it promises: the blob in the registry is exact or absent. After anything doubtful it asks for the offset and goes on from
//! there; the registry's check of the digest has the last word.
//!
//! ```
//! use image::{Digest, upload::{Action, Answer, Body, ChunkLimits, Event, Method, Outcome, Upload}};
//!
//! let blob = b"hello";
//! let mut upload = Upload::of("org/project/name", Digest::sha256_of(blob), 5, ChunkLimits::default());
//! // A small blob: POST, then PUT with everything.
//! let Action::Send(request) = upload.action() else { panic!() };
//! assert_eq!((request.method, request.url.as_str()), (Method::Post, "/v2/org/project/name/blobs/uploads/"));
//! upload.handle(Event::Answer(Answer::new(202).header("Location", "/v2/org/project/name/blobs/uploads/1")), 0);
//! let Action::Send(request) = upload.action() else { panic!() };
//! assert_eq!((request.method, request.body), (Method::Put, Body::Range { offset: 0, len: 5 }));
//! upload.handle(Event::Answer(Answer::new(201)), 0);
//! assert_eq!(upload.action(), Action::Done(Outcome::Uploaded));
//! ```

mod answer;
mod chunk;
mod location;
mod machine;
mod retry;
mod step;
#[cfg(test)]
mod tests;

pub use answer::Answer;
pub use chunk::{CHUNK_FLOOR_BYTES, ChunkLimits};
pub use machine::Upload;
pub use retry::Retry;

use serde::{Deserialize, Serialize};

/// What the machine wants done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send this; then [`Event::Answer`], [`Event::NoAnswer`] or [`Event::TimedOut`].
    Send(Request),
    /// Do nothing for so long; then [`Event::Waited`] (or [`Event::Online`] before that).
    Wait {
        /// Milliseconds.
        millis: u64,
    },
    /// Get a token that is valid; then [`Event::Renewed`] or [`Event::NotRenewed`].
    RenewToken,
    /// The source has too few bytes yet: [`Upload::grow`] or [`Upload::complete`].
    NeedBytes,
    /// The blob is there, or the upload is cancelled as was wished.
    Done(Outcome),
    /// It cannot go on. [`Upload::retry`] takes it up again, from where the registry stands.
    Failed(UploadError),
}

/// A request to the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// A path from `/v2/` on, or what the registry said as `Location`: then it may be absolute.
    pub url: String,
    /// Headers besides `Authorization` and `Content-Length`.
    pub headers: Vec<(&'static str, String)>,
    /// What to send.
    pub body: Body,
}

/// The methods that an upload needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `HEAD`
    Head,
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PATCH`
    Patch,
    /// `PUT`
    Put,
    /// `DELETE`
    Delete,
}

impl Method {
    /// Its name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Head => "HEAD",
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// The body of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// None; `Content-Length: 0` where the method takes a body.
    Empty,
    /// These bytes of the blob. They may lie before what was sent already: a registry can lose what it had.
    Range {
        /// Where to begin.
        offset: u64,
        /// How many.
        len: u64,
    },
}

/// What came of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The answer to the request.
    Answer(Answer),
    /// The connection broke: nobody knows how much arrived.
    NoAnswer,
    /// It took too long and was broken off.
    TimedOut,
    /// The wait is over.
    Waited,
    /// The network is back: what waits need not wait on.
    Online,
    /// There is a new token.
    Renewed,
    /// There is none: the person must sign in.
    NotRenewed,
}

/// How an upload ended well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The repository had the blob.
    Existed,
    /// Mounted from another repository: no byte was sent.
    Mounted,
    /// Sent.
    Uploaded,
    /// Cancelled, and the registry was told.
    Cancelled,
}

/// Why an upload cannot go on; each says what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum UploadError {
    /// 403.
    #[error("you may not push to {repository}: ask its owner for write permission{}", colon(message))]
    Denied {
        /// The repository.
        repository: String,
        /// The registry's words.
        message: String,
    },
    /// 401, again after the token was renewed, or no new token.
    #[error("your session has ended: sign in again, then continue")]
    SignedOut,
    /// No room.
    #[error(
        "there is no room for it: delete images you no longer need, or ask for more quota, then continue{}",
        colon(message)
    )]
    Quota {
        /// The registry's words.
        message: String,
    },
    /// 413 for the smallest chunk there is.
    #[error("something on the way refuses requests of {bytes} bytes as too large: raise its limit for request bodies")]
    ChunkRefused {
        /// How large the chunk was.
        bytes: u64,
    },
    /// The registry computed another digest, more than once.
    #[error("the registry received other bytes than were announced: if the file was changed on disk, choose it again")]
    Corrupt,
    /// No progress in many tries.
    #[error("the registry cannot be reached or does not answer properly ({tries} tries): continue when it is back")]
    Unreachable {
        /// How many.
        tries: u32,
    },
    /// An answer outside the protocol.
    #[error("the registry's answer to {method} makes no sense: {what}")]
    BadAnswer {
        /// To which request.
        method: String,
        /// What about it.
        what: String,
    },
    /// Any other refusal.
    #[error("the registry refused it with status {status}{}", colon(message))]
    Refused {
        /// HTTP status.
        status: u16,
        /// The registry's words.
        message: String,
    },
}

fn colon(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}
