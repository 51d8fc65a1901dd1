//! The questions of an audit, against plain rules; and what differs between two states.

use super::*;
use crate::audit::ChangeKind;
use std::collections::HashSet;

fn things() -> Vec<Reviewed> {
    let thing = |text: &str, is_unused| Reviewed { uri: uri(text), is_unused };
    vec![
        thing("image://c/o/p/x", false),
        thing("image://c/o/q/x", true),
        thing("image://c/q/p/c", false),
        thing("image://c/p/x", true),
    ]
}

prop_compose! {
    fn narrowing()(
        flags in prop::array::uniform6(any::<bool>()),
        thing in prop::option::of(0..4_usize),
        principal in prop::option::of(principal()),
        thing_text in prop_oneof![2 => Just(""), 1 => Just("P/X"), 1 => Just("nothing")],
        principal_text in prop_oneof![2 => Just(""), 1 => Just("ALI"), 1 => Just("nobody")],
    ) -> Narrowing {
        let [outsiders, manage, everywhere, unused, left, roles] = flags;
        Narrowing {
            thing: thing.map(|n| things()[n].uri.clone()),
            principal,
            thing_text: thing_text.to_owned(),
            principal_text: principal_text.to_owned(),
            outsiders, manage, everywhere, unused, left, roles,
        }
    }
}

/// What the words mean, said plainly.
fn is_meant(facts: &Facts, left: &HashSet<String>, narrowing: &Narrowing, thing: &Reviewed, name: &str) -> bool {
    let policy = Policy::new(facts.clone());
    let right = policy.effective(name, &thing.uri);
    let known = facts.principals.iter().find(|one| one.name == name);
    let is_role = known.is_some_and(|one| one.kind == PrincipalKind::Role);
    let in_org = |org: &str| {
        facts.org_members.iter().any(|one| one.principal == name && one.org == org)
            || facts.members.iter().any(|one| one.principal == name && one.org == org)
    };
    let org = (thing.uri.segments().len() >= 4).then(|| thing.uri.segments()[1].clone());
    let held: Vec<Permission> = policy.permissions_of(name).collect();
    let granted_everything = facts.grants.iter().any(|grant| {
        held.iter().any(|held| held.uri == grant.uri) && grant.uri.scheme() == "image" && grant.uri.segments().len() < 2
    });
    let path = thing.uri.segments()[1..].join("/");
    right >= Action::Read
        && narrowing.thing.as_ref().is_none_or(|uri| *uri == thing.uri)
        && (!narrowing.unused || thing.is_unused)
        && path.to_lowercase().contains(&narrowing.thing_text.to_lowercase())
        && (!narrowing.manage || right == Action::Manage)
        && (!narrowing.outsiders || (!is_role && org.is_some_and(|org| !in_org(&org))))
        && match &narrowing.principal {
            Some(only) => only == name,
            None => {
                (narrowing.roles || !is_role)
                    && name.to_lowercase().contains(&narrowing.principal_text.to_lowercase())
                    && (!narrowing.everywhere || granted_everything)
                    && (!narrowing.left || known.is_none() || left.contains(name))
            }
        }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_review_shows_the_cells_that_are_meant(facts in facts(), narrowing in narrowing(), left in principal()) {
        let left = HashSet::from([left]);
        let review = Review::new(facts.clone(), things(), &left);
        let visible = review.visible(&narrowing);
        let mut cells = 0;
        for (row, thing) in (0..).zip(things()) {
            for (column, subject) in (0..).zip(review.subjects()) {
                let expected = is_meant(&facts, &left, &narrowing, &thing, &subject.name);
                let shown = visible.rows.contains(&row) && visible.columns.contains(&column)
                    && review.is_meant(&narrowing, row, column);
                prop_assert_eq!(shown, expected, "{} on {}", &subject.name, &thing.uri);
                cells += usize::from(expected);
                let best = review.why(row, column).first().map(|why| why.action).unwrap_or_default();
                prop_assert_eq!(best, review.right(row, column));
            }
        }
        prop_assert_eq!(visible.cells, cells);
    }

    #[test]
    fn the_changes_between_two_states_lead_from_one_to_the_other(before in facts(), after in facts()) {
        let changes = compare(&before, &after);
        prop_assert_eq!(compare(&before, &before), Vec::new());
        let back: Vec<FactChange> = changes
            .iter()
            .cloned()
            .map(|change| FactChange { before: change.after, after: change.before, ..change })
            .collect();
        prop_assert_eq!(compare(&after, &before), back);
        for change in changes.iter().filter(|change| change.kind == ChangeKind::Grant) {
            let held = |facts: &Facts| {
                let of = facts.grants.iter().filter(|grant| grant.principal == change.principal);
                of.filter(|grant| grant.uri.to_string() == change.target).map(|grant| grant.action).max()
            };
            prop_assert_eq!(held(&before).map(Action::as_str), change.before);
            prop_assert_eq!(held(&after).map(Action::as_str), change.after);
        }
    }

    #[test]
    fn rights_differ_where_the_policies_do(before in facts(), after in facts()) {
        let uris: Vec<Uri> = things().into_iter().map(|thing| thing.uri).collect();
        let (before, after) = (Policy::new(before), Policy::new(after));
        let (was, is) = (before.matrix(&uris, &USERS), after.matrix(&uris, &USERS));
        let found: Vec<_> = was.differences(&is).collect();
        let right = |policy: &Policy, user: usize, thing: usize| match policy.effective(USERS[user], &uris[thing]) {
            Action::List => Action::Deny,
            action => action,
        };
        let mut expected = Vec::new();
        for thing in 0..uris.len() {
            for user in 0..USERS.len() {
                let (here, there) = (right(&before, user, thing), right(&after, user, thing));
                if here != there {
                    expected.push((thing, user, here, there));
                }
            }
        }
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn lookalike_names_are_different_principals_and_things() {
    let grant = |principal: &str, on: &str| Grant {
        principal: principal.to_owned(),
        uri: uri(on),
        action: Action::Read,
        granted_by: None,
        granted_at: None,
    };
    // The second ones hold a Cyrillic letter.
    let facts = Facts {
        cluster: "c".to_owned(),
        grants: vec![grant("alice", "image://c/o/p/net"), grant("\u{430}lice", "image://c/o/p/n\u{435}t")],
        ..Facts::default()
    };
    let things = ["image://c/o/p/net", "image://c/o/p/n\u{435}t", "image://c/o/p/net:x"];
    let things = things.map(|text| Reviewed { uri: uri(text), is_unused: false });
    let review = Review::new(facts, things.to_vec(), &HashSet::new());
    assert_eq!(review.subjects().len(), 2);
    assert_eq!(review.visible(&Narrowing::default()).cells, 2);
    let only = Narrowing { principal: Some("alice".to_owned()), ..Narrowing::default() };
    assert_eq!(review.visible(&only).rows, [0]);
}

#[test]
fn a_person_without_any_right_is_shown_when_asked_about() {
    let facts = Facts {
        cluster: "c".to_owned(),
        principals: vec![Principal { name: "bob".to_owned(), kind: PrincipalKind::User }],
        ..Facts::default()
    };
    let review = Review::new(facts, things(), &HashSet::new());
    let visible = review.visible(&Narrowing { principal: Some("bob".to_owned()), ..Narrowing::default() });
    assert_eq!((visible.rows.len(), visible.columns.len()), (0, 1));
    let visible = review.visible(&Narrowing::default());
    assert_eq!(
        (visible.rows.len(), visible.columns.len()),
        (4, 0),
        "things stay on the list, columns without rights do not"
    );
}

#[test]
fn nobody_is_told_for_an_outsider_where_places_are_not_known() {
    let grant = Grant {
        principal: "bob".to_owned(),
        uri: uri("image://c/o/p/x"),
        action: Action::Read,
        granted_by: None,
        granted_at: None,
    };
    let facts = Facts {
        cluster: "c".to_owned(),
        principals: vec![Principal { name: "bob".to_owned(), kind: PrincipalKind::User }],
        grants: vec![grant],
        org_members: vec![OrgMember { principal: "alice".to_owned(), org: "o".to_owned(), role: OrgRole::Admin }],
        ..Facts::default()
    };
    let outsiders = Narrowing { outsiders: true, ..Narrowing::default() };
    let review = Review::new(facts, things(), &HashSet::new());
    assert_eq!((review.visible(&outsiders).cells, review.grants(&outsiders).len()), (1, 1));
    let review = review.without_places();
    assert_eq!((review.visible(&outsiders).cells, review.grants(&outsiders).len()), (0, 0));
}
