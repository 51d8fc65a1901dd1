use super::world::{World, request};
use axum::body::Body;
use gateway::{Pace, Paces, ports::Peer};
use http::{Request, StatusCode, header};
use serde_json::json;

const HEADERS: [(&str, &str); 8] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("content-security-policy", "script-src 'self' 'wasm-unsafe-eval'; style-src 'self';"),
    ("content-security-policy", "frame-ancestors 'none'"),
    ("content-security-policy", "default-src 'none'"),
    ("content-security-policy", "require-trusted-types-for 'script'; trusted-types default"),
];

#[tokio::test]
async fn every_answer_has_the_security_headers_and_an_own_request_id() {
    let mut world = World::new(|_| None);
    for path in ["/", "/api/v1/jobs", "/api/v1/nowhere", "/api/v1/session"] {
        let request = Request::get(path).header("x-request-id", "mine").header("x-roadstead", "1");
        let got = world.send(request.body(Body::empty()).expect("a request")).await;
        for (name, value) in HEADERS {
            assert!(got.headers[name].to_str().expect("text").contains(value), "{path}: {name}");
        }
        assert!(!got.headers["content-security-policy"].to_str().expect("text").contains("unsafe-inline"));
        let id = got.headers["x-request-id"].to_str().expect("text");
        assert!(id.len() == 24 && id != "mine", "{path}: {id}");
        if path != "/" {
            assert_eq!(got.body["request_id"], id, "{path}");
            assert_eq!(got.headers[header::CACHE_CONTROL], "no-store");
        }
    }
}

#[tokio::test]
async fn a_call_that_another_page_could_make_is_refused() {
    let mut world = World::signed_in(|_| None).await;
    for request in [
        Request::get("/api/v1/jobs").body(Body::empty()),
        Request::delete("/api/v1/jobs/job-1").body(Body::empty()),
        Request::post("/api/v1/jobs").header(header::CONTENT_TYPE, "text/plain").body(Body::from("{}")),
        Request::get("/api/v1/jobs/job-1/logs/download").header("sec-fetch-site", "cross-site").body(Body::empty()),
        Request::get("/api/v1/jobs/events")
            .header("upgrade", "websocket")
            .header("host", "a")
            .header("origin", "http://b")
            .body(Body::empty()),
    ] {
        let got = world.send(request.expect("a request")).await;
        assert_eq!((got.status, &got.body["code"]), (StatusCode::FORBIDDEN, &json!("csrf")));
    }
    assert!(world.asked().is_empty());
}

#[tokio::test]
async fn bodies_that_are_too_large_or_not_json_are_refused() {
    let mut world = World::signed_in(|_| None).await;
    let got = world.call("POST", "/jobs", json!({"image": "a".repeat(300_000)})).await;
    assert_eq!((got.status, &got.body["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("too_large")));
    let post = |kind: &str, body: &'static str| {
        let request = Request::post("/api/v1/jobs").header("x-roadstead", "1").header(header::CONTENT_TYPE, kind);
        request.body(Body::from(body)).expect("a request")
    };
    for (kind, body) in [
        ("text/plain", "{}"),
        ("application/json", "{"),
        ("application/json", "{\"image\":\"a\"} x"),
        ("application/json", "\0"),
    ] {
        let got = world.send(post(kind, body)).await;
        assert_eq!(
            (got.status, &got.body["code"]),
            (StatusCode::BAD_REQUEST, &json!("invalid_request")),
            "{kind} {body}"
        );
    }
    let got = world.send(post("application/json", r#"{"image":"a","env":{"A":5}}"#)).await;
    assert_eq!(got.body["field"], "env.A");
    let got = world.send(post("application/json", r#"{"image":"a","privileged":true}"#)).await;
    assert_eq!(got.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn unknown_addresses_and_methods_have_their_answers() {
    let mut world = World::signed_in(|_| None).await;
    for (method, path, status, code) in [
        ("GET", "/nowhere", 404, "not_found"),
        ("PATCH", "/jobs", 405, "method_not_allowed"),
        ("GET", "/jobs/a%2F..%2Fb", 404, "not_found"),
        ("GET", "/jobs/%00", 404, "not_found"),
        ("GET", "/jobs/..", 404, "not_found"),
        ("GET", "/jobs?limit=0", 400, "invalid_request"),
        ("GET", "/jobs?cursor=%F0%9F", 400, "invalid_request"),
        ("GET", "/jobs?colour=red", 400, "invalid_request"),
        ("GET", "/jobs/job-1/logs/page?limit=5001", 400, "invalid_request"),
        ("GET", "/jobs/job-1/logs/page?from_line=-1", 400, "invalid_request"),
        ("GET", "/jobs/job-1/logs/page?from_line=1&from_line=2", 400, "invalid_request"),
        ("GET", "/jobs/job-1/logs", 400, "invalid_request"),
        ("GET", "/jobs/job-1/exec?cmd=", 400, "invalid_request"),
    ] {
        let got = world.call(method, path, serde_json::Value::Null).await;
        assert_eq!((got.status.as_u16(), &got.body["code"]), (status, &json!(code)), "{method} {path}: {}", got.text);
    }
    assert!(world.asked().is_empty(), "{:?}", world.asked());
}

#[tokio::test]
async fn who_asks_too_fast_is_told_when_to_come_back() {
    let slow = Pace { burst: 3, per_second: 1 };
    let wide = Pace { burst: 1000, per_second: 1000 };
    let from = |last: u8| Peer(std::net::IpAddr::from([192, 0, 2, last]));
    let asked = |path: &str, peer: Peer| {
        let mut request = request("GET", path);
        request.extensions_mut().insert(peer);
        request
    };
    // By address: whoever shares it waits, others do not.
    let set =
        |config: &mut gateway::Config| config.paces = Paces { of_address: slow, of_session: wide, of_sign_in: wide };
    let mut world = World::with(|_| None, set);
    for _ in 0..3 {
        assert_eq!(world.send(asked("/api/v1/jobs", from(1))).await.status, StatusCode::UNAUTHORIZED);
    }
    let got = world.send(asked("/api/v1/jobs", from(1))).await;
    assert_eq!((got.status, &got.body["code"]), (StatusCode::TOO_MANY_REQUESTS, &json!("too_many_requests")));
    assert_eq!(got.headers[header::RETRY_AFTER], "1");
    assert_eq!(world.send(asked("/api/v1/jobs", from(2))).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.send(asked("/", from(1))).await.status, StatusCode::OK, "files are not counted");
    world.later(1);
    assert_eq!(world.send(asked("/api/v1/jobs", from(1))).await.status, StatusCode::UNAUTHORIZED);

    // By session, from wherever it comes; a registry's client hears it in its own words.
    let set =
        |config: &mut gateway::Config| config.paces = Paces { of_address: wide, of_session: slow, of_sign_in: wide };
    let mut world = World::with(|_| None, set);
    world.call("POST", "/session", json!({"token": super::world::token("alice", "x")})).await;
    for last in 0..3 {
        assert_eq!(world.send(asked("/api/v1/jobs", from(last))).await.status, StatusCode::OK);
    }
    assert_eq!(world.send(asked("/api/v1/jobs", from(9))).await.status, StatusCode::TOO_MANY_REQUESTS);
    let got = world.send(asked("/v2/", from(9))).await;
    assert_eq!(
        (got.status, &got.body["errors"][0]["code"]),
        (StatusCode::TOO_MANY_REQUESTS, &json!("TOOMANYREQUESTS"))
    );

    // Attempts to sign in have a bucket of their own.
    let set =
        |config: &mut gateway::Config| config.paces = Paces { of_address: wide, of_session: wide, of_sign_in: slow };
    let mut world = World::with(|_| None, set);
    let mut attempt = async || {
        let body = Body::from(json!({"token": "guess"}).to_string());
        let request = Request::post("/api/v1/session").header("x-roadstead", "1").extension(from(1));
        let request = request.header(header::CONTENT_TYPE, "application/json").body(body);
        world.send(request.expect("a request")).await.status
    };
    for _ in 0..3 {
        assert_eq!(attempt().await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(attempt().await, StatusCode::TOO_MANY_REQUESTS);
}
