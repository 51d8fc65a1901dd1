//! Every route by every kind of user.

use super::*;

/// 401, 403 or "got past the check" for: nobody, reader, writer, manager, admin, stranger.
type Verdicts = [u16; 6];

const OPEN: Verdicts = [0, 0, 0, 0, 0, 0];
const SIGNED_IN: Verdicts = [401, 0, 0, 0, 0, 0];
const READ: Verdicts = [401, 0, 0, 0, 0, 403];
const WRITE: Verdicts = [401, 403, 0, 0, 0, 403];
const MANAGE: Verdicts = [401, 403, 403, 0, 0, 403];
const ADMIN: Verdicts = [401, 403, 403, 403, 0, 403];

/// An upload that does not exist; who may not write learns no more of one that does.
const UPLOAD: &str = "0f0e0d0c-aaaa-4bbb-8ccc-0123456789ab";

/// Every route of the router, with `JOB` for the id of a job of the writer.
fn routes() -> Vec<(&'static str, &'static str, Value, Verdicts)> {
    let grant = json!([{"uri": "job://default/main/demo/x", "action": "read"}]);
    let of = |path| ("GET", path, Value::Null);
    let route = |(method, path, body): (&'static str, &'static str, Value), verdicts| (method, path, body, verdicts);
    vec![
        route(of("/api/v1/config"), OPEN),
        route(of("/api/v1/ping"), OPEN),
        route(of("/api/v1/secured-ping"), SIGNED_IN),
        route(("POST", "/oauth/token", Value::Null), OPEN),
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
        route(("POST", "/api/v1/monitoring/JOB/save", json!({})), WRITE),
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
        route(("DELETE", "/api/v1/users/stranger/permissions?uri=job://default/main/demo/x", Value::Null), MANAGE),
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
}

#[tokio::test]
async fn every_route_refuses_whom_it_must_and_nobody_else() {
    let server = Server::start().await;
    let job = server.job("train").await;
    let digest = format!("sha256:{}", "a".repeat(64));
    for (method, path, body, verdicts) in routes() {
        for (who, verdict) in As::ALL.into_iter().zip(verdicts) {
            let method: Method = method.parse().expect("a method");
            let body = (!body.is_null()).then(|| body.clone());
            let path = path.replace("JOB", &job).replace("DIGEST", &digest).replace("UPLOAD", UPLOAD);
            let answer = server.call(who, method.clone(), &path, body).await;
            let got = answer.status.as_u16();
            if verdict == 0 {
                assert!(got != 401 && got != 403 && got != 405 && got != 500, "{who:?} {method} {path}: {got}");
                assert_ne!(answer.text, json!({"error": "there is nothing at this address"}).to_string(), "{path}");
            } else {
                assert_eq!(got, verdict, "{who:?} {method} {path}: {}", answer.text);
            }
        }
    }
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
