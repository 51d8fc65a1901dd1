//! The bytes of one request on their way into an upload's file, hashed as they come.
//!
//! Owns the pipeline: pieces are gathered from the network while the piece before is hashed and written on a blocking
//! thread. At most two pieces are held, whatever the blob's size. What came is kept even when the request breaks.

use std::{fs::File, io::Write as _, path::PathBuf, time::Duration};

use bytes::Bytes;
use futures::{StreamExt as _, stream::BoxStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{
    RegistryError, blocking,
    digest::{Algorithm, Hasher},
    files::{PIECE_BYTES, failed, hash_file, open_to_append},
};

/// A request's body, by whatever it is carried; an error means that it broke off.
pub(crate) type Body = BoxStream<'static, Result<Bytes, std::io::Error>>;

/// A sender that says nothing for this long is gone.
const SILENCE: Duration = Duration::from_secs(300);

/// An upload's file, open for more, with the hash of what it holds.
struct Sink {
    file: File,
    path: PathBuf,
    hash: Hasher,
    len: u64,
    /// The file does not end where the hash does; what it holds must be read again.
    is_torn: bool,
}

impl Sink {
    /// Opens the file. A hash that is not at hand (after a restart) is made by reading what is there.
    fn open(path: PathBuf, hashed: Option<Hashed>, algorithm: Algorithm) -> Result<Self, RegistryError> {
        let (file, len) = open_to_append(&path)?;
        let hash = match hashed {
            Some(hashed) if hashed.len == len && (len > 0 || hashed.hash.algorithm() == algorithm) => hashed.hash,
            _ => hash_file(&path, algorithm, len)?,
        };
        Ok(Self { file, path, hash, len, is_torn: false })
    }

    /// Appends pieces. On failure the file ends where the last whole piece did.
    fn absorb(&mut self, pieces: &[Bytes]) -> Result<(), RegistryError> {
        for piece in pieces {
            if let Err(error) = self.file.write_all(piece) {
                self.is_torn = self.cut(self.len, self.hash.clone()).is_err();
                return Err(failed("write", &self.path)(error));
            }
            self.hash.update(piece);
            self.len += piece.len() as u64;
        }
        Ok(())
    }

    /// Goes back to an earlier end.
    fn cut(&mut self, len: u64, hash: Hasher) -> Result<(), RegistryError> {
        use std::io::Seek as _;
        self.file.set_len(len).map_err(failed("cut", &self.path))?;
        self.file.seek(std::io::SeekFrom::Start(len)).map_err(failed("cut", &self.path))?;
        (self.len, self.hash) = (len, hash);
        Ok(())
    }
}

/// The hash of the first `len` bytes of an upload.
#[derive(Clone, Debug)]
pub(super) struct Hashed {
    pub(super) hash: Hasher,
    pub(super) len: u64,
}

/// What one request adds.
pub(super) struct Incoming {
    pub(super) body: Body,
    /// How many bytes it must have, where its headers say.
    pub(super) expected: Option<u64>,
    /// Ends the request when a later one takes the upload over.
    pub(super) given_up: CancellationToken,
}

/// How a request ended: the hash of what the file holds now, and whether the request was served.
pub(super) struct Received {
    pub(super) hashed: Option<Hashed>,
    pub(super) outcome: Result<(), RegistryError>,
}

/// Appends a body to a file and syncs it. `admit` is asked with each new length before more is taken in.
pub(super) async fn receive(
    path: PathBuf,
    hashed: Option<Hashed>,
    algorithm: Algorithm,
    mut incoming: Incoming,
    admit: impl Fn(u64) -> Result<(), RegistryError> + Send,
) -> Received {
    let mut sink = match blocking(move || Sink::open(path, hashed, algorithm)).await {
        Ok(sink) => sink,
        Err(error) => return Received { hashed: None, outcome: Err(error) },
    };
    let before = Hashed { hash: sink.hash.clone(), len: sink.len };
    let mut received = 0_u64;
    let mut pieces = Vec::new();
    let mut held = 0;
    let mut writing: Option<JoinHandle<(Sink, Result<(), RegistryError>)>> = None;
    let mut idle = Some(sink);
    let mut outcome = loop {
        let next = tokio::select! {
            biased;
            () = incoming.given_up.cancelled() => break Err(RegistryError::TakenOver),
            next = tokio::time::timeout(SILENCE, incoming.body.next()) => next,
        };
        let piece = match next {
            Ok(Some(Ok(piece))) => piece,
            Ok(None) => break Ok(()),
            Ok(Some(Err(_))) | Err(_) => break Err(RegistryError::BodyBroken),
        };
        received += piece.len() as u64;
        if incoming.expected.is_some_and(|expected| received > expected) {
            break Ok(());
        }
        if let Err(refused) = admit(before.len + received) {
            break Err(refused);
        }
        held += piece.len();
        pieces.push(piece);
        if held >= PIECE_BYTES {
            match settle(idle.take(), writing.take()).await {
                (free, Ok(())) => writing = Some(write(free, std::mem::take(&mut pieces))),
                (free, Err(error)) => {
                    idle = Some(free);
                    pieces.clear();
                    break Err(error);
                }
            }
            held = 0;
        }
    };
    let (free, written) = settle(idle.take(), writing.take()).await;
    sink = free;
    if let Err(error) = written {
        outcome = Err(error);
        pieces.clear();
    }
    if let (Ok(()), Some(said_bytes)) = (&outcome, incoming.expected)
        && received != said_bytes
    {
        outcome = Err(RegistryError::WrongSize { said_bytes, got_bytes: received });
    }
    finish(sink, pieces, before, outcome).await
}

fn write(mut sink: Sink, pieces: Vec<Bytes>) -> JoinHandle<(Sink, Result<(), RegistryError>)> {
    tokio::task::spawn_blocking(move || {
        let written = sink.absorb(&pieces);
        (sink, written)
    })
}

/// Waits for the piece before.
async fn settle(
    idle: Option<Sink>,
    writing: Option<JoinHandle<(Sink, Result<(), RegistryError>)>>,
) -> (Sink, Result<(), RegistryError>) {
    match (idle, writing) {
        (_, Some(writing)) => writing.await.expect("writing a piece does not panic"),
        (Some(sink), None) => (sink, Ok(())),
        (None, None) => unreachable!("a sink is either idle or being written to"),
    }
}

/// Writes what is left, takes back what should not have come, and syncs.
async fn finish(mut sink: Sink, pieces: Vec<Bytes>, before: Hashed, outcome: Result<(), RegistryError>) -> Received {
    let finished = blocking(move || {
        let mut outcome = outcome;
        if matches!(outcome, Err(RegistryError::WrongSize { .. })) {
            // Which of the bytes were meant cannot be told.
            sink.cut(before.len, before.hash)?;
        } else if let Err(error) = sink.absorb(&pieces) {
            outcome = Err(error);
        }
        if outcome.is_ok() {
            // Before any acknowledgement.
            sink.file.sync_data().map_err(failed("sync", &sink.path))?;
        }
        let hashed = (!sink.is_torn).then_some(Hashed { hash: sink.hash, len: sink.len });
        Ok(Received { hashed, outcome })
    });
    finished.await.unwrap_or_else(|error| Received { hashed: None, outcome: Err(error) })
}
