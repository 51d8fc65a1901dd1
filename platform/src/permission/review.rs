//! Things x principals as whoever audits looks at them: the right in each cell, and which rows and columns a question is about.
//!
//! Owns what the questions mean: outsider, everywhere, left, unused. Where the answers come from (grants, who left, what was used)
//! is told from outside.

use super::{Action, Facts, Matrix, Policy, PrincipalKind, Reason};
use crate::uri::Uri;
use std::collections::{BTreeSet, HashMap, HashSet};

/// A thing that is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewed {
    /// `image://CLUSTER/ORG/PROJECT/NAME`, mostly.
    pub uri: Uri,
    /// Nobody is known to have used it.
    pub is_unused: bool,
}

/// Which cells are meant; each that is set narrows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrowing {
    /// This thing alone: who can reach it?
    pub thing: Option<Uri>,
    /// This principal alone: what can it reach?
    pub principal: Option<String>,
    /// Part of the thing's path, whatever the case.
    pub thing_text: String,
    /// Part of the principal's name, whatever the case.
    pub principal_text: String,
    /// Who has no place in the thing's organisation.
    pub outsiders: bool,
    /// Who may share it on.
    pub manage: bool,
    /// Who has a grant on the whole cluster or on every cluster, also by a role.
    pub everywhere: bool,
    /// Things that nobody used.
    pub unused: bool,
    /// Who has left and still has rights.
    pub left: bool,
    /// Roles beside users.
    pub roles: bool,
}

impl Narrowing {
    /// Whether it leaves out cells by what they hold, so that rows without any are not worth showing.
    fn picks_cells(&self) -> bool {
        self.outsiders || self.manage || self.everywhere || self.left || self.principal.is_some()
    }

    /// Whether anything is left out.
    #[must_use]
    pub fn narrows(&self) -> bool {
        let whole = Self { roles: self.roles, ..Self::default() };
        *self != whole
    }
}

/// Somebody who is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Name.
    pub name: String,
    /// User or role.
    pub kind: PrincipalKind,
    /// Has left, or is no principal of the cluster any more, and has rights all the same.
    pub has_left: bool,
    /// Has a grant on everything.
    pub is_everywhere: bool,
    /// Places of the organisations it is in.
    orgs: Vec<u32>,
    folded: String,
}

/// The rows and columns a question is about, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visible {
    /// Places of the things.
    pub rows: Vec<u32>,
    /// Places of the principals.
    pub columns: Vec<u32>,
    /// How many cells of them are meant.
    pub cells: usize,
}

/// Facts, things and principals, ready for questions.
#[derive(Clone, Debug)]
pub struct Review {
    policy: Policy,
    things: Vec<Reviewed>,
    folded: Vec<String>,
    /// The organisation of each thing, where it has one.
    org_of: Vec<Option<u32>>,
    orgs: HashMap<String, u32>,
    subjects: Vec<Subject>,
    matrix: Matrix,
    knows_places: bool,
}

impl Review {
    /// Computes every right. `left`: names of those who were in an organisation and are no more.
    #[must_use]
    pub fn new(facts: Facts, things: Vec<Reviewed>, left: &HashSet<String>) -> Self {
        let policy = Policy::new(facts);
        let mut orgs: HashMap<String, u32> = HashMap::new();
        let mut org = |name: &str| match orgs.get(name) {
            Some(id) => *id,
            None => {
                let id = super::policy::number(orgs.len());
                orgs.insert(name.to_owned(), id);
                id
            }
        };
        let org_of = things.iter().map(|thing| org_of(&thing.uri).map(&mut org)).collect();
        let subjects = subjects(&policy, left, &mut org);
        let uris: Vec<Uri> = things.iter().map(|thing| thing.uri.clone()).collect();
        let names: Vec<&str> = subjects.iter().map(|subject| subject.name.as_str()).collect();
        let matrix = policy.matrix(&uris, &names);
        let folded = things.iter().map(|thing| path(&thing.uri).to_lowercase()).collect();
        Self { policy, things, folded, org_of, orgs, subjects, matrix, knows_places: true }
    }

    /// The same where it is not known who belongs to which organisation: then nobody is told to be an outsider.
    #[must_use]
    pub fn without_places(self) -> Self {
        Self { knows_places: false, ..self }
    }

    /// What decides.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The rows.
    #[must_use]
    pub fn things(&self) -> &[Reviewed] {
        &self.things
    }

    /// The columns, in order of name.
    #[must_use]
    pub fn subjects(&self) -> &[Subject] {
        &self.subjects
    }

    /// The right in each cell.
    #[must_use]
    pub fn matrix(&self) -> &Matrix {
        &self.matrix
    }

    /// The right in one cell; a way to something below is none.
    #[must_use]
    pub fn right(&self, row: u32, column: u32) -> Action {
        usable(self.matrix.at(row as usize, column as usize))
    }

    /// Why the right in one cell is what it is; the deciding reason first.
    #[must_use]
    pub fn why(&self, row: u32, column: u32) -> Vec<Reason> {
        self.policy.explain(&self.subjects[column as usize].name, &self.things[row as usize].uri)
    }

    /// Whether the principal is no member of the thing's organisation. Roles are in none, and strangers to none.
    #[must_use]
    pub fn is_outsider(&self, row: u32, column: u32) -> bool {
        let subject = &self.subjects[column as usize];
        self.knows_places
            && subject.kind == PrincipalKind::User
            && self.org_of[row as usize].is_some_and(|org| subject.orgs.binary_search(&org).is_err())
    }

    /// Whether a cell is meant; it holds a right then.
    #[must_use]
    pub fn is_meant(&self, narrowing: &Narrowing, row: u32, column: u32) -> bool {
        let right = self.right(row, column);
        right >= Action::Read
            && (!narrowing.manage || right == Action::Manage)
            && (!narrowing.outsiders || self.is_outsider(row, column))
    }

    /// The rows and columns that a question is about. Principals without any of the cells that are meant have no column.
    #[must_use]
    pub fn visible(&self, narrowing: &Narrowing) -> Visible {
        let columns = self.columns(narrowing);
        let text = narrowing.thing_text.trim().to_lowercase();
        let mut found = Visible::default();
        let mut used = vec![false; self.subjects.len()];
        for (row, thing) in self.things.iter().enumerate() {
            let is_wanted = (!narrowing.unused || thing.is_unused)
                && narrowing.thing.as_ref().is_none_or(|uri| *uri == thing.uri)
                && (text.is_empty() || self.folded[row].contains(&text));
            if !is_wanted {
                continue;
            }
            let row = super::policy::number(row);
            let before = found.cells;
            for column in columns.iter().filter(|column| self.is_meant(narrowing, row, **column)) {
                used[*column as usize] = true;
                found.cells += 1;
            }
            if found.cells > before || !narrowing.picks_cells() {
                found.rows.push(row);
            }
        }
        found.columns = columns;
        // Whom the question is about is shown, with whatever it has.
        if narrowing.principal.is_none() {
            found.columns.retain(|column| used[*column as usize]);
        }
        found
    }

    /// The grants on images, and of roles, that a question is about, by their places in the facts.
    #[must_use]
    pub fn grants(&self, narrowing: &Narrowing) -> Vec<u32> {
        let text = narrowing.thing_text.trim().to_lowercase();
        let who = narrowing.principal_text.trim().to_lowercase();
        let unused = |uri: &Uri| {
            let mut reached = self.things.iter().filter(|thing| uri.covers(&thing.uri)).peekable();
            reached.peek().is_some() && reached.all(|thing| thing.is_unused)
        };
        let is_wanted = |grant: &super::Grant| {
            let Some(subject) = self.subject(&grant.principal) else { return false };
            let is_image = grant.uri.scheme() == "image";
            (is_image || grant.gives_role().is_some())
                && narrowing.thing.as_ref().is_none_or(|thing| grant.uri.covers(thing))
                && narrowing.principal.as_ref().is_none_or(|name| *name == grant.principal)
                && (text.is_empty() || grant.uri.to_string().to_lowercase().contains(&text))
                && (who.is_empty() || subject.folded.contains(&who))
                && (!narrowing.manage || (is_image && grant.action == Action::Manage))
                && (!narrowing.everywhere || (is_image && is_everywhere(&grant.uri)))
                && (!narrowing.left || subject.has_left)
                && (!narrowing.outsiders || self.is_to_outsider(subject, &grant.uri))
                && (!narrowing.unused || (is_image && unused(&grant.uri)))
        };
        let numbered = self.policy.facts().grants.iter().enumerate();
        numbered.filter(|(_, grant)| is_wanted(grant)).map(|(n, _)| super::policy::number(n)).collect()
    }

    /// The subject of a name.
    #[must_use]
    pub fn subject(&self, name: &str) -> Option<&Subject> {
        let at = self.subjects.binary_search_by(|subject| subject.name.as_str().cmp(name)).ok()?;
        Some(&self.subjects[at])
    }

    /// Whether a grant on something of an organisation, or on the whole organisation, was made to a user outside of it.
    fn is_to_outsider(&self, subject: &Subject, uri: &Uri) -> bool {
        // Without an organisation between cluster and project there is nobody outside of it.
        let org = (uri.scheme() == "image").then(|| uri.segments().get(1)).flatten();
        let org = org.and_then(|org| self.orgs.get(org));
        let is_person = self.knows_places && subject.kind == PrincipalKind::User;
        is_person && org.is_some_and(|org| subject.orgs.binary_search(org).is_err())
    }

    fn columns(&self, narrowing: &Narrowing) -> Vec<u32> {
        let text = narrowing.principal_text.trim().to_lowercase();
        let wanted = |subject: &Subject| match &narrowing.principal {
            Some(name) => subject.name == *name,
            None => {
                (narrowing.roles || subject.kind == PrincipalKind::User)
                    && (text.is_empty() || subject.folded.contains(&text))
                    && (!narrowing.everywhere || subject.is_everywhere)
                    && (!narrowing.left || subject.has_left)
            }
        };
        let numbered = self.subjects.iter().enumerate();
        numbered.filter(|(_, subject)| wanted(subject)).map(|(column, _)| super::policy::number(column)).collect()
    }
}

/// A way to something below is no right.
fn usable(action: Action) -> Action {
    if action == Action::List { Action::Deny } else { action }
}

/// The organisation in a thing's path: the one between cluster and project. Older paths have none.
fn org_of(uri: &Uri) -> Option<&str> {
    match uri.segments() {
        [_, org, _, _, ..] => Some(org),
        _ => None,
    }
}

/// The path below the cluster.
fn path(uri: &Uri) -> String {
    uri.segments().get(1..).unwrap_or_default().join("/")
}

/// Whether a grant reaches every project of a cluster.
#[must_use]
pub fn is_everywhere(uri: &Uri) -> bool {
    uri.segments().len() <= 1
}

fn subjects(policy: &Policy, left: &HashSet<String>, org: &mut impl FnMut(&str) -> u32) -> Vec<Subject> {
    let facts = policy.facts();
    let known: HashMap<&str, PrincipalKind> =
        facts.principals.iter().map(|one| (one.name.as_str(), one.kind)).collect();
    let mut orgs: HashMap<&str, BTreeSet<u32>> = HashMap::new();
    for member in &facts.org_members {
        orgs.entry(&member.principal).or_default().insert(org(&member.org));
    }
    for member in &facts.members {
        orgs.entry(&member.principal).or_default().insert(org(&member.org));
    }
    let holds_everything: HashSet<&str> = facts
        .grants
        .iter()
        .filter(|grant| grant.uri.scheme() == "image" && is_everywhere(&grant.uri))
        .map(|grant| grant.principal.as_str())
        .collect();
    let mut subjects: Vec<Subject> = policy
        .names
        .iter()
        .map(|name| {
            let kind = known.get(name.as_str()).copied();
            let is_everywhere = holds_everything.contains(name.as_str())
                || policy.roles_of(name).any(|role| holds_everything.contains(role));
            Subject {
                // Who holds grants and is on no list was removed, or is of another cluster.
                has_left: kind.is_none() || left.contains(name),
                kind: kind.unwrap_or(PrincipalKind::User),
                is_everywhere,
                orgs: orgs.get(name.as_str()).into_iter().flatten().copied().collect(),
                folded: name.to_lowercase(),
                name: name.clone(),
            }
        })
        .collect();
    subjects.sort_by(|a, b| a.name.cmp(&b.name));
    subjects
}
