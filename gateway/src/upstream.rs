//! The client of the platform API: typed calls over the [`Host`](crate::ports::Host).
//!
//! Owns URLs, headers, time limits and the reading of answers; knows neither sessions' cookies nor the console's contract.

mod access;
mod body;
mod configuration;
mod error;
mod images;
mod jobs;
mod oauth;
mod people;
mod registry;
mod sockets;

pub(crate) use access::{ActsSelector, FactsAnswer, HistorySelector, Shared};
use body::{json, ndjson};
pub(crate) use configuration::Configurations;
pub(crate) use error::UpstreamError;
pub(crate) use people::{At, Org, OrgUser, Project, ProjectUser, User, UserInfo};
pub(crate) use registry::{Referrer, Registry, host_of};
pub(crate) use sockets::{ExecQuery, LOG_SEPARATOR, LogOpened, LogQuery};

use crate::{
    config::Config,
    ports::{Host, within},
    session::Session,
};
use axum::body::Body;
use http::{HeaderValue, Method, Request, Response, header};
use std::{sync::Arc, time::Duration};
use url::Url;

const USER_AGENT: &str = concat!("roadstead-gateway/", env!("CARGO_PKG_VERSION"));

/// The platform API of one installation.
pub(crate) struct Upstream {
    host: Arc<dyn Host>,
    base: Url,
    trusted_hosts: Vec<String>,
    oauth_client_id: Option<String>,
    limit: Duration,
    configurations: Arc<Configurations>,
}

impl Upstream {
    pub(crate) fn new(host: Arc<dyn Host>, config: &Config, configurations: Arc<Configurations>) -> Self {
        Self {
            host,
            base: config.upstream.clone(),
            trusted_hosts: config.trusted_hosts.clone(),
            oauth_client_id: config.oauth_client_id.clone(),
            limit: config.upstream_timeout,
            configurations,
        }
    }

    /// `base` with path segments added. Segments are encoded, never interpreted.
    fn url(base: &Url, segments: &[&str]) -> Url {
        let mut url = base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    fn api(&self, segments: &[&str]) -> Url {
        Self::url(&self.base, segments)
    }

    /// Sends and waits for the head; a status other than 2xx is an error with what the cluster said.
    async fn call(&self, request: Request<Body>) -> Result<Response<Body>, UpstreamError> {
        let response = within(&*self.host, self.limit, self.host.send(request)).await;
        let response = response.ok_or(UpstreamError::Timeout)??;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(self.refusal(response).await)
    }

    /// Reads what a refusal says, within bounds.
    async fn refusal(&self, response: Response<Body>) -> UpstreamError {
        let (head, body) = response.into_parts();
        let body = within(&*self.host, self.limit, body::small(body)).await.and_then(Result::ok).unwrap_or_default();
        UpstreamError::refused(head.status, &head.headers, &body)
    }
}

/// A request with the bearer's token.
fn request(method: Method, url: &Url, token: Option<&str>) -> http::request::Builder {
    let mut builder = Request::builder().method(method).uri(url.as_str()).header(header::USER_AGENT, USER_AGENT);
    if let Some(mut bearer) = token.and_then(|t| HeaderValue::try_from(format!("Bearer {t}")).ok()) {
        bearer.set_sensitive(true);
        builder = builder.header(header::AUTHORIZATION, bearer);
    }
    builder
}

/// A request with a session's token, which says on whose behalf it comes.
fn asked(session: &Session, method: Method, url: &Url) -> http::request::Builder {
    session.origin.tell(request(method, url, Some(&session.tokens.access_token)))
}

fn empty(builder: http::request::Builder) -> Result<Request<Body>, UpstreamError> {
    builder.body(Body::empty()).map_err(UpstreamError::BadRequest)
}

fn with_json<T: serde::Serialize>(builder: http::request::Builder, value: &T) -> Result<Request<Body>, UpstreamError> {
    let bytes = serde_json::to_vec(value).expect("the contract's types always serialise");
    let builder = builder.header(header::CONTENT_TYPE, "application/json");
    builder.body(Body::from(bytes)).map_err(UpstreamError::BadRequest)
}
