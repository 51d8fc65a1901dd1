//! The outermost layer: gives every request an id, writes the body of refusals, sets the headers of every answer.

use super::loggable;
use crate::{Gateway, rescue::Rescued, session::Origin};
use api::REQUEST_ID_HEADER;
use axum::{
    Json,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use std::fmt::Write as _;

/// Only own files; no inline script or style; WebAssembly may compile; nobody may frame the console. Text becomes markup or a script's
/// address only through the console's one policy (app/assets/boot.js).
const CSP: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default";

/// Middleware: the outermost.
pub(crate) async fn finish(State(gateway): State<Gateway>, mut request: Request, next: Next) -> Response {
    // Made here; none is taken from outside.
    let id = new_id(&gateway);
    // Path and method only: queries may hold what a user typed, headers hold the cookie.
    let (method, path) = (request.method().clone(), loggable(request.uri().path()).into_owned());
    let origin = Origin::of(&request, &id);
    request.extensions_mut().insert(origin);
    let mut response = next.run(request).await;
    if let Some(rescued) = response.extensions_mut().remove::<Rescued>() {
        let (status, code) = (response.status(), rescued.problem.code);
        if status.is_server_error() {
            tracing::warn!(%id, %method, path, status = status.as_u16(), ?code, cause = rescued.cause, "refused");
        } else {
            let status = status.as_u16();
            tracing::debug!(target: "access", %id, %method, path, status, ?code, cause = rescued.cause, "refused");
        }
        response = body(&response, rescued, &id);
    } else {
        tracing::debug!(target: "access", %id, %method, path, status = response.status().as_u16(), "answered");
    }
    let headers = response.headers_mut();
    let id = HeaderValue::try_from(id).expect("hexadecimal digits are a header value");
    headers.insert(HeaderName::from_static(REQUEST_ID_HEADER), id);
    secure(headers, gateway.config().is_https());
    response
}

fn new_id(gateway: &Gateway) -> String {
    let mut bytes = [0; 12];
    gateway.host().random(&mut bytes);
    bytes.iter().fold(String::with_capacity(24), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The refusal's body, keeping what the layers below have set.
fn body(refusal: &Response, mut rescued: Rescued, id: &str) -> Response {
    rescued.problem.request_id = id.to_owned();
    let body = if rescued.in_registry_form {
        Json(rescued.registry_body()).into_response()
    } else {
        Json(rescued.problem).into_response()
    };
    let mut response = (refusal.status(), body).into_response();
    let written = response.headers().clone();
    *response.headers_mut() = refusal.headers().clone();
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response.headers_mut().extend(written);
    if let Some(secs) = rescued.retry_after_secs {
        response.headers_mut().insert(header::RETRY_AFTER, secs.into());
    }
    response
}

fn secure(headers: &mut HeaderMap, https: bool) {
    // What was sent by users comes with a stricter one.
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(CSP));
    // A shared link's address is a secret; its badge is there to be embedded.
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("same-origin"));
    let resources = HeaderName::from_static("cross-origin-resource-policy");
    headers.entry(resources).or_insert(HeaderValue::from_static("same-origin"));
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    if https {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    // What is not told to be kept is not kept: answers hold the user's own data.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}
