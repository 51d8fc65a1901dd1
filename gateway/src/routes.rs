//! The route table of `/api/v1`.

mod access;
mod audit;
mod images;
mod jobs;
mod links;
mod logs;
mod people;
mod presets;
mod session;
mod shared;
mod sockets;

pub(crate) use shared::shared;

use crate::{Gateway, rescue::Failure};
use axum::{
    Router,
    routing::{delete, get, post, put},
};

/// Paths are relative to `/api/v1`.
pub(crate) fn api() -> Router<Gateway> {
    let router = Router::new()
        .route("/session", get(session::session_get).post(session::session_create).delete(session::session_delete))
        .route("/session/methods", get(session::methods_get))
        .route("/session/oauth", post(session::oauth_begin))
        .route("/session/callback", get(session::oauth_callback))
        .route("/presets", get(presets::presets_list))
        .route("/jobs", get(jobs::jobs_list).post(jobs::job_create))
        .route("/jobs/events", get(sockets::jobs_events))
        .route("/jobs/{id}", get(jobs::job_get).delete(jobs::job_kill))
        .route("/jobs/{id}/life-span", post(jobs::job_extend))
        .route("/jobs/{id}/events", get(sockets::job_events))
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
        .route("/images/{image}/jobs", get(images::image_jobs_list))
        .route("/images/{image}/archive", get(images::image_archive))
        .route("/access", get(access::sharing_get))
        .route("/access/preview", post(access::changes_preview))
        .route("/access/changes", post(access::changes_make))
        .route("/access/principals", get(access::principals_list))
        .route("/access/with-me", get(access::shared_with_me))
        .route("/access/by-me", get(access::shared_by_me))
        .route("/access/roles", get(access::roles_list).post(access::role_add))
        .route("/access/roles/{role}", get(access::role_get).delete(access::role_remove))
        .route("/people", get(people::people_list))
        .route("/people/{user}", get(people::person_get))
        .route("/orgs", get(people::orgs_list).post(people::org_add))
        .route("/orgs/{org}", delete(people::org_remove))
        .route("/orgs/{org}/members", get(people::org_members_list).post(people::org_member_add))
        .route("/orgs/{org}/members/{user}", put(people::member_update).delete(people::member_remove))
        .route("/orgs/{org}/projects", get(people::projects_list).post(people::project_add))
        .route("/orgs/{org}/projects/{project}", put(people::project_update).delete(people::project_remove))
        .route(
            "/orgs/{org}/projects/{project}/members",
            get(people::project_members_list).post(people::project_member_add),
        )
        .route(
            "/orgs/{org}/projects/{project}/members/{user}",
            put(people::member_update).delete(people::member_remove),
        )
        .route("/audit", get(audit::audit_get))
        .route("/audit/history", get(audit::history_list))
        .route("/audit/acts", get(audit::acts_list))
        .route("/audit/acts/{act}/recording/download", get(audit::recording_download))
        .route("/audit/download", get(audit::download))
        .route("/audit/revocations", post(audit::grants_revoke))
        .fallback(async || Failure::NoSuchAddress)
        .method_not_allowed_fallback(async || Failure::MethodNotAllowed);
    #[cfg(feature = "chunk-socket")]
    let router = router.route("/images/chunks", get(sockets::image_chunks));
    router
}

/// Most items of one page.
const LIMIT_MAX: u32 = 1000;

/// The `limit` of a list's query.
fn page_size(text: Option<&str>) -> Result<Option<u32>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let number = text.parse().ok().filter(|n| (1..=LIMIT_MAX).contains(n));
    number.map(Some).ok_or_else(|| Failure::invalid("limit", format!("A whole number from 1 to {LIMIT_MAX}.")))
}
