//! [`Facts`] made ready for questions.
//!
//! A tree over scheme and segments whose nodes hold what was given there, by principal; and for each principal the roles it
//! has, of all depths. A question walks from the scheme down to the URI and looks at each node for the asker and its roles: its
//! cost grows with the depth of the URI and the number of the asker's roles, not with the number of grants.

use super::{Action, Facts, Permission, PrincipalKind};
use crate::uri::Uri;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Everything about rights on one cluster, ready for questions.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    pub(super) facts: Facts,
    ids: HashMap<String, u32>,
    pub(super) names: Vec<String>,
    /// Which of them are users; a name that only grants tell of is not.
    is_user: Vec<bool>,
    /// Each right anybody holds by itself: of grants, of places in projects and organisations.
    pub(super) entries: Vec<Entry>,
    /// Entries by holder.
    held_by: Vec<Vec<u32>>,
    /// Roles each principal was given itself.
    pub(super) given_roles: Vec<Vec<u32>>,
    /// Each principal with all its roles, in order.
    pub(super) closure: Vec<Vec<u32>>,
    /// Each principal with all who have it as a role, in order.
    pub(super) bearers: Vec<Vec<u32>>,
    roots: HashMap<String, u32>,
    pub(super) nodes: Vec<Node>,
}

/// A right and what it comes from.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) holder: u32,
    pub(super) permission: Permission,
    pub(super) origin: Origin,
}

/// The fact behind an entry, by its place in [`Facts`].
#[derive(Clone, Copy, Debug)]
pub(super) enum Origin {
    Grant(usize),
    Member(usize),
    OrgMember(usize),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    children: HashMap<Box<str>, u32>,
    /// Holder, action, entry; ordered by holder.
    pub(super) held: Vec<(u32, Action, u32)>,
    /// Who holds anything further down, in order.
    pub(super) below: Vec<u32>,
}

impl Policy {
    /// Compiles facts. Grants to principals that are not listed count all the same.
    #[must_use]
    pub fn new(facts: Facts) -> Self {
        let mut policy = Self { facts, ..Self::default() };
        policy.number_principals();
        policy.enter_rights();
        policy.close_roles();
        policy.grow();
        policy
    }

    /// What it was made of.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// What a principal may do on a URI, by all its grants, roles and places. `list` where something below may be read.
    #[must_use]
    pub fn effective(&self, principal: &str, uri: &Uri) -> Action {
        let by_name = self.by_name(principal, uri);
        let Some(id) = self.id(principal) else { return by_name };
        let who = &self.closure[id as usize];
        let mut best = by_name;
        let path = self.path(uri);
        for node in path.nodes() {
            best = best.max(node.best_of(who));
        }
        if best == Action::Deny
            && let Some(node) = path.end()
            && who.iter().any(|id| node.below.binary_search(id).is_ok())
        {
            return Action::List;
        }
        best
    }

    /// Whether a principal may do that.
    #[must_use]
    pub fn allows(&self, principal: &str, uri: &Uri, action: Action) -> bool {
        self.effective(principal, uri) >= action
    }

    /// Every permission a principal has, through its roles and places too; one URI may come several times.
    pub fn permissions_of<'a>(&'a self, principal: &str) -> impl Iterator<Item = Permission> + use<'a> {
        let own = self.own_names(principal);
        let who = self.id(principal).map_or(&[][..], |id| &self.closure[id as usize]);
        let entries = who.iter().flat_map(|id| &self.held_by[*id as usize]);
        own.into_iter().chain(entries.map(|entry| self.entries[*entry as usize].permission.clone()))
    }

    /// The roles a principal has, those of its roles included, in order.
    pub fn roles_of(&self, principal: &str) -> impl Iterator<Item = &str> {
        let own = self.id(principal);
        let who = own.map_or(&[][..], |id| &self.closure[id as usize]);
        let mut roles: Vec<&str> =
            who.iter().filter(|id| Some(**id) != own).map(|id| self.names[*id as usize].as_str()).collect();
        roles.sort_unstable();
        roles.into_iter()
    }

    pub(super) fn id(&self, principal: &str) -> Option<u32> {
        self.ids.get(principal).copied()
    }

    /// What follows from a user's name alone: whoever is `alice` looks after the roles `alice/...`, and sees herself as a user. The
    /// roles below the cluster's name are its administrators', whoever is called like it.
    pub(super) fn own_names(&self, principal: &str) -> Vec<Permission> {
        if !self.id(principal).is_some_and(|id| self.is_user[id as usize]) {
            return Vec::new();
        }
        let cluster = self.facts.cluster.as_str();
        let roles = (principal != cluster).then(|| Uri::try_new("role", principal.split('/')));
        let roles = roles.and_then(Result::ok).map(|uri| Permission { uri, action: Action::Manage });
        let user = Uri::try_new("user", [cluster, principal]).ok();
        let user = user.map(|uri| Permission { uri, action: Action::Read });
        roles.into_iter().chain(user).collect()
    }

    pub(super) fn by_name(&self, principal: &str, uri: &Uri) -> Action {
        // Most questions are about neither; they should not pay for it.
        if matches!(uri.scheme(), "role" | "user") {
            super::effective(&self.own_names(principal), uri)
        } else {
            Action::Deny
        }
    }

    fn number_principals(&mut self) {
        let Facts { principals, grants, members, org_members, .. } = &self.facts;
        let named = principals.iter().map(|principal| &principal.name);
        let named = named.chain(grants.iter().map(|grant| &grant.principal));
        let named = named.chain(members.iter().map(|member| &member.principal));
        for name in named.chain(org_members.iter().map(|member| &member.principal)) {
            if !self.ids.contains_key(name) {
                self.ids.insert(name.clone(), number(self.names.len()));
                self.names.push(name.clone());
            }
        }
        self.is_user = vec![false; self.names.len()];
        for user in principals.iter().filter(|principal| principal.kind == PrincipalKind::User) {
            self.is_user[self.ids[&user.name] as usize] = true;
        }
    }

    fn enter_rights(&mut self) {
        let Facts { cluster, grants, members, org_members, .. } = &self.facts;
        let (ids, entries) = (&self.ids, &mut self.entries);
        let mut enter = |principal: &str, permission: Permission, origin| {
            entries.push(Entry { holder: ids[principal], permission, origin });
        };
        for (n, grant) in grants.iter().enumerate() {
            let permission = Permission { uri: grant.uri.clone(), action: grant.action };
            enter(&grant.principal, permission, Origin::Grant(n));
        }
        for (n, member) in members.iter().enumerate() {
            member.permissions(cluster).for_each(|right| enter(&member.principal, right, Origin::Member(n)));
        }
        for (n, member) in org_members.iter().enumerate() {
            member.permissions(cluster).for_each(|right| enter(&member.principal, right, Origin::OrgMember(n)));
        }
        self.held_by = vec![Vec::new(); self.names.len()];
        for (n, entry) in self.entries.iter().enumerate() {
            self.held_by[entry.holder as usize].push(number(n));
        }
    }

    fn close_roles(&mut self) {
        let many = self.names.len();
        self.given_roles = vec![Vec::new(); many];
        let roles = self.facts.principals.iter().filter(|principal| principal.kind == PrincipalKind::Role);
        let roles: HashSet<&str> = roles.map(|role| role.name.as_str()).collect();
        for grant in &self.facts.grants {
            // A grant of a role that does not exist gives nothing, and nobody is given a user.
            let role = grant.gives_role().filter(|role| roles.contains(role.as_str()));
            if let Some(role) = role.and_then(|role| self.ids.get(&role)) {
                self.given_roles[self.ids[&grant.principal] as usize].push(*role);
            }
        }
        self.bearers = vec![Vec::new(); many];
        for id in 0..many {
            let mut seen = BTreeSet::from([number(id)]);
            let mut todo = vec![number(id)];
            while let Some(next) = todo.pop() {
                todo.extend(self.given_roles[next as usize].iter().filter(|role| seen.insert(**role)));
            }
            for role in &seen {
                self.bearers[*role as usize].push(number(id));
            }
            self.closure.push(seen.into_iter().collect());
        }
    }

    fn grow(&mut self) {
        for (n, entry) in self.entries.iter().enumerate() {
            let uri = &entry.permission.uri;
            let mut at = match self.roots.get(uri.scheme()) {
                Some(root) => *root,
                None => {
                    let root = number(self.nodes.len());
                    self.nodes.push(Node::default());
                    self.roots.insert(uri.scheme().to_owned(), root);
                    root
                }
            };
            for segment in uri.segments() {
                self.nodes[at as usize].below.push(entry.holder);
                at = match self.nodes[at as usize].children.get(segment.as_str()) {
                    Some(child) => *child,
                    None => {
                        let child = number(self.nodes.len());
                        self.nodes.push(Node::default());
                        self.nodes[at as usize].children.insert(segment.as_str().into(), child);
                        child
                    }
                };
            }
            self.nodes[at as usize].held.push((entry.holder, entry.permission.action, number(n)));
        }
        for node in &mut self.nodes {
            node.held.sort_unstable();
            node.below.sort_unstable();
            node.below.dedup();
        }
    }

    /// The nodes from the scheme to a URI, as far as there are any.
    pub(super) fn path(&self, uri: &Uri) -> Path<'_> {
        let mut path = Path { nodes: Vec::with_capacity(uri.segments().len() + 1), whole: false };
        let Some(mut at) = self.roots.get(uri.scheme()).map(|root| &self.nodes[*root as usize]) else { return path };
        path.nodes.push(at);
        for segment in uri.segments() {
            let Some(child) = at.children.get(segment.as_str()) else { return path };
            at = &self.nodes[*child as usize];
            path.nodes.push(at);
        }
        path.whole = true;
        path
    }
}

/// Nodes from a scheme downwards.
pub(super) struct Path<'a> {
    nodes: Vec<&'a Node>,
    whole: bool,
}

impl<'a> Path<'a> {
    pub(super) fn nodes(&self) -> impl Iterator<Item = &'a Node> {
        self.nodes.iter().copied()
    }

    /// The node of the URI itself, where there is one.
    pub(super) fn end(&self) -> Option<&'a Node> {
        if self.whole { self.nodes.last().copied() } else { None }
    }
}

impl Node {
    /// The greatest action that any of them holds here.
    fn best_of(&self, who: &[u32]) -> Action {
        // The shorter list is walked, the longer one searched.
        if self.held.len() < who.len() {
            let held = self.held.iter().filter(|(holder, ..)| who.binary_search(holder).is_ok());
            return held.map(|(_, action, _)| *action).max().unwrap_or_default();
        }
        who.iter().flat_map(|id| self.of(*id)).map(|(_, action, _)| *action).max().unwrap_or_default()
    }

    /// What one principal holds here.
    pub(super) fn of(&self, id: u32) -> &[(u32, Action, u32)] {
        let begin = self.held.partition_point(|(holder, ..)| *holder < id);
        let many = self.held[begin..].partition_point(|(holder, ..)| *holder == id);
        &self.held[begin..begin + many]
    }
}

pub(super) fn number(index: usize) -> u32 {
    u32::try_from(index).expect("no cluster has four billion grants")
}
