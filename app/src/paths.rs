//! Every address of the console. Links come from here and from nowhere else.

mod audit;
pub(crate) mod endpoint;
mod images;
mod jobs;
mod links;
mod people;
#[cfg(test)]
mod tests;

pub(crate) use audit::{AuditTab, audit, audit_at, audit_of_image, audit_of_person, recording, recording_at};
pub(crate) use images::{ImageTab, Version, image, image_at, image_named, repository_at};
pub(crate) use jobs::{JobTab, is_of_job, job, job_again, job_at, job_logs_at, job_of_image, job_tab};
pub(crate) use links::{links_all, shared, shared_token_at};
pub(crate) use people::{SharedTab, org, org_at, person, project, role, shares};

use crate::client::decode;

pub(crate) const HOME: &str = "/";
pub(crate) const SIGN_IN: &str = "/sign-in";
pub(crate) const JOBS: &str = "/jobs";
pub(crate) const JOB_NEW: &str = "/jobs/new";
pub(crate) const IMAGES: &str = "/images";
/// Never an image's page: a repository has a slash, which is encoded in the address.
pub(crate) const IMAGES_PUSH: &str = "/images/push";
pub(crate) const SHARES: &str = "/shared";
pub(crate) const ROLES: &str = "/roles";
pub(crate) const PEOPLE: &str = "/people";
pub(crate) const ORGS: &str = "/orgs";

pub(crate) const AUDIT: &str = "/audit";
pub(crate) const LINKS: &str = "/links";
/// Before the token of a shared link.
const SHARED: &str = "/s/";

/// What stands at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Where one is sent on to the jobs.
    Start,
    Jobs,
    JobNew,
    /// One job, by [`job_at`].
    Job,
    Images,
    ImagesPush,
    /// One image, by [`repository_at`].
    Image,
    /// The audit of image permissions, by [`audit_at`].
    Audit,
    /// Links to jobs' statuses.
    Links,
    /// A job as a link shows it, by [`shared_token_at`]; no sign-in.
    Shared,
    /// What is shared with and by the reader, and roles.
    Shares,
    /// Where one is sent on to the roles among [`Self::Shares`]: what is left of a role's address without its name.
    Roles,
    /// One role, by [`below`].
    Role,
    /// Organisations, and everybody for administrators.
    People,
    /// Somebody, by [`below`].
    Person,
    /// One organisation, by [`org_at`].
    Org,
    /// One project, by [`org_at`].
    Project,
    Nowhere,
}

impl Place {
    pub(crate) fn at(pathname: &str) -> Self {
        match pathname.strip_suffix('/').unwrap_or(pathname) {
            "" | SIGN_IN => Self::Start,
            JOBS => Self::Jobs,
            JOB_NEW => Self::JobNew,
            IMAGES => Self::Images,
            IMAGES_PUSH => Self::ImagesPush,
            LINKS => Self::Links,
            SHARES => Self::Shares,
            ROLES => Self::Roles,
            PEOPLE | ORGS => Self::People,
            other if other.starts_with(SHARED) => Self::Shared,
            other if job_at(other).is_some() => Self::Job,
            other if audit_at(other).is_some() => Self::Audit,
            other if repository_at(other).is_some() => Self::Image,
            other if below(ROLES, other).is_some() => Self::Role,
            other if below(PEOPLE, other).is_some() => Self::Person,
            other => match org_at(other) {
                Some((_, None)) => Self::Org,
                Some((_, Some(_))) => Self::Project,
                None => Self::Nowhere,
            },
        }
    }
}

/// The name at an address one step below a list of them.
pub(crate) fn below(list: &str, pathname: &str) -> Option<String> {
    let rest = pathname.strip_prefix(list)?.strip_prefix('/')?.trim_end_matches('/');
    (!rest.is_empty() && !rest.contains('/')).then(|| decode(rest))
}

/// The page of what a resource URI names, where there is one.
pub(crate) fn of_uri(uri: &str) -> Option<String> {
    let (scheme, path) = uri.split_once("://")?;
    if scheme == "role" {
        return Some(role(path));
    }
    let mut parts = path.splitn(4, '/').skip(1);
    match (scheme, parts.next(), parts.next(), parts.next()) {
        ("image", Some(org), Some(project), Some(name)) => Some(image(&format!("{org}/{project}/{name}"))),
        ("job", Some(_), Some(_), Some(id)) => Some(job(id)),
        ("image" | "job" | "project", Some(org), Some(name), None) => Some(project(org, name)),
        ("image" | "job" | "project" | "org", Some(name), None, None) => Some(org(name)),
        _ => None,
    }
}
