//! The console's files: content negotiation, caching, and the page that every client-side route gets.

use axum::{
    Router,
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use gateway::assets::{PAGE, cache_control, content_type, has_hash, is_route};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use sha2::{Digest, Sha256};
use std::{borrow::Cow, sync::Arc};

/// Longest compressed first; the name is the encoding's token (RFC 9110, 8.4.1; RFC 7932 for br).
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// Where the console's files come from: embedded in a binary, or a folder.
pub trait Assets: Send + Sync + 'static {
    /// A file by its path without a leading slash (`index.html`, `app-0123456789abcdef.js`). Compressed forms are files
    /// beside it, ending in `.br` and `.gz`.
    fn find(&self, path: &str) -> Option<Cow<'static, [u8]>>;
}

/// The console as a router: every path that is not a file's gets the page, unless it looks like a file's.
pub fn console(assets: impl Assets) -> Router {
    let assets = Arc::new(assets);
    Router::new().fallback(move |request: Request| {
        let assets = assets.clone();
        async move { answer(&*assets, request.method(), request.uri().path(), request.headers()) }
    })
}

fn answer(assets: &dyn Assets, method: &Method, path: &str, headers: &HeaderMap) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
    }
    let path = path.trim_start_matches('/');
    let is_compressed_form = ENCODINGS.iter().any(|(_, ending)| path.ends_with(ending));
    if !path.is_empty() && !is_compressed_form && assets.find(path).is_some() {
        return file(assets, path, headers, method);
    }
    if is_route(path) {
        return file(assets, PAGE, headers, method);
    }
    (StatusCode::NOT_FOUND, "There is no such file.").into_response()
}

fn file(assets: &dyn Assets, path: &str, headers: &HeaderMap, method: &Method) -> Response {
    let encoded = ENCODINGS.iter().filter(|(name, _)| accepts(headers, name));
    let encoded = encoded.filter_map(|(name, ending)| Some((*name, assets.find(&format!("{path}{ending}"))?))).next();
    let (encoding, bytes) = match encoded {
        Some((name, bytes)) => (Some(name), bytes),
        None => match assets.find(path) {
            Some(bytes) => (None, bytes),
            None => return (StatusCode::NOT_FOUND, "The console is not part of this build.").into_response(),
        },
    };
    let forever = has_hash(path);
    let mut response = Response::new(Body::empty());
    let out = response.headers_mut();
    let mut set = |name, value: &str| {
        out.insert(name, HeaderValue::try_from(value).expect("made of ASCII"));
    };
    set(header::CONTENT_TYPE, content_type(path));
    set(header::VARY, "Accept-Encoding");
    set(header::CACHE_CONTROL, cache_control(path));
    if let Some(encoding) = encoding {
        set(header::CONTENT_ENCODING, encoding);
    }
    if !forever {
        // Only small files have no hash in their name.
        let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(&bytes)[..12]));
        set(header::ETAG, &tag);
        let known = headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok());
        if known.is_some_and(|known| known == "*" || known.split(',').any(|t| t.trim().trim_start_matches("W/") == tag))
        {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
    }
    out.insert(header::CONTENT_LENGTH, bytes.len().into());
    if *method == Method::GET {
        *response.body_mut() = match bytes {
            Cow::Borrowed(bytes) => Body::from(Bytes::from_static(bytes)),
            Cow::Owned(bytes) => Body::from(bytes),
        };
    }
    response
}

/// Whether `Accept-Encoding` takes an encoding (RFC 9110, 12.5.3): named, or `*`, and not with `q=0`.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let mut any = false;
    let items =
        headers.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
    for item in items {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let refused = parts.any(|p| p.strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()) == Some(0.0));
        if name.eq_ignore_ascii_case(encoding) {
            return !refused;
        }
        any |= name == "*" && !refused;
    }
    any
}

#[cfg(test)]
mod tests;
