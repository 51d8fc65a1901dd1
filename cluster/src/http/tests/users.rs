use super::*;

const IMAGE: &str = "image://default/main/demo/tool";

#[tokio::test]
async fn sharing_is_granted_listed_checked_and_revoked() {
    let server = Server::start().await;
    let grant = json!([{"uri": IMAGE, "action": "read"}]);
    let check = |who| server.post(who, "/api/v1/users/stranger/permissions/check", grant.clone());
    assert_eq!(check(As::Stranger).await.status, StatusCode::FORBIDDEN);
    let granted = server.post(As::Manager, "/api/v1/users/stranger/permissions", grant.clone()).await;
    assert_eq!((granted.status, granted.json()), (StatusCode::CREATED, grant.clone()));
    assert_eq!(check(As::Stranger).await.status, StatusCode::OK);
    let listed = server.get(As::Stranger, &format!("/api/v1/users/stranger/permissions?uri={IMAGE}")).await;
    assert_eq!(listed.json(), grant);
    let shared = server.get(As::Manager, "/api/v1/users/manager/permissions/shared?uri=image:").await;
    assert_eq!(shared.json(), json!([{"user": "stranger", "uri": IMAGE, "action": "read"}]));
    let tree = server.get(As::Stranger, "/api/v1/users/stranger/permissions/tree?uri=image://default/main").await;
    assert_eq!(tree.json()["path"], "/default/main");
    assert_eq!(tree.json()["action"], "list");
    assert_eq!(tree.json()["children"]["demo"]["children"]["tool"]["action"], "read");
    let path = format!("/api/v1/users/stranger/permissions?uri={IMAGE}");
    let revoked = server.call(As::Manager, Method::DELETE, &path, None).await;
    assert_eq!(revoked.status, StatusCode::NO_CONTENT);
    assert_eq!(check(As::Stranger).await.status, StatusCode::FORBIDDEN);
    let again = server.call(As::Manager, Method::DELETE, &path, None).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
    assert!(again.error().starts_with("Operation has no effect: stranger was granted nothing on"), "{}", again.text);
}

#[tokio::test]
async fn a_higher_permission_that_is_there_comes_back_as_the_effective_one() {
    let server = Server::start().await;
    let grant = |action: &str| json!([{"uri": IMAGE, "action": action}]);
    let path = "/api/v1/users/stranger/permissions";
    server.post(As::Manager, path, grant("write")).await;
    assert_eq!(server.post(As::Manager, path, grant("read")).await.json(), grant("write"));
    let replaced = server.call(As::Manager, Method::PUT, path, Some(grant("read"))).await;
    assert_eq!(replaced.status, StatusCode::NO_CONTENT);
    assert_eq!(server.get(As::Stranger, &format!("{path}?uri={IMAGE}")).await.json(), grant("read"));
}

#[tokio::test]
async fn sharing_with_nobody_is_a_404() {
    let server = Server::start().await;
    let grant = json!([{"uri": IMAGE, "action": "read"}]);
    for path in ["/api/v1/users/ghost/permissions", "/api/v1/users/a:b:c/permissions"] {
        assert_eq!(server.post(As::Manager, path, grant.clone()).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_role_of_ones_own_is_made_granted_to_and_removed() {
    let server = Server::start().await;
    let name = json!({"name": "manager/roles/team"});
    assert_eq!(server.post(As::Manager, "/api/v1/users", name.clone()).await.status, StatusCode::CREATED);
    assert_eq!(server.post(As::Manager, "/api/v1/users", name.clone()).await.status, StatusCode::CONFLICT);
    assert_eq!(server.post(As::Writer, "/api/v1/users", name).await.status, StatusCode::FORBIDDEN);
    let role = "/api/v1/users/manager:roles:team";
    let grant = json!([{"uri": IMAGE, "action": "read"}]);
    let granted = server.post(As::Manager, &format!("{role}/permissions"), grant.clone()).await;
    assert_eq!(granted.status, StatusCode::CREATED);
    let inherit = json!([{"uri": "role://manager/roles/team", "action": "read"}]);
    server.post(As::Manager, "/api/v1/users/stranger/permissions", inherit).await;
    let check = || server.post(As::Stranger, "/api/v1/users/stranger/permissions/check", grant.clone());
    assert_eq!(check().await.status, StatusCode::OK);
    let listed = server.get(As::Manager, "/api/v1/users/manager/subroles").await.json();
    assert_eq!(listed, json!({"subroles": ["manager/roles/team"]}));
    assert_eq!(server.call(As::Writer, Method::DELETE, role, None).await.status, StatusCode::FORBIDDEN);
    assert_eq!(server.call(As::Manager, Method::DELETE, role, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(check().await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_user_is_not_removed_as_if_it_were_a_role() {
    let server = Server::start().await;
    let answer = server.call(As::Admin, Method::DELETE, "/api/v1/users/stranger", None).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(server.get(As::Stranger, "/api/v1/secured-ping").await.status, StatusCode::OK);
}
