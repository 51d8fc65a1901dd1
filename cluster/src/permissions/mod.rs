//! Who may do what.
//!
//! Owns grants and the rights that follow from them, from project memberships and from roles. Denies by default: what
//! no grant covers is refused. The arithmetic of the tree itself is `platform::permission`.

mod error;
mod store;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use platform::{
    Uri,
    permission::{Action, Node, Permission, allows},
};

pub(crate) use error::PermissionError;
pub(crate) use store::Grant;

use crate::{
    accounts::{Membership, ProjectRole},
    jobs::Visible,
    store::{Store, StoreError},
};

/// What a member of a project has rights on.
const PROJECT_SCHEMES: [&str; 7] = ["job", "image", "storage", "blob", "secret", "disk", "flow"];
/// What else the administrators of a cluster have rights on.
const CLUSTER_SCHEMES: [&str; 2] = ["cluster", "user"];

/// What one principal may do.
#[derive(Clone, Debug)]
pub(crate) struct Rights {
    principal: String,
    grants: Vec<Permission>,
}

impl Rights {
    /// Whose rights these are.
    pub(crate) fn principal(&self) -> &str {
        &self.principal
    }

    /// Whether the action is allowed on the URI.
    pub(crate) fn allow(&self, uri: &Uri, action: Action) -> bool {
        allows(&self.grants, uri, action)
    }

    /// Refuses unless the action is allowed on at least one of the URIs (a job by its id or by its name).
    pub(crate) fn require(&self, any_of: &[Uri], action: Action) -> Result<(), PermissionError> {
        if any_of.iter().any(|uri| self.allow(uri, action)) {
            return Ok(());
        }
        Err(PermissionError::Missing(any_of.iter().map(|uri| Permission { uri: uri.clone(), action }).collect()))
    }

    /// Which jobs of the cluster may be read.
    pub(crate) fn visible_jobs(&self, cluster: &str) -> Visible {
        let (mut orgs, mut projects, mut jobs) = (Vec::new(), Vec::new(), Vec::new());
        for grant in self.grants.iter().filter(|grant| grant.uri.scheme() == "job" && grant.action >= Action::Read) {
            match grant.uri.segments() {
                [] => return Visible::All,
                [host, ..] if host != cluster => {}
                [_] => return Visible::All,
                [_, org] => orgs.push(org.clone()),
                [_, org, project] => projects.push(format!("{org}/{project}")),
                [_, org, project, job] => jobs.push(format!("{org}/{project}/{job}")),
                // Below a job there is nothing.
                [_, ..] => {}
            }
        }
        if orgs.is_empty() && projects.is_empty() && jobs.is_empty() {
            return Visible::None;
        }
        Visible::Some { orgs, projects, jobs }
    }

    /// The tree at and below a URI, as far as these rights reach.
    pub(crate) fn tree(&self, root: &Uri) -> Node {
        Node::of(&self.grants, root)
    }
}

/// The grants of one cluster.
#[derive(Clone, Debug)]
pub(crate) struct Permissions {
    store: Store,
    cluster: String,
}

impl Permissions {
    pub(crate) fn new(store: Store, cluster: &str) -> Self {
        Self { store, cluster: cluster.to_owned() }
    }

    /// Everything a principal may do: what was granted to it and to the roles it has, its places in projects, and
    /// the roles below its own name.
    pub(crate) async fn rights_of(&self, principal: &str) -> Result<Rights, StoreError> {
        let mut grants = store::inherited(&self.store, principal).await?;
        for place in store::memberships(&self.store, principal).await? {
            grants.extend(self.of_membership(&place));
        }
        // Whoever is `alice` looks after the roles `alice/...`.
        if let Ok(own) = Uri::try_new("role", principal.split('/')) {
            grants.push(Permission { uri: own, action: Action::Manage });
        }
        if let Ok(own) = Uri::try_new("user", [&self.cluster, principal]) {
            grants.push(Permission { uri: own, action: Action::Read });
        }
        Ok(Rights { principal: principal.to_owned(), grants })
    }

    fn of_membership(&self, place: &Membership) -> impl Iterator<Item = Permission> {
        let action = match place.role {
            ProjectRole::Reader => Action::Read,
            ProjectRole::Writer => Action::Write,
            ProjectRole::Manager | ProjectRole::Admin => Action::Manage,
        };
        PROJECT_SCHEMES.into_iter().map(move |scheme| Permission {
            uri: Uri::try_new(scheme, [&self.cluster, &place.org, &place.project])
                .expect("names of clusters and projects are plain segments"),
            action,
        })
    }

    /// The role whose bearers may do everything on the cluster.
    pub(crate) fn admin_role(&self) -> String {
        format!("{}/admin", self.cluster)
    }

    /// Makes sure the administrators' role may do everything, and that `user` has it.
    pub(crate) async fn ensure_admin(&self, user: &str, now: Timestamp) -> Result<(), StoreError> {
        let role = self.admin_role();
        let everything: Vec<Permission> = PROJECT_SCHEMES
            .into_iter()
            .chain(CLUSTER_SCHEMES)
            .map(|scheme| Uri::try_new(scheme, [&self.cluster]))
            .chain([Uri::try_new::<&str>("role", [])])
            .map(|uri| Permission { uri: uri.expect("the cluster's name is a plain segment"), action: Action::Manage })
            .collect();
        store::put(&self.store, &role, &everything, user, now, false).await?;
        let has_role = Permission { uri: role_uri(&role), action: Action::Read };
        store::put(&self.store, user, &[has_role], user, now, false).await?;
        Ok(())
    }

    /// Grants to an existing principal what the caller manages; returns what holds then.
    pub(crate) async fn grant(
        &self,
        caller: &Rights,
        to: &str,
        wanted: &[Permission],
        now: Timestamp,
    ) -> Result<Vec<Permission>, PermissionError> {
        Self::check_grantable(caller, wanted)?;
        Ok(store::put(&self.store, to, wanted, caller.principal(), now, false).await?)
    }

    /// The same, but also lowers a grant that says more.
    pub(crate) async fn replace(
        &self,
        caller: &Rights,
        to: &str,
        wanted: &[Permission],
        now: Timestamp,
    ) -> Result<(), PermissionError> {
        Self::check_grantable(caller, wanted)?;
        store::put(&self.store, to, wanted, caller.principal(), now, true).await?;
        Ok(())
    }

    fn check_grantable(caller: &Rights, wanted: &[Permission]) -> Result<(), PermissionError> {
        if wanted.is_empty() {
            return Err(PermissionError::NothingAsked);
        }
        for want in wanted {
            if want.action < Action::Read {
                return Err(PermissionError::Ungrantable(want.action));
            }
            caller.require(std::slice::from_ref(&want.uri), Action::Manage)?;
        }
        Ok(())
    }

    /// Takes grants back from a principal.
    pub(crate) async fn revoke(&self, caller: &Rights, from: &str, uris: &[Uri]) -> Result<(), PermissionError> {
        if uris.is_empty() {
            return Err(PermissionError::NothingAsked);
        }
        for uri in uris {
            caller.require(std::slice::from_ref(uri), Action::Manage)?;
        }
        match store::remove(&self.store, from, uris).await? {
            0 => Err(PermissionError::NoEffect),
            _ => Ok(()),
        }
    }

    /// What a principal was granted at and below a URI: everything when the caller asks for itself, else what lies
    /// under the caller's management. Memberships count as grants on the project.
    pub(crate) async fn list(
        &self,
        caller: &Rights,
        of: &str,
        below: Option<&Uri>,
    ) -> Result<Vec<Permission>, PermissionError> {
        let mut grants = store::own(&self.store, of).await?;
        for place in store::memberships(&self.store, of).await? {
            grants.extend(self.of_membership(&place));
        }
        grants.retain(|grant| {
            below.is_none_or(|below| below.covers(&grant.uri))
                && (caller.principal() == of || caller.allow(&grant.uri, Action::Manage))
        });
        grants.sort();
        grants.dedup();
        Ok(grants)
    }

    /// What others were granted of the things a principal manages, at and below a URI. What the caller neither is nor
    /// manages is left out.
    pub(crate) async fn shared(
        &self,
        caller: &Rights,
        by: &str,
        below: Option<&Uri>,
    ) -> Result<Vec<Grant>, PermissionError> {
        let owner = if caller.principal() == by { caller.clone() } else { self.rights_of(by).await? };
        let mut grants = store::all(&self.store).await?;
        grants.retain(|grant| {
            let uri = &grant.permission.uri;
            grant.principal != by
                && below.is_none_or(|below| below.covers(uri))
                && owner.allow(uri, Action::Manage)
                && caller.allow(uri, Action::Manage)
        });
        Ok(grants)
    }
}

/// The URI of a role.
pub(crate) fn role_uri(role: &str) -> Uri {
    Uri::try_new("role", role.split('/')).expect("names of roles are plain segments")
}
