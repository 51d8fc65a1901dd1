//! The platform API over HTTP: routes, who calls, what comes in, what goes out.
//!
//! Owns the router and the conversions at this edge. Decides nothing that a concern below could decide.

mod access;
mod admin;
mod caller;
mod config;
mod images;
mod input;
mod jobs;
mod live;
mod monitoring;
mod oauth;
mod problem;
mod registry;
mod request_id;
#[cfg(test)]
mod tests;
mod users;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{any, get, post, put},
};
use tokio_util::sync::CancellationToken;

use crate::{
    accounts::Accounts, acts::Acts, casts::Casts, clock::Clock, config::Config, images::Images, jobs::Jobs,
    logs::LogStore, permissions::Permissions, registry::Registry,
};
pub(crate) use live::Live;
pub(crate) use problem::{Problem, causes};

/// What handlers work with.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) accounts: Accounts,
    pub(crate) permissions: Permissions,
    pub(crate) jobs: Jobs,
    pub(crate) acts: Acts,
    pub(crate) casts: Casts,
    pub(crate) logs: Arc<LogStore>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) images: Arc<Images>,
    pub(crate) live: Arc<dyn Live>,
    /// Ends long-lived streams when the server stops.
    pub(crate) stopping: CancellationToken,
}

impl Api {
    /// A public address of this server.
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.config.base_url.as_str().trim_end_matches('/'))
    }
}

/// Every address of the platform API this cluster serves.
pub(crate) fn router(api: Arc<Api>) -> Router {
    let monitoring = Router::new()
        .route("/capacity", get(monitoring::capacity))
        .route("/{job}/log_ws", get(monitoring::log_ws))
        .route("/{job}/log", get(monitoring::log).delete(monitoring::log_delete))
        .route("/{job}/top", get(monitoring::top))
        .route("/{job}/exec", get(monitoring::exec).post(monitoring::exec))
        .route("/{job}/attach", get(monitoring::attach).post(monitoring::attach))
        .route("/{job}/port_forward/{port}", get(monitoring::port_forward))
        .route("/{job}/kill", post(monitoring::kill))
        .route("/{job}/save", post(images::job_save));
    let users = Router::new()
        .route("/{user}", get(users::user_get).delete(users::role_remove))
        .route(
            "/{user}/permissions",
            get(users::permissions_list)
                .post(users::permissions_grant)
                .put(users::permissions_replace)
                .delete(users::permissions_revoke),
        )
        .route("/{user}/permissions/shared", get(users::permissions_shared))
        .route("/{user}/permissions/check", post(users::permissions_check))
        .route("/{user}/permissions/tree", get(users::permissions_tree))
        .route("/{user}/subroles", get(users::subroles));
    let images = Router::new()
        .route("/", get(registry::extension::images_list))
        .route("/copy", post(images::image_copy))
        .route("/tags", get(registry::extension::tags_list))
        .route("/{org}/{project}/layers", get(registry::extension::layers_list))
        .route("/{org}/{project}/usage", get(registry::extension::usage_get));
    let v1 = Router::new()
        .route("/config", get(config::config_get))
        .route("/ping", get(config::ping))
        .route("/secured-ping", get(config::secured_ping))
        .route("/jobs", get(jobs::jobs_list).post(jobs::job_create))
        .route("/jobs/{job}", get(jobs::job_get).delete(jobs::job_cancel))
        .route("/jobs/{job}/max_run_time_minutes", put(jobs::job_max_run_time))
        .route("/users", post(users::role_add))
        .nest("/users", users)
        .nest("/extensions/images", images)
        .route("/extensions/access", get(access::facts))
        .nest("/extensions/access", access::router())
        .nest("/monitoring", monitoring);
    Router::new()
        .nest("/api/v1", v1)
        .nest(admin::BASE, admin::router())
        .nest("/oauth", oauth::router())
        .route("/v2", any(registry::serve))
        .route("/v2/", any(registry::serve))
        .route("/v2/{*path}", any(registry::serve))
        .fallback(|| async { Problem::NoRoute })
        .method_not_allowed_fallback(|| async { Problem::NoMethod })
        .layer(DefaultBodyLimit::max(input::BODY_LIMIT_BYTES))
        .layer(middleware::from_fn(request_id::trace))
        .with_state(api)
}
