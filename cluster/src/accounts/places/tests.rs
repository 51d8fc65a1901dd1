use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::store::testing::temporary;

const NOON: Timestamp = Timestamp::constant(1_800_000_000, 0);

fn by(actor: &str) -> By {
    By { actor: actor.to_owned(), at: NOON, request_id: None, address: None }
}

/// alice is the only manager of main/demo, bob reads there, carol is in no organisation.
async fn people() -> (tempfile::TempDir, Accounts) {
    let (folder, store) = temporary().await;
    let accounts = Accounts::open(store, &folder.path().join("key"), Duration::from_secs(60)).expect("a key");
    for (user, org, role) in [
        ("alice", "main", ProjectRole::Manager),
        ("bob", "main", ProjectRole::Reader),
        ("carol", "other", ProjectRole::Admin),
    ] {
        let place = Membership { org: org.to_owned(), project: "demo".to_owned(), role };
        accounts.add_user(user, &place, &by("alice")).await.expect("adds");
    }
    (folder, accounts)
}

const DEMO: (&str, &str) = ("main", "demo");

#[tokio::test]
async fn a_project_keeps_its_last_manager() {
    let (_folder, accounts) = people().await;
    let lowered = accounts
        .set_member(DEMO, "alice", Some(ProjectRole::Writer), Seat::Change(&Seen::default()), &by("alice"))
        .await;
    let removed = accounts.remove_member(DEMO, "alice", &Seen::default(), &by("alice")).await;
    let left = accounts.remove_org_place("main", "alice", &Seen::default(), &by("alice")).await;
    for refused in [lowered.map(drop), removed, left] {
        let refused = refused.expect_err("the last manager stays");
        assert!(matches!(refused, AccountError::LastManager { .. }), "{refused}");
        assert!(refused.to_string().contains("make another member manager"), "{refused}");
    }
    accounts
        .set_member(DEMO, "bob", Some(ProjectRole::Admin), Seat::Change(&Seen::default()), &by("alice"))
        .await
        .expect("raises");
    accounts.remove_org_place("main", "alice", &Seen::default(), &by("bob")).await.expect("somebody else manages now");
    assert_eq!(accounts.members("main", "demo").await.expect("lists"), [("bob".to_owned(), ProjectRole::Admin)]);
    assert_eq!(accounts.orgs_of("alice").await.expect("lists"), []);
}

#[tokio::test]
async fn a_member_of_a_project_is_a_member_of_its_organisation_first() {
    let (_folder, accounts) = people().await;
    let refused = accounts.set_member(DEMO, "carol", None, Seat::Add, &by("alice")).await.expect_err("an outsider");
    assert_eq!(refused.to_string(), "carol is not a member of organisation main; add carol to it first");
    let place = OrgPlace { user: "carol".to_owned(), org: "main".to_owned(), role: OrgRole::User };
    accounts.set_org_place(&place, Seat::Add, &by("alice")).await.expect("adds");
    let role = accounts.set_member(DEMO, "carol", None, Seat::Add, &by("alice")).await.expect("adds");
    assert_eq!(role, ProjectRole::Writer, "the project's default");
    let again = accounts.set_member(DEMO, "carol", None, Seat::Add, &by("alice")).await;
    assert!(matches!(again, Err(AccountError::AlreadyMember { .. })));
}

#[tokio::test]
async fn new_members_of_an_organisation_join_its_default_projects() {
    let (_folder, accounts) = people().await;
    let everybody = Project {
        org: "main".to_owned(),
        name: "everybody".to_owned(),
        default_role: ProjectRole::Reader,
        is_default: true,
    };
    accounts.add_project(&everybody, &by("alice")).await.expect("adds");
    let place = OrgPlace { user: "carol".to_owned(), org: "main".to_owned(), role: OrgRole::User };
    accounts.set_org_place(&place, Seat::Add, &by("alice")).await.expect("adds");
    let members = accounts.members("main", "everybody").await.expect("lists");
    assert_eq!(members, [("alice".to_owned(), ProjectRole::Admin), ("carol".to_owned(), ProjectRole::Reader)]);
}

#[tokio::test]
async fn an_organisation_with_projects_stays_and_one_without_goes() {
    let (_folder, accounts) = people().await;
    let refused = accounts.remove_org("default", "main", &by("alice")).await.expect_err("it has a project");
    assert!(matches!(refused, AccountError::InUse { .. }), "{refused}");
    accounts.remove_project("default", "main", "demo", &by("alice")).await.expect("nothing runs in it");
    accounts.remove_org("default", "main", &by("alice")).await.expect("removes");
    let gone = accounts.org_places("main").await;
    assert!(matches!(gone, Err(AccountError::UnknownOrg(_))));
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let (_folder, accounts) = people().await;
    for (org, project, said) in [
        ("nowhere", "demo", "there is no organisation nowhere"),
        ("main", "nothing", "organisation main has no project nothing"),
    ] {
        let refused = accounts.members(org, project).await.expect_err("not there");
        assert!(refused.to_string().starts_with(said), "{refused}");
    }
    let unknown = accounts.set_member(DEMO, "d\u{430}ve", None, Seat::Add, &by("alice")).await.expect_err("nobody");
    assert!(unknown.to_string().contains("U+0430"), "{unknown}");
}

#[tokio::test]
async fn a_place_that_somebody_else_changed_is_left_as_it_is() {
    let (_folder, accounts) = people().await;
    let seen = Seen(Some("writer".into()));
    let stale = accounts.set_member(DEMO, "bob", Some(ProjectRole::Admin), Seat::Change(&seen), &by("alice")).await;
    let removed = accounts.remove_member(DEMO, "bob", &seen, &by("alice")).await;
    let place = OrgPlace { user: "bob".into(), org: "main".into(), role: OrgRole::Manager };
    let in_org = accounts.set_org_place(&place, Seat::Change(&Seen(Some("admin".into()))), &by("alice")).await;
    let left = accounts.remove_org_place("main", "bob", &Seen(Some("admin".into())), &by("alice")).await;
    for refused in [stale.map(drop), removed, in_org, left] {
        let refused = refused.expect_err("somebody was faster");
        assert!(matches!(refused, AccountError::PlaceMoved { .. }), "{refused}");
        assert!(refused.to_string().contains("look again"), "{refused}");
    }
    let seen = Seen(Some("reader".into()));
    accounts
        .set_member(DEMO, "bob", Some(ProjectRole::Writer), Seat::Change(&seen), &by("alice"))
        .await
        .expect("as seen");
}
