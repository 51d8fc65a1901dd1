//! The route table of `/api/v1`.

mod images;
mod jobs;
mod links;
mod logs;
mod presets;
mod session;
mod shared;
mod sockets;

pub(crate) use shared::shared;

use crate::{Gateway, rescue::Failure};
use axum::{
    Router,
    routing::{get, post},
};

/// Paths are relative to `/api/v1`.
pub(crate) fn api() -> Router<Gateway> {
    Router::new()
        .route("/session", get(session::session_get).post(session::session_create).delete(session::session_delete))
        .route("/session/methods", get(session::methods_get))
        .route("/session/oauth", post(session::oauth_begin))
        .route("/session/callback", get(session::oauth_callback))
        .route("/presets", get(presets::presets_list))
        .route("/jobs", get(jobs::jobs_list).post(jobs::job_create))
        .route("/jobs/events", get(sockets::jobs_events))
        .route("/jobs/{id}", get(jobs::job_get).delete(jobs::job_kill))
        .route("/jobs/{id}/life-span", post(jobs::job_extend))
        .route("/jobs/{id}/logs", get(sockets::job_logs))
        .route("/jobs/{id}/logs/page", get(logs::logs_page))
        .route("/jobs/{id}/logs/download", get(logs::logs_download))
        .route("/jobs/{id}/top", get(sockets::job_top))
        .route("/jobs/{id}/exec", get(sockets::job_exec))
        .route("/jobs/{id}/save", post(images::job_save))
        .route("/jobs/{id}/links", get(links::job_links_list).post(links::job_link_create))
        .route("/links", get(links::links_list))
        .route("/links/revoke", post(links::links_revoke))
        .route("/images", get(images::images_list))
        .route("/images/registry", get(images::registry_get))
        .route("/images/layers", get(images::layers_list))
        .route("/images/copy", post(images::image_copy))
        .route("/images/{image}", get(images::image_get).delete(images::image_delete))
        .route("/images/{image}/tags", get(images::tags_list))
        .route("/images/{image}/access", get(images::access_list))
        .route("/images/{image}/archive", get(images::image_archive))
        .fallback(async || Failure::NoSuchAddress)
        .method_not_allowed_fallback(async || Failure::MethodNotAllowed)
}
