mod administrators;

use std::time::Duration;

use super::*;
use jiff::Timestamp;
use platform::{audit::GrantChange, permission::PROJECT_SCHEMES};

use crate::{
    accounts::{Accounts, Membership, ProjectRole, places::Seen},
    store::testing::temporary,
};

const NOON: Timestamp = Timestamp::constant(1_800_000_000, 0);

struct Fixture {
    _folder: tempfile::TempDir,
    accounts: Accounts,
    permissions: Permissions,
}

/// alice manages `demo`, bob writes `other`, carol is a member of nothing she shares with them, admin may everything.
async fn people() -> Fixture {
    let (folder, store) = temporary().await;
    let accounts = Accounts::open(store.clone(), &folder.path().join("key"), Duration::from_secs(60)).expect("a key");
    let permissions = Permissions::new(store, "default");
    for (name, project, role) in [
        ("admin", "default", ProjectRole::Admin),
        ("alice", "demo", ProjectRole::Manager),
        ("bob", "other", ProjectRole::Writer),
        ("carol", "third", ProjectRole::Reader),
    ] {
        let place = Membership { org: "main".to_owned(), project: project.to_owned(), role };
        accounts.add_user(name, &place, &tester()).await.expect("adds");
    }
    accounts.add_role(&permissions.admin_role(), &tester()).await.expect("adds");
    permissions.ensure_admin("admin", &tester()).await.expect("grants");
    Fixture { _folder: folder, accounts, permissions }
}

impl Fixture {
    async fn rights(&self, name: &str) -> Rights {
        self.permissions.rights_of(name).await.expect("reads")
    }

    async fn grant(&self, by: &str, to: &str, text: &str, action: Action) -> Result<Vec<Permission>, PermissionError> {
        let caller = self.rights(by).await;
        self.permissions.grant(&caller, to, &[Permission { uri: uri(text), action }], &tester()).await
    }
}

fn tester() -> By {
    By::program("test", NOON)
}

fn uri(text: &str) -> Uri {
    text.parse().expect(text)
}

#[tokio::test]
async fn a_membership_is_a_right_on_everything_of_the_project_and_nothing_else() {
    let f = people().await;
    let bob = f.rights("bob").await;
    for scheme in PROJECT_SCHEMES {
        assert!(bob.allow(&uri(&format!("{scheme}://default/main/other/x")), Action::Write), "{scheme}");
        assert!(!bob.allow(&uri(&format!("{scheme}://default/main/other/x")), Action::Manage), "{scheme}");
        assert!(!bob.allow(&uri(&format!("{scheme}://default/main/demo/x")), Action::Read), "{scheme}");
        assert!(!bob.allow(&uri(&format!("{scheme}://elsewhere/main/other/x")), Action::Read), "{scheme}");
    }
    let carol = f.rights("carol").await;
    assert!(carol.allow(&uri("job://default/main/third"), Action::Read));
    assert!(!carol.allow(&uri("job://default/main/third"), Action::Write));
}

#[tokio::test]
async fn nobody_has_any_right_by_default() {
    let f = people().await;
    let nobody = f.rights("nobody").await;
    assert!(!nobody.allow(&uri("job://default"), Action::List));
    assert_eq!(nobody.visible_jobs("default"), Visible::None);
}

#[tokio::test]
async fn administrators_may_do_everything_on_their_cluster() {
    let f = people().await;
    let admin = f.rights("admin").await;
    assert!(admin.allow(&uri("job://default/main/demo/x"), Action::Manage));
    assert!(admin.allow(&uri("role://alice/roles/x"), Action::Manage));
    assert!(!admin.allow(&uri("job://elsewhere/main/demo/x"), Action::Read));
    assert_eq!(admin.visible_jobs("default"), Visible::All);
}

#[tokio::test]
async fn a_shared_job_is_seen_by_id_and_nothing_beside_it() {
    let f = people().await;
    f.grant("alice", "bob", "job://default/main/demo/train", Action::Read).await.expect("grants");
    let bob = f.rights("bob").await;
    assert!(bob.allow(&uri("job://default/main/demo/train"), Action::Read));
    assert!(!bob.allow(&uri("job://default/main/demo/trainer"), Action::Read));
    assert_eq!(
        bob.visible_jobs("default"),
        Visible::Some {
            orgs: vec![],
            projects: vec!["main/other".to_owned()],
            jobs: vec!["main/demo/train".to_owned()]
        }
    );
}

#[tokio::test]
async fn only_who_manages_a_thing_shares_it() {
    let f = people().await;
    for (by, text) in [
        ("bob", "job://default/main/other/x"),
        ("bob", "job://default/main/demo/x"),
        ("carol", "image://default"),
        ("alice", "job://default/main"),
        ("alice", "role://admin"),
        ("alice", "role://default/admin"),
        ("alice", "job:"),
    ] {
        let refused = f.grant(by, "carol", text, Action::Read).await;
        assert!(matches!(refused, Err(PermissionError::Missing(_))), "{by} {text}");
    }
}

#[tokio::test]
async fn of_several_grants_all_are_made_or_none() {
    let f = people().await;
    let alice = f.rights("alice").await;
    let wanted = ["job://default/main/demo/x", "job://default/main/other/x"]
        .map(|text| Permission { uri: uri(text), action: Action::Read });
    assert!(f.permissions.grant(&alice, "carol", &wanted, &tester()).await.is_err());
    assert!(!f.rights("carol").await.allow(&wanted[0].uri, Action::Read));
}

#[tokio::test]
async fn a_lower_grant_does_not_take_a_higher_one_back_but_a_replacement_does() {
    let f = people().await;
    let text = "image://default/main/demo/x";
    f.grant("alice", "bob", text, Action::Write).await.expect("grants");
    let effective = f.grant("alice", "bob", text, Action::Read).await.expect("grants");
    assert_eq!(effective[0].action, Action::Write);
    let lower = Permission { uri: uri(text), action: Action::Read };
    f.permissions.replace(&f.rights("alice").await, "bob", &[lower], &tester()).await.expect("replaces");
    assert!(!f.rights("bob").await.allow(&uri(text), Action::Write));
}

#[tokio::test]
async fn what_is_revoked_is_gone_and_nothing_to_revoke_is_said() {
    let f = people().await;
    let text = "image://default/main/demo/x";
    f.grant("alice", "bob", text, Action::Read).await.expect("grants");
    let alice = f.rights("alice").await;
    f.permissions.revoke(&alice, "bob", &[uri(text)], &tester()).await.expect("revokes");
    assert!(!f.rights("bob").await.allow(&uri(text), Action::Read));
    let again = f.permissions.revoke(&alice, "bob", &[uri(text)], &tester()).await.expect_err("nothing there");
    assert!(
        again
            .to_string()
            .starts_with("Operation has no effect: bob was granted nothing on image://default/main/demo/x")
    );
    let stranger = f.permissions.revoke(&f.rights("carol").await, "bob", &[uri(text)], &tester()).await;
    assert!(matches!(stranger, Err(PermissionError::Missing(_))));
}

#[tokio::test]
async fn everybody_may_give_up_what_they_were_granted_and_no_place_that_way() {
    let f = people().await;
    let thing = uri("image://default/main/demo/x");
    f.grant("alice", "bob", "image://default/main/demo/x", Action::Read).await.expect("grants");
    f.grant("alice", "carol", "image://default/main/demo/x", Action::Read).await.expect("grants");
    let bob = f.rights("bob").await;
    let others = f.permissions.revoke(&bob, "carol", std::slice::from_ref(&thing), &tester()).await;
    assert!(matches!(others, Err(PermissionError::Missing(_))), "{others:?}");
    f.permissions.revoke(&bob, "bob", std::slice::from_ref(&thing), &tester()).await.expect("gives up");
    assert!(!f.rights("bob").await.allow(&thing, Action::Read));
    assert!(f.rights("carol").await.allow(&thing, Action::Read));
    let place = f.permissions.revoke(&bob, "bob", &[uri("image://default/main/other")], &tester()).await;
    let Err(PermissionError::NoEffect(why)) = place else { panic!("{place:?}") };
    assert!(why.contains("member of project main/other as writer"), "{why}");
}

#[tokio::test]
async fn neither_deny_nor_list_can_be_granted() {
    let f = people().await;
    for action in [Action::Deny, Action::List] {
        let refused = f.grant("alice", "bob", "job://default/main/demo/x", action).await;
        assert!(matches!(refused, Err(PermissionError::Ungrantable(_))));
    }
}

#[tokio::test]
async fn a_role_hands_its_rights_on_until_it_is_removed() {
    let f = people().await;
    f.accounts.add_role("alice/roles/team", &tester()).await.expect("adds");
    f.grant("alice", "alice/roles/team", "image://default/main/demo/x", Action::Read).await.expect("grants");
    f.grant("alice", "bob", "role://alice/roles/team", Action::Read).await.expect("alice looks after her roles");
    let thing = uri("image://default/main/demo/x");
    assert!(f.rights("bob").await.allow(&thing, Action::Read));
    assert!(f.permissions.remove_role(&f.rights("alice").await, "alice/roles/team", &tester()).await.expect("removes"));
    assert!(!f.rights("bob").await.allow(&thing, Action::Read));
    f.accounts.add_role("alice/roles/team", &tester()).await.expect("adds again");
    f.grant("alice", "alice/roles/team", "image://default/main/demo/x", Action::Read).await.expect("grants");
    assert!(!f.rights("bob").await.allow(&thing, Action::Read), "a new role of an old name has no old bearers");
}

#[tokio::test]
async fn roles_that_have_each_other_do_not_go_round_for_ever() {
    let f = people().await;
    for role in ["alice/roles/one", "alice/roles/two"] {
        f.accounts.add_role(role, &tester()).await.expect("adds");
    }
    f.grant("alice", "alice/roles/one", "role://alice/roles/two", Action::Read).await.expect("grants");
    f.grant("alice", "alice/roles/two", "role://alice/roles/one", Action::Read).await.expect("grants");
    f.grant("alice", "alice/roles/two", "job://default/main/demo/x", Action::Read).await.expect("grants");
    f.grant("alice", "bob", "role://alice/roles/one", Action::Read).await.expect("grants");
    assert!(f.rights("bob").await.allow(&uri("job://default/main/demo/x"), Action::Read));
}

#[tokio::test]
async fn others_grants_are_shown_only_where_the_caller_manages() {
    let f = people().await;
    f.grant("alice", "bob", "image://default/main/demo/x", Action::Read).await.expect("grants");
    let seen = |by: &'static str| {
        let f = &f;
        async move { f.permissions.list(&f.rights(by).await, "bob", Some(&uri("image:"))).await.expect("lists") }
    };
    let shared = Permission { uri: uri("image://default/main/demo/x"), action: Action::Read };
    assert_eq!(seen("alice").await, std::slice::from_ref(&shared));
    assert_eq!(seen("bob").await.len(), 2);
    assert_eq!(seen("carol").await, []);
    let by_alice = f.permissions.shared(&f.rights("alice").await, "alice", None).await.expect("lists");
    assert_eq!(by_alice, [Share { principal: "bob".to_owned(), permission: shared }]);
    assert_eq!(f.permissions.shared(&f.rights("carol").await, "alice", None).await.expect("lists"), []);
}

#[tokio::test]
async fn whoever_shares_with_oneself_is_told_through_what_one_has_it() {
    let f = people().await;
    let refused =
        f.grant("alice", "alice", "image://default/main/demo/x", Action::Read).await.expect_err("hers already");
    assert_eq!(
        refused.to_string(),
        "you already have manage on image://default/main/demo/x from image://default/main/demo (member of project main/demo \
         as manager); share it with somebody else"
    );
}

#[tokio::test]
async fn revoking_what_comes_from_a_parent_says_from_where() {
    let f = people().await;
    f.grant("alice", "bob", "image://default/main/demo", Action::Write).await.expect("grants");
    let alice = f.rights("alice").await;
    let refused = f.permissions.revoke(&alice, "bob", &[uri("image://default/main/demo/x")], &tester()).await;
    let said = refused.expect_err("nothing on the image itself").to_string();
    assert!(
        said.starts_with("Operation has no effect: nothing was granted to bob on image://default/main/demo/x itself")
    );
    assert!(
        said.contains("write there from image://default/main/demo (granted by roadstead:test), change it there"),
        "{said}"
    );
    assert!(f.rights("bob").await.allow(&uri("image://default/main/demo/x"), Action::Write), "nothing was lost");
}

#[tokio::test]
async fn slips_and_look_alikes_in_uris_are_refused_in_words() {
    let f = people().await;
    for (text, said) in [
        ("image://default/main/d\u{435}mo/x", "U+0435"),
        ("image://default/main/nothing/x", "organisation main has no project nothing"),
        ("image://default/nowhere", "there is no organisation nowhere"),
        ("image://default/main/demo/x:latest", "leave ':TAG' away"),
        ("image://default/main/demo/d%D0%B5mo", "no image has '%'"),
        ("job://default/main/demo/Train", "no job has 'T'"),
        ("photo://default/main/demo/x", "nothing of the kind \"photo\""),
        ("role://admin/roles/none", "apolo acl add-role admin/roles/none"),
    ] {
        let uri = uri(text);
        // The administrator manages all of the cluster; what is outside of it nobody does.
        let refused = f.grant("admin", "bob", text, Action::Read).await.expect_err(text).to_string();
        let foreign = uri.scheme() == "photo";
        assert!(refused.contains(if foreign { "not permitted" } else { said }), "{text}: {refused}");
    }
}

#[tokio::test]
async fn who_shares_an_image_sees_everybody_it_reaches() {
    let f = people().await;
    let image = uri("image://default/main/demo/x");
    f.grant("alice", "bob", "image://default/main/demo/x", Action::Read).await.expect("grants");
    f.grant("admin", "carol", "image://default/main", Action::Write).await.expect("grants");
    let shares = f.permissions.shared(&f.rights("alice").await, "alice", Some(&image)).await.expect("lists");
    let seen: Vec<(String, String)> =
        shares.into_iter().map(|share| (share.principal, share.permission.uri.to_string())).collect();
    assert_eq!(
        seen,
        [
            ("default/admin", "image://default"),
            ("carol", "image://default/main"),
            ("bob", "image://default/main/demo/x"),
        ]
        .map(|(who, uri)| (who.to_owned(), uri.to_owned()))
    );
    let by_stranger = f.permissions.shared(&f.rights("bob").await, "bob", Some(&image)).await.expect("lists");
    assert_eq!(by_stranger, []);
}

#[tokio::test]
async fn rights_follow_a_change_of_another_process_at_once() {
    let f = people().await;
    let thing = uri("image://default/main/demo/x");
    assert!(!f.rights("bob").await.allow(&thing, Action::Read));
    // As the command line beside the server does: another handle, another cache, the same database.
    let other = Permissions::new(f.permissions.store.clone(), "default");
    let alice = other.rights_of("alice").await.expect("reads");
    other
        .grant(&alice, "bob", &[Permission { uri: thing.clone(), action: Action::Read }], &tester())
        .await
        .expect("grants");
    assert!(f.rights("bob").await.allow(&thing, Action::Read));
}

#[tokio::test]
async fn what_was_allowed_a_moment_ago_is_asked_again_where_it_is_written() {
    let f = people().await;
    let place = Membership { org: "main".to_owned(), project: "demo".to_owned(), role: ProjectRole::Manager };
    f.accounts.add_user("dave", &place, &tester()).await.expect("adds");
    let (alice, thing) = (f.rights("alice").await, uri("image://default/main/demo/x"));
    let wanted = [Permission { uri: thing.clone(), action: Action::Read }];
    f.permissions.grant(&alice, "carol", &wanted, &tester()).await.expect("she may");
    f.accounts.remove_member(("main", "demo"), "alice", &Seen::default(), &tester()).await.expect("removes");
    let (permissions, by) = (&f.permissions, &tester());
    let change = |to| GrantChange { principal: "bob".to_owned(), uri: thing.clone(), from: None, to };
    for refused in [
        permissions.grant(&alice, "bob", &wanted, by).await.map(drop),
        permissions.replace(&alice, "bob", &wanted, by).await,
        permissions.revoke(&alice, "carol", std::slice::from_ref(&thing), by).await,
        permissions.change_grants(&alice, &[change(Some(Action::Read))], by).await.map(drop),
    ] {
        assert!(matches!(refused, Err(PermissionError::Missing(_))), "{refused:?}");
    }
    assert!(!f.rights("bob").await.allow(&thing, Action::Read));
    assert!(f.rights("carol").await.allow(&thing, Action::Read));
}
