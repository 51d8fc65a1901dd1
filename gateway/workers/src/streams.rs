//! Streams that many watch: one Durable Object for each job's log, each browser's list of jobs, and the visitors of links.
//!
//! The object runs the same gateway as the Worker, only that this one stays: so its viewers share what the gateway shares, a
//! hub for each log with one socket to the cluster. What is in the object is reached by all its viewers' sockets alike; each was
//! let in by its own session. The gateway batches lines by a timer into frames that are far below the platform's 1 MiB.
//!
//! The sockets are not handed over for hibernation: an object with an open socket to the cluster cannot hibernate, and when
//! that socket ends, so do the viewers' streams.

use crate::{entry, exchange::described, host::WorkersHost, links};
use gateway::{Gateway, ports::Cause};
use sha2::{Digest, Sha256};
use std::{cell::RefCell, sync::Arc};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use worker::{Env, worker_sys};

const BINDING: &str = "STREAMS";
const JOBS: &str = "/api/v1/jobs/";
const SHARED: &str = "/s/";

/// The object's name, for a request that opens a stream which many watch.
pub(crate) async fn place_of(env: &Env, request: &web_sys::Request) -> Option<String> {
    let upgrade = request.headers().get("upgrade").ok()??;
    if !upgrade.eq_ignore_ascii_case("websocket") {
        return None;
    }
    let url = url::Url::parse(&request.url()).ok()?;
    match url.path().strip_prefix(SHARED).and_then(|rest| rest.split_once('/')) {
        // One look a second at the cluster serves the visitors of all links.
        Some((_, "events")) => return Some("visitors".to_owned()),
        // A visitor reads the same log as the owner. What opens nothing is told so by the gateway, wherever it runs.
        Some((token, "logs")) => return links::job_of(env, token).await.map(|job| format!("log {job}")),
        _ => {}
    }
    let rest = url.path().strip_prefix(JOBS)?;
    if rest == "events" {
        // The pages of one browser: they have the same cookie.
        let cookie = request.headers().get("cookie").ok()??;
        return Some(format!("events {}", hex(&Sha256::digest(cookie.as_bytes())[..16])));
    }
    let (job, "logs") = rest.split_once('/')? else { return None };
    Some(format!("log {job}"))
}

/// Has the object answer.
pub(crate) async fn forward(env: &Env, place: &str, request: web_sys::Request) -> Result<web_sys::Response, Cause> {
    let stub = env.durable_object(BINDING)?.get_by_name(place)?;
    let stub: worker_sys::DurableObject = stub.into_rpc();
    let answer = stub.fetch_with_request(&request).map_err(described)?;
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
        entry::answer(request, &self.env, self.host.clone(), |config, host| {
            let remembering = || Gateway::remembering(config, host, entry::memory(&self.env));
            self.gateway.borrow_mut().get_or_insert_with(remembering).clone()
        })
        .await
    }
}
