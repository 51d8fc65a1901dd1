//! `GET images/{image}/archive`: an image as a tar, put together while it is sent.
//!
//! Length and every byte follow from the image's documents, so that nothing is kept and any range can be served. What cannot be
//! read to its end breaks the connection: an archive that is too short must never look whole.

use super::{name::ImageAt, repository::Repository};
use crate::{Gateway, ports::within, rescue::Failure, session::Session, upstream::UpstreamError};
use api::images::ArchiveForm;
use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures::{StreamExt, stream};
use image::{
    Digest,
    download::{Below, Download, Form, Layout, Part, StoredDocument, file_name},
};
use std::{collections::VecDeque, ops::Range};

/// How often one blob is asked for again after it broke off, before the whole is given up.
const TRIES: u32 = 3;

/// An archive that can be sent.
pub(crate) struct Archive {
    repository: Repository,
    layout: Layout,
    /// Under which it is saved.
    pub(crate) file_name: String,
}

/// Finds what the archive consists of.
pub(crate) async fn archive(
    gateway: &Gateway,
    session: &Session,
    at: &ImageAt,
    form: ArchiveForm,
) -> Result<Archive, Failure> {
    let repository = Repository::open(gateway, session, &at.repository).await?;
    let root = repository.document(at.version()).await?;
    let below = below(&repository, &root).await?;
    let names = at.reference(&repository.registry).into_iter().collect();
    let download = Download { root, below, names, platform: None };
    let form = match form {
        ArchiveForm::Docker => Form::Docker,
        ArchiveForm::Oci => Form::Oci,
    };
    let (layout, file_name) = (download.layout(form)?, file_name(&at.repository, at.version(), form));
    Ok(Archive { repository, layout, file_name })
}

/// All documents below an index.
async fn below(repository: &Repository, root: &StoredDocument) -> Result<Below, Failure> {
    let mut below = Below::default();
    loop {
        let wanted = below.missing(root)?;
        if wanted.is_empty() {
            return Ok(below);
        }
        for (named, document) in wanted.iter().zip(repository.documents(&wanted).await?) {
            below.take(named, document)?;
        }
    }
}

impl Archive {
    /// Exact length, bytes.
    pub(crate) fn total_bytes(&self) -> u64 {
        self.layout.total_bytes()
    }

    /// Strong: equal for equal bytes only.
    pub(crate) fn etag(&self) -> String {
        format!("\"{}\"", self.layout.fingerprint().hex())
    }

    /// A range of it, as a body that reads while it is read.
    pub(crate) fn body(&self, range: Range<u64>) -> Body {
        let pieces = self.layout.range(range).map(|part| match part {
            Part::Bytes(bytes) => Piece::Bytes(Bytes::copy_from_slice(bytes)),
            Part::Blob { digest, offset, len, size } => {
                Piece::Blob(Blob { digest: digest.clone(), range: offset..offset + len, size, tries: TRIES })
            }
        });
        let sending = Sending { repository: self.repository.clone(), pieces: pieces.collect(), reading: None };
        Body::from_stream(stream::try_unfold(sending, async |mut sending| {
            let next = sending.next().await.inspect_err(|error| {
                let repository = &sending.repository.name;
                tracing::warn!(error = error as &dyn std::error::Error, repository, "an image's download broke off");
            });
            next.map(|bytes| bytes.map(|bytes| (bytes, sending)))
        }))
    }
}

enum Piece {
    Bytes(Bytes),
    Blob(Blob),
}

/// What is still to be read of a blob.
struct Blob {
    digest: Digest,
    range: Range<u64>,
    size: u64,
    tries: u32,
}

struct Reading {
    blob: Blob,
    /// Bytes to come before those that are wanted.
    before: u64,
    data: BodyDataStream,
}

struct Sending {
    repository: Repository,
    pieces: VecDeque<Piece>,
    reading: Option<Reading>,
}

impl Sending {
    async fn next(&mut self) -> Result<Option<Bytes>, UpstreamError> {
        loop {
            match self.reading.take() {
                Some(reading) => {
                    if let Some(bytes) = self.read(reading).await? {
                        return Ok(Some(bytes));
                    }
                }
                None => match self.pieces.pop_front() {
                    None => return Ok(None),
                    Some(Piece::Bytes(bytes)) => return Ok(Some(bytes)),
                    Some(Piece::Blob(blob)) => self.open(blob).await?,
                },
            }
        }
    }

    async fn open(&mut self, blob: Blob) -> Result<(), UpstreamError> {
        self.repository.refresh().await?;
        let Repository { gateway, registry, name, .. } = &self.repository;
        let reading = gateway.upstream().blob_range(registry, name, &blob.digest, blob.range.clone(), blob.size);
        let (before, body) = reading.await?;
        self.reading = Some(Reading { blob, before, data: body.into_data_stream() });
        Ok(())
    }

    /// The next bytes of the blob; None when it is through, or asked for again.
    async fn read(&mut self, mut reading: Reading) -> Result<Option<Bytes>, UpstreamError> {
        if reading.blob.range.is_empty() {
            return Ok(None);
        }
        let gateway = &self.repository.gateway;
        let error = match within(gateway.host(), gateway.config().upstream_timeout, reading.data.next()).await {
            Some(Some(Ok(mut bytes))) => {
                let skipped = reading.before.min(bytes.len() as u64);
                reading.before -= skipped;
                let left = reading.blob.range.end - reading.blob.range.start;
                bytes = bytes.slice(index(skipped)..);
                bytes.truncate(index(left));
                reading.blob.range.start += bytes.len() as u64;
                self.reading = Some(reading);
                return Ok((!bytes.is_empty()).then_some(bytes));
            }
            Some(Some(Err(error))) => UpstreamError::BrokeOff(error.into()),
            Some(None) => UpstreamError::BrokeOff("a blob ended before its size".into()),
            None => UpstreamError::Timeout,
        };
        if reading.blob.tries == 0 {
            return Err(error);
        }
        reading.blob.tries -= 1;
        self.open(reading.blob).await?;
        Ok(None)
    }
}

/// Of what is in memory, so that it fits.
fn index(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
