//! One layer on its way from the engine's archive into the registry: hashed, compressed, hashed again, stored.
//!
//! Runs on the thread that reads the archive; the registry takes the compressed bytes in on its own. Both sides are bounded,
//! whatever the layer's size.

use std::io::{self, Read, Write};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use futures::stream;
use image::{
    digest::{Algorithm, Hasher},
    manifest::{Descriptor, media_type},
};
use platform::transfer::{TransferLine, status};
use tokio::{runtime::Handle, sync::mpsc};

use super::{Target, line_id};
use crate::{
    images::{TransferError, transfer::Progress},
    registry::{Chunk, Digest, UploadId},
};

/// Read from the archive, and sent to the registry, at a time.
const PIECE_BYTES: usize = 256 << 10;
/// Pieces between the compression and the registry.
const AHEAD: usize = 8;
/// Level 4: about twice as fast as the usual 6, and layers are a few per cent larger.
const LEVEL: u32 = 4;

/// Hashes a layer that need not be sent.
pub(super) fn hash(layer: &mut impl Read) -> io::Result<String> {
    let mut hasher = Hasher::new(Algorithm::Sha256);
    each_piece(layer, |piece| {
        hasher.update(piece);
        Ok(())
    })?;
    Ok(hasher.finish().as_str().to_owned())
}

/// Stores a layer; its digest before compression, and what it is now.
pub(super) fn store(
    target: &Target,
    handle: &Handle,
    layer: &mut impl Read,
    shown: &str,
    size_bytes: u64,
) -> Result<(String, Descriptor), TransferError> {
    let upload = handle.block_on(target.registry.begin_upload(&target.repository))?;
    let stored = send(target, handle, layer, &upload, target.lines.progress(line_id(shown), size_bytes));
    let (diff_id, sent) = match stored {
        Ok(stored) => stored,
        Err(error) => {
            // Nothing of a broken layer stays. An upload that the registry dropped itself is gone already.
            let _ = handle.block_on(target.registry.cancel_upload(&target.repository, &upload));
            return Err(error);
        }
    };
    let is_here = handle.block_on(target.registry.find_blob(&target.repository, &sent.0))?.is_some();
    if is_here {
        handle.block_on(target.registry.cancel_upload(&target.repository, &upload))?;
    } else {
        let nothing = Chunk { begins: None, expected: Some(0), body: Box::pin(stream::empty()) };
        handle.block_on(target.registry.finish_upload(&target.repository, &upload, &sent.0, nothing))?;
    }
    let word = if is_here { status::EXISTS } else { status::PUSHED };
    handle.block_on(target.lines.say(TransferLine::layer(line_id(&diff_id), word)));
    let digest = sent.0.as_str().parse().map_err(|why| TransferError::Archive(format!("{why}")))?;
    Ok((diff_id, Descriptor::new(media_type::DOCKER_LAYER_GZIP, digest, sent.1)))
}

/// Sends the compressed bytes; the digest before compression, and digest and size after it.
fn send(
    target: &Target,
    handle: &Handle,
    layer: &mut impl Read,
    upload: &UploadId,
    mut progress: Progress,
) -> Result<(String, (Digest, u64)), TransferError> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    let body =
        Box::pin(stream::unfold(
            receiver,
            |mut pieces| async move { pieces.recv().await.map(|piece| (piece, pieces)) },
        ));
    let (registry, repository, id) = (target.registry.clone(), target.repository.clone(), upload.clone());
    let taking = handle.spawn(async move {
        registry.continue_upload(&repository, &id, Chunk { begins: Some(0), expected: None, body }).await
    });
    let mut gzip = GzEncoder::new(Pieces::new(sender.clone()), Compression::new(LEVEL));
    let mut hasher = Hasher::new(Algorithm::Sha256);
    let compressed = each_piece(layer, |piece| {
        hasher.update(piece);
        progress.add(piece.len());
        gzip.write_all(piece)
    })
    .and_then(|()| gzip.finish())
    .and_then(Pieces::finish);
    if let Err(error) = &compressed {
        // Broken, not ended: or the registry would take the part for the whole.
        let _ = sender.blocking_send(Err(io::Error::new(error.kind(), error.to_string())));
    }
    drop(sender);
    let taken = handle.block_on(taking).expect("taking in a layer does not panic");
    match (compressed, taken) {
        (Ok(sent), Ok(_)) => Ok((hasher.finish().as_str().to_owned(), sent)),
        // The registry's reason is the cause where both failed, except that it was only told of the break.
        (_, Err(error)) if !matches!(error, crate::registry::RegistryError::BodyBroken) => Err(error.into()),
        (Err(error), _) => Err(TransferError::Archive(error.to_string())),
        (Ok(_), Err(error)) => Err(error.into()),
    }
}

fn each_piece(from: &mut impl Read, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match from.read(&mut piece)? {
            0 => return Ok(()),
            got => each(&piece[..got])?,
        }
    }
}

/// Gathers compressed bytes to pieces, hashes them and passes them on.
struct Pieces {
    to: mpsc::Sender<io::Result<Bytes>>,
    gathered: Vec<u8>,
    hasher: Hasher,
    len: u64,
}

impl Pieces {
    fn new(to: mpsc::Sender<io::Result<Bytes>>) -> Self {
        Self { to, gathered: Vec::with_capacity(PIECE_BYTES), hasher: Hasher::new(Algorithm::Sha256), len: 0 }
    }

    fn pass_on(&mut self) -> io::Result<()> {
        self.hasher.update(&self.gathered);
        self.len += self.gathered.len() as u64;
        let piece = std::mem::replace(&mut self.gathered, Vec::with_capacity(PIECE_BYTES));
        let refused = |_| io::Error::new(io::ErrorKind::BrokenPipe, "the registry takes no more");
        self.to.blocking_send(Ok(piece.into())).map_err(refused)
    }

    fn finish(mut self) -> io::Result<(Digest, u64)> {
        if !self.gathered.is_empty() {
            self.pass_on()?;
        }
        let digest = self.hasher.finish();
        Ok((digest, self.len))
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= PIECE_BYTES {
            self.pass_on()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
