//! Each request gets an id that its answer and its log lines carry.
//!
//! Owns ids and the access log. Logs the path, never the query or headers: those may hold secrets.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use tracing::Instrument as _;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST: usize = 64;

/// The id of a request, among its extensions.
#[derive(Clone, Debug)]
pub(super) struct RequestId(pub(super) String);

pub(super) async fn trace(mut request: Request, next: Next) -> Response {
    // A gateway in front has given it one already; anything that is not a plain word is replaced.
    let given = request.headers().get(&HEADER).and_then(|value| value.to_str().ok()).filter(|id| is_plain(id));
    let id = given.map_or_else(|| uuid::Uuid::new_v4().simple().to_string(), str::to_owned);
    let span = tracing::info_span!("request", id, method = %request.method(), path = request.uri().path());
    request.extensions_mut().insert(RequestId(id.clone()));
    async {
        let mut response = next.run(request).await;
        tracing::debug!(status = response.status().as_u16(), "answered");
        let value = HeaderValue::from_str(&id).expect("plain words and hexadecimal digits make header values");
        response.headers_mut().insert(HEADER, value);
        response
    }
    .instrument(span)
    .await
}

fn is_plain(id: &str) -> bool {
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}
