//! A chunk whose bytes come otherwise than in a request of the page: appended to an upload of the session's.

use super::{
    address::Address,
    admit::Credentials,
    pass::{relay, send},
    upload,
};
use crate::{Gateway, rescue::Failure, session::Session};
use axum::{body::Body, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

/// Where the bytes belong (draft-ietf-httpbis-resumable-upload, "Upload-Offset"): a `Content-Range` would need their number. Our own
/// cluster looks at it; Docker's registry has the offset in the upload's address.
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");

/// Sends a `PATCH` to the upload behind `upload`, an address that we gave out as a `Location`, for the bytes from `offset` on; how many
/// shows when the body ends.
///
/// # Errors
/// As for a request under `/v2/`; [`Failure::NoSuchUpload`] for what is no address of an upload, or somebody else's.
pub(crate) async fn append(
    gateway: &Gateway,
    session: &Session,
    upload: &str,
    offset: u64,
    body: Body,
) -> Result<Response, Failure> {
    let session = gateway.current(session).await?;
    let address = Address::parse(upload.strip_prefix("/v2/").ok_or(Failure::NoSuchUpload)?)?;
    let Address::Upload { name, sealed } = &address else { return Err(Failure::NoSuchUpload) };
    let who = Credentials::of_session(gateway, &session).await?;
    let url = upload::open(gateway, &who, name, sealed, None)?;
    let headers = HeaderMap::from_iter([
        (header::AUTHORIZATION, who.authorization.clone()),
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::ACCEPT_ENCODING, HeaderValue::from_static("identity")),
        (UPLOAD_OFFSET, offset.into()),
    ]);
    let answer = send(gateway, &Method::PATCH, &url, headers, body, None).await?;
    relay(gateway, &who, &address, &url, answer)
}
