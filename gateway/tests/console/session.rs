use super::world::{World, answer, config, request, token};
use axum::body::Body;
use futures::{
    FutureExt,
    future::{Either, select},
    stream,
};
use http::{Response, StatusCode, header};
use serde_json::{Value, json};
use std::{
    convert::Infallible,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::Notify;

#[tokio::test]
async fn a_pasted_token_signs_in_and_never_reaches_the_page() {
    let mut world = World::new(|_| None);
    let got = world.call("POST", "/session", json!({"token": token("alice", "secret-mark")})).await;
    assert_eq!(got.status, StatusCode::OK);
    assert_eq!(got.body["user"], "alice");
    assert_eq!(
        (&got.body["cluster"], &got.body["org"], &got.body["project"]),
        (&json!("default"), &json!("acme"), &json!("demo"))
    );
    assert_eq!(got.body["projects"].as_array().map(Vec::len), Some(2));
    assert_eq!(got.body["platform_url"], "http://cluster.test/api/v1");
    let cookie = got.headers[header::SET_COOKIE].to_str().expect("text").to_owned();
    for part in ["roadstead_session=v1.", "; HttpOnly", "; SameSite=Strict", "; Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let token = token("alice", "secret-mark");
    assert!(!cookie.contains(&token) && !got.text.contains(&token));
    let again = world.get("/session").await;
    assert_eq!((again.status, &again.body["user"]), (StatusCode::OK, &json!("alice")));
}

#[tokio::test]
async fn a_one_time_code_is_exchanged_at_the_clusters_token_service() {
    let mut world = World::new(|_| None);
    let got = world.call("POST", "/session", json!({"code": "abc&def"})).await;
    assert_eq!((got.status, &got.body["user"]), (StatusCode::OK, &json!("alice")));
    let asked = world.asked();
    assert_eq!(asked[0].line, "POST /oauth/token");
    assert_eq!(asked[0].body, "grant_type=authorization_code&code=abc%26def&client_id=cli");
}

#[tokio::test]
async fn what_the_cluster_does_not_accept_is_refused_in_words() {
    for (status, body) in [(401, Value::Null), (400, json!({"error": "spent"})), (200, config(false))] {
        let mut world = World::new(move |asked| {
            let refuses = asked.line.contains("/oauth/token") || asked.bearer.is_some();
            refuses.then(|| answer(status, body.clone()))
        });
        let got = world.call("POST", "/session", json!({"token": token("mallory", "x")})).await;
        assert_eq!((got.status, &got.body["code"]), (StatusCode::UNAUTHORIZED, &json!("sign_in_refused")), "{status}");
        assert!(!got.headers.contains_key(header::SET_COOKIE));
    }
}

#[tokio::test]
async fn nonsense_is_no_sign_in_and_is_not_sent_on() {
    let mut world = World::new(|_| None);
    for secret in [String::new(), "a b".into(), "a\nb: c".into(), "a".repeat(9000), "токен".into()] {
        for key in ["token", "code"] {
            let got = world.call("POST", "/session", json!({key: secret})).await;
            assert_eq!(got.status, StatusCode::UNAUTHORIZED, "{secret}");
        }
    }
    assert!(world.asked().is_empty());
    let not_a_jwt = world.call("POST", "/session", json!({"token": "opaque"})).await;
    assert_eq!(not_a_jwt.body["code"], "sign_in_refused");
    for body in [json!({}), json!({"token": 5}), json!({"password": "x"}), json!([])] {
        assert_eq!(world.call("POST", "/session", body).await.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn without_a_session_every_address_says_so() {
    let mut world = World::new(|_| None);
    for path in ["/session", "/jobs", "/jobs/job-1", "/presets", "/jobs/job-1/logs/page", "/jobs/job-1/logs/download"] {
        let got = world.get(path).await;
        assert_eq!((got.status, &got.body["code"]), (StatusCode::UNAUTHORIZED, &json!("signed_out")), "{path}");
    }
    assert!(world.asked().is_empty());
}

#[tokio::test]
async fn a_tampered_or_foreign_cookie_is_refused_and_cleared() {
    let mut world = World::signed_in(|_| None).await;
    let good = world.cookie.clone().expect("a cookie");
    let foreign = "roadstead_session=v1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned();
    let mut tampered = good.clone();
    let at = tampered.len() / 2;
    let other = if &tampered[at..=at] == "A" { "B" } else { "A" };
    tampered.replace_range(at..=at, other);
    for bad in [tampered, foreign, "roadstead_session=".into()] {
        world.cookie = Some(bad);
        let got = world.get("/jobs").await;
        assert_eq!(got.status, StatusCode::UNAUTHORIZED);
        assert!(got.headers[header::SET_COOKIE].to_str().expect("text").contains("Max-Age=0"));
    }
    world.cookie = Some(good);
    assert_eq!(world.get("/jobs").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_session_ends_with_its_token() {
    let mut world = World::signed_in(|_| None).await;
    world.later(99_000);
    assert_eq!(world.get("/jobs").await.status, StatusCode::OK);
    world.later(1_001);
    let got = world.get("/jobs").await;
    assert_eq!((got.status, world.cookie.is_none()), (StatusCode::UNAUTHORIZED, true));
}

#[tokio::test]
async fn a_token_near_its_end_is_renewed_unseen() {
    let mut world = World::new(|_| None);
    world.call("POST", "/session", json!({"code": "abc"})).await;
    let before = world.cookie.clone();
    world.later(2_600);
    assert_eq!(world.get("/jobs").await.status, StatusCode::OK);
    assert_eq!(world.cookie, before, "not yet");
    world.later(200);
    let got = world.get("/jobs").await;
    assert_eq!(got.status, StatusCode::OK);
    assert_ne!(world.cookie, before);
    let renewals = world
        .asked()
        .into_iter()
        .filter(|a| a.body.starts_with("grant_type=refresh_token&refresh_token=again"))
        .count();
    assert_eq!(renewals, 1);
    world.later(3_000);
    assert_eq!(world.get("/jobs").await.status, StatusCode::OK, "again, long after the first token's end");
}

#[tokio::test]
async fn a_renewal_that_fails_is_no_matter_while_the_token_is_good() {
    let mut world = World::new(|asked| asked.body.contains("refresh_token&").then(|| answer(500, Value::Null)));
    world.call("POST", "/session", json!({"code": "abc"})).await;
    world.later(3_000);
    assert_eq!(world.get("/jobs").await.status, StatusCode::OK);
    world.later(700);
    let got = world.get("/jobs").await;
    assert_eq!((got.status, &got.body["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("unavailable")));
    assert!(world.cookie.is_some(), "the platform's trouble is no reason to sign anybody out");
    assert!(got.headers.contains_key(header::RETRY_AFTER));
}

#[tokio::test]
async fn a_platform_that_fails_to_renew_is_not_asked_again_at_once() {
    let mut world = World::new(|asked| asked.body.contains("refresh_token&").then(|| answer(500, Value::Null)));
    world.call("POST", "/session", json!({"code": "abc"})).await;
    world.later(3_000);
    let renewals = |world: &World| world.asked().iter().filter(|a| a.body.contains("refresh_token&")).count();
    for _ in 0..3 {
        assert_eq!(world.get("/jobs").await.status, StatusCode::OK);
    }
    assert_eq!(renewals(&world), 1);
    world.later(6);
    assert_eq!(world.get("/jobs").await.status, StatusCode::OK);
    assert_eq!(renewals(&world), 2);
}

#[tokio::test]
async fn a_revoked_refresh_token_ends_the_session_at_once() {
    let mut world = World::new(|asked| {
        asked.body.contains("refresh_token&").then(|| answer(400, json!({"error": "invalid_grant"})))
    });
    world.call("POST", "/session", json!({"code": "abc"})).await;
    world.later(3_000);
    let got = world.get("/jobs").await;
    assert_eq!((got.status, &got.body["code"]), (StatusCode::UNAUTHORIZED, &json!("signed_out")));
    assert!(world.cookie.is_none());
}

#[tokio::test]
async fn several_tabs_spend_a_rotating_refresh_token_once() {
    let mut world = World::new(|_| None);
    world.call("POST", "/session", json!({"code": "abc"})).await;
    let old = world.cookie.clone();
    world.later(3_590);
    let tabs = (0..8).map(|_| world.ask(request("GET", "/api/v1/jobs")));
    for got in futures::future::join_all(tabs).await {
        assert_eq!(got.status, StatusCode::OK);
    }
    // A tab that slept through it comes with the old cookie, whose refresh token is spent.
    world.later(30);
    world.cookie = old;
    let got = world.get("/jobs").await;
    assert_eq!(got.status, StatusCode::OK);
    assert!(got.headers.contains_key(header::SET_COOKIE), "its cookie is brought up to date");
    assert_eq!(world.asked().iter().filter(|a| a.body.contains("refresh_token&")).count(), 1);
}

#[tokio::test]
async fn a_page_that_leaves_while_its_token_is_renewed_signs_nobody_out() {
    let (answering, spent) = (Arc::new(Notify::new()), AtomicBool::new(false));
    let told = answering.clone();
    let mut world = World::new(move |asked| {
        if !asked.body.contains("refresh_token=again&") {
            return None;
        }
        if spent.swap(true, Ordering::SeqCst) {
            return Some(answer(400, json!({"error": "invalid_grant"})));
        }
        told.notify_one();
        let tokens = json!({"access_token": token("alice", "renewed"), "expires_in": 3600, "refresh_token": "next"});
        // The page leaves between the answer's head and its body.
        let late = stream::once(tokio::task::yield_now().map(move |()| Ok::<_, Infallible>(tokens.to_string())));
        Some(Response::new(Body::from_stream(late)))
    });
    world.call("POST", "/session", json!({"code": "abc"})).await;
    world.later(3_000);
    {
        let (asking, answered) = (pin!(world.ask(request("GET", "/api/v1/jobs"))), pin!(answering.notified()));
        let leaving = select(asking, answered).await;
        assert!(matches!(leaving, Either::Right(_)), "the page has left before it was answered");
    }
    // What is under way goes on.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    world.later(60);
    let got = world.get("/jobs").await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.text);
    assert_eq!(world.asked().last().and_then(|asked| asked.bearer.clone()), Some(token("alice", "renewed")));
}

#[tokio::test]
async fn a_token_refused_before_its_time_is_renewed_for_what_only_reads() {
    let mut world = World::new(|asked| {
        let stale = asked.bearer.as_deref() == Some(&token("alice", "stale"));
        match asked.body.as_str() {
            body if body.contains("authorization_code") => Some(answer(
                200,
                json!({"access_token": token("alice", "stale"), "expires_in": 3600, "refresh_token": "again"}),
            )),
            _ => (stale && asked.line.contains("/jobs")).then(|| answer(401, Value::Null)),
        }
    });
    world.call("POST", "/session", json!({"code": "abc"})).await;
    assert_eq!(world.get("/jobs").await.status, StatusCode::OK);
    assert!(world.cookie.is_some());
}

#[tokio::test]
async fn a_stolen_cookie_is_worth_nothing_after_signing_out() {
    let mut world = World::new(|_| None);
    for secret in [json!({"code": "abc"}), json!({"token": token("alice", "pasted")})] {
        world.call("POST", "/session", secret).await;
        let stolen = world.cookie.clone();
        assert_eq!(world.get("/jobs").await.status, StatusCode::OK);
        world.call("DELETE", "/session", Value::Null).await;
        world.cookie = stolen;
        let got = world.get("/jobs").await;
        assert_eq!((got.status, &got.body["code"]), (StatusCode::UNAUTHORIZED, &json!("signed_out")));
        assert!(world.cookie.is_none());
    }
}

#[tokio::test]
async fn a_token_the_cluster_no_longer_takes_ends_the_session() {
    let mut world =
        World::signed_in(|asked| asked.line.starts_with("GET /api/v1/jobs").then(|| answer(401, Value::Null))).await;
    let got = world.get("/jobs").await;
    assert_eq!((got.status, &got.body["code"]), (StatusCode::UNAUTHORIZED, &json!("signed_out")));
    assert!(world.cookie.is_none());
}

#[tokio::test]
async fn signing_out_forgets_the_cookie() {
    let mut world = World::signed_in(|_| None).await;
    assert_eq!(world.call("DELETE", "/session", Value::Null).await.status, StatusCode::NO_CONTENT);
    assert!(world.cookie.is_none());
    assert_eq!(world.get("/session").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_token_too_long_for_a_cookie_is_refused_in_words() {
    let mut world = World::new(|_| None);
    let got = world.call("POST", "/session", json!({"token": token("alice", &"x".repeat(4000))})).await;
    assert_eq!(got.status, StatusCode::UNAUTHORIZED);
    assert!(got.body["message"].as_str().expect("text").contains("too long"));
}

#[tokio::test]
async fn over_https_the_cookie_is_bound_to_the_host() {
    let mut world =
        World::with(|_| None, |config| config.public_url = Some("https://console.test".parse().expect("a URL")));
    let got = world.call("POST", "/session", json!({"token": token("alice", "x")})).await;
    let cookie = got.headers[header::SET_COOKIE].to_str().expect("text").to_owned();
    assert!(cookie.starts_with("__Host-roadstead_session=") && cookie.contains("; Secure"), "{cookie}");
    assert!(got.headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
}
