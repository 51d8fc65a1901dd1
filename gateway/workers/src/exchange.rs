//! Requests and answers of the Worker, in the platform's form and in ours.

use crate::{body, refusal, socket};
use axum::body::Body;
use gateway::ports::{Cause, HostBody, Peer};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header, uri::Uri};
use url::Url;
use wasm_bindgen::prelude::*;

/// A request as the router takes it.
pub(crate) fn incoming(request: &web_sys::Request) -> Result<Request<Body>, Cause> {
    let url = Url::parse(&request.url())?;
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let mut headers = headers_in(&request.headers());
    if !headers.contains_key(header::HOST) {
        headers.insert(header::HOST, HeaderValue::try_from(&url[url::Position::BeforeHost..url::Position::AfterPort])?);
    }
    let mut taken = Request::new(Body::empty());
    *taken.method_mut() = Method::from_bytes(request.method().as_bytes())?;
    *taken.uri_mut() = path.parse::<Uri>()?;
    if let Some(stream) = request.body() {
        let (body, raw) = body::from_stream(stream, length(&headers), false);
        *taken.body_mut() = body;
        taken.extensions_mut().insert(raw);
    }
    // Cloudflare puts it there itself, whatever a client has sent.
    if let Some(address) = headers.get("cf-connecting-ip").and_then(|value| value.to_str().ok()?.parse().ok()) {
        taken.extensions_mut().insert(Peer(address));
    }
    *taken.headers_mut() = headers;
    Ok(taken)
}

/// An answer as the platform takes it.
pub(crate) async fn outgoing(response: Response<Body>) -> web_sys::Response {
    match try_outgoing(response).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(%error, "an answer that cannot be sent");
            refusal::internal("The answer broke off. Try again.")
        }
    }
}

async fn try_outgoing(response: Response<Body>) -> Result<web_sys::Response, Cause> {
    let (mut parts, body) = response.into_parts();
    let init = web_sys::ResponseInit::new();
    init.set_status(parts.status.as_u16());
    // What was compressed before it came here stays as it is.
    set(
        &init,
        "encodeBody",
        &if parts.headers.contains_key(header::CONTENT_ENCODING) { "manual" } else { "automatic" }.into(),
    )?;
    let body = if let Some(client) = parts.extensions.remove::<socket::Client>() {
        set(&init, "webSocket", client.0.0.as_ref())?;
        JsValue::UNDEFINED
    } else {
        let raw = parts.extensions.remove::<HostBody>().as_ref().and_then(body::take);
        match raw {
            Some(stream) => stream.into(),
            None => body::to_js(body, length(&parts.headers)).await?,
        }
    };
    let headers = headers_out(&parts.headers)?;
    init.set_headers(&headers);
    // These have no body by definition (Fetch, null body status).
    let nothing = matches!(parts.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED | StatusCode::RESET_CONTENT);
    let body = if nothing { JsValue::NULL } else { body };
    Answer::new(&body, &init).map(JsCast::unchecked_into).map_err(described)
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = Response)]
    type Answer;

    /// A `Response` of any kind of body.
    #[wasm_bindgen(constructor, catch, js_class = Response)]
    fn new(body: &JsValue, init: &web_sys::ResponseInit) -> Result<Answer, JsValue>;
}

/// Headers from the platform. What is no header value by our rules is left out.
pub(crate) fn headers_in(headers: &web_sys::Headers) -> HeaderMap {
    let mut map = HeaderMap::new();
    for entry in headers.entries().into_iter().flatten() {
        let pair: js_sys::Array = entry.unchecked_into();
        let text = |at| pair.get(at).as_string().unwrap_or_default();
        // The platform shows each byte as a character.
        let bytes: Vec<u8> = text(1).chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(text(0)), HeaderValue::from_bytes(&bytes)) {
            map.append(name, value);
        }
    }
    map
}

/// Headers for the platform.
pub(crate) fn headers_out(headers: &HeaderMap) -> Result<web_sys::Headers, Cause> {
    let out = web_sys::Headers::new().map_err(described)?;
    for (name, value) in headers {
        let text: String = value.as_bytes().iter().map(|byte| char::from(*byte)).collect();
        out.append(name.as_str(), &text).map_err(described)?;
    }
    Ok(out)
}

/// `Content-Length`, bytes.
pub(crate) fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// An exception as an error of ours.
pub(crate) fn described(error: JsValue) -> Cause {
    match error.dyn_into::<js_sys::Error>() {
        Ok(error) => String::from(error.message()).into(),
        Err(other) => format!("{other:?}").into(),
    }
}

pub(crate) fn set(object: &JsValue, name: &str, value: &JsValue) -> Result<(), Cause> {
    js_sys::Reflect::set(object, &JsValue::from_str(name), value).map(drop).map_err(described)
}
