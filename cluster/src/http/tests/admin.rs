use super::*;

const ORG: &str = "/apis/admin/v1/orgs/main/users";
const PROJECT: &str = "/apis/admin/v1/clusters/default/orgs/main/projects/demo/users";

#[tokio::test]
async fn a_member_is_added_changed_and_removed_and_has_rights_accordingly() {
    let server = Server::start().await;
    let may = |who, action: &str| {
        let wanted = json!([{"uri": "image://default/main/demo/x", "action": action}]);
        let (server, path) = (&server, format!("/api/v1/users/{}/permissions/check", As::name(who)));
        async move { server.post(who, &path, wanted).await.status == StatusCode::OK }
    };
    let added = server.post(As::Manager, PROJECT, json!({"user_name": "stranger", "role": "reader"})).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.text);
    assert_eq!(
        added.json(),
        json!({"user_name": "stranger", "project_name": "demo", "cluster_name": "default", "org_name": "main", "role": "reader"})
    );
    assert!(may(As::Stranger, "read").await && !may(As::Stranger, "write").await);
    let of = format!("{PROJECT}/stranger");
    let changed = server.call(As::Manager, Method::PUT, &of, Some(json!({"role": "writer"}))).await;
    assert_eq!(changed.status, StatusCode::OK);
    assert!(may(As::Stranger, "write").await);
    let listed = server.get(As::Stranger, &format!("{PROJECT}?with_user_info=true")).await.json();
    let names: Vec<&str> =
        listed.as_array().expect("a list").iter().filter_map(|one| one["user_name"].as_str()).collect();
    assert_eq!(names, ["manager", "reader", "stranger", "writer"]);
    assert_eq!(listed[0]["user_info"], json!({"email": ""}));
    assert_eq!(server.call(As::Manager, Method::DELETE, &of, None).await.status, StatusCode::NO_CONTENT);
    assert!(!may(As::Stranger, "read").await);
}

#[tokio::test]
async fn the_last_manager_stays_and_the_refusal_says_what_to_do() {
    let server = Server::start().await;
    let of = format!("{PROJECT}/manager");
    let refused = server.call(As::Manager, Method::DELETE, &of, None).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(
        refused.error(),
        "manager is the last manager of project main/demo; make another member manager or admin first, or remove the project"
    );
    let lowered = server.call(As::Manager, Method::PUT, &of, Some(json!({"role": "reader"}))).await;
    assert_eq!(lowered.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_manager_of_an_organisation_manages_everything_in_it() {
    let server = Server::start().await;
    let raise = json!({"user_name": "reader", "role": "manager", "balance": {"spent_credits": "0"}});
    let raised = server.call(As::Admin, Method::PUT, &format!("{ORG}/reader"), Some(raise)).await;
    assert_eq!((raised.status, raised.json()["role"].clone()), (StatusCode::OK, json!("manager")));
    let added = server.post(As::Reader, PROJECT, json!({"user_name": "stranger"})).await;
    assert_eq!((added.status, added.json()["role"].clone()), (StatusCode::CREATED, json!("writer")));
    let config = server.get(As::Reader, "/api/v1/config").await.json();
    assert_eq!(config["orgs"], json!([{"name": "main", "role": "manager"}]));
    assert_eq!(config["admin_url"], "http://127.0.0.1:8080/apis/admin/v1");
}

#[tokio::test]
async fn limits_are_refused_in_words_and_their_absence_is_not() {
    let server = Server::start().await;
    for (path, body) in [
        (ORG.to_owned(), json!({"user_name": "stranger", "balance": {"credits": "5"}})),
        (
            "/apis/admin/v1/clusters/default/users".to_owned(),
            json!({"user_name": "stranger", "org_name": "main", "quota": {"total_running_jobs": 1}}),
        ),
    ] {
        let refused = server.post(As::Admin, &path, body).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert!(refused.error().contains("keeps no quotas"), "{}", refused.text);
    }
    let quota = server.get(As::Reader, "/apis/admin/v1/clusters/default/orgs/main/users/reader").await.json();
    assert_eq!((&quota["quota"], &quota["balance"]), (&json!({}), &json!({"spent_credits": "0"})));
}

#[tokio::test]
async fn a_project_goes_only_when_nothing_is_left_in_it_and_takes_its_grants_along() {
    let server = Server::start().await;
    let job = server.job("train").await;
    let demo = PROJECT.trim_end_matches("/users");
    let grant = json!([{"uri": "image://default/main/demo/x", "action": "read"}]);
    server.post(As::Manager, "/api/v1/users/stranger/permissions", grant).await;
    let refused = server.call(As::Manager, Method::DELETE, demo, None).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.error().contains("1 of its jobs have not ended"), "{}", refused.text);
    server.call(As::Writer, Method::DELETE, &format!("/api/v1/jobs/{job}"), None).await;
    sqlx::query("UPDATE jobs SET status = 'cancelled'").execute(server.store.write()).await.expect("ends");
    assert_eq!(server.call(As::Manager, Method::DELETE, demo, None).await.status, StatusCode::NO_CONTENT);
    let left = server.get(As::Stranger, "/api/v1/users/stranger/permissions?uri=image://default/main/demo").await;
    assert_eq!(left.json(), json!([]));
}
