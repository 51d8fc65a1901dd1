//! Paths of the gateway's API.

use crate::client::{encode, with_query};
use api::audit::{ExportForm, ExportOf};

pub(crate) const SESSION: &str = "/api/v1/session";
pub(crate) const SIGN_IN_METHODS: &str = "/api/v1/session/methods";
pub(crate) const SIGN_IN_OAUTH: &str = "/api/v1/session/oauth";
pub(crate) const PRESETS: &str = "/api/v1/presets";
pub(crate) const JOBS: &str = "/api/v1/jobs";
pub(crate) const JOB_EVENTS: &str = "/api/v1/jobs/events";
pub(crate) const IMAGES: &str = "/api/v1/images";
pub(crate) const REGISTRY: &str = "/api/v1/images/registry";
pub(crate) const IMAGE_COPY: &str = "/api/v1/images/copy";
pub(crate) const GRANT_CHANGES: &str = "/api/v1/access/changes";
pub(crate) const GRANT_PREVIEW: &str = "/api/v1/access/preview";
pub(crate) const PRINCIPALS: &str = "/api/v1/access/principals";
pub(crate) const SHARED_WITH_ME: &str = "/api/v1/access/with-me";
pub(crate) const SHARED_BY_ME: &str = "/api/v1/access/by-me";
pub(crate) const ROLES: &str = "/api/v1/access/roles";
pub(crate) const PEOPLE: &str = "/api/v1/people";
pub(crate) const ORGS: &str = "/api/v1/orgs";

pub(crate) fn sharing(uri: &str) -> String {
    with_query("/api/v1/access", [("uri", uri)])
}

pub(crate) fn role(name: &str) -> String {
    format!("{ROLES}/{}", encode(name))
}

pub(crate) fn person(name: &str) -> String {
    format!("{PEOPLE}/{}", encode(name))
}

pub(crate) fn org(name: &str) -> String {
    format!("{ORGS}/{}", encode(name))
}

pub(crate) fn projects(of: &str) -> String {
    format!("{}/projects", org(of))
}

pub(crate) fn project(of: &str, name: &str) -> String {
    format!("{}/{}", projects(of), encode(name))
}

pub(crate) const AUDIT: &str = "/api/v1/audit";
pub(crate) const AUDIT_HISTORY: &str = "/api/v1/audit/history";
pub(crate) const AUDIT_ACTS: &str = "/api/v1/audit/acts";
pub(crate) const AUDIT_REVOCATIONS: &str = "/api/v1/audit/revocations";

/// A link that the browser follows by itself: what was shown to whoever did an act.
pub(crate) fn recording_download(act: i64) -> String {
    format!("{AUDIT_ACTS}/{act}/recording/download")
}

pub(crate) fn job(id: &str) -> String {
    format!("{JOBS}/{}", encode(id))
}

/// One job as it changes.
pub(crate) fn job_events(id: &str) -> String {
    format!("{}/events", job(id))
}

pub(crate) const LINKS: &str = "/api/v1/links";
pub(crate) const LINKS_REVOKE: &str = "/api/v1/links/revoke";

pub(crate) fn job_links(id: &str) -> String {
    format!("{}/links", job(id))
}

/// Something of a shared link's: `status`, `events`, `badge.svg`.
pub(crate) fn of_shared(token: &str, what: &str) -> String {
    format!("{}/{what}", super::shared(token))
}

pub(crate) fn life_span(id: &str) -> String {
    format!("{}/life-span", job(id))
}

pub(crate) fn top(id: &str) -> String {
    format!("{}/top", job(id))
}

pub(crate) fn job_save(id: &str) -> String {
    format!("{}/save", job(id))
}

/// By repository, with `:TAG` or `@DIGEST` where one manifest is meant.
pub(crate) fn image(reference: &str) -> String {
    format!("{IMAGES}/{}", encode(reference))
}

pub(crate) fn image_tags(repository: &str) -> String {
    format!("{}/tags", image(repository))
}

pub(crate) fn image_jobs(reference: &str) -> String {
    format!("{}/jobs", image(reference))
}

pub(crate) fn image_access(repository: &str) -> String {
    format!("{}/access", image(repository))
}

/// What held at a moment (RFC 3339); now where none is named.
pub(crate) fn audit(at: Option<&str>) -> String {
    with_query(AUDIT, at.map(|at| ("at", at)))
}

/// A link that the browser follows by itself.
pub(crate) fn audit_download(of: ExportOf, form: ExportForm, pairs: Vec<(&'static str, String)>) -> String {
    let words = [("of", of.as_str().to_owned()), ("form", form.as_str().to_owned())];
    with_query("/api/v1/audit/download", words.into_iter().chain(pairs))
}

/// A link that the browser follows by itself. `form` is a word of [`api::images::ArchiveForm`].
pub(crate) fn image_archive(reference: &str, form: &str) -> String {
    with_query(&format!("{}/archive", image(reference)), [("form", form)])
}
