//! Uploads over HTTP: begun, mounted, continued, asked after, finished (OCI distribution spec, "Pushing blobs").

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::{StreamExt as _, TryStreamExt as _};
use platform::permission::Action;

use super::{CONTENT_DIGEST, Call, Refusal, plain};
use crate::registry::{Chunk, Digest, RegistryError, RepositoryName, UploadId};

/// Where a body of unknown length begins (draft-ietf-httpbis-resumable-upload).
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_ID: HeaderName = HeaderName::from_static("docker-upload-uuid");
const CHUNK_MIN: HeaderName = HeaderName::from_static("oci-chunk-min-length");
/// Smaller chunks are taken, but each is synced to the disk. On a slow way this is a matter of seconds, and more would be one of minutes.
const CHUNK_MIN_BYTES: u64 = 64 * 1024;

/// `0-N`: what is there. Nothing is `0-0`, as clients expect it from Docker's registry.
pub(super) fn range(have_bytes: u64) -> HeaderValue {
    plain(&format!("0-{}", have_bytes.saturating_sub(1)))
}

/// `POST`: an empty upload, a whole blob at once (`digest`), or a blob of another repository (`mount`, `from`).
pub(super) async fn begin(call: Call, body: Body, name: RepositoryName) -> Result<Response, Refusal> {
    let query = call.query();
    if let Some(mount) = query.find("mount") {
        let digest = parse(mount)?;
        if mounts(&call, &name, &digest, query.find("from")).await? {
            return Ok(created(&name, &digest));
        }
    } else if let Some(digest) = query.find("digest") {
        let digest = parse(digest)?;
        let id = call.registry.begin_upload(&name).await?;
        let registry = &call.registry;
        let chunk = chunk(&call, body, None)?;
        let finished = registry.finish_upload_if(&name, &id, &digest, chunk, still_allowed(&call)).await;
        if let Err(refused) = finished {
            // The client never learnt the upload's address and cannot go on with it.
            match registry.cancel_upload(&name, &id).await {
                Ok(()) | Err(RegistryError::NoSuchUpload) => return Err(refused),
                Err(error) => return Err(error.into()),
            }
        }
        return Ok(created(&name, &digest));
    }
    let id = call.registry.begin_upload(&name).await?;
    let mut response = progress(StatusCode::ACCEPTED, &name, &id, 0);
    response.headers_mut().insert(CHUNK_MIN, CHUNK_MIN_BYTES.into());
    Ok(response)
}

/// Whether the blob is in the repository now. What the caller may not read is as good as absent.
async fn mounts(call: &Call, name: &RepositoryName, digest: &Digest, from: Option<&str>) -> Result<bool, Refusal> {
    if call.registry.find_blob(name, digest).await?.is_some() {
        return Ok(true);
    }
    let Some(from) = from.and_then(|from| RepositoryName::parse(from).ok()) else { return Ok(false) };
    Ok(call.may(&from, Action::Read) && call.registry.mount(name, digest, &from).await?)
}

/// `GET`: how far it is.
pub(super) async fn status(call: Call, name: RepositoryName, id: UploadId) -> Result<Response, Refusal> {
    let have = call.registry.settled_upload_len(&name, &id).await?;
    Ok(progress(StatusCode::NO_CONTENT, &name, &id, have))
}

/// `PATCH`: more of it.
pub(super) async fn append(call: Call, body: Body, name: RepositoryName, id: UploadId) -> Result<Response, Refusal> {
    let begins = content_range(&call)?;
    let have = call.registry.continue_upload(&name, &id, chunk(&call, body, begins)?).await?;
    Ok(progress(StatusCode::ACCEPTED, &name, &id, have))
}

/// `PUT`: the last of it, or nothing more, and its digest.
pub(super) async fn finish(call: Call, body: Body, name: RepositoryName, id: UploadId) -> Result<Response, Refusal> {
    let digest = parse(call.query().find("digest").unwrap_or_default())?;
    let begins = content_range(&call)?;
    let chunk = chunk(&call, body, begins)?;
    call.registry.finish_upload_if(&name, &id, &digest, chunk, still_allowed(&call)).await?;
    Ok(created(&name, &digest))
}

/// Whether the caller may still write, asked when all bytes are there: a large blob takes long.
fn still_allowed(call: &Call) -> impl Future<Output = Result<(), Refusal>> + Send + use<> {
    let proof = call.proof.clone();
    async move { proof.ask().await.map(drop) }
}

fn parse(digest: &str) -> Result<Digest, Refusal> {
    Ok(digest.parse::<Digest>().map_err(RegistryError::from)?)
}

/// First byte and length, where `Content-Range: FIRST-LAST` says them.
type Span = Option<(u64, u64)>;

fn content_range(call: &Call) -> Result<Span, Refusal> {
    let Some(value) = call.headers().get(header::CONTENT_RANGE) else { return Ok(None) };
    let refused = Refusal::Input { what: "Content-Range", why: "must be FIRST-LAST, two byte offsets, both included" };
    let span = value.to_str().ok().and_then(|text| {
        // Some clients write it as for downloads: `bytes 0-9/*`.
        let text = text.trim().trim_start_matches("bytes ").split('/').next()?;
        let (first, last) = text.split_once('-')?;
        let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
        Some((first, last.checked_sub(first)?.checked_add(1)?))
    });
    span.map(Some).ok_or(refused)
}

/// The body, with what the headers say of it.
fn chunk(call: &Call, body: Body, span: Span) -> Result<Chunk, Refusal> {
    let length = number(call, &header::CONTENT_LENGTH, "Content-Length")?;
    let offset = number(call, &UPLOAD_OFFSET, "Upload-Offset")?;
    // An empty PUT that repeats the range of all chunks is what some clients end with.
    let span = span.filter(|_| length != Some(0));
    if let (Some((_, said_bytes)), Some(got_bytes)) = (span, length)
        && said_bytes != got_bytes
    {
        return Err(RegistryError::WrongSize { said_bytes, got_bytes }.into());
    }
    let body = body.into_data_stream().map_err(std::io::Error::other).boxed();
    Ok(Chunk {
        begins: span.map(|(first, _)| first).or(offset),
        expected: span.map(|(_, length)| length).or(length),
        body,
    })
}

fn number(call: &Call, name: &HeaderName, what: &'static str) -> Result<Option<u64>, Refusal> {
    let Some(value) = call.headers().get(name) else { return Ok(None) };
    let number = value.to_str().ok().and_then(|text| text.parse().ok());
    number.map(Some).ok_or(Refusal::Input { what, why: "must be a whole number" })
}

fn progress(status: StatusCode, name: &RepositoryName, id: &UploadId, have_bytes: u64) -> Response {
    let mut response = status.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, plain(&format!("/v2/{name}/blobs/uploads/{}", id.as_str())));
    headers.insert(header::RANGE, range(have_bytes));
    headers.insert(UPLOAD_ID, plain(id.as_str()));
    response
}

fn created(name: &RepositoryName, digest: &Digest) -> Response {
    let mut response = StatusCode::CREATED.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, plain(&format!("/v2/{name}/blobs/{digest}")));
    headers.insert(CONTENT_DIGEST, plain(digest.as_str()));
    response
}
