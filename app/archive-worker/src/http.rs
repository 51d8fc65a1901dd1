//! Requests to the gateway: the registry's under `/v2/`, with the page's cookie and the console's header. Aborted when dropped.

use crate::global;
use archive_protocol::{Fault, FaultCode};
use gloo_timers::callback::Timeout;
use image::upload::{Answer, Event, Request};
use js_sys::{Array, Uint8Array};
use serde::de::DeserializeOwned;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, RequestCache, RequestInit, Response};

/// A request without an end by then is broken off: the chunk is then made smaller.
pub(crate) const PATIENCE_MS: u32 = 150_000;

/// An answer with its body.
pub(crate) struct Heard {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unheard {
    /// The connection broke.
    Broken,
    /// It took too long.
    TooLong,
}

/// Aborts the request when nobody waits for it any more.
struct Abort(AbortController);

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Sends a request and reads the whole (small) answer.
pub(crate) async fn call(
    method: &str,
    url: &str,
    headers: &[(&str, String)],
    body: Option<Uint8Array>,
) -> Result<Heard, Unheard> {
    let abort = Abort(AbortController::new().map_err(|_| Unheard::Broken)?);
    let late = Rc::new(Cell::new(false));
    let _timer = {
        let (late, controller) = (late.clone(), abort.0.clone());
        Timeout::new(PATIENCE_MS, move || {
            late.set(true);
            controller.abort();
        })
    };
    let sent = attempt(method, url, headers, body, &abort.0).await;
    sent.map_err(|_| if late.get() { Unheard::TooLong } else { Unheard::Broken })
}

async fn attempt(
    method: &str,
    url: &str,
    headers: &[(&str, String)],
    body: Option<Uint8Array>,
    abort: &AbortController,
) -> Result<Heard, JsValue> {
    let init = RequestInit::new();
    init.set_method(method);
    init.set_signal(Some(&abort.signal()));
    // What the registry has is asked anew each time: it may have been deleted since.
    init.set_cache(RequestCache::NoStore);
    if let Some(body) = body {
        init.set_body(&body);
    }
    let request = web_sys::Request::new_with_str_and_init(url, &init)?;
    request.headers().set(api::CSRF_HEADER, api::CSRF_VALUE)?;
    for (name, value) in headers {
        request.headers().set(name, value)?;
    }
    let response: Response = JsFuture::from(global::scope().fetch_with_request(&request)).await?.dyn_into()?;
    let mut headers = Vec::new();
    for entry in response.headers().entries().into_iter().flatten() {
        let entry: Array = entry.unchecked_into();
        headers.push((entry.get(0).as_string().unwrap_or_default(), entry.get(1).as_string().unwrap_or_default()));
    }
    let body = JsFuture::from(response.array_buffer()?).await?;
    Ok(Heard { status: response.status(), headers, body: Uint8Array::new(&body).to_vec() })
}

/// Sends what an upload asks for.
pub(crate) async fn send(request: &Request, body: Option<Uint8Array>) -> Event {
    let began = global::now_ms();
    match call(request.method.as_str(), &request.url, &request.headers, body).await {
        Ok(heard) => {
            let answer = Answer::new(heard.status).took((global::now_ms() - began) as u64);
            let answer = heard.headers.iter().fold(answer, |answer, (k, v)| answer.header(k, v));
            Event::Answer(answer.body(&heard.body))
        }
        Err(Unheard::Broken) => Event::NoAnswer,
        Err(Unheard::TooLong) => Event::TimedOut,
    }
}

/// Asks the console's API.
pub(crate) async fn get<T: DeserializeOwned>(url: &str) -> Result<T, Fault> {
    let heard = call("GET", url, &[], None).await.map_err(|_| Fault::new(FaultCode::Unreachable, ""))?;
    if heard.status == 200 {
        return serde_json::from_slice(&heard.body).map_err(|error| Fault::new(FaultCode::Refused, error));
    }
    let said = serde_json::from_slice::<api::Problem>(&heard.body).map(|problem| problem.message).unwrap_or_default();
    Err(Fault::new(of_status(heard.status), said))
}

/// The kind of fault that a refusal is.
pub(crate) fn of_status(status: u16) -> FaultCode {
    match status {
        401 => FaultCode::SignedOut,
        403 => FaultCode::Forbidden,
        413 | 507 => FaultCode::Quota,
        500..=599 | 408 | 429 => FaultCode::Unreachable,
        _ => FaultCode::Refused,
    }
}
