//! Who may do what.
//!
//! Owns grants and the rights that follow from them, from places in projects and organisations, and from roles. Denies by
//! default: what nothing gives is refused. The arithmetic is `platform::permission`; here is what it is fed with, kept ready
//! until something changes.

mod administrators;
mod audit;
mod error;
mod store;
mod target;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use platform::{
    Uri,
    permission::{Action, Node, Permission, Policy},
};

pub(crate) use audit::HistoryWanted;
pub(crate) use error::PermissionError;

use crate::{
    history::{By, Change},
    jobs::Visible,
    store::{Store, StoreError},
};

/// What decides rights, compiled, and the number of the last change in it.
type Ready = (i64, Arc<Policy>);

/// A grant and whom it is made to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Share {
    pub(crate) principal: String,
    pub(crate) permission: Permission,
}

/// What one principal may do, as of the moment it was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Rights {
    principal: String,
    policy: Arc<Policy>,
}

impl Rights {
    /// Whose rights these are.
    pub(crate) fn principal(&self) -> &str {
        &self.principal
    }

    /// Whether the action is allowed on the URI.
    pub(crate) fn allow(&self, uri: &Uri, action: Action) -> bool {
        self.policy.allows(&self.principal, uri, action)
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
        let held = self.policy.permissions_of(&self.principal);
        for grant in held.filter(|grant| grant.uri.scheme() == "job" && grant.action >= Action::Read) {
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
        Node::of(&self.policy.permissions_of(&self.principal).collect::<Vec<_>>(), root)
    }
}

/// The grants of one cluster.
#[derive(Clone, Debug)]
pub(crate) struct Permissions {
    store: Store,
    cluster: String,
    ready: Arc<Mutex<Option<Ready>>>,
}

impl Permissions {
    pub(crate) fn new(store: Store, cluster: &str) -> Self {
        Self { store, cluster: cluster.to_owned(), ready: Arc::default() }
    }

    /// Everything that decides rights, as of now and ready for questions, with the number of the last change in it. Compiled anew
    /// only after a change, whoever made it: the command line beside this server writes into the same database.
    pub(crate) async fn policy(&self) -> Result<Ready, StoreError> {
        let revision = store::revision(&self.store).await?;
        if let Some(ready) = self.ready().as_ref().filter(|(of, _)| *of == revision) {
            return Ok(ready.clone());
        }
        let (revision, facts) = store::facts(&self.store, &self.cluster).await?;
        let policy = Arc::new(Policy::new(facts));
        *self.ready() = Some((revision, Arc::clone(&policy)));
        Ok((revision, policy))
    }

    fn ready(&self) -> MutexGuard<'_, Option<Ready>> {
        // A pair is replaced as a whole; no panic can leave half of one.
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything a principal may do: what was granted to it and to the roles it has, its places in projects and
    /// organisations, and the roles below its own name.
    pub(crate) async fn rights_of(&self, principal: &str) -> Result<Rights, StoreError> {
        let (_, policy) = self.policy().await?;
        Ok(Rights { principal: principal.to_owned(), policy })
    }

    /// Begins a change, with the caller's rights as they are now: until the change is over nobody else can change them.
    async fn begin(&self, caller: &Rights, by: &By) -> Result<(Change, Rights), StoreError> {
        let change = Change::begin(&self.store, by).await?;
        Ok((change, self.rights_of(caller.principal()).await?))
    }

    /// Grants to an existing principal what the caller manages; returns what holds then.
    pub(crate) async fn grant(
        &self,
        caller: &Rights,
        to: &str,
        wanted: &[Permission],
        by: &By,
    ) -> Result<Vec<Permission>, PermissionError> {
        let (mut change, caller) = self.begin(caller, by).await?;
        self.check_grantable(&caller, wanted).await?;
        if let Some(want) = wanted.first().filter(|_| caller.principal() == to) {
            let reasons = caller.policy.explain(to, &want.uri);
            let why = reasons.first().map(error::because).unwrap_or_default();
            return Err(PermissionError::Oneself { uri: want.uri.clone(), why });
        }
        let mut effective = Vec::with_capacity(wanted.len());
        for want in wanted {
            let action = raise(&mut change, to, want, by).await?;
            effective.push(Permission { uri: want.uri.clone(), action });
        }
        change.commit().await?;
        Ok(effective)
    }

    /// The same, but also lowers a grant that says more.
    pub(crate) async fn replace(
        &self,
        caller: &Rights,
        to: &str,
        wanted: &[Permission],
        by: &By,
    ) -> Result<(), PermissionError> {
        let (mut change, caller) = self.begin(caller, by).await?;
        self.check_grantable(&caller, wanted).await?;
        for want in wanted {
            store::put(&mut change, to, want, &by.actor, by.at).await?;
        }
        let on: Vec<&Uri> = wanted.iter().map(|want| &want.uri).collect();
        self.ensure_administered(&mut change, &caller.policy, &on).await?;
        Ok(change.commit().await?)
    }

    async fn check_grantable(&self, caller: &Rights, wanted: &[Permission]) -> Result<(), PermissionError> {
        if wanted.is_empty() {
            return Err(PermissionError::NothingAsked);
        }
        for want in wanted {
            if want.action < Action::Read {
                return Err(PermissionError::Ungrantable(want.action));
            }
            caller.require(std::slice::from_ref(&want.uri), Action::Manage)?;
        }
        for want in wanted {
            target::check(&self.store, &self.cluster, &caller.policy, &want.uri).await?;
        }
        Ok(())
    }

    /// Takes grants back from a principal. Everybody may give up what they were granted themselves.
    pub(crate) async fn revoke(
        &self,
        caller: &Rights,
        from: &str,
        uris: &[Uri],
        by: &By,
    ) -> Result<(), PermissionError> {
        let Some(first) = uris.first() else { return Err(PermissionError::NothingAsked) };
        let (mut change, caller) = self.begin(caller, by).await?;
        for uri in uris.iter().filter(|_| caller.principal() != from) {
            caller.require(std::slice::from_ref(uri), Action::Manage)?;
        }
        let mut any = false;
        for uri in uris {
            any |= store::remove(&mut change, from, uri).await?;
        }
        if !any {
            drop(change);
            // As it is now: what was there when the caller looked may be gone since.
            let (_, policy) = self.policy().await?;
            return Err(PermissionError::NoEffect(nothing_to_revoke(&policy, from, first)));
        }
        self.ensure_administered(&mut change, &caller.policy, &uris.iter().collect::<Vec<_>>()).await?;
        Ok(change.commit().await?)
    }

    /// Removes a role and everything granted to it or through it; false when there is none.
    pub(crate) async fn remove_role(&self, caller: &Rights, role: &str, by: &By) -> Result<bool, PermissionError> {
        let (mut change, caller) = self.begin(caller, by).await?;
        let uri = role_uri(role);
        caller.require(std::slice::from_ref(&uri), Action::Manage)?;
        if role == self.admin_role() {
            return Err(PermissionError::AdminRole(role.to_owned()));
        }
        if !store::remove_role(&mut change, role, &uri).await? {
            return Ok(false);
        }
        self.ensure_administered(&mut change, &caller.policy, &[&uri]).await?;
        change.commit().await?;
        Ok(true)
    }

    /// What a principal was granted at and below a URI: everything when the caller asks for itself, else what lies
    /// under the caller's management. Places count as grants on the project and the organisation.
    pub(crate) async fn list(
        &self,
        caller: &Rights,
        of: &str,
        below: Option<&Uri>,
    ) -> Result<Vec<Permission>, PermissionError> {
        let facts = caller.policy.facts();
        let grants = facts.grants.iter().filter(|grant| grant.principal == of);
        let grants = grants.map(|grant| Permission { uri: grant.uri.clone(), action: grant.action });
        let members = facts.members.iter().filter(|member| member.principal == of);
        let org_members = facts.org_members.iter().filter(|member| member.principal == of);
        let mut held: Vec<Permission> = grants
            .chain(members.flat_map(|member| member.permissions(&self.cluster)))
            .chain(org_members.flat_map(|member| member.permissions(&self.cluster)))
            .filter(|held| below.is_none_or(|below| below.covers(&held.uri)))
            .filter(|held| caller.principal() == of || caller.allow(&held.uri, Action::Manage))
            .collect();
        held.sort();
        held.dedup();
        Ok(held)
    }

    /// What others were granted of the things a principal manages, at and below a URI. Asked about a thing that is managed
    /// itself, also what reaches it from above: grants on its parents and places in its project. So an owner learns who may
    /// use it. What the caller neither is nor manages is left out.
    pub(crate) async fn shared(
        &self,
        caller: &Rights,
        by: &str,
        below: Option<&Uri>,
    ) -> Result<Vec<Share>, PermissionError> {
        let policy = &caller.policy;
        let managed = |uri: &Uri| policy.allows(by, uri, Action::Manage) && caller.allow(uri, Action::Manage);
        let whole = below.filter(|uri| managed(uri));
        let facts = policy.facts();
        let share = |principal: &str, permission: Permission| Share { principal: principal.to_owned(), permission };
        let grants = facts.grants.iter().filter(|grant| {
            whole.is_some_and(|uri| grant.uri.covers(uri))
                || below.is_none_or(|below| below.covers(&grant.uri)) && managed(&grant.uri)
        });
        let grants =
            grants.map(|grant| share(&grant.principal, Permission { uri: grant.uri.clone(), action: grant.action }));
        let members = facts
            .members
            .iter()
            .flat_map(|member| member.permissions(&self.cluster).map(|right| share(&member.principal, right)));
        let org_members = facts
            .org_members
            .iter()
            .flat_map(|member| member.permissions(&self.cluster).map(|right| share(&member.principal, right)));
        let places = members.chain(org_members).filter(|held| whole.is_some_and(|uri| held.permission.uri.covers(uri)));
        let mut shares: Vec<Share> = grants.chain(places).filter(|share| share.principal != by).collect();
        shares.sort_by(|a, b| {
            let key = |share: &Share| (share.permission.uri.clone(), share.principal.clone());
            key(a).cmp(&key(b))
        });
        shares.dedup();
        Ok(shares)
    }
}

/// Grants unless as much or more is granted; what holds then.
async fn raise(change: &mut Change, to: &str, want: &Permission, by: &By) -> Result<Action, StoreError> {
    if let Some(held) = store::held(change, to, &want.uri).await?.filter(|held| *held >= want.action) {
        return Ok(held);
    }
    store::put(change, to, want, &by.actor, by.at).await?;
    Ok(want.action)
}

/// Why there is nothing to take back, and where a right that is there comes from.
fn nothing_to_revoke(policy: &Policy, from: &str, uri: &Uri) -> String {
    match policy.explain(from, uri).first() {
        None => format!("{from} was granted nothing on {uri}, or it has been taken back already"),
        Some(reason) => {
            let (action, why) = (reason.action.as_str(), error::because(reason));
            format!("nothing was granted to {from} on {uri} itself; {from} has {action} there{why}, change it there")
        }
    }
}

/// The URI of a role.
pub(crate) fn role_uri(role: &str) -> Uri {
    Uri::try_new("role", role.split('/')).expect("names of roles are plain segments")
}
