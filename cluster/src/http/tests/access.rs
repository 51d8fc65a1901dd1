use super::*;

const ACCESS: &str = "/api/v1/extensions/access";
const IMAGE: &str = "image://default/main/demo/tool";

async fn share(server: &Server, action: &str) {
    let grant = json!([{"uri": IMAGE, "action": action}]);
    let shared = server.post(As::Manager, "/api/v1/users/stranger/permissions", grant).await;
    assert_eq!(shared.status, StatusCode::CREATED, "{}", shared.text);
}

#[test]
fn the_address_is_the_one_that_the_gateway_asks() {
    assert_eq!(ACCESS, format!("/api/v1/{}", platform::extension::ACCESS_PATH));
}

#[tokio::test]
async fn an_owner_learns_who_may_use_a_thing_and_why() {
    let server = Server::start().await;
    share(&server, "read").await;
    let answer = server.get(As::Manager, &format!("{ACCESS}/who?uri={IMAGE}")).await.json();
    let of = |name: &str| {
        let items = answer["items"].as_array().expect("a list");
        items.iter().find(|one| one["principal"] == name).unwrap_or_else(|| panic!("no {name} in {answer}")).clone()
    };
    assert_eq!(of("stranger")["reasons"][0]["source"], "grant");
    assert_eq!(of("stranger")["reasons"][0]["by"], "manager");
    assert_eq!(
        of("writer")["reasons"][0],
        json!({"action": "write", "uri": "image://default/main/demo", "via": [],
        "source": "project", "org": "main", "project": "demo", "role": "writer"})
    );
    assert_eq!(of("admin")["reasons"][0]["via"], json!(["default/admin"]));
    assert_eq!((of("default/admin")["kind"].clone(), of("admin")["kind"].clone()), (json!("role"), json!("user")));
}

#[tokio::test]
async fn each_sees_the_facts_that_are_its_own_business() {
    let server = Server::start().await;
    share(&server, "read").await;
    let whole = server.get(As::Admin, ACCESS).await.json();
    assert_eq!(whole["whole"], true);
    assert!(whole["members"].as_array().expect("a list").len() >= 5);
    let of_manager = server.get(As::Manager, ACCESS).await.json();
    assert_eq!(of_manager["whole"], false);
    let projects = |facts: &Value| {
        let members = facts["members"].as_array().expect("a list").clone();
        members.into_iter().map(|member| member["project"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(projects(&of_manager), ["demo", "demo", "demo"]);
    assert!(of_manager["grants"].as_array().expect("a list").iter().any(|grant| grant["principal"] == "stranger"));
    let of_reader = server.get(As::Reader, ACCESS).await.json();
    assert_eq!(projects(&of_reader), ["demo"]);
    // Who looks after all roles looks after the reader's own too; nothing else of others is there.
    let grants = of_reader["grants"].as_array().expect("a list");
    assert!(grants.iter().all(|grant| grant["uri"].as_str().expect("a uri").starts_with("role:")), "{of_reader}");
}

#[tokio::test]
async fn unchanged_facts_are_not_sent_again() {
    let server = Server::start().await;
    let first = server.get(As::Admin, ACCESS).await;
    let tag = first.headers[header::ETAG].clone();
    let again = async || {
        let token = server.token(As::Admin).await;
        let request = Request::builder().uri(ACCESS).header(header::IF_NONE_MATCH, tag.clone());
        let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        server.send(request.body(Body::empty()).expect("a request")).await.status
    };
    assert_eq!(again().await, StatusCode::NOT_MODIFIED);
    share(&server, "read").await;
    assert_eq!(again().await, StatusCode::OK);
}

#[tokio::test]
async fn history_tells_who_did_what_when_and_by_which_request() {
    let server = Server::start().await;
    share(&server, "read").await;
    server.api.clock.advance_ns(60_000_000_000);
    share(&server, "write").await;
    server.api.clock.advance_ns(60_000_000_000);
    let path = format!("/api/v1/users/stranger/permissions?uri={IMAGE}");
    let revoked = server.call(As::Manager, Method::DELETE, &path, None).await;
    let page = server.get(As::Manager, &format!("{ACCESS}/history?uri={IMAGE}")).await.json();
    let steps: Vec<(Value, Value)> = page["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| (entry["before"].clone(), entry["after"].clone()))
        .collect();
    let null = Value::Null;
    assert_eq!(steps, [(json!("write"), null.clone()), (json!("read"), json!("write")), (null, json!("read"))]);
    let last = &page["items"][0];
    assert_eq!((last["actor"].as_str(), last["principal"].as_str()), (Some("manager"), Some("stranger")));
    assert_eq!(last["request_id"].as_str().expect("an id"), revoked.headers["x-request-id"]);
    // Who is concerned sees it too; others see nothing.
    let of_stranger = server.get(As::Stranger, &format!("{ACCESS}/history?uri={IMAGE}")).await.json();
    assert_eq!(of_stranger["items"].as_array().expect("a list").len(), 3);
    assert_eq!(server.get(As::Reader, &format!("{ACCESS}/history?uri={IMAGE}")).await.json()["items"], json!([]));
}

#[tokio::test]
async fn history_is_read_in_pages_and_between_two_times() {
    let server = Server::start().await;
    for n in 0..5 {
        server.api.clock.advance_ns(60_000_000_000);
        let grant = json!([{"uri": format!("{IMAGE}-{n}"), "action": "read"}]);
        server.post(As::Manager, "/api/v1/users/stranger/permissions", grant).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server
            .get(As::Manager, &format!("{ACCESS}/history?principal=stranger&uri=image:&limit=2{cursor}"))
            .await
            .json();
        let items = page["items"].as_array().expect("a list");
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(|entry| entry["target"].as_str().expect("a uri").to_owned()));
        let Some(next) = page["cursor"].as_i64() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, [4, 3, 2, 1, 0].map(|n| format!("{IMAGE}-{n}")));
    let at = |minutes: i64| NOON + jiff::SignedDuration::from_mins(minutes);
    let between = format!("{ACCESS}/history?uri=image:&since={}&until={}", at(2), at(4));
    let page = server.get(As::Manager, &between).await.json();
    assert_eq!(page["items"].as_array().expect("a list").len(), 2, "{page}");
    let turned = server.get(As::Manager, &format!("{ACCESS}/history?since={}&until={}", at(4), at(2))).await;
    assert_eq!(turned.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_held_at_a_moment_is_what_was_read_then() {
    let server = Server::start().await;
    share(&server, "read").await;
    let then = server.get(As::Admin, ACCESS).await.json();
    server.api.clock.advance_ns(60_000_000_000);
    share(&server, "manage").await;
    server.post(As::Admin, "/api/v1/users", json!({"name": "admin/roles/new"})).await;
    let past = server.get(As::Admin, &format!("{ACCESS}?at={NOON}")).await.json();
    for what in ["principals", "grants", "members", "org_members", "revision"] {
        assert_eq!(past[what], then[what], "{what}");
    }
    let future = server.get(As::Admin, &format!("{ACCESS}?at=2999-01-01T00:00:00Z")).await;
    assert_eq!(future.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn of_two_who_change_the_same_grant_the_second_is_told() {
    let server = Server::start().await;
    share(&server, "read").await;
    let other = "image://default/main/demo/other";
    let list = json!({"changes": [
        {"principal": "stranger", "uri": other, "to": "read"},
        {"principal": "stranger", "uri": IMAGE, "from": "read"},
    ]});
    // In between somebody raises it.
    share(&server, "write").await;
    let refused = server.post(As::Admin, &format!("{ACCESS}/changes"), list.clone()).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let said = refused.error();
    assert!(said.contains("stranger has write on image://default/main/demo/tool since manager changed it"), "{said}");
    let of_stranger =
        async |uri| server.get(As::Stranger, &format!("/api/v1/users/stranger/permissions?uri={uri}")).await.json();
    assert_eq!(of_stranger(other).await, json!([]), "all or none");
    let reviewed = list.to_string().replace("\"from\":\"read\"", "\"from\":\"write\"");
    let reviewed = serde_json::from_str(&reviewed).expect("json");
    assert_eq!(server.post(As::Admin, &format!("{ACCESS}/changes"), reviewed).await.status, StatusCode::OK);
    assert_eq!(of_stranger(IMAGE).await, json!([]));
    assert_eq!(of_stranger(other).await, json!([{"uri": other, "action": "read"}]));
}

#[tokio::test]
async fn history_is_read_by_the_kind_of_the_change() {
    let server = Server::start().await;
    share(&server, "read").await;
    let of = async |kind: &str| server.get(As::Admin, &format!("{ACCESS}/history?kind={kind}&limit=1000")).await;
    for kind in ["grant", "member", "org_member", "principal", "project", "org"] {
        let page = of(kind).await.json();
        let items = page["items"].as_array().expect("a list");
        assert!(!items.is_empty() && items.iter().all(|entry| entry["kind"] == kind), "{kind}: {page}");
    }
    assert_eq!(of("nonsense").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn whether_a_name_exists_is_not_told_to_who_may_share_nothing() {
    let server = Server::start().await;
    let uri = "image://default/main/demo/x";
    let mut told = Vec::new();
    for name in ["reader", "ghost"] {
        let change = json!({"changes": [{"principal": name, "uri": uri, "to": "read"}]});
        let path = format!("/api/v1/users/{name}/permissions");
        let grant = json!([{"uri": uri, "action": "read"}]);
        let mut answers = Vec::new();
        for (method, path, body) in [
            (Method::POST, "/api/v1/extensions/access/changes".to_owned(), change),
            (Method::POST, "/api/v1/extensions/access/changes".to_owned(), json!({"changes": []})),
            (Method::POST, path.clone(), grant.clone()),
            (Method::POST, path.clone(), json!([])),
            (Method::PUT, path.clone(), grant),
            (Method::DELETE, format!("{path}?uri={uri}"), Value::Null),
            (Method::DELETE, path, Value::Null),
        ] {
            let answer = server.call(As::Stranger, method, &path, (!body.is_null()).then_some(body)).await;
            answers.push((answer.status.as_u16(), answer.text));
        }
        told.push(answers);
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0].iter().map(|(status, _)| *status).collect::<Vec<_>>(), [403, 400, 403, 400, 403, 403, 400]);
}

#[tokio::test]
async fn who_loses_a_right_while_the_body_is_on_its_way_has_lost_it() {
    let demo = "/apis/admin/v1/clusters/default/orgs/main/projects/demo/users";
    let grant = json!([{"uri": IMAGE, "action": "read"}]);
    let change = json!({"principal": "stranger", "uri": IMAGE, "from": null, "to": "read"});
    for (method, path, body) in [
        ("POST", "/api/v1/users/stranger/permissions", grant.clone()),
        ("PUT", "/api/v1/users/stranger/permissions", grant),
        ("POST", "/api/v1/extensions/access/changes", json!({"changes": [change]})),
        ("POST", demo, json!({"user_name": "stranger"})),
        ("POST", "/api/v1/jobs?from_preset", super::request("late")),
    ] {
        let server = Server::start().await;
        let (body, begun, go) = slow_body(&body);
        let token = server.token(As::Manager).await;
        let request = Request::builder().method(method).uri(path);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {token}")).body(body).expect("a request");
        let meanwhile = async {
            begun.await.expect("the body is read");
            let other = server.post(As::Admin, demo, json!({"user_name": "admin", "role": "manager"})).await;
            assert_eq!(other.status, StatusCode::CREATED, "{}", other.text);
            let out = server.call(As::Admin, Method::DELETE, &format!("{demo}/manager"), None).await;
            assert_eq!(out.status, StatusCode::NO_CONTENT, "{}", out.text);
            go.send(()).expect("the body is waited for");
        };
        let (answer, ()) = tokio::join!(server.send(request), meanwhile);
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_token_that_ends_while_the_body_is_on_its_way_has_ended() {
    let server = Server::start().await;
    let (body, begun, go) = slow_body(&super::request("late"));
    let token = server.token(As::Writer).await;
    let request = Request::post("/api/v1/jobs?from_preset").header(header::AUTHORIZATION, format!("Bearer {token}"));
    let meanwhile = async {
        begun.await.expect("the body is read");
        server.api.clock.advance_ns(3600 * 1_000_000_000);
        go.send(()).expect("the body is waited for");
    };
    let (answer, ()) = tokio::join!(server.send(request.body(body).expect("a request")), meanwhile);
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.text);
}
