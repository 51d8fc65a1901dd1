//! What only a Worker has: several isolates, and instances that end by a panic.

use super::{
    browser::{Edge, Sent, soon},
    cluster::Cluster,
};
use crate::host::isolates::Isolates;
use api::{jobs::JobEvent, logs::EndReason};
use axum::body::Body;
use http::{Request, StatusCode, header};

#[tokio::test]
#[ignore = "of the Worker alone: cargo xtask workers --test"]
async fn who_signs_out_in_one_isolate_is_out_in_all() {
    let cluster = Cluster::start().await;
    let isolates = Isolates::before(cluster.address).await;
    let [one, other] = isolates.addresses.map(Edge::at);
    let (leaving, staying) = (one.sign_in("alice").await, one.sign_in("alice").await);
    for cookie in [&leaving, &staying] {
        assert_eq!(other.get(cookie, "/jobs").await.0, 200);
    }
    // The list of jobs is a stream of a Durable Object, the terminal one of the isolate itself.
    let mut list = other.open(&leaving, "/jobs/events").await;
    let mut charts = other.open(&leaving, "/jobs/job-1/top").await;
    assert_eq!(list.event::<JobEvent>().await, JobEvent::Init);
    one.sign_out(&leaving).await;
    assert_eq!(other.get(&leaving, "/jobs").await.0, 401);
    assert_eq!(other.get(&staying, "/jobs").await.0, 200);
    soon("the list ends", async {
        while list.event::<JobEvent>().await != (JobEvent::End { reason: EndReason::SignedOut }) {}
    })
    .await;
    soon("the charts end", async {
        while charts.next().await != Sent::Text(r#"{"type":"end","reason":"signed_out"}"#.to_owned()) {}
    })
    .await;
}

#[tokio::test]
#[ignore = "of the Worker alone: cargo xtask workers --test"]
async fn after_a_panic_the_next_request_has_a_fresh_instance_and_the_log_has_the_requests_id() {
    let cluster = Cluster::start().await;
    let mut isolates = Isolates::before(cluster.address).await;
    let edge = Edge::at(isolates.addresses[0]);
    let cookie = edge.sign_in("alice").await;
    let mut page = edge.open(&cookie, "/jobs/events").await;
    assert_eq!(page.event::<JobEvent>().await, JobEvent::Init);
    for _ in 0..2 {
        let (status, body) = edge.get_with(&cookie, "/jobs", &[("x-test-no-random-bytes", "1")]).await;
        assert_eq!(status, 500, "{body}");
        let problem: api::Problem = serde_json::from_str(&body).expect("a problem");
        assert_eq!(problem.code, api::Code::Internal);
        let line = soon("the panic is reported", isolates.said(&problem.request_id)).await;
        assert!(line.contains("panic") && line.contains("the platform gives out random bytes"), "{line}");
        assert_eq!(edge.get(&cookie, "/jobs").await.0, 200, "the next request is served");
    }
    // The page's socket was the old instance's; it ends, and the page comes back.
    soon("the old socket ends", async { while page.next().await != Sent::Closed(1011) {} }).await;
    let mut again = edge.open(&cookie, "/jobs/events").await;
    assert_eq!(again.event::<JobEvent>().await, JobEvent::Init);
}

#[tokio::test]
#[ignore = "of the Worker alone: cargo xtask workers --test"]
async fn no_link_stands_in_the_log_after_a_panic() {
    let cluster = Cluster::start().await;
    let mut isolates = Isolates::before(cluster.address).await;
    let edge = Edge::at(isolates.addresses[0]);
    let request = Request::get("/s/secret/status").header("x-test-no-random-bytes", "1").body(Body::empty());
    let answer = edge.send(request.expect("a request")).await;
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let id = answer.headers()["x-request-id"].to_str().expect("text").to_owned();
    let line = soon("the panic is reported", isolates.said(&id)).await;
    assert!(line.contains("/s/***/status") && !line.contains("secret"), "{line}");
}

#[tokio::test]
#[ignore = "of the Worker alone: cargo xtask workers --test"]
async fn attempts_to_sign_in_are_counted_by_all_isolates_together() {
    let cluster = Cluster::start().await;
    let isolates = Isolates::before(cluster.address).await;
    let edges = isolates.addresses.map(Edge::at);
    // Twenty at once are let through to be refused for what they say.
    for attempt in 0..20 {
        assert_eq!(edges[attempt % 2].try_sign_in("192.0.2.1").await, 400, "attempt {attempt}");
    }
    for edge in &edges {
        assert_eq!(edge.try_sign_in("192.0.2.1").await, 429);
        assert_eq!(edge.try_sign_in("192.0.2.2").await, 400, "another address is another's");
    }
}

#[tokio::test]
#[ignore = "of the Worker alone: cargo xtask workers --test"]
async fn what_comes_in_clear_is_led_to_https_or_refused_and_signs_nobody_in() {
    let cluster = Cluster::start().await;
    let isolates = Isolates::before(cluster.address).await;
    let edge = Edge::at(isolates.addresses[0]);
    let get = |path: &str| Request::get(path).header(header::HOST, "console.example:8080");
    for path in ["/", "/jobs?status=running", "/api/v1/session", "/s/token"] {
        let answer = edge.send(get(path).body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.status(), StatusCode::PERMANENT_REDIRECT, "{path}");
        assert_eq!(answer.headers()[header::LOCATION], format!("https://console.example{path}"));
    }
    let body = serde_json::json!({"token": super::cluster::token("alice")}).to_string();
    let post = Request::post("/api/v1/session")
        .header(header::HOST, "console.example")
        .header("x-roadstead", "1")
        .header("content-type", "application/json");
    let handshake = get("/api/v1/jobs/events")
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ==");
    for request in [post.body(Body::from(body)), handshake.body(Body::empty())] {
        let answer = edge.send(request.expect("a request")).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
        assert!(!answer.headers().contains_key(header::SET_COOKIE));
    }
}

#[tokio::test]
#[ignore = "of the Worker alone: cargo xtask workers --test"]
async fn one_log_opens_at_each_address_of_the_console() {
    let cluster = Cluster::start().await;
    cluster.write(["one"]);
    let isolates = Isolates::before(cluster.address).await;
    let mut open = Vec::new();
    for name in ["roadstead.account.workers.example", "console.example"] {
        let edge = Edge::named(isolates.addresses[0], name);
        let cookie = edge.sign_in("alice").await;
        assert!(cookie.starts_with("__Host-"), "{cookie}");
        let mut page = edge.open(&cookie, "/jobs/job-1/logs?from=start").await;
        assert!(page.log_until("0 one").await.contains(&"0 one".to_owned()), "at {name}");
        open.push(page);
    }
}
