//! `GET config`: what a client learns first; and the pings.

use std::sync::Arc;

use axum::{Json, extract::State, http::HeaderMap};
use platform::config::{Cluster, Config, Org, Project};

use super::{
    Api, Problem,
    caller::{Caller, authenticate, bearer},
    oauth,
};

/// Anonymous callers learn how to sign in and nothing else: a client that sees clusters without a token takes the
/// server for one that needs no sign-in.
pub(super) async fn config_get(State(api): State<Arc<Api>>, headers: HeaderMap) -> Result<Json<Config>, Problem> {
    let mut config = sign_in_part(&api);
    if let Some(token) = bearer(&headers) {
        let user = authenticate(&api, token).await?;
        add_clusters(&api, &mut config, &user).await?;
    } else if headers.contains_key(axum::http::header::AUTHORIZATION) {
        return Err(Problem::NoToken);
    }
    Ok(Json(config))
}

fn sign_in_part(api: &Api) -> Config {
    Config {
        auth_url: api.url("/oauth/authorize"),
        token_url: api.url("/oauth/token"),
        logout_url: api.url("/oauth/sign-out"),
        headless_callback_url: api.url(oauth::CODE_PAGE),
        success_redirect_url: Some(api.url("/oauth/done")),
        callback_urls: oauth::CALLBACKS.map(str::to_owned).to_vec(),
        client_id: oauth::CLIENT_ID.to_owned(),
        audience: oauth::CLIENT_ID.to_owned(),
        ..Config::default()
    }
}

async fn add_clusters(api: &Api, config: &mut Config, user: &str) -> Result<(), Problem> {
    let name = &api.config.cluster_name;
    let places = api.accounts.memberships(user).await?;
    config.authorized = true;
    config.projects = places
        .iter()
        .map(|place| Project {
            name: place.project.clone(),
            cluster_name: name.clone(),
            org_name: Some(place.org.clone()),
            role: place.role.as_str().to_owned(),
        })
        .collect();
    let orgs = api.accounts.orgs_of(user).await?;
    config.orgs =
        orgs.iter().map(|place| Org { name: place.org.clone(), role: place.role.as_str().to_owned() }).collect();
    // Only with a token: without one a client takes the server for one with neither quotas nor people.
    config.admin_url = Some(api.url(super::admin::BASE));
    if orgs.is_empty() {
        // A member of nothing has no cluster to use; clients crash on a cluster with an empty list of organisations.
        return Ok(());
    }
    config.clusters = vec![Cluster {
        name: name.clone(),
        orgs: orgs.into_iter().map(|place| Some(place.org)).collect(),
        registry_url: api.url(""),
        storage_url: api.url("/api/v1/storage"),
        users_url: api.url("/api/v1"),
        monitoring_url: api.url("/api/v1/monitoring"),
        secrets_url: api.url("/api/v1/secrets"),
        disks_url: api.url("/api/v1/disks"),
        buckets_url: api.url("/api/v1/buckets"),
        resource_pool_types: Vec::new(),
        resource_presets: api.config.presets.clone(),
    }];
    Ok(())
}

pub(super) async fn ping() -> &'static str {
    "Pong"
}

pub(super) async fn secured_ping(_caller: Caller) -> &'static str {
    "Secured Pong"
}
