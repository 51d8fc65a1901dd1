//! What a visitor gets from `/s/{token}`: nothing but what the link shows, and one answer for all that shows nothing.

use super::{
    links::Linked,
    world::{Got, World},
};
use axum::body::Body;
use gateway::{Pace, ports::Peer};
use http::{HeaderMap, Request};
use serde_json::{Value, json};
use std::{
    net::IpAddr,
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};

/// Every public address, and whether it is of the log.
const ADDRESSES: [(&str, bool); 7] = [
    ("", false),
    ("/status", false),
    ("/badge.svg", false),
    ("/events", false),
    ("/logs", true),
    ("/logs/page", true),
    ("/logs/download", true),
];

/// What a visitor must never read, as the scripted cluster has it.
const FORBIDDEN: [&str; 9] = [
    "alice",
    "example.com",
    "secret-image",
    "secret-command",
    "secret-env",
    "KEY",
    "acme",
    "for the boss",
    "roadstead-links",
];

async fn visit_from(world: &mut World, path: &str, from: &str) -> Got {
    // A visitor has no cookie.
    let cookie = world.cookie.take();
    let mut request = Request::get(path).body(Body::empty()).expect("a request");
    request.extensions_mut().insert(Peer(from.parse::<IpAddr>().expect("an address")));
    let got = world.send(request).await;
    assert!(!got.headers.contains_key("set-cookie"));
    world.cookie = cookie;
    got
}

async fn visit(world: &mut World, path: &str) -> Got {
    visit_from(world, path, "192.0.2.1").await
}

/// Without what differs from request to request.
fn bytes(got: &Got) -> (u16, HeaderMap, String) {
    let (mut headers, mut body) = (got.headers.clone(), got.body.clone());
    headers.remove("x-request-id");
    if body.is_object() {
        body["request_id"] = Value::Null;
    }
    let text = if body.is_null() { got.text.clone() } else { body.to_string() };
    (got.status.as_u16(), headers, text)
}

#[tokio::test]
async fn a_visitor_sees_the_job_and_nothing_that_was_not_chosen() {
    let mut linked = Linked::new().await;
    let (_, token) = linked.make("job-1", json!({"note": "for the boss"})).await;
    let got = visit(&mut linked.world, &format!("/s/{token}/status")).await;
    assert_eq!(got.status.as_u16(), 200, "{}", got.text);
    assert_eq!((&got.body["name"], &got.body["status"]), (&json!("train-<1>"), &json!("running")));
    for (address, _) in ADDRESSES {
        let got = visit(&mut linked.world, &format!("/s/{token}{address}")).await;
        for bad in FORBIDDEN {
            assert!(!got.text.contains(bad), "{address}: {bad} in {}", got.text);
            assert!(!format!("{:?}", got.headers).contains(bad), "{address}: {bad} in a header");
        }
    }
    let (_, token) = linked.make("job-1", json!({"fields": ["image"]})).await;
    let got = visit(&mut linked.world, &format!("/s/{token}/status")).await;
    assert!(got.text.contains("secret-image") && !got.text.contains("alice"), "{}", got.text);
}

#[tokio::test]
async fn the_page_has_a_title_for_a_chats_preview_and_no_more() {
    let mut linked = Linked::new().await;
    let (_, token) = linked.make("job-1", json!({})).await;
    let got = visit(&mut linked.world, &format!("/s/{token}")).await;
    assert_eq!(got.status.as_u16(), 200);
    assert!(got.text.contains(r#"property="og:title" content="train-&lt;1&gt; · running""#), "{}", got.text);
    assert!(got.text.contains("the console") && !got.text.contains(&token), "{}", got.text);
}

#[tokio::test]
async fn every_answer_below_a_link_is_kept_by_nobody_and_leaks_no_address() {
    let mut linked = Linked::new().await;
    let (_, token) = linked.make("job-1", json!({"scope": "log"})).await;
    for path in [token.as_str(), "unknown"] {
        for (address, _) in ADDRESSES {
            let got = visit(&mut linked.world, &format!("/s/{path}{address}")).await;
            let header = |name: &str| got.headers[name].to_str().expect("text").to_owned();
            assert_eq!(header("referrer-policy"), "no-referrer", "{address}");
            assert_eq!(header("cache-control"), "no-store", "{address}");
            assert!(header("x-robots-tag").contains("noindex"), "{address}");
            assert!(header("content-security-policy").contains("default-src 'none'"), "{address}");
            assert!(!header("content-security-policy").contains("unsafe-inline"), "{address}");
            assert_eq!(header("x-content-type-options"), "nosniff", "{address}");
        }
    }
}

#[tokio::test]
async fn a_badge_is_a_picture_that_any_page_may_embed() {
    let mut linked = Linked::new().await;
    let (_, token) = linked.make("job-1", json!({})).await;
    let got = visit(&mut linked.world, &format!("/s/{token}/badge.svg")).await;
    assert_eq!(got.headers["content-type"], "image/svg+xml");
    assert_eq!(got.headers["cross-origin-resource-policy"], "cross-origin");
    assert!(got.text.contains("<title>job: running</title>"), "{}", got.text);
}

#[tokio::test]
async fn what_shows_nothing_is_one_answer_whatever_the_reason() {
    let mut linked = Linked::new().await;
    let (_, gone) = linked.make("job-2", json!({"scope": "log", "life_secs": 2_592_000})).await;
    let (revoked_id, revoked) = linked.make("job-1", json!({"scope": "log"})).await;
    let (_, expired) = linked.make("job-1", json!({"scope": "log", "life_secs": 3600})).await;
    let (_, plain) = linked.make("job-1", json!({"life_secs": 2_592_000})).await;
    linked.world.call("POST", "/links/revoke", json!({"ids": [revoked_id]})).await;
    linked.platform.delete("job-2");
    linked.world.later(3600);
    let tampered = plain.chars().rev().collect::<String>();
    let unknown = "A".repeat(43);
    let long = "a".repeat(5000);
    for (n, (address, is_log)) in ADDRESSES.into_iter().enumerate() {
        // A WebSocket's refusal is told after its handshake; in process there is none, which is told first.
        if matches!(address, "/events" | "/logs") {
            continue;
        }
        let mut answers = Vec::new();
        let mut dead: Vec<&str> =
            vec![&unknown, &expired, &revoked, &gone, &tampered, &plain[1..], &plain[..42], "%00", "%ff", "..", &long];
        if is_log {
            dead.push(&plain);
        }
        for (m, token) in dead.into_iter().enumerate() {
            let from = format!("198.51.{n}.{m}");
            linked.world.host.slept.lock().expect("unpoisoned").clear();
            answers.push(bytes(&visit_from(&mut linked.world, &format!("/s/{token}{address}"), &from).await));
            let slept = linked.world.host.slept.lock().expect("unpoisoned").clone();
            assert!(slept.contains(&Duration::from_millis(100)), "a refusal takes its time: {slept:?}");
        }
        assert_eq!(answers[0].0, 404, "{address}");
        for answer in &answers {
            assert_eq!(answer, &answers[0], "{address}");
        }
    }
    let left: Vec<String> = linked.shelf.0.lock().expect("unpoisoned").iter().map(|link| link.job.clone()).collect();
    assert!(!left.contains(&"job-2".to_owned()), "a job that is gone takes its links along");
}

#[tokio::test]
async fn a_grant_that_was_taken_back_on_the_platform_ends_what_its_links_show() {
    let mut linked = Linked::new().await;
    let (_, token) = linked.make("job-1", json!({})).await;
    linked.platform.granted.lock().expect("unpoisoned").clear();
    assert_eq!(visit(&mut linked.world, &format!("/s/{token}/status")).await.status.as_u16(), 404);
}

#[tokio::test]
async fn a_platform_that_cannot_be_found_for_a_while_costs_no_link() {
    let mut linked = Linked::new().await;
    let (_, token) = linked.make("job-1", json!({})).await;
    let path = format!("/s/{token}/status");
    linked.platform.is_lost.store(true, Ordering::SeqCst);
    let got = visit(&mut linked.world, &path).await;
    assert_eq!((got.status.as_u16(), &got.body["code"]), (503, &json!("unavailable")), "{}", got.text);
    linked.platform.is_lost.store(false, Ordering::SeqCst);
    assert_eq!(visit(&mut linked.world, &path).await.status.as_u16(), 200, "the link is still there");
}

#[tokio::test]
async fn a_link_opens_as_often_as_it_is_used_until_its_very_end_and_views_are_counted() {
    let mut linked = Linked::new().await;
    let (_, token) = linked.make("job-1", json!({"life_secs": 3600})).await;
    let path = format!("/s/{token}/status");
    linked.world.later(3599);
    for _ in 0..100 {
        assert_eq!(visit(&mut linked.world, &path).await.status.as_u16(), 200);
    }
    // A preview, a badge and the page itself are no views.
    for address in ["", "/badge.svg"] {
        visit(&mut linked.world, &format!("/s/{token}{address}")).await;
    }
    while linked.shelf.0.lock().expect("unpoisoned")[0].views < 100 {
        tokio::task::yield_now().await;
    }
    linked.world.later(1);
    assert_eq!(visit(&mut linked.world, &path).await.status.as_u16(), 404);
    assert_eq!(linked.shelf.0.lock().expect("unpoisoned")[0].views, 100);
}

#[tokio::test]
async fn a_hundred_thousand_guesses_are_held_up_and_never_reach_the_cluster() {
    // Were they only a flood, they would be told to wait before they were looked at.
    let wide = Pace { burst: 1_000_000, per_second: 1_000_000 };
    let mut linked = Linked::with(|config| config.paces.of_address = wide).await;
    let (_, token) = linked.make("job-1", json!({})).await;
    let before = linked.world.asked().len();
    let mut told = [0u32; 2];
    for n in 0..100_000u32 {
        let guess = format!("/s/{n:0>43}/status");
        let got = visit_from(&mut linked.world, &guess, "203.0.113.7").await;
        match got.status.as_u16() {
            404 => told[0] += 1,
            429 => {
                told[1] += 1;
                let wait: u32 = got.headers["retry-after"].to_str().expect("text").parse().expect("seconds");
                assert!((1..=60).contains(&wait));
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(told, [30, 99_970]);
    assert_eq!(linked.world.asked().len(), before);
    let page = visit_from(&mut linked.world, &format!("/s/{}", "B".repeat(43)), "203.0.113.7").await;
    assert_eq!(page.status.as_u16(), 429);
    assert!(page.headers.contains_key("retry-after") && page.text.contains("the console"));
    let path = format!("/s/{token}/status");
    assert_eq!(visit_from(&mut linked.world, &path, "203.0.113.7").await.status.as_u16(), 429, "also a right one");
    assert_eq!(visit_from(&mut linked.world, &path, "203.0.113.8").await.status.as_u16(), 200, "others go on");
    linked.world.later(60);
    assert_eq!(visit_from(&mut linked.world, &path, "203.0.113.7").await.status.as_u16(), 200);
}

#[tokio::test]
async fn links_that_have_ended_or_were_revoked_shut_nobody_out_however_often_they_are_asked_for() {
    let mut linked = Linked::new().await;
    let (revoked_id, revoked) = linked.make("job-1", json!({})).await;
    linked.world.call("POST", "/links/revoke", json!({"ids": [revoked_id]})).await;
    let (_, ended) = linked.make("job-1", json!({"life_secs": 3600})).await;
    let (_, token) = linked.make("job-1", json!({"life_secs": 7200})).await;
    linked.world.later(3600);
    for dead in [&ended, &revoked].repeat(50) {
        let got = visit_from(&mut linked.world, &format!("/s/{dead}/badge.svg"), "203.0.113.10").await;
        assert_eq!(got.status.as_u16(), 404);
    }
    let good = visit_from(&mut linked.world, &format!("/s/{token}/badge.svg"), "203.0.113.10").await;
    assert_eq!(good.status.as_u16(), 200, "{}", good.text);
}

#[tokio::test]
async fn this_machine_is_not_counted_among_those_who_guess() {
    let mut linked = Linked::new().await;
    for n in 0..40 {
        let got = visit_from(&mut linked.world, &format!("/s/{n:0>43}/status"), "127.0.0.1").await;
        assert_eq!(got.status.as_u16(), 404);
    }
}

/// What is logged, as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("unpoisoned").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn who_guesses_is_written_down_once_with_the_address_and_without_what_was_tried() {
    let mut linked = Linked::new().await;
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let logged = tracing::subscriber::set_default(subscriber);
    for n in 0..100 {
        visit_from(&mut linked.world, &format!("/s/{n:0>43}/status"), "203.0.113.9").await;
    }
    drop(logged);
    let log = String::from_utf8(log.0.lock().expect("unpoisoned").clone()).expect("text");
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("somebody tries links")).collect();
    assert_eq!(lines.len(), 1, "{log}");
    assert!(lines[0].contains("WARN") && lines[0].contains("203.0.113.9"), "{}", lines[0]);
    assert!(!log.contains(&"0".repeat(40)), "{log}");
}

#[tokio::test]
async fn a_log_is_for_links_that_show_it() {
    let mut linked = Linked::new().await;
    let (_, token) = linked.make("job-1", json!({"scope": "log"})).await;
    // The scripted cluster has no log: what is refused is the cluster's, in words for a visitor.
    let got = visit(&mut linked.world, &format!("/s/{token}/logs/page")).await;
    assert_eq!((got.status.as_u16(), &got.body["code"]), (503, &json!("unavailable")), "{}", got.text);
    assert!(!got.text.contains("no such address"), "{}", got.text);
}

#[tokio::test]
async fn a_socket_from_another_page_is_refused() {
    let mut linked = Linked::new().await;
    let (_, token) = linked.make("job-1", json!({"scope": "log"})).await;
    for address in ["events", "logs"] {
        let request = Request::get(format!("/s/{token}/{address}"))
            .header("upgrade", "websocket")
            .header("host", "a")
            .header("origin", "http://b");
        let got = linked.world.send(request.body(Body::empty()).expect("a request")).await;
        assert_eq!((got.status.as_u16(), &got.body["code"]), (403, &json!("csrf")), "{address}");
    }
}

#[tokio::test]
async fn who_asks_too_fast_for_what_a_link_shows_is_told_when_to_come_back() {
    let mut linked = Linked::with(|config| config.paces.of_address = Pace { burst: 3, per_second: 1 }).await;
    let (_, token) = linked.make("job-1", json!({})).await;
    let path = format!("/s/{token}/status");
    for _ in 0..3 {
        assert_eq!(visit(&mut linked.world, &path).await.status.as_u16(), 200);
    }
    let got = visit(&mut linked.world, &path).await;
    assert_eq!(got.status.as_u16(), 429);
    assert_eq!(got.headers["retry-after"], "1");
    assert_eq!(visit_from(&mut linked.world, &path, "192.0.2.2").await.status.as_u16(), 200, "others do not wait");
    linked.world.later(1);
    assert_eq!(visit(&mut linked.world, &path).await.status.as_u16(), 200);
}
