//! Streams that many watch: one Durable Object for each job's log, each browser's list of jobs, and the visitors of links.
//!
//! The object runs the same gateway as the Worker, only that this one stays: so its viewers share what the gateway shares, a
//! hub for each log with one socket to the cluster. What is in the object is reached by all its viewers' sockets alike; each was
//! let in by its own session. The gateway batches lines by a timer into frames that are far below the platform's 1 MiB.
//!
//! The sockets are not handed over for hibernation: an object with an open socket to the cluster cannot hibernate, and when
//! that socket ends, so do the viewers' streams.

use crate::{entry, exchange::described, host::WorkersHost, links};
use axum::body::Body;
use gateway::{Gateway, Watched, ports::Cause};
use std::{cell::RefCell, sync::Arc};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use worker::{Env, worker_sys};

const BINDING: &str = "STREAMS";

/// The object's name, for a request that opens a stream which many watch and that may ask for it: whoever may not makes no object.
///
/// Each address of the console has objects of its own: the gateway in one checks origins and names its cookie by the address it was
/// made for.
pub(crate) async fn place_of(
    env: &Env,
    gateway: &Gateway,
    request: &http::Request<Body>,
    address: &str,
) -> Option<String> {
    let origin = url::Url::parse(address).ok()?.origin().ascii_serialization();
    let name = match gateway.watched(request)? {
        Watched::Log(job) => format!("log {job}"),
        // What opens nothing is told so by the gateway, wherever it runs.
        Watched::SharedLog(token) => format!("log {}", links::job_of(env, token).await?),
        Watched::Jobs(cookie) => format!("events {}", hex(&cookie)),
        Watched::Statuses => "visitors".to_owned(),
    };
    Some(format!("{origin} {name}"))
}

/// Has the object answer.
pub(crate) async fn forward(env: &Env, place: &str, request: &web_sys::Request) -> Result<web_sys::Response, Cause> {
    let stub = env.durable_object(BINDING)?.get_by_name(place)?;
    let stub: worker_sys::DurableObject = stub.into_rpc();
    let answer = stub.fetch_with_request(request).map_err(described)?;
    JsFuture::from(answer).await.map(JsValue::unchecked_into).map_err(described)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The Durable Object.
#[wasm_bindgen]
pub struct Streams {
    env: Env,
    host: Arc<WorkersHost>,
    gateway: RefCell<Option<Gateway>>,
}

#[wasm_bindgen]
impl Streams {
    /// The platform makes it before its first request.
    #[wasm_bindgen(constructor)]
    #[must_use]
    #[allow(clippy::needless_pass_by_value)] // The platform gives both away.
    pub fn new(_state: worker_sys::DurableObjectState, env: Env) -> Self {
        Self { env, host: Arc::new(WorkersHost::of_object()), gateway: RefCell::default() }
    }

    /// Answers a request.
    pub async fn fetch(&self, request: web_sys::Request) -> web_sys::Response {
        let (config, request) = match entry::read(&request, &self.env) {
            Ok(read) => read,
            Err(refusal) => return refusal,
        };
        let remembering = || Gateway::remembering(config, self.host.clone(), entry::memory(&self.env));
        let gateway = self.gateway.borrow_mut().get_or_insert_with(remembering).clone();
        entry::answer(gateway, request, &self.env).await
    }
}
