//! Facts by the platform's own calls, one for each person and role: for clusters without the audit extension.
//!
//! Rights come from the permissions that the platform names for each. Of a place in an organisation only that it is there counts:
//! what it allows is among the permissions already.

use super::{People, Progress, facts::reaches_images};
use crate::{Gateway, rescue::Failure, session::Session, upstream::UpstreamError};
use api::audit::{AuditCapability, AuditGap, AuditStep};
use futures::{FutureExt, StreamExt, stream};
use jiff::SignedDuration;
use platform::{
    Uri,
    permission::{Action, Facts, Grant, OrgMember, OrgRole, Permission, Principal, PrincipalKind},
};
use std::collections::{BTreeMap, BTreeSet};

/// People and roles asked about.
const PEOPLE_MAX: usize = 2_000;
/// Calls at once.
const AT_ONCE: usize = 8;
/// No audit takes longer; what is not here by then is a gap.
const LONGEST: SignedDuration = SignedDuration::from_secs(120);

/// What is known so far.
#[derive(Default)]
struct Known {
    /// Greatest action of each grant.
    grants: BTreeMap<(String, Uri), Action>,
    /// Everybody heard of, and whether as a role.
    names: BTreeMap<String, bool>,
    org_members: Vec<OrgMember>,
    gaps: BTreeSet<Gap>,
}

/// [`AuditGap`] in the order they are told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    People,
    Places,
    Grants,
    TooMany,
}

pub(super) async fn gather(gateway: &Gateway, session: &Session, progress: &Progress) -> Result<People, Failure> {
    let mut known = Known::default();
    let upstream = gateway.upstream();
    let began = gateway.host().now();
    known.name(&session.user, false);
    let own = upstream.grants_of(session, &session.user, None).await?;
    known.take(&session.user, own);
    match upstream.shared_grants(session, None).await {
        Ok(shared) => {
            for grant in shared {
                known.name(&grant.user, false);
                known.take(&grant.user, vec![Permission { uri: grant.uri, action: grant.action }]);
            }
        }
        Err(error) => known.gap(error, Gap::Grants)?,
    }
    places(gateway, session, &mut known).await?;
    let mut asked = BTreeSet::from([session.user.clone()]);
    // Roles come to be known from the grants of those who have them.
    loop {
        let todo: Vec<String> = known.names.keys().filter(|name| !asked.contains(*name)).cloned().collect();
        let room = PEOPLE_MAX.saturating_sub(asked.len());
        let is_late = gateway.host().now().duration_since(began) > LONGEST;
        if todo.is_empty() {
            break;
        }
        if room == 0 || is_late {
            known.gaps.insert(Gap::TooMany);
            break;
        }
        // A few rounds of calls, so that time is looked at in between.
        let round: Vec<String> = todo.into_iter().take(room.min(AT_ONCE * 4)).collect();
        let calls = round.into_iter().map(|name| {
            async move {
                let answer = upstream.grants_of(session, &name, None).await;
                (name, answer)
            }
            .boxed()
        });
        let answers: Vec<_> = stream::iter(calls).buffered(AT_ONCE).collect().await;
        for (name, answer) in answers {
            match answer {
                Ok(held) => known.take(&name, held),
                Err(error) => known.gap(error, Gap::Grants)?,
            }
            asked.insert(name);
        }
        progress.tell(AuditStep::People, asked.len(), Some(known.names.len()));
    }
    Ok(known.people(session))
}

/// Who uses the cluster in the name of which organisation, where the platform tells.
async fn places(gateway: &Gateway, session: &Session, known: &mut Known) -> Result<(), Failure> {
    match gateway.upstream().cluster_users(session).await {
        Ok(users) => {
            for user in users {
                known.name(&user.user_name, false);
                if let Some(org) = user.org_name {
                    known.org_members.push(OrgMember { principal: user.user_name, org, role: OrgRole::User });
                }
            }
            if known.org_members.is_empty() {
                known.gaps.insert(Gap::Places);
            }
            Ok(())
        }
        Err(UpstreamError::NoAdminApi) => {
            known.gaps.extend([Gap::People, Gap::Places]);
            Ok(())
        }
        Err(error) => {
            known.gap(error, Gap::People)?;
            known.gaps.insert(Gap::Places);
            Ok(())
        }
    }
}

impl Known {
    fn name(&mut self, name: &str, is_role: bool) {
        // The platform calls roles `OWNER/roles/NAME` or `CLUSTER/NAME`; users of the first kind are service accounts.
        let is_role = is_role || name.contains("/roles/");
        *self.names.entry(name.to_owned()).or_default() |= is_role;
    }

    fn take(&mut self, name: &str, held: Vec<Permission>) {
        for Permission { uri, action } in held {
            if action < Action::Read || !reaches_images(&uri) {
                continue;
            }
            let grant =
                Grant { principal: name.to_owned(), uri: uri.clone(), action, granted_by: None, granted_at: None };
            if let Some(role) = grant.gives_role() {
                self.name(&role, true);
            }
            let held = self.grants.entry((name.to_owned(), uri)).or_default();
            *held = (*held).max(action);
        }
    }

    /// What may not be known is a gap; anything else that fails is a failure.
    fn gap(&mut self, error: UpstreamError, gap: Gap) -> Result<(), Failure> {
        match error {
            UpstreamError::Refused { status, .. } if matches!(status.as_u16(), 400 | 403 | 404 | 405) => {
                self.gaps.insert(gap);
                Ok(())
            }
            error => Err(error.into()),
        }
    }

    fn people(self, session: &Session) -> People {
        let kind = |is_role| if is_role { PrincipalKind::Role } else { PrincipalKind::User };
        let grants = self.grants.into_iter();
        let facts = Facts {
            cluster: session.cluster.clone(),
            principals: self.names.into_iter().map(|(name, is_role)| Principal { name, kind: kind(is_role) }).collect(),
            grants: grants
                .map(|((principal, uri), action)| Grant { principal, uri, action, granted_by: None, granted_at: None })
                .collect(),
            members: Vec::new(),
            org_members: self.org_members,
        };
        let gaps = self.gaps.into_iter().map(|gap| match gap {
            Gap::People => AuditGap::People,
            Gap::Places => AuditGap::Places,
            Gap::Grants => AuditGap::Grants,
            Gap::TooMany => AuditGap::TooManyPeople,
        });
        People {
            whole: self_is_whole(&facts, session),
            left: Vec::new(),
            gaps: gaps.collect(),
            capability: AuditCapability::default(),
            facts,
        }
    }
}

/// Who manages all images of the cluster sees all grants on them.
fn self_is_whole(facts: &Facts, session: &Session) -> bool {
    let Ok(cluster) = Uri::try_new("image", [session.cluster.as_str()]) else { return false };
    platform::permission::Policy::new(facts.clone()).allows(&session.user, &cluster, Action::Manage)
}
