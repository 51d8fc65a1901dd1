use super::world::{World, answer, config, html, request};
use axum::body::Body;
use futures::{StreamExt, future, stream};
use http::{Response, StatusCode, header};
use serde_json::{Value, json};
use std::{convert::Infallible, time::Duration};

#[tokio::test]
async fn a_cluster_that_answers_html_is_said_to_be_at_the_wrong_address() {
    for status in [200, 500, 502] {
        let mut world = World::signed_in(move |asked| asked.line.contains("/jobs").then(|| html(status))).await;
        for path in ["/jobs", "/jobs/job-1"] {
            let got = world.get(path).await;
            assert_eq!(
                (got.status, &got.body["code"]),
                (StatusCode::BAD_GATEWAY, &json!("bad_upstream")),
                "{status} {path}"
            );
            assert!(!got.text.contains("nginx"));
        }
    }
}

#[tokio::test]
async fn a_cluster_that_never_answers_is_a_timeout() {
    let mut world = World::signed_in(|asked| {
        let stuck = asked.line.contains("/jobs");
        stuck.then(|| Response::new(Body::from_stream(stream::pending::<Result<bytes::Bytes, std::io::Error>>())))
    })
    .await;
    let got = world.get("/jobs/job-1").await;
    assert_eq!((got.status, &got.body["code"]), (StatusCode::GATEWAY_TIMEOUT, &json!("upstream_timeout")));
}

#[tokio::test]
async fn a_body_that_never_ends_is_not_waited_for() {
    let mut world = World::signed_in(|_| None).await;
    let mut request = request("POST", "/api/v1/jobs");
    request.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().expect("a value"));
    let begun = stream::once(future::ready(Ok::<_, Infallible>("{"))).chain(stream::pending());
    *request.body_mut() = Body::from_stream(begun);
    let got = world.send(request).await;
    assert_eq!((got.status, &got.body["code"]), (StatusCode::REQUEST_TIMEOUT, &json!("request_timeout")));
    assert!(world.asked().is_empty());
    assert!(world.host.slept.lock().expect("unpoisoned").contains(&Duration::from_secs(30)));
}

#[tokio::test]
async fn a_cluster_that_asks_to_wait_is_waited_for() {
    let mut world = World::signed_in(|asked| {
        asked.line.contains("/jobs").then(|| {
            let mut response = answer(503, json!({"error": "The engine is starting."}));
            response.headers_mut().insert(header::RETRY_AFTER, 9.into());
            response
        })
    })
    .await;
    let got = world.get("/jobs").await;
    assert_eq!(
        (got.status, &got.headers[header::RETRY_AFTER]),
        (StatusCode::SERVICE_UNAVAILABLE, &"9".parse().expect("a value"))
    );
    assert_eq!(got.body["message"], "The engine is starting.");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let mut world = World::signed_in(|asked| {
        asked.line.contains("/jobs").then(|| {
            let mut response = answer(302, Value::Null);
            response.headers_mut().insert(header::LOCATION, "http://evil.test/".parse().expect("a value"));
            response
        })
    })
    .await;
    assert_eq!(world.get("/jobs").await.status, StatusCode::BAD_GATEWAY);
    assert_eq!(world.asked().len(), 1);
}

#[tokio::test]
async fn nothing_is_asked_of_a_link_local_address_even_where_it_is_trusted() {
    let mut config = config(true);
    config["clusters"][0]["monitoring_url"] = json!("http://169.254.169.254/latest/meta-data");
    let script = move |asked: &super::world::Asked| {
        (asked.line.contains("/config") && asked.bearer.is_some()).then(|| answer(200, config.clone()))
    };
    let mut world = World::with(script, |config| config.trusted_hosts = vec!["169.254.169.254".to_owned()]);
    world.call("POST", "/session", json!({"token": super::world::token("alice", "x")})).await;
    assert_eq!(world.get("/presets").await.status, StatusCode::BAD_GATEWAY);
    assert!(world.asked().is_empty());
}

#[tokio::test]
async fn a_compressed_body_is_not_unpacked() {
    let mut world = World::signed_in(|_| None).await;
    // What a bomb begins like; it would be gigabytes.
    let bomb = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &[0; 1000]].concat();
    let request = http::Request::post("/api/v1/jobs")
        .header("x-roadstead", "1")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_ENCODING, "gzip");
    let got = world.send(request.body(Body::from(bomb)).expect("a request")).await;
    assert_eq!((got.status, &got.body["code"]), (StatusCode::BAD_REQUEST, &json!("invalid_request")));
    assert!(world.asked().is_empty());
}

#[tokio::test]
async fn tokens_go_to_no_host_that_is_not_trusted() {
    let foreign = |monitoring: &str| {
        let mut config = config(true);
        config["clusters"][0]["monitoring_url"] = json!(monitoring);
        config
    };
    for monitoring in ["http://evil.test/mon", "ftp://cluster.test/", "nonsense", "http://cluster.test.evil.test/"] {
        let config = foreign(monitoring);
        let mut world =
            World::signed_in(move |asked| asked.line.contains("/config").then(|| answer(200, config.clone()))).await;
        let got = world.get("/presets").await;
        assert_eq!((got.status, &got.body["code"]), (StatusCode::BAD_GATEWAY, &json!("bad_upstream")), "{monitoring}");
        assert!(world.asked().is_empty());
    }
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let missing = json!({"missing": [{"uri": "job://default/acme/demo", "action": "write"}]});
    let mut world =
        World::signed_in(move |asked| asked.line.starts_with("POST").then(|| answer(403, missing.clone()))).await;
    let got = world.call("POST", "/jobs", json!({"image": "ubuntu"})).await;
    assert_eq!(got.status, StatusCode::FORBIDDEN);
    assert!(got.body["message"].as_str().expect("text").contains("write permission on job://default/acme/demo"));
}

#[tokio::test]
async fn a_job_that_is_not_there_is_not_found() {
    let none = json!({"error": "no such job job-9"});
    let mut world =
        World::signed_in(move |asked| asked.line.contains("/jobs/").then(|| answer(400, none.clone()))).await;
    for (method, path) in [("GET", "/jobs/job-9"), ("DELETE", "/jobs/job-9"), ("GET", "/jobs/job-9/logs/download")] {
        let got = world.call(method, path, Value::Null).await;
        assert_eq!((got.status, &got.body["code"]), (StatusCode::NOT_FOUND, &json!("not_found")), "{method} {path}");
    }
}

#[tokio::test]
async fn a_cluster_that_cannot_seek_says_so_for_a_page_and_still_gives_the_whole_log() {
    let log = "2026-11-23T08:00:00Z one\n2026-11-23T08:00:01Z two\n";
    let mut world =
        World::signed_in(move |asked| asked.line.contains("/mon/job-1/log?").then(|| Response::new(Body::from(log))))
            .await;
    let got = world.get("/jobs/job-1/logs/page?from_line=0&limit=10").await;
    assert_eq!((got.status, &got.body["code"]), (StatusCode::NOT_IMPLEMENTED, &json!("not_supported")));
    let got = world.get("/jobs/job-1/logs/download").await;
    assert_eq!((got.status, got.text.as_str()), (StatusCode::OK, "one\ntwo\n"));
    assert_eq!(got.headers[header::CONTENT_DISPOSITION], "attachment; filename=\"job-1.log\"");
    let got = world.get("/jobs/job-1/logs/download?timestamps=1").await;
    assert_eq!(got.text, log);
}

#[tokio::test]
async fn a_page_of_a_log_is_one_frame_with_the_jobs_own_line_numbers() {
    let log = "2026-11-23T08:00:00Z seven\n2026-11-23T08:00:01Z eight";
    let mut world = World::signed_in(move |asked| {
        asked.line.contains("/mon/job-1/log?").then(|| {
            let builder =
                Response::builder().header("x-roadstead-first-line", "7").header("x-roadstead-total-lines", "9");
            builder.body(Body::from(log)).expect("a response")
        })
    })
    .await;
    let got = world.get("/jobs/job-1/logs/page?from_line=7&limit=10").await;
    assert_eq!(
        (got.status, &got.headers["x-roadstead-first-line"], &got.headers["x-roadstead-total-lines"]),
        (StatusCode::OK, &"7".parse().expect("a value"), &"9".parse().expect("a value"))
    );
    assert!(world.asked().iter().any(|a| a.line.contains("from_line=7") && a.line.contains("limit=10")));
    assert!(got.text.ends_with("seveneight"));
}
