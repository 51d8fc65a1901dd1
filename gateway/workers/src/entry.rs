//! The Worker: each request gets a gateway of its own; what many watch goes to a Durable Object.
//!
//! A gateway for each request, because whatever waits (sockets, timers, answers) belongs to the request it was made in and may
//! not be touched by another. What the gateways have learnt of the cluster is plain data, and shared.

#![expect(unreachable_pub, reason = "JavaScript reaches what is public, wherever it lies")]

use crate::{console, exchange, host::WorkersHost, notes::DurableNotes, plain, refusal, settings, streams};
use axum::body::Body;
use gateway::{Gateway, Memory};
use std::sync::{Arc, OnceLock};
use tower::ServiceExt;
use wasm_bindgen::prelude::*;
use worker::{Env, worker_sys};

static MEMORY: OnceLock<Memory> = OnceLock::new();

/// Runs once for each instance, before anything else.
#[wasm_bindgen(start)]
pub fn start() {
    crate::log::begin();
}

/// Answers a request.
#[wasm_bindgen]
pub async fn fetch(request: web_sys::Request, env: Env, context: worker_sys::Context) -> web_sys::Response {
    if let Some(refusal) = plain::refused(&request) {
        return refusal;
    }
    let (config, taken) = match read(&request, &env) {
        Ok(read) => read,
        Err(refusal) => return refusal,
    };
    let gateway = Gateway::remembering(config, Arc::new(WorkersHost::of_request(context)), memory(&env));
    if let Some(place) = streams::place_of(&env, &gateway, &taken, &request.url()).await {
        return streams::forward(&env, &place, &request).await.unwrap_or_else(|error| {
            tracing::error!(?error, place, "the Durable Object of a stream cannot be reached");
            refusal::unavailable("This stream cannot be opened just now. Try again in a minute.")
        });
    }
    answer(gateway, taken, &env).await
}

/// What this instance has learnt, with the notes of all.
pub(crate) fn memory(env: &Env) -> Memory {
    MEMORY.get_or_init(Memory::default).clone().asking(Arc::new(DurableNotes(env.clone())))
}

/// How a gateway is to be set up for a request, and the request as it takes it; Err is the answer.
pub(crate) fn read(
    request: &web_sys::Request,
    env: &Env,
) -> Result<(gateway::Config, http::Request<Body>), web_sys::Response> {
    let config = settings::read(env, &request.url()).map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "the Worker is not set up");
        refusal::internal("This console is not set up: its log says which binding is missing or wrong.")
    })?;
    let taken = exchange::incoming(request).map_err(|error| {
        tracing::warn!(%error, "a request that cannot be read");
        refusal::bad_request("The request cannot be read.")
    })?;
    Ok((config, taken))
}

/// Has a gateway answer a request.
pub(crate) async fn answer(gateway: Gateway, request: http::Request<Body>, env: &Env) -> web_sys::Response {
    let router = gateway::router(gateway, console::console(env));
    exchange::outgoing(router.oneshot(request).await.unwrap_or_else(|never| match never {})).await
}
