//! The HTTP client: the platform's `fetch`, streaming both ways, never following a redirect.

use crate::{
    body,
    exchange::{described, headers_in, headers_out, length},
};
use axum::body::Body;
use gateway::ports::{Cause, HostBody, SendError};
use http::{Request, Response, StatusCode};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, RequestInit, RequestRedirect};

#[wasm_bindgen]
extern "C" {
    /// Whatever has a `fetch`.
    type Fetcher;

    #[wasm_bindgen(method, catch)]
    fn fetch(this: &Fetcher, url: &str, init: &RequestInit) -> Result<js_sys::Promise, JsValue>;
}

/// Aborts a request whose answer nobody waits for any more.
struct Abandon(Option<AbortController>);

impl Drop for Abandon {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}

/// The answer's head, with the body to come.
pub(crate) async fn send(request: Request<Body>) -> Result<Response<Body>, SendError> {
    let authority = request.uri().authority().map(ToString::to_string).unwrap_or_default();
    match exchange(request).await {
        Ok(response) => received(&response).map_err(|source| SendError::Broken { authority, source }),
        // The platform does not tell the two apart; nothing here says that a connection was made.
        Err(source) => Err(SendError::Connect { authority, source }),
    }
}

/// Sends to the network and gives the platform's answer.
pub(crate) async fn exchange(request: Request<Body>) -> Result<web_sys::Response, Cause> {
    exchange_by(&js_sys::global(), request).await
}

/// Sends by the `fetch` of a binding (or of the global object) and gives the platform's answer.
pub(crate) async fn exchange_by(fetcher: &JsValue, request: Request<Body>) -> Result<web_sys::Response, Cause> {
    let (mut parts, body) = request.into_parts();
    let controller = AbortController::new().map_err(described)?;
    let init = RequestInit::new();
    init.set_method(parts.method.as_str());
    init.set_redirect(RequestRedirect::Manual);
    init.set_signal(Some(&controller.signal()));
    let raw = parts.extensions.remove::<HostBody>().as_ref().and_then(body::take);
    let body = match raw {
        Some(stream) => stream.into(),
        None => body::to_js(body, length(&parts.headers)).await?,
    };
    if !body.is_undefined() {
        init.set_body(&body);
    }
    let headers = headers_out(&parts.headers)?;
    init.set_headers(&headers);
    let mut abandon = Abandon(Some(controller));
    let fetcher: &Fetcher = fetcher.unchecked_ref();
    let answer = JsFuture::from(fetcher.fetch(&parts.uri.to_string(), &init).map_err(described)?).await;
    abandon.0 = None;
    answer.map(JsValue::unchecked_into).map_err(described)
}

/// The platform's answer as ours.
pub(crate) fn received(answer: &web_sys::Response) -> Result<Response<Body>, Cause> {
    let headers = headers_in(&answer.headers());
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::from_u16(answer.status())?;
    if let Some(stream) = answer.body() {
        let (body, raw) = body::from_stream(stream, None, true);
        *response.body_mut() = body;
        response.extensions_mut().insert(raw);
    }
    *response.headers_mut() = headers;
    Ok(response)
}
