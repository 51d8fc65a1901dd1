use super::*;

const ROLE: &str = "default/admin";

fn is_last(outcome: &Result<(), PermissionError>) -> bool {
    matches!(outcome, Err(PermissionError::LastAdministrator { .. }))
}

#[tokio::test]
async fn the_last_administrator_stays_whichever_way_they_would_go() {
    let f = people().await;
    let (permissions, by) = (&f.permissions, &tester());
    let (admin, role) = (f.rights("admin").await, uri("role://default/admin"));
    let (read, whole) = (Permission { uri: uri("role:"), action: Action::Read }, uri("cluster://default"));
    let taken = GrantChange { principal: "admin".to_owned(), uri: role.clone(), from: Some(Action::Read), to: None };
    for refused in [
        permissions.revoke(&admin, "admin", std::slice::from_ref(&role), by).await,
        permissions.change_grants(&admin, &[taken], by).await.map(drop),
        permissions.revoke(&admin, ROLE, &[whole], by).await,
        permissions.replace(&admin, ROLE, &[read], by).await,
    ] {
        assert!(is_last(&refused), "{refused:?}");
        let said = "nobody would be left to administer cluster default; give another user the role default/admin first";
        assert_eq!(refused.expect_err("refused").to_string(), said);
    }
    let removed = permissions.remove_role(&admin, ROLE, by).await;
    assert!(matches!(removed, Err(PermissionError::AdminRole(_))), "{removed:?}");

    f.grant("admin", "bob", "role://default/admin", Action::Read).await.expect("grants");
    permissions.revoke(&admin, "admin", std::slice::from_ref(&role), by).await.expect("there is another");
    let bob = f.rights("bob").await;
    assert!(bob.allow(&uri("cluster://default"), Action::Manage));
    let removed = permissions.remove_role(&bob, ROLE, by).await;
    assert!(matches!(removed, Err(PermissionError::AdminRole(_))), "however many there are: {removed:?}");
    assert!(is_last(&permissions.revoke(&bob, "bob", std::slice::from_ref(&role), by).await));
}

#[tokio::test]
async fn a_role_through_which_somebody_administers_alone_is_not_removed() {
    let f = people().await;
    let (permissions, by) = (&f.permissions, &tester());
    f.accounts.add_role("admin/roles/operators", by).await.expect("adds");
    f.grant("admin", "admin/roles/operators", "role://default/admin", Action::Read).await.expect("grants");
    f.grant("admin", "bob", "role://admin/roles/operators", Action::Read).await.expect("grants");
    permissions
        .revoke(&f.rights("admin").await, "admin", &[uri("role://default/admin")], by)
        .await
        .expect("bob is left");
    let bob = f.rights("bob").await;
    let removed = permissions.remove_role(&bob, "admin/roles/operators", by).await.map(drop);
    assert!(is_last(&removed), "{removed:?}");
    assert!(f.rights("bob").await.allow(&uri("cluster://default"), Action::Manage), "nothing was lost");
}

#[tokio::test]
async fn who_may_not_take_a_role_away_is_not_told_who_administers() {
    let f = people().await;
    let removed = f.permissions.remove_role(&f.rights("bob").await, ROLE, &tester()).await;
    assert!(matches!(removed, Err(PermissionError::Missing(_))), "{removed:?}");
}
