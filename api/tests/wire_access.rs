//! The JSON of sharing and people, pinned like the rest in `wire.rs`.

use api::access::{
    Action, Basis, Effect, Grant, GrantChange, GrantChanges, GrantsChanged, Holder, Preview, Principal, PrincipalKind,
    Reason, Role, RoleCreate, RoleDetail, Share, ShareSelector, Sharing, Source,
};
use api::people::{
    Member, MemberCreate, MemberUpdate, Members, Org, OrgCreate, OrgPlace, Orgs, Person, Project, ProjectCreate,
    ProjectPlace, ProjectSettings, ProjectUpdate, Projects,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::fmt::Debug;

#[track_caller]
fn pinned<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, wire: &Value) {
    assert_eq!(&serde_json::to_value(value).expect("serialises"), wire);
    assert_eq!(&serde_json::from_value::<T>(wire.clone()).expect("reads its own"), value);
}

fn grant() -> Grant {
    let at = "2026-11-28T10:00:00Z".parse().expect("a time");
    Grant {
        uri: "image://c/o/p/n".into(),
        action: Action::Read,
        granted_by: Some("alice".into()),
        granted_at: Some(at),
    }
}

fn reason() -> Reason {
    let source = Source::Project { org: "o".into(), project: "p".into(), role: "reader".into() };
    Reason { action: Action::Read, uri: "image://c/o/p".into(), via: vec!["a/r".into()], source }
}

fn reason_wire() -> Value {
    json!({"action": "read", "uri": "image://c/o/p", "via": ["a/r"], "source": "project", "org": "o", "project": "p", "role": "reader"})
}

#[test]
fn who_has_access_is_pinned() {
    let grant_wire = json!({"uri": "image://c/o/p/n", "action": "read", "granted_by": "alice", "granted_at": "2026-11-28T10:00:00Z"});
    let holder = Holder {
        principal: "bob".into(),
        kind: PrincipalKind::User,
        action: Some(Action::Read),
        grants: vec![grant()],
        reasons: vec![reason()],
    };
    let sharing = Sharing {
        uri: "image://c/o/p/n".into(),
        targets: vec!["image://c/o/p/n".into()],
        action: Some(Action::Manage),
        basis: Basis::Facts,
        holders: vec![holder],
    };
    pinned(
        &sharing,
        &json!({
            "uri": "image://c/o/p/n", "targets": ["image://c/o/p/n"], "action": "manage", "basis": "facts",
            "holders": [{"principal": "bob", "kind": "user", "action": "read", "grants": [grant_wire], "reasons": [reason_wire()]}],
        }),
    );
    for (source, wire) in [
        (Source::Grant { by: None, at: None }, json!({"source": "grant"})),
        (Source::Org { org: "o".into(), role: "user".into() }, json!({"source": "org", "org": "o", "role": "user"})),
        (Source::Name, json!({"source": "name"})),
    ] {
        pinned(&source, &wire);
    }
    pinned(&Principal { name: "a/r".into(), kind: PrincipalKind::Role }, &json!({"name": "a/r", "kind": "role"}));
    pinned(&Basis::Grants, &json!("grants"));
    pinned(&Basis::Own, &json!("own"));
}

#[test]
fn changes_and_what_they_lead_to_are_pinned() {
    let change = GrantChange { principal: "bob".into(), uri: "image://c".into(), from: Some(Action::Read), to: None };
    let wire = json!({"principal": "bob", "uri": "image://c", "from": "read"});
    pinned(&GrantChanges { changes: vec![change.clone()] }, &json!({"changes": [wire.clone()]}));
    pinned(&GrantsChanged { undo: vec![change] }, &json!({"undo": [wire]}));
    assert!(
        serde_json::from_value::<GrantChange>(json!({"principal": "b", "uri": "image://c", "form": "read"})).is_err()
    );
    let effect = Effect {
        principal: "bob".into(),
        kind: PrincipalKind::User,
        uri: "image://c".into(),
        before: None,
        after: Some(Action::Write),
        because: Some(reason()),
    };
    let wire =
        json!({"principal": "bob", "kind": "user", "uri": "image://c", "after": "write", "because": reason_wire()});
    pinned(
        &Preview { basis: Basis::Facts, effects: vec![effect], partial: false },
        &json!({"basis": "facts", "effects": [wire], "partial": false}),
    );
}

#[test]
fn shares_and_roles_are_pinned() {
    let share = Share {
        uri: "role://a/r".into(),
        principal: "bob".into(),
        kind: PrincipalKind::User,
        action: Action::Read,
        granted_by: None,
        granted_at: None,
    };
    let share_wire = json!({"uri": "role://a/r", "principal": "bob", "kind": "user", "action": "read"});
    pinned(&share, &share_wire);
    let selector = ShareSelector { scheme: Some("image".into()), q: Some("n".into()), limit: Some(5), cursor: None };
    pinned(&selector, &json!({"scheme": "image", "q": "n", "limit": 5}));
    assert!(serde_json::from_value::<ShareSelector>(json!({"kind": "image"})).is_err());
    let role = Role {
        name: "a/r".into(),
        uri: "role://a/r".into(),
        can_manage: true,
        bearer_count: Some(1),
        grant_count: None,
    };
    pinned(
        &RoleDetail { role, holds: Vec::new(), bearers: vec![share] },
        &json!({"name": "a/r", "uri": "role://a/r", "can_manage": true, "bearer_count": 1, "holds": [], "bearers": [share_wire]}),
    );
    pinned(&RoleCreate { name: "a/r".into() }, &json!({"name": "a/r"}));
}

#[test]
fn people_and_places_are_pinned() {
    let (org, project) = ("o".to_owned(), "p".to_owned());
    let person = Person {
        name: "bob".into(),
        email: None,
        orgs: vec![OrgPlace { org: org.clone(), role: "user".into() }],
        projects: vec![ProjectPlace { org: Some(org.clone()), project: project.clone(), role: "reader".into() }],
        reads_links: false,
    };
    pinned(
        &person,
        &json!({"name": "bob", "orgs": [{"org": "o", "role": "user"}], "projects": [{"org": "o", "project": "p", "role": "reader"}]}),
    );
    let member = Member { user: "bob".into(), email: Some("b@x".into()), role: "reader".into(), reads_links: false };
    pinned(
        &Member { email: None, reads_links: true, ..member.clone() },
        &json!({"user": "bob", "role": "reader", "reads_links": true}),
    );
    let members =
        Members { items: vec![member], can_manage: true, default_role: "writer".into(), roles: vec!["reader".into()] };
    pinned(
        &members,
        &json!({"items": [{"user": "bob", "email": "b@x", "role": "reader"}], "can_manage": true, "default_role": "writer", "roles": ["reader"]}),
    );
    pinned(&MemberCreate { user: "bob".into(), role: "reader".into() }, &json!({"user": "bob", "role": "reader"}));
    pinned(
        &MemberUpdate { from: "reader".into(), role: "writer".into() },
        &json!({"from": "reader", "role": "writer"}),
    );
    let orgs = Orgs { items: vec![Org { name: org.clone(), role: None, can_manage: false }], can_manage: false };
    pinned(&orgs, &json!({"items": [{"name": "o", "can_manage": false}], "can_manage": false}));
    pinned(&OrgCreate { name: org.clone() }, &json!({"name": "o"}));
    let project = Project { org, name: project, is_default: true, default_role: Some("reader".into()), role: None };
    pinned(
        &Projects { items: vec![project], can_manage: true },
        &json!({"items": [{"org": "o", "name": "p", "is_default": true, "default_role": "reader"}], "can_manage": true}),
    );
    let create = ProjectCreate { name: "p".into(), default_role: "reader".into(), is_default: false };
    pinned(&create, &json!({"name": "p", "default_role": "reader", "is_default": false}));
    let update = ProjectUpdate { default_role: "reader".into(), is_default: false, from: None };
    pinned(&update, &json!({"default_role": "reader", "is_default": false}));
    let seen = ProjectSettings { default_role: "writer".into(), is_default: true };
    let from = json!({"default_role": "writer", "is_default": true});
    pinned(
        &ProjectUpdate { from: Some(seen), ..update },
        &json!({"default_role": "reader", "is_default": false, "from": from}),
    );
}

#[test]
fn words_of_later_versions_are_accepted_and_allow_nothing() {
    let action: Action = serde_json::from_value(json!("own")).expect("reads");
    assert!(action == Action::Unknown && action < Action::Read);
    assert_eq!(serde_json::from_value::<Source>(json!({"source": "team"})).expect("reads"), Source::Unknown);
    assert_eq!(serde_json::from_value::<PrincipalKind>(json!("team")).expect("reads"), PrincipalKind::Unknown);
    assert_eq!(serde_json::from_value::<Basis>(json!("guess")).expect("reads"), Basis::Own);
}

#[test]
fn actions_are_ordered_by_what_they_include() {
    assert!(Action::Read < Action::Write && Action::Write < Action::Manage);
}
