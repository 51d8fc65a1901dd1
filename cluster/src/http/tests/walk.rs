//! Every route by every kind of user.

use std::{collections::BTreeSet, fs, path::Path};

use super::*;

/// 401, 403 or "got past the check" for: nobody, reader, writer, manager, admin, stranger.
type Verdicts = [u16; 6];

const OPEN: Verdicts = [0, 0, 0, 0, 0, 0];
const SIGNED_IN: Verdicts = [401, 0, 0, 0, 0, 0];
const READ: Verdicts = [401, 0, 0, 0, 0, 403];
const WRITE: Verdicts = [401, 403, 0, 0, 0, 403];
const MANAGE: Verdicts = [401, 403, 403, 0, 0, 403];
const ADMIN: Verdicts = [401, 403, 403, 403, 0, 403];

type Row = (&'static str, &'static str, Value, Verdicts);

/// An upload that does not exist; who may not write learns no more of one that does.
const UPLOAD: &str = "0f0e0d0c-aaaa-4bbb-8ccc-0123456789ab";

/// Every route of the router, with `JOB` for the id of a job of the writer.
fn routes() -> Vec<Row> {
    let grant = json!([{"uri": "job://default/main/demo/x", "action": "read"}]);
    let target = "127.0.0.1:8080/main/demo/x:y";
    let of = |path| ("GET", path, Value::Null);
    let route = |(method, path, body): (&'static str, &'static str, Value), verdicts| (method, path, body, verdicts);
    vec![
        route(of("/api/v1/config"), OPEN),
        route(of("/api/v1/ping"), OPEN),
        route(of("/api/v1/secured-ping"), SIGNED_IN),
        route(("POST", "/oauth/token", Value::Null), OPEN),
        route(of("/oauth/authorize"), OPEN),
        route(("POST", "/oauth/authorize", Value::Null), OPEN),
        route(of("/oauth/code"), OPEN),
        route(of("/oauth/done"), OPEN),
        route(of("/oauth/sign-out"), OPEN),
        route(of("/oauth/password"), OPEN),
        route(("POST", "/oauth/password", Value::Null), OPEN),
        route(of("/oauth/page.css"), OPEN),
        route(of("/oauth/password.js"), OPEN),
        route(("POST", "/api/v1/jobs?from_preset", request("walked")), WRITE),
        route(
            (
                "POST",
                "/api/v1/jobs",
                json!({"project_name": "demo", "org_name": "main", "container":
            {"image": "x", "resources": {"cpu": 1, "memory": 1 << 30}}}),
            ),
            WRITE,
        ),
        route(of("/api/v1/jobs"), SIGNED_IN),
        route(of("/api/v1/jobs/JOB"), READ),
        route(("PUT", "/api/v1/jobs/JOB/max_run_time_minutes", json!({"max_run_time_minutes": 5})), WRITE),
        route(of("/api/v1/monitoring/capacity"), SIGNED_IN),
        route(of("/api/v1/monitoring/JOB/log_ws"), READ),
        route(of("/api/v1/monitoring/JOB/log?limit=1"), READ),
        route(of("/api/v1/monitoring/JOB/top"), READ),
        route(of("/api/v1/monitoring/JOB/exec?cmd=ls"), WRITE),
        route(("POST", "/api/v1/monitoring/JOB/exec?cmd=ls", Value::Null), WRITE),
        route(of("/api/v1/monitoring/JOB/attach"), WRITE),
        route(("POST", "/api/v1/monitoring/JOB/attach", Value::Null), WRITE),
        route(of("/api/v1/monitoring/JOB/port_forward/80"), WRITE),
        route(("POST", "/api/v1/monitoring/JOB/save", json!({"container": {"image": target}})), WRITE),
        route(
            ("POST", "/api/v1/extensions/images/copy", json!({"source": {"reference": ":"}, "image": target})),
            WRITE,
        ),
        route(("POST", "/api/v1/monitoring/JOB/kill", Value::Null), WRITE),
        route(("DELETE", "/api/v1/monitoring/JOB/log", Value::Null), WRITE),
        route(("POST", "/api/v1/users", json!({"name": "some/role"})), ADMIN),
        route(("DELETE", "/api/v1/users/some:role", Value::Null), ADMIN),
        route(of("/api/v1/users/admin"), ADMIN),
        route(("POST", "/api/v1/users/stranger/permissions", grant.clone()), MANAGE),
        route(("PUT", "/api/v1/users/stranger/permissions", grant.clone()), MANAGE),
        route(of("/api/v1/users/admin/permissions"), SIGNED_IN),
        route(of("/api/v1/users/admin/permissions/shared"), SIGNED_IN),
        route(("POST", "/api/v1/users/admin/permissions/check", grant), ADMIN),
        route(of("/api/v1/users/admin/permissions/tree?uri=job:"), ADMIN),
        route(of("/api/v1/users/admin/subroles"), ADMIN),
        route(("DELETE", "/api/v1/users/admin/permissions?uri=job://default/main/demo/x", Value::Null), MANAGE),
        route(("DELETE", "/api/v1/jobs/JOB", Value::Null), WRITE),
        route(of("/api/v1/extensions/images"), SIGNED_IN),
        route(of("/api/v1/extensions/images/tags?repository=main/demo/tool"), READ),
        route(of("/api/v1/extensions/images/main/demo/layers"), SIGNED_IN),
        route(of("/api/v1/extensions/images/main/demo/usage"), READ),
        route(of("/v2"), SIGNED_IN),
        route(of("/v2/"), SIGNED_IN),
        route(of("/v2/_catalog"), SIGNED_IN),
        route(of("/v2/main/demo/tool/tags/list"), READ),
        route(of("/v2/main/demo/tool/manifests/v1"), READ),
        route(("HEAD", "/v2/main/demo/tool/manifests/v1", Value::Null), READ),
        route(("PUT", "/v2/main/demo/tool/manifests/v1", json!({})), WRITE),
        route(("DELETE", "/v2/main/demo/tool/manifests/v1", Value::Null), WRITE),
        route(of("/v2/main/demo/tool/blobs/DIGEST"), READ),
        route(("HEAD", "/v2/main/demo/tool/blobs/DIGEST", Value::Null), READ),
        route(("DELETE", "/v2/main/demo/tool/blobs/DIGEST", Value::Null), WRITE),
        route(of("/v2/main/demo/tool/referrers/DIGEST"), READ),
        route(("POST", "/v2/main/demo/tool/blobs/uploads/", Value::Null), WRITE),
        route(("POST", "/v2/main/demo/tool/blobs/uploads/?mount=DIGEST&from=main/other/x", Value::Null), WRITE),
        route(("POST", "/v2/main/demo/tool/blobs/uploads/?digest=DIGEST", Value::Null), WRITE),
        route(of("/v2/main/demo/tool/blobs/uploads/UPLOAD"), WRITE),
        route(("PATCH", "/v2/main/demo/tool/blobs/uploads/UPLOAD", Value::Null), WRITE),
        route(("PUT", "/v2/main/demo/tool/blobs/uploads/UPLOAD?digest=DIGEST", Value::Null), WRITE),
        route(("DELETE", "/v2/main/demo/tool/blobs/uploads/UPLOAD", Value::Null), WRITE),
    ]
    .into_iter()
    .chain(access())
    .chain(admin())
    .collect()
}

/// The audit extension.
fn access() -> Vec<Row> {
    // Nobody was granted that, so nobody changes anything.
    let stale = json!({"changes": [{"principal": "stranger", "uri": "job://default/main/demo/y", "from": "manage"}]});
    vec![
        ("GET", "/api/v1/extensions/access", Value::Null, SIGNED_IN),
        ("GET", "/api/v1/extensions/access/who?uri=image://default/main/demo/tool", Value::Null, MANAGE),
        ("GET", "/api/v1/extensions/access/history", Value::Null, SIGNED_IN),
        ("POST", "/api/v1/extensions/access/changes", stale, MANAGE),
        ("GET", "/api/v1/extensions/access/acts", Value::Null, ADMIN),
        ("GET", "/api/v1/extensions/access/acts/1/recording", Value::Null, ADMIN),
    ]
}

/// The admin API. All but nobody are members of organisation `main`; its people are the administrator's business.
fn admin() -> Vec<Row> {
    let role = |role: &str| json!({"role": role});
    let ghost = || json!({"user_name": "ghost", "org_name": "main"});
    let walked = || json!({"name": "walked"});
    let none = Value::Null;
    let mut rows = vec![
        ("GET", "/clusters", none.clone(), SIGNED_IN),
        ("GET", "/clusters/default", none.clone(), SIGNED_IN),
        ("GET", "/clusters/default/users", none.clone(), ADMIN),
        ("POST", "/clusters/default/users", ghost(), ADMIN),
        ("GET", "/clusters/default/users/admin", none.clone(), ADMIN),
        ("GET", "/clusters/default/orgs", none.clone(), SIGNED_IN),
        ("GET", "/clusters/default/orgs/main", none.clone(), SIGNED_IN),
        ("GET", "/clusters/default/orgs/nowhere", none.clone(), ADMIN),
        ("GET", "/clusters/default/orgs/main/users", none.clone(), SIGNED_IN),
        ("GET", "/clusters/default/orgs/main/users/admin", none.clone(), SIGNED_IN),
        ("PUT", "/clusters/default/orgs/main/users/admin", role("user"), ADMIN),
        ("DELETE", "/clusters/default/orgs/main/users/ghost", none.clone(), ADMIN),
        ("PATCH", "/clusters/default/orgs/main/users/admin/quota", json!({}), SIGNED_IN),
        ("PATCH", "/clusters/default/orgs/main/quota", json!({}), SIGNED_IN),
        ("PATCH", "/clusters/default/orgs/main/balance", json!({}), SIGNED_IN),
        ("PATCH", "/clusters/default/orgs/main/defaults", json!({}), SIGNED_IN),
        ("GET", "/clusters/default/orgs/main/projects", none.clone(), SIGNED_IN),
        ("GET", "/clusters/default/orgs/nowhere/projects", none.clone(), ADMIN),
        ("POST", "/clusters/default/orgs/main/projects", walked(), ADMIN),
        ("GET", "/clusters/default/orgs/main/projects/demo", none.clone(), READ),
        ("PUT", "/clusters/default/orgs/main/projects/demo", json!({}), MANAGE),
        ("GET", "/clusters/default/orgs/main/projects/demo/users", none.clone(), READ),
        ("POST", "/clusters/default/orgs/main/projects/demo/users", ghost(), MANAGE),
        ("GET", "/clusters/default/orgs/main/projects/demo/users/reader", none.clone(), READ),
        ("PUT", "/clusters/default/orgs/main/projects/demo/users/reader", role("reader"), MANAGE),
        ("DELETE", "/clusters/default/orgs/main/projects/demo/users/ghost", none.clone(), MANAGE),
        ("DELETE", "/clusters/default/orgs/main/projects/walked", none.clone(), ADMIN),
        ("GET", "/orgs", none.clone(), SIGNED_IN),
        ("POST", "/orgs", walked(), ADMIN),
        ("GET", "/orgs/main", none.clone(), SIGNED_IN),
        ("GET", "/orgs/walked", none.clone(), ADMIN),
        ("PATCH", "/orgs/main/balance", json!({}), SIGNED_IN),
        ("PATCH", "/orgs/main/defaults", json!({}), SIGNED_IN),
        ("GET", "/orgs/main/users", none.clone(), SIGNED_IN),
        ("POST", "/orgs/main/users", ghost(), ADMIN),
        ("GET", "/orgs/main/users/reader", none.clone(), SIGNED_IN),
        ("PUT", "/orgs/main/users/reader", role("user"), ADMIN),
        ("DELETE", "/orgs/main/users/ghost", none.clone(), ADMIN),
        ("PATCH", "/orgs/main/users/reader/balance", json!({}), SIGNED_IN),
        ("DELETE", "/orgs/walked", none.clone(), ADMIN),
        ("GET", "/users", none.clone(), ADMIN),
        ("GET", "/users/admin", none, ADMIN),
    ];
    for row in &mut rows {
        row.1 = format!("/apis/admin/v1{}", row.1).leak();
    }
    rows
}

/// Each `.route("PATH", get(..).post(..))` in the sources of this folder: the path as written there, and a method.
fn written_routes() -> Vec<(String, &'static str)> {
    let (mut found, mut folders) = (Vec::new(), vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http")]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("sources").flatten() {
            let path = entry.path();
            if path.is_dir() && !path.ends_with("tests") {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let source = fs::read_to_string(&path).expect("a source");
                for route in source.split(".route(").skip(1) {
                    let path = route.split('"').nth(1).expect("a path in quotes").to_owned();
                    // The call ends where its bracket closes.
                    let mut depth = 1;
                    let end = route.find(|c| {
                        depth += i32::from(c == '(') - i32::from(c == ')');
                        depth == 0
                    });
                    let call = &route[..end.expect("a closed bracket")];
                    let methods = ["get(", "post(", "put(", "patch(", "delete(", "any("];
                    found.extend(methods.into_iter().filter(|m| call.contains(m)).map(|m| (path.clone(), m)));
                }
            }
        }
    }
    found
}

#[tokio::test]
async fn every_route_refuses_whom_it_must_and_nobody_else() {
    let server = Server::start().await;
    let job = server.job("train").await;
    let digest = format!("sha256:{}", "a".repeat(64));
    let mut walked = BTreeSet::new();
    for (method, path, body, verdicts) in routes() {
        for (who, verdict) in As::ALL.into_iter().zip(verdicts) {
            let method: Method = method.parse().expect("a method");
            let body = (!body.is_null()).then(|| body.clone());
            let path = path.replace("JOB", &job).replace("DIGEST", &digest).replace("UPLOAD", UPLOAD);
            let answer = server.call(who, method.clone(), &path, body).await;
            let got = answer.status.as_u16();
            walked.extend(answer.matched.map(|matched| (matched, format!("{}(", method.as_str().to_lowercase()))));
            if verdict == 0 {
                assert!(got != 401 && got != 403 && got != 405 && got != 500, "{who:?} {method} {path}: {got}");
                assert_ne!(answer.text, json!({"error": "there is nothing at this address"}).to_string(), "{path}");
            } else {
                assert_eq!(got, verdict, "{who:?} {method} {path}: {}", answer.text);
            }
        }
    }
    let written = written_routes();
    for route @ (tail, method) in &written {
        let same = written.iter().filter(|other| *other == route).count();
        let fits = |(path, walked): &&(String, String)| path.ends_with(tail) && (*method == "any(" || walked == method);
        let seen = walked.iter().filter(fits).count();
        assert!(seen >= same, "{method}{tail}) has {same} routes and {seen} rows in the table of this test");
    }
    assert!(written.len() > 60, "the sources were not found: {written:?}");
}

#[tokio::test]
async fn a_refusal_for_want_of_rights_says_which() {
    let server = Server::start().await;
    let job = server.job("train").await;
    let answer = server.call(As::Reader, Method::DELETE, &format!("/api/v1/jobs/{job}"), None).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let by_id = json!({"uri": format!("job://default/main/demo/{job}"), "action": "write"});
    let by_name = json!({"uri": "job://default/main/demo/train", "action": "write"});
    assert_eq!(answer.json(), json!({"missing": [by_id, by_name]}));
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_refused_in_json() {
    let server = Server::start().await;
    for path in ["/", "/api/v1/nothing", "/api/v1/jobs/x/y/z", "/v3/"] {
        let answer = server.get(As::Admin, path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        answer.error();
    }
    let answer = server.call(As::Admin, Method::PATCH, "/api/v1/jobs", None).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    answer.error();
}
