//! The administrators of the cluster: what their role holds, and that somebody has it.

use platform::{
    Uri,
    permission::{Action, PROJECT_SCHEMES, Permission, Policy, PrincipalKind},
};

use super::{PermissionError, Permissions, raise, role_uri, store};
use crate::{
    history::{By, Change},
    store::StoreError,
};

/// What else the administrators of a cluster have rights on.
pub(super) const CLUSTER_SCHEMES: [&str; 3] = ["cluster", "user", "org"];

impl Permissions {
    /// The role whose bearers may do everything on the cluster.
    pub(crate) fn admin_role(&self) -> String {
        format!("{}/admin", self.cluster)
    }

    /// Makes sure the administrators' role may do everything, and that `user` has it.
    pub(crate) async fn ensure_admin(&self, user: &str, by: &By) -> Result<(), StoreError> {
        let role = self.admin_role();
        let mut change = Change::begin(&self.store, by).await?;
        for want in self.everything() {
            raise(&mut change, &role, &want, by).await?;
        }
        let has_role = Permission { uri: role_uri(&role), action: Action::Read };
        raise(&mut change, user, &has_role, by).await?;
        change.commit().await
    }

    /// Gives the administrators' role what this version knows and an earlier one did not. Writes only if something is missing.
    pub(crate) async fn bring_admin_up_to_date(&self, by: &By) -> Result<(), StoreError> {
        let (role, (_, policy)) = (self.admin_role(), self.policy().await?);
        let is_there = policy.facts().principals.iter().any(|principal| principal.name == role);
        let missing = self.everything().filter(|want| !policy.allows(&role, &want.uri, want.action));
        let missing: Vec<Permission> = missing.filter(|_| is_there).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let mut change = Change::begin(&self.store, by).await?;
        for want in missing {
            raise(&mut change, &role, &want, by).await?;
        }
        change.commit().await
    }

    /// What administrators of the cluster may do.
    fn everything(&self) -> impl Iterator<Item = Permission> {
        PROJECT_SCHEMES
            .into_iter()
            .chain(CLUSTER_SCHEMES)
            .map(|scheme| Uri::try_new(scheme, [&self.cluster]))
            .chain([Uri::try_new::<&str>("role", [])])
            .map(|uri| Permission { uri: uri.expect("the cluster's name is a plain segment"), action: Action::Manage })
    }

    /// Refuses a change of grants on these after which no user may do everything on the cluster any more: nobody could give that back.
    /// Where no user may before it, there is nothing to lose.
    pub(super) async fn ensure_administered(
        &self,
        change: &mut Change,
        before: &Policy,
        on: &[&Uri],
    ) -> Result<(), PermissionError> {
        // Everything is given by roles and by grants on the whole cluster.
        let may_matter = |uri: &&Uri| uri.scheme() == "role" || uri.segments().len() <= 1;
        if !on.iter().any(may_matter) || !self.is_administered(before) {
            return Ok(());
        }
        let after = Policy::new(store::facts_now(change, &self.cluster).await?);
        if self.is_administered(&after) {
            return Ok(());
        }
        Err(PermissionError::LastAdministrator { cluster: self.cluster.clone(), role: self.admin_role() })
    }

    fn is_administered(&self, policy: &Policy) -> bool {
        let may_everything = |name: &str| self.everything().all(|want| policy.allows(name, &want.uri, want.action));
        let principals = policy.facts().principals.iter();
        principals.filter(|one| one.kind == PrincipalKind::User).any(|user| may_everything(&user.name))
    }
}
