//! Why somebody may do something: every chain of grants, roles and places that leads there.

use super::{
    Action, OrgRole, Policy, ProjectRole,
    policy::{Entry, Origin},
};
use crate::uri::Uri;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, VecDeque};

/// One chain that gives a principal a right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// What it allows.
    pub action: Action,
    /// Where that holds: the URI asked about, or one above it.
    pub uri: Uri,
    /// The roles it goes through, the principal's own first; empty when it was given to the principal itself.
    pub via: Vec<String>,
    /// What stands at the end of the chain.
    #[serde(flatten)]
    pub source: Source,
}

/// A fact that gives a right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum Source {
    /// A grant, to the principal or to the last role of the chain.
    Grant {
        /// Who gave it, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        /// When, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// A place in a project.
    Project {
        /// Its organisation.
        org: String,
        /// The project.
        project: String,
        /// The place.
        role: ProjectRole,
    },
    /// A place in an organisation.
    Org {
        /// The organisation.
        org: String,
        /// The place.
        role: OrgRole,
    },
    /// The name alone: everybody looks after the roles below the own name.
    Name,
}

impl Policy {
    /// Every chain that gives the principal a right on the URI: the greatest action first, then the shortest chain, then the
    /// nearest URI. Empty when there is none.
    #[must_use]
    pub fn explain(&self, principal: &str, uri: &Uri) -> Vec<Reason> {
        let by_name = self.own_names(principal).into_iter().filter(|own| own.uri.covers(uri));
        let by_name =
            by_name.map(|own| Reason { action: own.action, uri: own.uri, via: Vec::new(), source: Source::Name });
        let mut reasons: Vec<Reason> = by_name.collect();
        if let Some(id) = self.id(principal) {
            let chains = self.chains(id);
            for node in self.path(uri).nodes() {
                for who in &self.closure[id as usize] {
                    let held = node.of(*who).iter().map(|(.., entry)| &self.entries[*entry as usize]);
                    reasons.extend(held.map(|entry| self.reason(entry, chains[who].clone())));
                }
            }
        }
        reasons.sort_by(|a, b| {
            let depth = |reason: &Reason| reason.uri.segments().len();
            b.action
                .cmp(&a.action)
                .then(a.via.len().cmp(&b.via.len()))
                .then(depth(b).cmp(&depth(a)))
                .then_with(|| a.via.cmp(&b.via))
        });
        reasons
    }

    /// Everybody with a right on the URI, in order of name; `list` alone is none.
    #[must_use]
    pub fn who_may(&self, uri: &Uri) -> Vec<(&str, Action)> {
        let mut best = vec![Action::Deny; self.names.len()];
        for node in self.path(uri).nodes() {
            for (holder, action, _) in &node.held {
                for bearer in &self.bearers[*holder as usize] {
                    let held = &mut best[*bearer as usize];
                    *held = (*held).max(*action);
                }
            }
        }
        let named = self.names.iter().zip(best).map(|(name, held)| (name.as_str(), held.max(self.by_name(name, uri))));
        let mut who: Vec<(&str, Action)> = named.filter(|(_, action)| *action >= Action::Read).collect();
        who.sort_unstable();
        who
    }

    fn reason(&self, entry: &Entry, via: Vec<String>) -> Reason {
        let source = match entry.origin {
            Origin::Grant(n) => {
                let grant = &self.facts.grants[n];
                Source::Grant { by: grant.granted_by.clone(), at: grant.granted_at }
            }
            Origin::Member(n) => {
                let member = &self.facts.members[n];
                Source::Project { org: member.org.clone(), project: member.project.clone(), role: member.role }
            }
            Origin::OrgMember(n) => {
                let member = &self.facts.org_members[n];
                Source::Org { org: member.org.clone(), role: member.role }
            }
        };
        Reason { action: entry.permission.action, uri: entry.permission.uri.clone(), via, source }
    }

    /// The shortest chain of roles from a principal to itself and to each of its roles.
    fn chains(&self, from: u32) -> HashMap<u32, Vec<String>> {
        let mut chains = HashMap::from([(from, Vec::new())]);
        let mut todo = VecDeque::from([from]);
        while let Some(next) = todo.pop_front() {
            for role in &self.given_roles[next as usize] {
                if !chains.contains_key(role) {
                    let mut chain = chains[&next].clone();
                    chain.push(self.names[*role as usize].clone());
                    chains.insert(*role, chain);
                    todo.push_back(*role);
                }
            }
        }
        chains
    }
}
