//! One request to the registry and its answer, passed through.

use super::{
    address::Address,
    admit::Credentials,
    headers::{link, of_answer, of_request, own},
    pace::Meter,
    upload,
};
use crate::{
    Gateway,
    ports::HostBody,
    rescue::Failure,
    upstream::{Upstream, UpstreamError},
};
use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body::Body as _;
use url::Url;

/// A registry may sort a large blob into its store before it answers the last request of an upload.
const WRITE_PATIENCE: u32 = 10;

/// Everything under `/v2/`.
pub(crate) async fn pass(State(gateway): State<Gateway>, request: Request) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    let address = Address::parse(parts.uri.path().strip_prefix("/v2").unwrap_or_default().trim_start_matches('/'))?;
    let who = Credentials::of(&gateway, &parts).await?;
    if who.is_page {
        check_size(&parts.method, &parts.headers, gateway.config().chunk_max_bytes)?;
    }
    let url = match &address {
        Address::Upload { name, sealed } => upload::open(&gateway, &who, name, sealed, parts.uri.query())?,
        _ => {
            let mut url = address.at(&who.registry).ok_or(Failure::NoSuchAddress)?;
            url.set_query(parts.uri.query());
            url
        }
    };
    let mut headers = of_request(&parts.headers);
    headers.insert(header::AUTHORIZATION, who.authorization.clone());
    let is_reading = matches!(parts.method, Method::GET | Method::HEAD);
    let answer = if who.is_page && is_reading {
        // Where the registry keeps its blobs elsewhere, a page may not go: the gateway goes for it.
        gateway.upstream().send_following(&parts.method, &url, headers).await?
    } else {
        send(&gateway, &parts.method, &url, headers, body, parts.extensions.remove()).await?
    };
    relay(&gateway, &who, &address, &url, answer)
}

/// Sends with a body that streams; as long as it does, there is time.
pub(super) async fn send(
    gateway: &Gateway,
    method: &Method,
    url: &Url,
    headers: HeaderMap,
    body: Body,
    raw: Option<HostBody>,
) -> Result<Response<Body>, UpstreamError> {
    let meter = Meter::default();
    // A host's own stream goes past the meter; such a host has limits of its own.
    let body = if body.is_end_stream() || raw.is_some() { body } else { meter.on(body) };
    let is_reading = matches!(*method, Method::GET | Method::HEAD);
    let limit = gateway.config().upstream_timeout * if is_reading { 1 } else { WRITE_PATIENCE };
    let request = Upstream::passed_on(method.clone(), url, headers, body, raw)?;
    let sent = meter.paced(gateway.host(), limit, gateway.host().send(request)).await;
    Ok(sent.ok_or(UpstreamError::Timeout)??)
}

/// A page's pieces are bounded, and say their size before they come.
fn check_size(method: &Method, headers: &HeaderMap, limit_bytes: u64) -> Result<(), Failure> {
    if headers.contains_key(header::TRANSFER_ENCODING) {
        return Err(Failure::NoLength);
    }
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if matches!(*method, Method::PATCH | Method::POST | Method::PUT) && length.is_some_and(|bytes| bytes > limit_bytes)
    {
        return Err(Failure::ChunkTooLarge { limit_bytes });
    }
    Ok(())
}

/// The answer with our own addresses. Its body is passed on as it comes.
pub(super) fn relay(
    gateway: &Gateway,
    who: &Credentials,
    address: &Address,
    asked: &Url,
    answer: Response<Body>,
) -> Result<Response, Failure> {
    let status = answer.status();
    if status == StatusCode::UNAUTHORIZED && who.is_page {
        return Err(Failure::SignedOut);
    }
    let said = |name| answer.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let location = match (said(header::LOCATION), address) {
        (None, _) => None,
        (Some(text), Address::Uploads { name } | Address::Upload { name, .. }) if status != StatusCode::CREATED => {
            let sealed = upload::seal(gateway, who, name, asked, text);
            let foreign =
                || UpstreamError::ForeignHost { what: "registry's upload", url: text.chars().take(200).collect() };
            Some(sealed.ok_or_else(foreign)?)
        }
        (Some(text), _) if status.is_redirection() && !who.is_page => {
            // A client of its own goes there by itself, and leaves its credentials here when the host is another.
            Some(own(&who.registry, asked, text).unwrap_or_else(|| text.to_owned()))
        }
        (Some(text), _) => own(&who.registry, asked, text),
    };
    let next = answer.headers().get(header::LINK).and_then(|value| link(&who.registry, asked, value));
    Ok(rebuilt(answer, location, next))
}

fn rebuilt(answer: Response<Body>, location: Option<String>, link: Option<HeaderValue>) -> Response {
    let (head, body) = answer.into_parts();
    let mut response = Response::new(body);
    *response.status_mut() = head.status;
    *response.headers_mut() = of_answer(&head.headers);
    if let Some(raw) = head.extensions.get::<HostBody>() {
        response.extensions_mut().insert(raw.clone());
    }
    let location = location.and_then(|text| HeaderValue::try_from(text).ok());
    for (name, value) in [(header::LOCATION, location), (header::LINK, link)] {
        if let Some(value) = value {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
