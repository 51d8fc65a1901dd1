//! Rights against a model that is as slow as it is plain, and a table of every action, kind of resource and relation.

mod review;
mod table;
mod tree;

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// The last is called like the cluster.
const USERS: [&str; 4] = ["alice", "bob", "carol", "c"];
const ROLES: [&str; 3] = ["alice/roles/one", "team", "c/admin"];

fn uri(text: &str) -> Uri {
    text.parse().expect(text)
}

/// What the rules say, without any index: who one is, what those hold, whether it covers.
fn model(facts: &Facts, principal: &str, uri: &Uri) -> Action {
    let mut who = BTreeSet::from([principal.to_owned()]);
    for _ in 0..=facts.principals.len() {
        for grant in &facts.grants {
            let role = facts.principals.iter().find(|role| {
                role.kind == PrincipalKind::Role && format!("role://{}", role.name) == grant.uri.to_string()
            });
            if who.contains(&grant.principal)
                && let Some(role) = role
            {
                who.insert(role.name.clone());
            }
        }
    }
    let mut held = Vec::new();
    for name in &who {
        let grants = facts.grants.iter().filter(|grant| grant.principal == *name);
        held.extend(grants.map(|grant| Permission { uri: grant.uri.clone(), action: grant.action }));
        let members = facts.members.iter().filter(|member| member.principal == *name);
        held.extend(members.flat_map(|member| member.permissions(&facts.cluster)));
        let members = facts.org_members.iter().filter(|member| member.principal == *name);
        held.extend(members.flat_map(|member| member.permissions(&facts.cluster)));
    }
    if facts.principals.iter().any(|user| user.name == principal && user.kind == PrincipalKind::User) {
        let own = |text: String, action| Permission { uri: text.parse().expect("plain"), action };
        held.push(own(format!("user://{}/{principal}", facts.cluster), Action::Read));
        held.extend((principal != facts.cluster).then(|| own(format!("role://{principal}"), Action::Manage)));
    }
    let own = matches!(uri.scheme(), "role" | "user");
    match effective(&held, uri) {
        Action::Deny if !own && held.iter().any(|held| uri.covers(&held.uri)) => Action::List,
        action => action,
    }
}

fn segment() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("c"), Just("o"), Just("p"), Just("q"), Just("x")]
}

fn any_uri() -> impl Strategy<Value = Uri> {
    let path = prop::collection::vec(segment(), 0..5);
    let resource = (prop_oneof![Just("image"), Just("job"), Just("project"), Just("org")], path)
        .prop_map(|(scheme, path)| Uri::try_new(scheme, path).expect("plain"));
    let role = prop::sample::select(&ROLES[..]).prop_map(|role| uri(&format!("role://{role}")));
    let user = prop::sample::select(&USERS[..]).prop_map(|user| uri(&format!("user://c/{user}")));
    prop_oneof![4 => resource, 2 => role, 1 => user]
}

fn principal() -> impl Strategy<Value = String> {
    prop_oneof![3 => prop::sample::select(&USERS[..]), 2 => prop::sample::select(&ROLES[..])].prop_map(str::to_owned)
}

fn grant() -> impl Strategy<Value = Grant> {
    let action = prop_oneof![Just(Action::Read), Just(Action::Write), Just(Action::Manage)];
    (principal(), any_uri(), action).prop_map(|(principal, uri, action)| Grant {
        principal,
        uri,
        action,
        granted_by: None,
        granted_at: None,
    })
}

prop_compose! {
    fn facts()(
        grants in prop::collection::vec(grant(), 0..12),
        members in prop::collection::vec((principal(), segment(), prop::sample::select(&ProjectRole::ALL[..])), 0..3),
        org_members in prop::collection::vec((principal(), prop::sample::select(&OrgRole::ALL[..])), 0..3),
    ) -> Facts {
        let named = |kind| move |name: &&str| Principal { name: (*name).to_owned(), kind };
        Facts {
            cluster: "c".to_owned(),
            principals: USERS.iter().map(named(PrincipalKind::User)).chain(ROLES.iter().map(named(PrincipalKind::Role))).collect(),
            grants,
            members: members.into_iter().map(|(principal, project, role)| {
                Member { principal, org: "o".to_owned(), project: project.to_owned(), role }
            }).collect(),
            org_members: org_members.into_iter().map(|(principal, role)| {
                OrgMember { principal, org: "o".to_owned(), role }
            }).collect(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_policy_says_what_the_model_says(facts in facts(), principal in principal(), uri in any_uri()) {
        let expected = model(&facts, &principal, &uri);
        let policy = Policy::new(facts);
        let got = policy.effective(&principal, &uri);
        if uri.scheme() == "role" && expected == Action::Deny {
            // Ways to a role of another are listed; the model leaves them out.
            prop_assert!(got <= Action::List);
        } else {
            prop_assert_eq!(got, expected);
        }
        let by_list = effective(&policy.permissions_of(&principal).collect::<Vec<_>>(), &uri);
        prop_assert_eq!(by_list, if got == Action::List { Action::Deny } else { got });
    }

    #[test]
    fn the_matrix_says_what_single_questions_say(facts in facts(), uris in prop::collection::vec(any_uri(), 0..6)) {
        let policy = Policy::new(facts);
        let principals = ["alice", "nobody", "bob", "team", "c/admin", "bob"];
        let matrix = policy.matrix(&uris, &principals);
        for (row, uri) in uris.iter().enumerate() {
            for (column, principal) in principals.iter().enumerate() {
                prop_assert_eq!(matrix.at(row, column), policy.effective(principal, uri), "{} {}", principal, uri);
            }
        }
    }

    #[test]
    fn a_right_has_a_reason_and_a_reason_gives_the_right(facts in facts(), principal in principal(), uri in any_uri()) {
        let policy = Policy::new(facts);
        let reasons = policy.explain(&principal, &uri);
        let right = policy.effective(&principal, &uri);
        let best = reasons.first().map_or(Action::Deny, |reason| reason.action);
        prop_assert_eq!(best, if right == Action::List { Action::Deny } else { right });
        for reason in &reasons {
            prop_assert!(reason.uri.covers(&uri));
            // Each link of the chain was given to the one before it.
            let mut holder = principal.as_str();
            for role in &reason.via {
                let given = policy.facts().grants.iter().any(|grant| {
                    grant.principal == holder && grant.gives_role().as_deref() == Some(role)
                });
                prop_assert!(given, "{} was not given to {}", role, holder);
                holder = role;
            }
            let facts = policy.facts();
            let is = |permission: &Permission| permission.uri == reason.uri && permission.action == reason.action;
            let there = match &reason.source {
                Source::Grant { .. } => facts.grants.iter().any(|grant| {
                    grant.principal == holder && grant.uri == reason.uri && grant.action == reason.action
                }),
                Source::Project { .. } => facts.members.iter().any(|member| {
                    member.principal == holder && member.permissions("c").any(|right| is(&right))
                }),
                Source::Org { .. } => facts.org_members.iter().any(|member| {
                    member.principal == holder && member.permissions("c").any(|right| is(&right))
                }),
                Source::Name => holder == principal,
            };
            prop_assert!(there, "{:?}", reason);
        }
    }

    #[test]
    fn who_may_use_a_thing_are_those_with_a_right_on_it(facts in facts(), uri in any_uri()) {
        let policy = Policy::new(facts);
        let mut expected: Vec<_> = USERS.iter().chain(&ROLES)
            .map(|name| (*name, policy.effective(name, &uri)))
            .filter(|(_, action)| *action >= Action::Read)
            .collect();
        expected.sort_unstable();
        prop_assert_eq!(policy.who_may(&uri), expected);
    }

    #[test]
    fn what_an_owner_sees_decides_the_same_about_what_it_owns(facts in facts(), viewer in principal(), uri in any_uri()) {
        let policy = Policy::new(facts);
        let seen = policy.seen_by(&viewer, &policy.managed_by(&viewer));
        for grant in &seen.grants {
            prop_assert!(policy.facts().grants.contains(grant));
        }
        let part = Policy::new(seen);
        // One's own rights, and everybody's on what one manages.
        prop_assert_eq!(part.effective(&viewer, &uri), policy.effective(&viewer, &uri));
        if policy.allows(&viewer, &uri, Action::Manage) {
            for principal in USERS.iter().chain(&ROLES) {
                let (by_part, by_whole) = (part.effective(principal, &uri), policy.effective(principal, &uri));
                prop_assert_eq!(by_part, by_whole, "{} on {}", principal, uri);
            }
            prop_assert_eq!(part.who_may(&uri), policy.who_may(&uri));
        }
    }
}

#[test]
fn a_stranger_sees_nothing_of_others() {
    let facts = Facts {
        cluster: "c".to_owned(),
        principals: vec![Principal { name: "alice".to_owned(), kind: PrincipalKind::User }],
        grants: vec![Grant {
            principal: "alice".to_owned(),
            uri: uri("image://c/o/p/x"),
            action: Action::Manage,
            granted_by: None,
            granted_at: None,
        }],
        members: vec![Member {
            principal: "alice".to_owned(),
            org: "o".to_owned(),
            project: "p".to_owned(),
            role: ProjectRole::Admin,
        }],
        org_members: Vec::new(),
    };
    let policy = Policy::new(facts);
    let seen = policy.seen_by("mallory", &policy.managed_by("mallory"));
    assert_eq!(seen, Facts { cluster: "c".to_owned(), ..Facts::default() });
}

#[test]
fn who_has_a_role_in_an_organisation_or_a_project_sees_what_that_gives_and_not_who_else_has_it() {
    let role = |principal: &str| Grant {
        principal: principal.to_owned(),
        uri: uri("role://team"),
        action: Action::Read,
        granted_by: None,
        granted_at: None,
    };
    let facts = Facts {
        cluster: "c".to_owned(),
        principals: vec![Principal { name: "team".to_owned(), kind: PrincipalKind::Role }],
        grants: vec![role("alice"), role("bob")],
        members: vec![Member {
            principal: "team".to_owned(),
            org: "o".to_owned(),
            project: "p".to_owned(),
            role: ProjectRole::Reader,
        }],
        org_members: vec![OrgMember { principal: "team".to_owned(), org: "o".to_owned(), role: OrgRole::User }],
    };
    let policy = Policy::new(facts);
    let seen = policy.seen_by("alice", &policy.managed_by("alice"));
    assert_eq!((seen.members.len(), seen.org_members.len()), (1, 1));
    assert_eq!(seen.grants, [role("alice")]);
    let part = Policy::new(seen);
    for place in ["org://c/o", "image://c/o/p"] {
        assert_eq!(part.effective("alice", &uri(place)), Action::Read, "{place}");
    }
}

#[test]
fn facts_and_reasons_have_the_json_that_is_promised() {
    let reason = Reason {
        action: Action::Write,
        uri: uri("image://c/o/p"),
        via: vec!["team".to_owned()],
        source: Source::Project { org: "o".to_owned(), project: "p".to_owned(), role: ProjectRole::Writer },
    };
    let json = serde_json::json!({"action": "write", "uri": "image://c/o/p", "via": ["team"],
        "source": "project", "org": "o", "project": "p", "role": "writer"});
    assert_eq!(serde_json::to_value(&reason).expect("serialises"), json);
    assert_eq!(serde_json::from_value::<Reason>(json).expect("reads"), reason);
    let grant = serde_json::json!({"principal": "bob", "uri": "image://c", "action": "read"});
    let read: Grant = serde_json::from_value(grant.clone()).expect("reads");
    assert_eq!(serde_json::to_value(&read).expect("serialises"), grant);
}
