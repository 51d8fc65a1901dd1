//! The console's files, from the Worker's static assets.

use crate::client;
use axum::{
    Router,
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use gateway::assets::{PAGE, cache_control, content_type, is_route};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use wasm_bindgen::JsValue;
use worker::{Env, send::SendFuture};

const BINDING: &str = "ASSETS";

/// The console as a router: every path that is not a file's gets the page, unless it looks like a file's.
pub(crate) fn console(env: &Env) -> Router {
    let env = Clone::clone(env);
    Router::new().fallback(move |request: Request| {
        let env = env.clone();
        SendFuture::new(async move { answer(&env, request.method(), request.uri().path(), request.headers()).await })
    })
}

async fn answer(env: &Env, method: &Method, path: &str, headers: &HeaderMap) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
    }
    let path = path.trim_start_matches('/');
    let path = if is_route(path) { PAGE } else { path };
    match find(env, method, path, headers).await {
        Ok(found) if found.status().is_success() || found.status() == StatusCode::NOT_MODIFIED => dressed(found, path),
        Ok(_) if path == PAGE => (StatusCode::NOT_FOUND, "The console is not part of this Worker.").into_response(),
        Ok(_) => (StatusCode::NOT_FOUND, "There is no such file.").into_response(),
        Err(error) => {
            tracing::error!(%error, "the console's files cannot be read");
            (StatusCode::NOT_FOUND, "The console is not part of this Worker.").into_response()
        }
    }
}

async fn find(
    env: &Env,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
) -> Result<http::Response<Body>, gateway::ports::Cause> {
    // Any host will do: assets are found by their path.
    let mut request = http::Request::builder().method(method).uri(format!("https://assets.invalid/{path}"));
    for name in [header::IF_NONE_MATCH, header::ACCEPT_ENCODING] {
        if let Some(value) = headers.get(&name) {
            request = request.header(name, value);
        }
    }
    let fetcher = js_sys::Reflect::get(env, &JsValue::from_str(BINDING)).map_err(crate::exchange::described)?;
    let answer = client::exchange_by(&fetcher, request.body(Body::empty())?).await?;
    client::received(&answer)
}

/// The file with our own headers, which are the same on all hosts.
fn dressed(found: http::Response<Body>, path: &str) -> Response {
    let (mut head, body) = found.into_parts();
    let kept = [header::ETAG, header::CONTENT_LENGTH, header::CONTENT_ENCODING];
    let mut headers: HeaderMap =
        kept.iter().filter_map(|name| Some((name.clone(), head.headers.get(name)?.clone()))).collect();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache_control(path)));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    head.headers = headers;
    Response::from_parts(head, body)
}
