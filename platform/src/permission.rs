//! The permission tree: what a set of grants allows on a URI.
//!
//! deny < list < read < write < manage, each including the lower ones. A grant on a URI holds for everything below it, by whole
//! path segments. The most specific grant has no precedence: the greatest action of any ancestor-or-self decides.

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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grant() -> impl Strategy<Value = Permission> {
        let action = prop_oneof![Just(Action::Read), Just(Action::Write), Just(Action::Manage)];
        (prop::collection::vec("[ab]", 0..5), action)
            .prop_map(|(path, action)| Permission { uri: Uri::try_new("image", path).expect("plain"), action })
    }

    proptest! {
        #[test]
        fn the_tree_says_what_the_grants_say(
            grants in prop::collection::vec(grant(), 0..8),
            path in prop::collection::vec("[abc]", 0..6),
        ) {
            let root: Uri = "image:".parse().expect("a uri");
            let uri = Uri::try_new("image", &path).expect("plain");
            let tree = Node::of(&grants, &root);
            let (by_tree, by_grants) = (tree.action_at(&path), effective(&grants, &uri));
            if by_grants == Action::Deny {
                let leads_on = grants.iter().any(|g| uri.covers(&g.uri));
                prop_assert_eq!(by_tree, if leads_on { Action::List } else { Action::Deny });
            } else {
                prop_assert_eq!(by_tree, by_grants);
            }
        }
    }

    #[test]
    fn actions_are_ordered_and_include_the_lower_ones() {
        let grants = [Permission { uri: "job://c/o/p".parse().expect("a uri"), action: Action::Write }];
        let below: Uri = "job://c/o/p/job-1".parse().expect("a uri");
        assert!(allows(&grants, &below, Action::Read) && allows(&grants, &below, Action::Write));
        assert!(!allows(&grants, &below, Action::Manage));
        assert!(!allows(&grants, &"job://c/o".parse().expect("a uri"), Action::List));
    }
}
