//! Who calls: the bearer token of a request turned into a name and its rights.
//!
//! Owns authentication of requests. Every handler but the few open ones takes a [`Caller`], so that forgetting to ask
//! is a handler without one, which the walk over all routes finds.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use platform::{Uri, permission::Action};

use super::{Api, Problem, request_id::RequestId};
use crate::{
    history::By,
    jobs::{JobRecord, view},
    permissions::Rights,
    store::StoreError,
};

/// The user behind a request and what it may do.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) rights: Rights,
    cluster: String,
    request_id: Option<String>,
    address: Option<String>,
}

impl Caller {
    /// The user's name.
    pub(crate) fn name(&self) -> &str {
        self.rights.principal()
    }

    /// Asks anew what the caller may do.
    pub(crate) async fn refresh(&mut self, api: &Api) -> Result<(), StoreError> {
        self.rights = api.permissions.rights_of(self.name()).await?;
        Ok(())
    }

    /// For what the caller changes now.
    pub(crate) fn by(&self, api: &Api) -> By {
        By {
            actor: self.name().to_owned(),
            at: api.clock.now(),
            request_id: self.request_id.clone(),
            address: self.address.clone(),
        }
    }

    /// Refuses unless the action is allowed on the URI.
    pub(crate) fn require(&self, uri: &Uri, action: Action) -> Result<(), Problem> {
        Ok(self.rights.require(std::slice::from_ref(uri), action)?)
    }

    /// Refuses unless the action is allowed on the job by its id or by its name.
    pub(crate) fn require_on_job(&self, job: &JobRecord, action: Action) -> Result<(), Problem> {
        Ok(self.rights.require(&view::uris(&self.cluster, job), action)?)
    }
}

impl FromRequestParts<Arc<Api>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let token = bearer(&parts.headers).ok_or(Problem::NoToken)?;
        let user = authenticate(api, token).await?;
        Ok(Self {
            rights: api.permissions.rights_of(&user).await?,
            cluster: api.config.cluster_name.clone(),
            request_id: parts.extensions.get::<RequestId>().map(|id| id.0.clone()),
            // Absent where the router is served without it.
            address: parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_string()),
        })
    }
}

/// Proves a token; a failing database is not the token's fault.
pub(super) async fn authenticate(api: &Api, token: &str) -> Result<String, Problem> {
    use crate::accounts::AccountError;
    api.accounts.authenticate(token, api.clock.now()).await.map_err(|error| match error {
        AccountError::Store(error) => Problem::Store(error),
        error => Problem::Token(error),
    })
}

/// The token of `Authorization: Bearer TOKEN`.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
