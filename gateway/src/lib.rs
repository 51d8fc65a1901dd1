//! The gateway: one router that turns the console's calls (`api`) into the platform's (`platform`).
//!
//! Host-neutral: everything outside comes through [`ports::Host`]. It keeps no state but what open streams need, so any gateway
//! that holds the session key can serve any request.

mod access;
mod address;
pub mod assets;
mod audit;
mod config;
mod drain;
mod edge;
mod images;
mod jobs;
mod links;
mod logs;
mod memory;
mod people;
pub mod ports;
mod registry;
mod rescue;
mod routes;
mod session;
mod streams;
mod upstream;

pub use address::{InvalidAddress, parse_address};
pub use config::{Config, Paces};
pub use edge::Pace;
pub use links::{
    InvalidLinksToken, LinkStore, LinkStoreError, LinksConfig, LinksOf, LinksPage, StoredLink, TokenHash, token_hash,
};
pub use memory::Memory;
pub use session::SessionKeys;
pub use streams::Watched;

use axum::{Router, middleware::from_fn_with_state, routing::any};
use drain::Drain;
use ports::{Host, Notes};
use std::sync::Arc;
use upstream::Upstream;

/// A gateway: what every request shares. Clones are the same gateway.
#[derive(Clone)]
pub struct Gateway(Arc<Shared>);

struct Shared {
    config: Config,
    host: Arc<dyn Host>,
    upstream: Upstream,
    drain: Drain,
    logs: logs::Hubs,
    events: jobs::Watches,
    links: links::Links,
    memory: Memory,
}

impl Gateway {
    /// A gateway on a host that remembers nothing of sessions beyond its own life.
    #[must_use]
    pub fn new(config: Config, host: Arc<dyn Host>) -> Self {
        Self::remembering(config, host, Memory::default())
    }

    /// A gateway that knows what others of the same installation have learnt.
    #[must_use]
    pub fn remembering(mut config: Config, host: Arc<dyn Host>, memory: Memory) -> Self {
        let upstream = Upstream::new(host.clone(), &config, memory.configurations.clone());
        let links = links::Links::new(config.links.take(), memory.guesses.clone());
        let (drain, logs, events) = Default::default();
        Self(Arc::new(Shared { config, host, upstream, drain, logs, events, links, memory }))
    }

    /// Ends all streams with `end{shutdown}`, so that their readers come back, here or to another gateway. Requests that
    /// are not streams go on. The host then waits for its tasks.
    pub fn drain(&self) {
        self.0.drain.throw();
    }

    /// Reads for links with another token of their service account from now on.
    pub fn renew_links_token(&self, token: String) {
        self.0.links.renew_token(token);
    }

    /// Forgets the links of a cluster that have ended and gives up what their service account was granted for them, as far as the
    /// platform lets it. What is left is taken back when somebody comes by who may.
    pub async fn sweep_links(&self, cluster: &str) {
        if let Err(failure) = links::sweep(self, cluster).await {
            tracing::warn!(
                error = &failure as &dyn std::error::Error,
                "what ended links were granted was not given up"
            );
        }
    }

    pub(crate) fn links(&self) -> &links::Links {
        &self.0.links
    }

    pub(crate) fn config(&self) -> &Config {
        &self.0.config
    }

    pub(crate) fn host(&self) -> &dyn Host {
        &*self.0.host
    }

    pub(crate) fn notes(&self) -> &dyn Notes {
        &*self.0.memory.notes
    }

    pub(crate) fn upstream(&self) -> &Upstream {
        &self.0.upstream
    }

    pub(crate) fn draining(&self) -> &Drain {
        &self.0.drain
    }

    pub(crate) fn buckets(&self) -> &edge::Buckets {
        &self.0.memory.buckets
    }

    pub(crate) fn places(&self) -> &Arc<streams::Places> {
        &self.0.memory.places
    }

    pub(crate) fn log_hubs(&self) -> &logs::Hubs {
        &self.0.logs
    }

    pub(crate) fn configs(&self) -> &images::Configs {
        &self.0.memory.images
    }

    pub(crate) fn policies(&self) -> &access::Policies {
        &self.0.memory.policies
    }

    pub(crate) fn audits(&self) -> &audit::Kept {
        &self.0.memory.audits
    }

    pub(crate) fn watches(&self) -> &jobs::Watches {
        &self.0.events
    }
}

/// The whole router: the console's API under `/api/v1`, the registry's under `/v2/`, shared links under `/s/`, `console` elsewhere.
///
/// `console` holds the page and its files. Every answer gets the security headers and a request id.
pub fn router(gateway: Gateway, console: Router) -> Router {
    let api = routes::api()
        .layer(from_fn_with_state(gateway.clone(), session::keep_session))
        .layer(from_fn_with_state(gateway.clone(), edge::guard))
        .layer(from_fn_with_state(gateway.clone(), edge::pace))
        .with_state(gateway.clone());
    let v2 = Router::new()
        .route("/v2", any(registry::pass))
        .route("/v2/", any(registry::pass))
        .route("/v2/{*path}", any(registry::pass))
        .layer(from_fn_with_state(gateway.clone(), edge::pace))
        .layer(from_fn_with_state(gateway.clone(), registry::admit))
        .with_state(gateway.clone());
    let shared = routes::shared(&gateway, console.clone())
        .layer(from_fn_with_state(gateway.clone(), edge::shield))
        .with_state(gateway.clone());
    Router::new()
        .nest("/api/v1", api)
        .nest("/s", shared)
        .merge(v2)
        .fallback_service(console)
        .layer(from_fn_with_state(gateway, edge::finish))
}
