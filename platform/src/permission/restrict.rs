//! The part of the facts that one principal may see: enough to audit what it manages, and nothing else of others.

use super::{Action, Facts, Member, OrgMember, Policy};
use crate::uri::Uri;
use std::collections::HashSet;

impl Policy {
    /// What a principal manages.
    #[must_use]
    pub fn managed_by(&self, principal: &str) -> Vec<Uri> {
        let rights = self.permissions_of(principal).filter(|right| right.action == Action::Manage);
        rights.map(|right| right.uri).collect()
    }

    /// What the viewer may see: its own grants and places, and whatever decides who may do what on the things it manages. So the
    /// rights on such a thing follow from this part as they follow from the whole. `managed` comes from [`Policy::managed_by`];
    /// of the policy now, when this one is of a time long ago.
    #[must_use]
    pub fn seen_by(&self, viewer: &str, managed: &[Uri]) -> Facts {
        // A right reaches a managed thing from at, below or above it.
        let reaches = |uri: &Uri| managed.iter().any(|own| own.covers(uri) || uri.covers(own));
        let whole = &self.facts;
        let roles: HashSet<&str> = self.roles_of(viewer).collect();
        let own = |principal: &str| principal == viewer || roles.contains(principal);
        let mut seen = Facts { cluster: whole.cluster.clone(), ..Facts::default() };
        let orgs: HashSet<&str> = whole
            .org_members
            .iter()
            .filter(|member| member.principal == viewer)
            .map(|member| member.org.as_str())
            .collect();
        let decides = |member: &Member| member.permissions(&whole.cluster).any(|right| reaches(&right.uri));
        // Members of an organisation see who else is.
        let is_known = |member: &OrgMember| {
            orgs.contains(member.org.as_str()) || member.permissions(&whole.cluster).any(|right| reaches(&right.uri))
        };
        let members = whole.members.iter().filter(|member| own(&member.principal) || decides(member));
        seen.members = members.cloned().collect();
        let org_members = whole.org_members.iter().filter(|member| own(&member.principal) || is_known(member));
        seen.org_members = org_members.cloned().collect();

        let mut chosen: Vec<bool> =
            whole.grants.iter().map(|grant| grant.principal == viewer || reaches(&grant.uri)).collect();
        let mut named: HashSet<&str> = HashSet::from([viewer]);
        named.extend(whole.members.iter().filter(|member| decides(member)).map(|member| member.principal.as_str()));
        named
            .extend(whole.org_members.iter().filter(|member| is_known(member)).map(|member| member.principal.as_str()));
        // Whose name alone gives a right there.
        let by_name = |name: &str| self.own_names(name).iter().any(|right| reaches(&right.uri));
        named.extend(whole.principals.iter().map(|principal| principal.name.as_str()).filter(|name| by_name(name)));
        // Who has a role that is seen to have rights is part of who has the rights.
        loop {
            let before = named.len();
            named.extend(
                whole
                    .grants
                    .iter()
                    .zip(&chosen)
                    .filter(|(_, chosen)| **chosen)
                    .map(|(grant, _)| grant.principal.as_str()),
            );
            for (grant, chosen) in whole.grants.iter().zip(&mut chosen) {
                *chosen |= grant.gives_role().is_some_and(|role| named.contains(role.as_str()));
            }
            named.extend(
                whole
                    .grants
                    .iter()
                    .zip(&chosen)
                    .filter(|(_, chosen)| **chosen)
                    .map(|(grant, _)| grant.principal.as_str()),
            );
            if named.len() == before {
                break;
            }
        }
        // What the viewer's roles hold is the viewer's own; who else has them is not.
        seen.grants = whole
            .grants
            .iter()
            .zip(chosen)
            .filter(|(grant, chosen)| *chosen || own(&grant.principal))
            .map(|(grant, _)| grant.clone())
            .collect();
        seen.principals = whole
            .principals
            .iter()
            .filter(|principal| {
                named.contains(principal.name.as_str()) || own(&principal.name)
                // Roles that those seen were given.
                || seen.grants.iter().any(|grant| grant.gives_role().is_some_and(|role| role == principal.name))
            })
            .cloned()
            .collect();
        seen
    }
}
