//! The route table of `/api/v1`.

mod jobs;
mod logs;
mod presets;
mod session;
mod sockets;

use crate::{Gateway, rescue::Failure};
use axum::{
    Router,
    routing::{get, post},
};

/// Paths are relative to `/api/v1`.
pub(crate) fn api() -> Router<Gateway> {
    Router::new()
        .route("/session", get(session::session_get).post(session::session_create).delete(session::session_delete))
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
        .fallback(async || Failure::NoSuchAddress)
        .method_not_allowed_fallback(async || Failure::MethodNotAllowed)
}
