//! Blobs: whole, in part, or only whether they are there.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use image::download::{Asked, Conditions};

use super::{CONTENT_DIGEST, Call, Refusal, plain};
use crate::registry::{Digest, RepositoryName};

/// A digest names its bytes for ever.
const FOR_EVER: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");
/// Whether they are here is another question: who pushes asks it, and an answer of yesterday would leave out what was deleted.
const FOR_NOW: HeaderValue = HeaderValue::from_static("private, no-cache");

pub(super) async fn get(call: Call, name: RepositoryName, digest: Digest) -> Result<Response, Refusal> {
    let size = call.registry.blob_size(&name, &digest).await?;
    let etag = format!("\"{digest}\"");
    let mut response = match conditions(&call).answer(size, &etag) {
        Asked::NotModified => StatusCode::NOT_MODIFIED.into_response(),
        Asked::Beyond => {
            let range = plain(&format!("bytes */{size}"));
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, range)]).into_response());
        }
        Asked::Whole => answer(&call, &digest, 0, size).await?,
        Asked::Part(range) => {
            let mut response = answer(&call, &digest, range.start, range.end - range.start).await?;
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            let part = plain(&format!("bytes {}-{}/{size}", range.start, range.end - 1));
            response.headers_mut().insert(header::CONTENT_RANGE, part);
            response
        }
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_DIGEST, plain(digest.as_str()));
    headers.insert(header::ETAG, plain(&etag));
    headers.insert(header::CACHE_CONTROL, cached(&call));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    Ok(response)
}

/// How long an answer about what a digest names may be kept.
pub(super) fn cached(call: &Call) -> HeaderValue {
    if call.is_head() { FOR_NOW } else { FOR_EVER }
}

/// What a request says it has, and which part it wants. A range is asked of GET only (RFC 9110, section 14.2).
pub(super) fn conditions(call: &Call) -> Conditions<'_> {
    let text = |name: HeaderName| call.headers().get(name).and_then(|value| value.to_str().ok());
    Conditions {
        range: text(header::RANGE).filter(|_| !call.is_head()),
        if_range: text(header::IF_RANGE),
        if_none_match: text(header::IF_NONE_MATCH),
    }
}

async fn answer(call: &Call, digest: &Digest, begin: u64, len: u64) -> Result<Response, Refusal> {
    let body = if call.is_head() {
        Body::empty()
    } else {
        Body::from_stream(call.registry.open_blob(digest).await?.read(begin, len))
    };
    let kind = HeaderValue::from_static("application/octet-stream");
    Ok(([(header::CONTENT_LENGTH, HeaderValue::from(len)), (header::CONTENT_TYPE, kind)], body).into_response())
}
