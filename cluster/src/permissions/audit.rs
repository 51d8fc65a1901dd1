//! What decides rights, in bulk: now, at a moment, and how it came to be; and changes from a reviewed list.
//!
//! Owns who may see how much of it: administrators of the cluster everything, others what they manage and what they have.

use std::sync::Arc;

use jiff::Timestamp;
use platform::{
    Uri,
    audit::{AccessFacts, ChangeKind, GrantChange, HistoryEntry, HistoryPage, Holder, WhoMay},
    permission::{
        Action, Facts, Grant, Member, OrgMember, OrgRole, Permission, Policy, Principal, PrincipalKind, ProjectRole,
    },
};

use super::{PermissionError, Permissions, Rights, store, target};
use crate::{
    history::{self, By},
    store::StoreError,
};

/// Entries read at once while those are looked for that the caller may see.
const STRIDE: u32 = 1000;
/// Entries looked through for one page; then the page ends early and says where to go on.
const MOST_LOOKED_THROUGH: usize = 50_000;

/// Which part of history.
#[derive(Clone, Debug, Default)]
pub(crate) struct HistoryWanted {
    pub(crate) filter: history::store::Filter,
    /// Grants at and below this, and places in its project or organisation.
    pub(crate) uri: Option<Uri>,
    pub(crate) limit: usize,
}

impl Permissions {
    /// What decides rights, as far as the caller may see it; at a moment, as the caller may see it now.
    pub(crate) async fn facts(&self, caller: &Rights, at: Option<Timestamp>) -> Result<AccessFacts, StoreError> {
        let (revision, now) = self.policy().await?;
        let (revision, policy) = match at {
            None => (revision, now),
            Some(at) => {
                let state = history::store::state_at(&self.store, at).await?;
                let revision = state.iter().map(|entry| entry.seq).max().unwrap_or_default();
                (revision, Arc::new(Policy::new(self.as_it_was(state)?)))
            }
        };
        let whole = self.sees_everything(caller);
        let facts = if whole {
            policy.facts().clone()
        } else {
            policy.seen_by(caller.principal(), &caller.policy.managed_by(caller.principal()))
        };
        Ok(AccessFacts { revision, at, whole, facts })
    }

    /// Everybody who may do something with a thing that the caller manages, and why.
    pub(crate) fn who_may(&self, caller: &Rights, uri: &Uri) -> Result<WhoMay, PermissionError> {
        caller.require(std::slice::from_ref(uri), Action::Manage)?;
        let policy = &caller.policy;
        let is_role = |name: &str| {
            policy.facts().principals.iter().any(|one| one.name == name && one.kind == PrincipalKind::Role)
        };
        let items = policy.who_may(uri).into_iter().map(|(name, action)| Holder {
            principal: name.to_owned(),
            kind: if is_role(name) { PrincipalKind::Role } else { PrincipalKind::User },
            action,
            reasons: policy.explain(name, uri),
        });
        Ok(WhoMay { uri: uri.clone(), items: items.collect() })
    }

    /// Changes that the caller may see, the newest first.
    pub(crate) async fn history(&self, caller: &Rights, wanted: &HistoryWanted) -> Result<HistoryPage, StoreError> {
        let mut page = HistoryPage { items: Vec::new(), cursor: None };
        let mut filter = wanted.filter.clone();
        let mut looked_through = 0;
        loop {
            let entries = history::store::list(&self.store, &filter, STRIDE).await?;
            let last_stride = entries.len() < STRIDE as usize;
            for entry in entries {
                if page.items.len() == wanted.limit || looked_through == MOST_LOOKED_THROUGH {
                    page.cursor = filter.before;
                    return Ok(page);
                }
                looked_through += 1;
                filter.before = Some(entry.seq);
                let uris = self.uris_of(&entry);
                let asked_for = wanted.uri.as_ref().is_none_or(|below| uris.iter().any(|uri| below.covers(uri)));
                if asked_for && self.sees(caller, &entry, &uris) {
                    page.items.push(entry);
                }
            }
            if last_stride {
                return Ok(page);
            }
        }
    }

    /// Makes all changes or none: none if any grant is no longer what the list says it was.
    pub(crate) async fn change_grants(
        &self,
        caller: &Rights,
        changes: &[GrantChange],
        by: &By,
    ) -> Result<i64, PermissionError> {
        if changes.is_empty() {
            return Err(PermissionError::NothingAsked);
        }
        let (mut transaction, caller) = self.begin(caller, by).await?;
        for change in changes {
            caller.require(std::slice::from_ref(&change.uri), Action::Manage)?;
            if let Some(action) = change.to {
                if action < Action::Read {
                    return Err(PermissionError::Ungrantable(action));
                }
                target::check(&self.store, &self.cluster, &caller.policy, &change.uri).await?;
            }
        }
        for GrantChange { principal, uri, from, to } in changes {
            let held = store::held(&mut transaction, principal, uri).await?;
            if held != *from {
                let target = uri.to_string();
                let last = history::store::last_about(&mut transaction, ChangeKind::Grant, principal, &target).await?;
                return Err(PermissionError::Changed(what_happened(principal, uri, held, last.as_ref())));
            }
            match to {
                None => {
                    store::remove(&mut transaction, principal, uri).await?;
                }
                Some(action) => {
                    let want = Permission { uri: uri.clone(), action: *action };
                    store::put(&mut transaction, principal, &want, &by.actor, by.at).await?;
                }
            }
        }
        let on: Vec<&Uri> = changes.iter().map(|change| &change.uri).collect();
        self.ensure_administered(&mut transaction, &caller.policy, &on).await?;
        let revision = history::store::revision(&mut transaction).await?;
        transaction.commit().await?;
        Ok(revision)
    }

    /// Whether the caller administers the cluster.
    fn sees_everything(&self, caller: &Rights) -> bool {
        let cluster = Uri::try_new("cluster", [&self.cluster]).expect("the cluster's name is a plain segment");
        caller.allow(&cluster, Action::Manage)
    }

    /// A change is seen by whom it is about, by those who manage what it is on, and by administrators.
    fn sees(&self, caller: &Rights, entry: &HistoryEntry, uris: &[Uri]) -> bool {
        entry.principal == caller.principal()
            || uris.iter().any(|uri| caller.allow(uri, Action::Manage))
            || self.sees_everything(caller)
    }

    /// What a change was on.
    fn uris_of(&self, entry: &HistoryEntry) -> Vec<Uri> {
        let place = || [self.cluster.as_str()].into_iter().chain(entry.target.split('/'));
        match entry.kind {
            ChangeKind::Grant => entry.target.parse().ok().into_iter().collect(),
            ChangeKind::Member | ChangeKind::Project => Uri::try_new("project", place()).ok().into_iter().collect(),
            ChangeKind::OrgMember | ChangeKind::Org => Uri::try_new("org", place()).ok().into_iter().collect(),
            // Only a role is a thing that somebody looks after.
            ChangeKind::Principal => {
                entry.principal.contains('/').then(|| super::role_uri(&entry.principal)).into_iter().collect()
            }
        }
    }

    fn as_it_was(&self, state: Vec<HistoryEntry>) -> Result<Facts, StoreError> {
        let mut facts = Facts { cluster: self.cluster.clone(), ..Facts::default() };
        for entry in state {
            let corrupt = || StoreError::Corrupt { what: "entry of history" };
            let after = entry.after.as_deref().unwrap_or_default();
            let principal = entry.principal;
            match entry.kind {
                ChangeKind::Grant => facts.grants.push(Grant {
                    principal,
                    uri: entry.target.parse().map_err(|_| corrupt())?,
                    action: Action::parse(after).ok_or_else(corrupt)?,
                    granted_by: Some(entry.actor),
                    granted_at: Some(entry.at),
                }),
                ChangeKind::Member => {
                    let (org, project) = entry.target.split_once('/').ok_or_else(corrupt)?;
                    let role = ProjectRole::parse(after).ok_or_else(corrupt)?;
                    facts.members.push(Member { principal, org: org.to_owned(), project: project.to_owned(), role });
                }
                ChangeKind::OrgMember => {
                    let role = OrgRole::parse(after).ok_or_else(corrupt)?;
                    facts.org_members.push(OrgMember { principal, org: entry.target, role });
                }
                ChangeKind::Principal => {
                    let kind = if after == "role" { PrincipalKind::Role } else { PrincipalKind::User };
                    facts.principals.push(Principal { name: principal, kind });
                }
                ChangeKind::Project | ChangeKind::Org => {}
            }
        }
        facts.principals.sort_by(|a, b| a.name.cmp(&b.name));
        facts.grants.sort_by(|a, b| (&a.uri, &a.principal).cmp(&(&b.uri, &b.principal)));
        facts.members.sort_by(|a, b| (&a.org, &a.project, &a.principal).cmp(&(&b.org, &b.project, &b.principal)));
        facts.org_members.sort_by(|a, b| (&a.org, &a.principal).cmp(&(&b.org, &b.principal)));
        Ok(facts)
    }
}

fn what_happened(principal: &str, uri: &Uri, held: Option<Action>, last: Option<&HistoryEntry>) -> String {
    let now = held.map_or("is granted nothing".to_owned(), |action| format!("has {}", action.as_str()));
    match last {
        None => format!("{principal} {now} on {uri}"),
        Some(entry) => format!("{principal} {now} on {uri} since {} changed it at {}", entry.actor, entry.at),
    }
}
