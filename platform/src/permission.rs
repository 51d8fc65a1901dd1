//! The permission tree: what a set of grants allows on a URI.
//!
//! deny < list < read < write < manage, each including the lower ones. A grant on a URI holds for everything below it, by whole
//! path segments. The most specific grant has no precedence: the greatest action of any ancestor-or-self decides.
//!
//! [`Facts`] are everything that decides rights on one cluster: principals, grants, places in projects and organisations.
//! [`Policy`] answers for all of them: one right, why somebody has it ([`Reason`]), or a whole [`Matrix`]. The cluster decides
//! by it, and whoever audits explains by the same code: a [`Review`] is the matrix with the questions an audit asks of it.

mod compare;
mod explain;
mod facts;
mod matrix;
mod policy;
mod restrict;
mod review;
#[cfg(test)]
mod tests;

pub use compare::{FactChange, compare};
pub use explain::{Reason, Source};
pub use facts::{
    Facts, Grant, InvalidRole, Member, OrgMember, OrgRole, PROJECT_SCHEMES, Principal, PrincipalKind, ProjectRole,
};
pub use matrix::Matrix;
pub use policy::Policy;
pub use review::{Narrowing, Review, Reviewed, Subject, Visible, is_everywhere};

use crate::uri::Uri;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What may be done; ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Nothing.
    #[default]
    Deny,
    /// See that it is there, on the way to something below.
    List,
    /// See and use.
    Read,
    /// Change.
    Write,
    /// Share on.
    Manage,
}

impl Action {
    /// Every action, the least first.
    pub const ALL: [Self; 5] = [Self::Deny, Self::List, Self::Read, Self::Write, Self::Manage];

    /// Its word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::List => "list",
            Self::Read => "read",
            Self::Write => "write",
            Self::Manage => "manage",
        }
    }

    /// The action of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == word)
    }
}

/// An action on a URI: granted, wanted, or missing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Permission {
    /// On what.
    pub uri: Uri,
    /// What.
    pub action: Action,
}

/// The greatest action that `grants` allow on `uri`: the maximum over grants on the URI itself or an ancestor of it.
#[must_use]
pub fn effective<'a>(grants: impl IntoIterator<Item = &'a Permission>, uri: &Uri) -> Action {
    grants.into_iter().filter(|g| g.uri.covers(uri)).map(|g| g.action).max().unwrap_or_default()
}

/// Whether `grants` allow `action` on `uri`.
#[must_use]
pub fn allows<'a>(grants: impl IntoIterator<Item = &'a Permission>, uri: &Uri, action: Action) -> bool {
    effective(grants, uri) >= action
}

/// A node of the tree a principal sees below some URI (`GET API/users/{user}/permissions/tree`): its action, inherited from
/// above where that is more, and below it only what differs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// What is allowed here; `list` on nodes that merely lead to a readable child.
    pub action: Action,
    /// By segment.
    pub children: BTreeMap<String, Node>,
}

impl Node {
    /// The tree of `grants` at and below `root`.
    #[must_use]
    pub fn of<'a>(grants: impl IntoIterator<Item = &'a Permission> + Clone, root: &Uri) -> Self {
        let mut top = Self { action: effective(grants.clone(), root), children: BTreeMap::new() };
        for grant in grants {
            if root.covers(&grant.uri) && grant.uri != *root {
                top.insert(&grant.uri.segments()[root.segments().len()..], grant.action);
            }
        }
        top.settle(Action::Deny);
        top
    }

    fn insert(&mut self, path: &[String], action: Action) {
        match path.split_first() {
            None => self.action = self.action.max(action),
            Some((first, rest)) => self.children.entry(first.clone()).or_default().insert(rest, action),
        }
    }

    /// Hands down what is inherited, and marks nodes that merely lead on.
    fn settle(&mut self, above: Action) {
        self.action = self.action.max(above);
        for child in self.children.values_mut() {
            child.settle(if self.action == Action::List { Action::Deny } else { self.action });
        }
        self.children.retain(|_, child| !child.children.is_empty() || child.action > self.action);
        if self.action == Action::Deny && !self.children.is_empty() {
            self.action = Action::List;
        }
    }

    /// What the tree allows at `path` (segments below its root).
    #[must_use]
    pub fn action_at<S: AsRef<str>>(&self, path: &[S]) -> Action {
        match path.split_first() {
            None => self.action,
            Some((first, rest)) => match self.children.get(first.as_ref()) {
                Some(child) => child.action_at(rest),
                // `list` is about this node only; rights proper go on below.
                None if self.action == Action::List => Action::Deny,
                None => self.action,
            },
        }
    }
}
