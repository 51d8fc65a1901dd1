//! The audit in the address, moving about its grid, and what a revocation would take from whom.

use api::audit::{Revocation, narrowing_from_pairs, narrowing_pairs};
use platform::{
    Uri,
    permission::{Action, Facts, Grant, Narrowing, Policy, Review},
};
use std::collections::HashSet;

/// Words of the address that narrow.
pub(crate) const KEYS: [&str; 10] =
    ["uri", "person", "image", "who", "outsiders", "manage", "everywhere", "unused", "left", "roles"];
/// Words of the address that name a cell whose reasons are shown: the image's URI, and the principal.
pub(crate) const WHY: &str = "why";
pub(crate) const OF: &str = "of";

/// A cell of the matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) uri: Uri,
    pub(crate) principal: String,
}

/// What the address says. Words that are not understood say nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) narrowing: Narrowing,
    pub(crate) cell: Option<Cell>,
}

impl Asked {
    /// Reads the words of an address, by key.
    pub(crate) fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let found: Vec<(&str, String)> = KEYS.into_iter().filter_map(|key| Some((key, get(key)?))).collect();
        let pairs = found.iter().map(|(key, value)| (*key, value.as_str()));
        // Each by itself, so that a word gone wrong spoils none of the others.
        let good = pairs.filter(|pair| narrowing_from_pairs([*pair]).is_ok());
        let narrowing = narrowing_from_pairs(good).unwrap_or_default();
        let cell = get(WHY).and_then(|uri| uri.parse().ok()).zip(get(OF));
        Self { narrowing, cell: cell.map(|(uri, principal)| Cell { uri, principal }) }
    }

    /// The words that say it.
    pub(crate) fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = narrowing_pairs(&self.narrowing);
        if let Some(cell) = &self.cell {
            pairs.extend([(WHY, cell.uri.to_string()), (OF, cell.principal.clone())]);
        }
        pairs
    }
}

/// Where a key leads in a grid of so many rows and columns, of which a page is seen; None: it leads nowhere.
pub(crate) fn moved(
    key: &str,
    with_ctrl: bool,
    (row, column): (usize, usize),
    (rows, columns): (usize, usize),
    page: usize,
) -> Option<(usize, usize)> {
    let (last_row, last_column) = (rows.saturating_sub(1), columns.saturating_sub(1));
    let (row, column) = match key {
        "ArrowUp" => (row.saturating_sub(1), column),
        "ArrowDown" => (row + 1, column),
        "ArrowLeft" => (row, column.saturating_sub(1)),
        "ArrowRight" => (row, column + 1),
        "PageUp" => (row.saturating_sub(page), column),
        "PageDown" => (row + page, column),
        "Home" if with_ctrl => (0, 0),
        "End" if with_ctrl => (last_row, last_column),
        "Home" => (row, 0),
        "End" => (row, last_column),
        _ => return None,
    };
    Some((row.min(last_row), column.min(last_column)))
}

/// Whether the reader may take a grant back: who manages what it is on.
pub(crate) fn may_revoke(policy: &Policy, reader: &str, grant: &Grant) -> bool {
    policy.allows(reader, &grant.uri, Action::Manage)
}

/// What would be lost if grants were taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Loss {
    /// Rights on images that become less or nothing.
    pub(crate) rights: usize,
    /// Users who have them.
    pub(crate) people: usize,
    /// Whether the reader is among them.
    pub(crate) own: bool,
}

/// What taking these grants back would take from whom.
pub(crate) fn loss(review: &Review, reader: &str, items: &[Revocation]) -> Loss {
    let gone: HashSet<(&str, &Uri)> = items.iter().map(|item| (item.principal.as_str(), &item.uri)).collect();
    let facts = review.policy().facts();
    let stays = |grant: &&Grant| !gone.contains(&(grant.principal.as_str(), &grant.uri));
    let after = Facts { grants: facts.grants.iter().filter(stays).cloned().collect(), ..facts.clone() };
    let uris: Vec<Uri> = review.things().iter().map(|thing| thing.uri.clone()).collect();
    let names: Vec<&str> = review.subjects().iter().map(|subject| subject.name.as_str()).collect();
    let after = Policy::new(after).matrix(&uris, &names);
    let mut loss = Loss::default();
    let mut people = HashSet::new();
    for (_, column, before, then) in review.matrix().differences(&after) {
        let is_user = review.subjects()[column].kind == platform::permission::PrincipalKind::User;
        if then < before && is_user {
            loss.rights += 1;
            people.insert(column);
        }
    }
    loss.own = people.iter().any(|column| names[*column] == reader);
    loss.people = people.len();
    loss
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::permission::{Principal, PrincipalKind, Reviewed};

    fn uri(text: &str) -> Uri {
        text.parse().expect(text)
    }

    fn read(pairs: &[(&str, &str)]) -> Asked {
        Asked::read(|key| pairs.iter().find(|(other, _)| *other == key).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn what_is_asked_survives_the_address_with_any_name() {
        for name in ["bob", "acme/roles/=team", "a:b&c", "\u{430}lice", "+1"] {
            let narrowing = Narrowing {
                principal: Some(name.to_owned()),
                thing_text: "n&t".to_owned(),
                outsiders: true,
                ..Narrowing::default()
            };
            let cell = Some(Cell { uri: uri("image://c/o/p/n"), principal: name.to_owned() });
            let asked = Asked { narrowing, cell };
            let pairs = asked.pairs();
            let pairs: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (*key, value.as_str())).collect();
            assert_eq!(read(&pairs), asked);
        }
    }

    #[test]
    fn a_word_gone_wrong_spoils_none_of_the_others() {
        let asked =
            read(&[("uri", "nonsense"), ("manage", "1"), ("left", "maybe"), ("who", "bob"), ("why", "x"), ("of", "y")]);
        let expected = Narrowing { manage: true, principal_text: "bob".to_owned(), ..Narrowing::default() };
        assert_eq!(asked, Asked { narrowing: expected, cell: None });
    }

    #[test]
    fn keys_move_within_the_grid() {
        let size = (10, 5);
        for (key, ctrl, from, to) in [
            ("ArrowUp", false, (0, 0), (0, 0)),
            ("ArrowDown", false, (9, 1), (9, 1)),
            ("ArrowRight", false, (1, 3), (1, 4)),
            ("ArrowRight", false, (1, 4), (1, 4)),
            ("PageDown", false, (2, 2), (6, 2)),
            ("PageUp", false, (2, 2), (0, 2)),
            ("Home", false, (3, 3), (3, 0)),
            ("End", false, (3, 3), (3, 4)),
            ("Home", true, (3, 3), (0, 0)),
            ("End", true, (3, 3), (9, 4)),
        ] {
            assert_eq!(moved(key, ctrl, from, size, 4), Some(to), "{key}");
        }
        assert_eq!(moved("x", false, (0, 0), size, 4), None);
        assert_eq!(moved("ArrowDown", false, (0, 0), (0, 0), 4), Some((0, 0)));
    }

    #[test]
    fn what_would_be_lost_is_told_before() {
        let grant = |principal: &str, on: &str, action| Grant {
            principal: principal.to_owned(),
            uri: uri(on),
            action,
            granted_by: None,
            granted_at: None,
        };
        let role = Principal { name: "team".to_owned(), kind: PrincipalKind::Role };
        let facts = Facts {
            cluster: "c".to_owned(),
            principals: vec![role],
            grants: vec![
                grant("team", "image://c", Action::Write),
                grant("bob", "role://team", Action::Read),
                grant("eve", "role://team", Action::Read),
                grant("bob", "image://c/o/p/a", Action::Read),
                grant("eve", "image://c/o/p/a", Action::Write),
            ],
            ..Facts::default()
        };
        let things = ["image://c/o/p/a", "image://c/o/p/b"].map(|text| Reviewed { uri: uri(text), is_unused: false });
        let review = Review::new(facts, things.to_vec(), &HashSet::new());
        let take =
            |principal: &str, on: &str, action| Revocation { principal: principal.to_owned(), uri: uri(on), action };
        // Eve keeps the first by her own grant; bob can still read it.
        let of_role = [take("team", "image://c", Action::Write)];
        assert_eq!(loss(&review, "bob", &of_role), Loss { rights: 3, people: 2, own: true });
        // The role gives the same.
        let own = [take("bob", "image://c/o/p/a", Action::Read)];
        assert_eq!(loss(&review, "bob", &own), Loss::default());
    }
}
