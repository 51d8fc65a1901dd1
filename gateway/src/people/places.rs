//! Names of organisations, projects and users as they stand in an address, and what the asker may do there.

use crate::{Gateway, access::check_principal, rescue::Failure, session::Session, upstream::At};
use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use platform::{Uri, permission::Action};

/// Extractor: `{org}` of the route.
pub(crate) struct OfOrg(pub(crate) String);

/// Extractor: `{org}` and `{project}`.
pub(crate) struct OfProject {
    pub(crate) org: String,
    pub(crate) project: String,
}

/// Extractor: whose place where, `{user}` and `{org}`, and `{project}` where the route has it.
pub(crate) struct OfMember {
    pub(crate) at: At,
    pub(crate) user: String,
}

/// Extractor: `{user}` or `{role}` of the route.
pub(crate) struct OfPrincipal(pub(crate) String);

/// A segment that could not leave its place in an address.
async fn named<S: Send + Sync, const N: usize>(
    parts: &mut Parts,
    state: &S,
    names: [&str; N],
) -> Result<[Option<String>; N], Failure> {
    let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Failure::NoSuchAddress)?;
    let mut found = [const { None }; N];
    for (name, value) in &params {
        if let Some(at) = names.iter().position(|wanted| *wanted == name) {
            check_principal("user", value).map_err(|_| Failure::NoSuchAddress)?;
            found[at] = Some(value.to_owned());
        }
    }
    Ok(found)
}

impl<S: Send + Sync> FromRequestParts<S> for OfPrincipal {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let [user, role] = named(parts, state, ["user", "role"]).await?;
        user.or(role).map(Self).ok_or(Failure::NoSuchAddress)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for OfOrg {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let [org] = named(parts, state, ["org"]).await?;
        org.map(Self).ok_or(Failure::NoSuchAddress)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for OfProject {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let [org, project] = named(parts, state, ["org", "project"]).await?;
        let (org, project) = org.zip(project).ok_or(Failure::NoSuchAddress)?;
        Ok(Self { org, project })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for OfMember {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let [org, project, user] = named(parts, state, ["org", "project", "user"]).await?;
        let (org, user) = org.zip(user).ok_or(Failure::NoSuchAddress)?;
        let at = match project {
            Some(project) => At::Project { org, project },
            None => At::Org(org),
        };
        Ok(Self { at, user })
    }
}

/// Whether the asker manages the people of a place. Platforms have no word for it in common: by rights on it where the
/// platform knows such, else by the asker's own place.
pub(super) async fn manages(gateway: &Gateway, session: &Session, at: &At, own_role: Option<&str>) -> bool {
    if own_role.is_some_and(|role| matches!(role, "manager" | "admin")) {
        return true;
    }
    let cluster = session.cluster.as_str();
    let uri = match at {
        At::Org(org) => Uri::try_new("org", [cluster, org]),
        At::Project { org, project } => Uri::try_new("project", [cluster, org, project]),
    };
    allows(gateway, session, uri.ok()).await
}

/// Whether the asker looks after all organisations of the cluster.
pub(super) async fn manages_cluster(gateway: &Gateway, session: &Session) -> bool {
    allows(gateway, session, Uri::try_new("cluster", [session.cluster.as_str()]).ok()).await
}

async fn allows(gateway: &Gateway, session: &Session, uri: Option<Uri>) -> bool {
    let Some(uri) = uri else { return false };
    // A button that is not shown, at worst; the cluster decides when it is pressed.
    gateway.upstream().action_on(session, &uri).await.is_ok_and(|action| action >= Action::Manage)
}
