//! What differs between two states of the facts, and between the rights that follow from them.

use super::{Action, Facts, Matrix};
use crate::audit::ChangeKind;
use std::collections::BTreeMap;

/// A fact that holds in one state and not, or otherwise, in the other. In the words of history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactChange {
    /// What it is about.
    pub kind: ChangeKind,
    /// Whom.
    pub principal: String,
    /// On what: as in [`crate::audit::HistoryEntry::target`].
    pub target: String,
    /// What held before; None: nothing.
    pub before: Option<&'static str>,
    /// What holds after; None: nothing.
    pub after: Option<&'static str>,
}

/// Principal, kind, target.
type Key<'a> = (&'a str, u8, String);

/// Every fact that differs, in order of the principal.
#[must_use]
pub fn compare(before: &Facts, after: &Facts) -> Vec<FactChange> {
    let (was, is) = (words(before), words(after));
    let mut changes = Vec::new();
    let mut note = |(principal, kind, target): &Key<'_>, before: Option<&'static str>, after| {
        if before != after {
            let (principal, target) = ((*principal).to_owned(), target.clone());
            changes.push(FactChange { kind: ChangeKind::ALL[*kind as usize], principal, target, before, after });
        }
    };
    for (key, word) in &was {
        note(key, Some(word), is.get(key).copied());
    }
    for (key, word) in is.iter().filter(|(key, _)| !was.contains_key(*key)) {
        note(key, None, Some(word));
    }
    changes.sort_by(|a, b| (&a.principal, a.kind as u8, &a.target).cmp(&(&b.principal, b.kind as u8, &b.target)));
    changes
}

/// Each fact as history writes it.
fn words(facts: &Facts) -> BTreeMap<Key<'_>, &'static str> {
    let key = |principal, kind: ChangeKind, target| (principal, kind as u8, target);
    let mut words = BTreeMap::new();
    let mut best: BTreeMap<Key<'_>, Action> = BTreeMap::new();
    for grant in &facts.grants {
        let held = best.entry(key(grant.principal.as_str(), ChangeKind::Grant, grant.uri.to_string())).or_default();
        *held = (*held).max(grant.action);
    }
    words.extend(best.into_iter().map(|(key, action)| (key, action.as_str())));
    for member in &facts.members {
        let target = format!("{}/{}", member.org, member.project);
        words.insert(key(&member.principal, ChangeKind::Member, target), member.role.as_str());
    }
    for member in &facts.org_members {
        words.insert(key(&member.principal, ChangeKind::OrgMember, member.org.clone()), member.role.as_str());
    }
    for principal in &facts.principals {
        let word = match principal.kind {
            super::PrincipalKind::User => "user",
            super::PrincipalKind::Role => "role",
        };
        words.insert(key(&principal.name, ChangeKind::Principal, String::new()), word);
    }
    words
}

impl Matrix {
    /// Cells whose right is another one than in the other matrix of the same rows and columns: row, column, here, there. A way
    /// to something below is no right.
    pub fn differences<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (usize, usize, Action, Action)> + 'a {
        let usable = |action: Action| if action == Action::List { Action::Deny } else { action };
        let cells = self.cells.iter().zip(&other.cells).enumerate();
        cells.filter_map(move |(n, (here, there))| {
            let (here, there) = (usable(*here), usable(*there));
            (here != there).then(|| (n / self.columns, n % self.columns, here, there))
        })
    }
}
