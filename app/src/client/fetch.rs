//! Calls: one header that a foreign page cannot send, JSON both ways, aborted when whoever asked is gone.

use super::{Failure, json};
use crate::stores::session::SessionStore;
use api::Code;
use gloo_net::http::{Method, RequestBuilder, Response};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use serde::{Serialize, de::DeserializeOwned};
use web_sys::{AbortController, AbortSignal};

/// The way to the gateway, in context.
#[derive(Clone, Copy)]
pub(crate) struct Client {
    session: SessionStore,
}

/// The client in context.
pub(crate) fn use_client() -> Client {
    expect_context()
}

impl Client {
    pub(crate) fn new(session: SessionStore) -> Self {
        Self { session }
    }

    pub(crate) async fn get<T: DeserializeOwned>(self, path: &str) -> Result<T, Failure> {
        parse(&self.call(Method::GET, path, None, abort_on_cleanup()).await?)
    }

    /// A change; it is never aborted, for half the answer would be lost while the act is done.
    pub(crate) async fn post<T: DeserializeOwned>(self, path: &str, body: &impl Serialize) -> Result<T, Failure> {
        let body = serde_json::to_string(body).expect("the contract's inputs are plain data");
        parse(&self.call(Method::POST, path, Some(body), None).await?)
    }

    /// A change of something that is there; never aborted either.
    pub(crate) async fn put<T: DeserializeOwned>(self, path: &str, body: &impl Serialize) -> Result<T, Failure> {
        let body = serde_json::to_string(body).expect("the contract's inputs are plain data");
        parse(&self.call(Method::PUT, path, Some(body), None).await?)
    }

    pub(crate) async fn delete(self, path: &str) -> Result<(), Failure> {
        self.call(Method::DELETE, path, None, None).await.map(drop)
    }

    /// Learns whether the session still stands; for sockets, whose refusals carry no reason.
    pub(crate) async fn probe_session(self) {
        drop(self.call(Method::GET, "/api/v1/session", None, None).await);
    }

    /// Why no stream can be opened at this address, where that is because of those that are open.
    pub(super) async fn refusal(self, path: &str) -> Option<Failure> {
        let answer = self.call(Method::GET, path, None, None).await;
        answer.err().filter(|failure| failure.code() == Some(Code::TooManyStreams))
    }

    async fn call(
        self,
        method: Method,
        path: &str,
        body: Option<String>,
        abort: Option<AbortSignal>,
    ) -> Result<(u16, String), Failure> {
        let answer = self.answer(method, path, body, abort).await?;
        let status = answer.status();
        let text = answer.text().await.map_err(|_| Failure::Network)?;
        Ok((status, text))
    }

    /// An answer that is a success; its body is not read yet.
    pub(super) async fn answer(
        self,
        method: Method,
        path: &str,
        body: Option<String>,
        abort: Option<AbortSignal>,
    ) -> Result<Response, Failure> {
        let request = RequestBuilder::new(path)
            .method(method)
            .header(api::CSRF_HEADER, api::CSRF_VALUE)
            .abort_signal(abort.as_ref());
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body),
            None => request.build(),
        };
        let answer = request.map_err(|_| Failure::Network)?.send().await.map_err(|_| Failure::Network)?;
        if answer.ok() {
            return Ok(answer);
        }
        let status = answer.status();
        let text = answer.text().await.map_err(|_| Failure::Network)?;
        let failure = Failure::from_answer(status, &text);
        if failure.is_signed_out() {
            self.session.ended();
        }
        Err(failure)
    }
}

fn parse<T: DeserializeOwned>((status, text): &(u16, String)) -> Result<T, Failure> {
    json::read(text).map_err(|_| Failure::Nonsense { status: *status })
}

/// A signal that fires when the current reactive owner goes, if there is one.
fn abort_on_cleanup() -> Option<AbortSignal> {
    let _owner = Owner::current()?;
    let controller = SendWrapper::new(AbortController::new().ok()?);
    let signal = controller.signal();
    on_cleanup(move || controller.abort());
    Some(signal)
}
