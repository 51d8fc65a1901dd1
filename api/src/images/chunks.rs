//! `WS /api/v1/images/chunks`: chunks of blobs whose bytes come as messages instead of a request's body, so that they can be sent while
//! they are made, and a page's browser copies them less often.
//!
//! One chunk after the other: [`ChunkOrder::Begin`], any number of binary messages of at most [`CHUNK_MESSAGE_MAX_BYTES`], then
//! [`ChunkOrder::End`]. The gateway passes them on as the body of one `PATCH` without a length (OCI distribution spec, "Pushing a blob in
//! chunks"), says how much it has passed on, and in the end what the registry answered. A chunk that is answered before its end is
//! over, and so is the socket. A socket that closes in the middle leaves the upload with what had arrived: the registry knows how much.

use serde::{Deserialize, Serialize};

/// No binary message may be larger, bytes.
pub const CHUNK_MESSAGE_MAX_BYTES: usize = 256 * 1024;

/// What a page says, as JSON in a text message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ChunkOrder {
    /// The bytes that follow are appended to this upload.
    Begin {
        /// Its `Location`, from `/v2/` on.
        upload: String,
        /// Bytes that the registry has of it, as far as the page knows. Where it has others, the chunk is answered 416.
        offset: u64,
    },
    /// The chunk is whole.
    End,
}

/// What the gateway says, as JSON in a text message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ChunkEvent {
    /// So much of the chunk was passed on.
    Taken {
        /// Bytes, from the chunk's first on.
        bytes: u64,
    },
    /// The chunk is over.
    Answer {
        /// HTTP status of the `PATCH`.
        status: u16,
        /// Its headers, with our own addresses.
        headers: Vec<(String, String)>,
        /// Its body: of a refusal, what the registry says.
        body: String,
    },
    /// An event this reader does not know.
    #[serde(other)]
    Unknown,
}
