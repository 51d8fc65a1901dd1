use super::world::{BEGIN_SECS, Got, World, answer, request, token};
use axum::body::Body;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{Request, StatusCode, header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use url::Url;

/// A sign-in that the page has begun.
struct Begun {
    query: HashMap<String, String>,
}

async fn begin(world: &mut World, return_to: &str) -> Begun {
    let body = Body::from(json!({"return_to": return_to}).to_string());
    let request = Request::post("/api/v1/session/oauth")
        .header("x-roadstead", "1")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::HOST, "console.test:8080");
    let got = world.send(request.body(body).expect("a request")).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.text);
    let location = Url::parse(got.body["location"].as_str().expect("an address")).expect("a URL");
    assert_eq!((location.host_str(), location.path()), (Some("cluster.test"), "/authorize"));
    Begun { query: location.query_pairs().into_owned().collect() }
}

/// The browser comes back from the platform's page.
async fn come_back(world: &mut World, query: &str) -> Got {
    let request = Request::get(format!("/api/v1/session/callback?{query}"))
        .header("sec-fetch-site", "cross-site")
        .header("sec-fetch-mode", "navigate");
    world.send(request.body(Body::empty()).expect("a request")).await
}

fn led_to(got: &Got) -> &str {
    assert_eq!(got.status, StatusCode::SEE_OTHER, "{}", got.text);
    got.headers[header::LOCATION].to_str().expect("text")
}

/// The token service's answer, with the identity token that `claims` are in.
fn granted(claims: &Value) -> Value {
    let id_token = format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims.to_string()));
    json!({"access_token": token("alice", "fresh"), "expires_in": 3600, "refresh_token": "again", "id_token": id_token})
}

#[tokio::test]
async fn signing_in_at_the_platforms_page_ends_where_it_began() {
    let mut world = World::new(|_| None);
    assert_eq!(world.get("/session/methods").await.body, json!({"oauth_host": "cluster.test"}));
    let begun = begin(&mut world, "/jobs/job-1?tab=log").await;
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "cli"),
        ("audience", "x"),
        ("scope", "openid offline_access"),
        ("redirect_uri", "http://console.test:8080/api/v1/session/callback"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(begun.query[name], value);
    }
    let got = come_back(&mut world, &format!("code=the+code&state={}", begun.query["state"])).await;
    assert_eq!(led_to(&got), "/jobs/job-1?tab=log");
    assert_eq!(got.headers[header::REFERRER_POLICY], "no-referrer");
    assert_eq!(got.headers[header::CACHE_CONTROL], "no-store");
    let form: HashMap<String, String> =
        url::form_urlencoded::parse(world.asked()[0].body.as_bytes()).into_owned().collect();
    assert_eq!(
        (form["code"].as_str(), form["redirect_uri"].as_str()),
        ("the code", begun.query["redirect_uri"].as_str())
    );
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(form["code_verifier"].as_bytes()));
    assert_eq!(challenge, begun.query["code_challenge"], "the verifier belongs to the challenge");
    assert!(form["code_verifier"].len() >= 43);
    assert_eq!(world.get("/session").await.body["user"], "alice");
    assert!(world.jar.is_empty(), "the sign-in's own cookie is gone");
}

#[tokio::test]
async fn the_sign_ins_cookie_alone_is_lax_and_hides_what_it_holds() {
    let mut world =
        World::with(|_| None, |config| config.public_url = Some("https://console.test".parse().expect("a URL")));
    let body = Body::from(json!({"return_to": "/jobs"}).to_string());
    let request =
        Request::post("/api/v1/session/oauth").header("x-roadstead", "1").header("content-type", "application/json");
    let got = world.send(request.body(body).expect("a request")).await;
    let cookie = got.headers[header::SET_COOKIE].to_str().expect("text");
    assert!(cookie.starts_with("__Host-roadstead_sign_in_"), "{cookie}");
    for part in ["; HttpOnly", "; SameSite=Lax", "; Secure", "; Path=/", "; Max-Age=600"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let location = Url::parse(got.body["location"].as_str().expect("an address")).expect("a URL");
    let query: HashMap<_, _> = location.query_pairs().into_owned().collect();
    assert_eq!(query["redirect_uri"], "https://console.test/api/v1/session/callback");
    assert!(!cookie.contains(&query["nonce"]) && !cookie.contains(&query["state"]));
    let got = come_back(&mut world, &format!("code=c&state={}", query["state"])).await;
    let set: Vec<_> = got.headers.get_all(header::SET_COOKIE).iter().map(|v| v.to_str().expect("text")).collect();
    assert!(set.iter().any(|c| c.starts_with("__Host-roadstead_session=") && c.contains("SameSite=Strict")), "{set:?}");
}

#[tokio::test]
async fn a_state_that_this_browser_did_not_begin_is_refused() {
    let mut attacker = World::new(|_| None);
    // Chance goes the same way in every world; theirs is some steps ahead.
    attacker.get("/session").await;
    let foreign = begin(&mut attacker, "/").await.query["state"].clone();
    let mut world = World::new(|_| None);
    begin(&mut world, "/").await;
    for state in [foreign.as_str(), "", "x", "работа", &"a".repeat(5000)] {
        let state: String = url::form_urlencoded::byte_serialize(state.as_bytes()).collect();
        let got = come_back(&mut world, &format!("code=stolen&state={state}")).await;
        assert_eq!(led_to(&got), "/sign-in?failed=expired", "{state}");
    }
    assert_eq!(led_to(&come_back(&mut world, "code=stolen").await), "/sign-in?failed=expired");
    assert!(world.asked().is_empty() && world.cookie.is_none(), "no code was sent on");
}

#[tokio::test]
async fn a_sign_in_is_finished_once_and_within_ten_minutes() {
    let mut world = World::new(|_| None);
    let begun = begin(&mut world, "/jobs").await;
    let jar = world.jar.clone();
    let query = format!("code=c&state={}", begun.query["state"]);
    assert_eq!(led_to(&come_back(&mut world, &query).await), "/jobs");
    assert_eq!(
        led_to(&come_back(&mut world, &query).await),
        "/sign-in?failed=expired",
        "the browser has no such cookie now"
    );
    world.jar = jar;
    world.later(600);
    assert_eq!(led_to(&come_back(&mut world, &query).await), "/sign-in?failed=expired");
    assert_eq!(world.asked().len(), 1);
}

#[tokio::test]
async fn two_tabs_sign_in_beside_each_other_and_forgotten_ones_do_not_pile_up() {
    let mut world = World::new(|_| None);
    let (first, second) = (begin(&mut world, "/jobs").await, begin(&mut world, "/images").await);
    let back = |begun: &Begun| format!("code=c&state={}", begun.query["state"]);
    assert_eq!(led_to(&come_back(&mut world, &back(&second)).await), "/images");
    assert_eq!(led_to(&come_back(&mut world, &back(&first)).await), "/jobs");
    for _ in 0..20 {
        begin(&mut world, "/jobs").await;
        assert!(world.jar.len() <= 7);
    }
}

#[tokio::test]
async fn an_identity_token_of_another_sign_in_is_refused() {
    let nonce = Arc::new(Mutex::new(String::new()));
    let given = nonce.clone();
    let mut world = World::new(move |asked| {
        let claims = json!({"aud": "cli", "nonce": *given.lock().expect("unpoisoned"), "exp": BEGIN_SECS + 60, "iat": BEGIN_SECS});
        asked.line.contains("/oauth/token").then(|| answer(200, granted(&claims)))
    });
    let begun = begin(&mut world, "/jobs").await;
    *nonce.lock().expect("unpoisoned") = "of somebody else's sign-in".to_owned();
    let got = come_back(&mut world, &format!("code=injected&state={}", begun.query["state"])).await;
    assert_eq!(led_to(&got), "/sign-in?failed=refused&return=%2Fjobs");
    assert!(world.cookie.is_none());
    let begun = begin(&mut world, "/jobs").await;
    nonce.lock().expect("unpoisoned").clone_from(&begun.query["nonce"]);
    assert_eq!(led_to(&come_back(&mut world, &format!("code=c&state={}", begun.query["state"])).await), "/jobs");
}

#[tokio::test]
async fn what_the_platform_says_no_to_is_told_on_the_sign_in_page() {
    for (status, body, failed) in [
        (400, json!({"error": "invalid_grant"}), "refused"),
        (401, json!({"error": "invalid_client"}), "refused"),
        (500, Value::Null, "unavailable"),
        (302, Value::Null, "unavailable"),
    ] {
        let mut world =
            World::new(move |asked| asked.line.contains("/oauth/token").then(|| answer(status, body.clone())));
        let begun = begin(&mut world, "/jobs").await;
        let got = come_back(&mut world, &format!("code=c&state={}", begun.query["state"])).await;
        assert_eq!(led_to(&got), format!("/sign-in?failed={failed}&return=%2Fjobs"), "{status}");
        assert!(world.cookie.is_none() && world.jar.is_empty());
    }
    let mut world = World::new(|_| None);
    for (error, failed) in [("access_denied", "denied"), ("server_error", "refused"), ("%3Cscript%3E", "refused")] {
        let begun = begin(&mut world, "/jobs").await;
        let got = come_back(&mut world, &format!("error={error}&state={}", begun.query["state"])).await;
        assert_eq!(led_to(&got), format!("/sign-in?failed={failed}&return=%2Fjobs"));
    }
    assert!(world.asked().is_empty());
}

#[tokio::test]
async fn nobody_is_led_to_another_host() {
    let mut world = World::new(|_| None);
    for evil in
        ["//evil.example", "/\\evil.example", "https://evil.example/", "/\t/evil.example", "/api/v1/session/callback"]
    {
        let begun = begin(&mut world, evil).await;
        let got = come_back(&mut world, &format!("code=c&state={}", begun.query["state"])).await;
        assert_eq!(led_to(&got), "/", "{evil}");
    }
}

#[tokio::test]
async fn only_the_console_begins_a_sign_in_and_only_a_navigation_ends_one() {
    let mut world = World::new(|_| None);
    let body = || Body::from(json!({"return_to": "/"}).to_string());
    for request in [
        Request::post("/api/v1/session/oauth").header(header::CONTENT_TYPE, "application/json").body(body()),
        Request::post("/api/v1/session/oauth")
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-roadstead", "1")
            .header("sec-fetch-site", "cross-site")
            .body(body()),
        Request::get("/api/v1/session/callback?code=c&state=s").header("sec-fetch-mode", "no-cors").body(Body::empty()),
        Request::post("/api/v1/session/callback?code=c&state=s").body(Body::empty()),
    ] {
        let got = world.send(request.expect("a request")).await;
        assert_eq!((got.status, &got.body["code"]), (StatusCode::FORBIDDEN, &json!("csrf")));
    }
}

#[tokio::test]
async fn a_platform_on_a_host_that_is_not_trusted_gets_nobody_and_nothing() {
    let config = |key: &'static str, url: &'static str| {
        move |asked: &super::world::Asked| {
            let mut config = super::world::config(false);
            config[key] = json!(url);
            (asked.line.contains("/config") && asked.bearer.is_none()).then(|| answer(200, config))
        }
    };
    let mut world = World::new(config("auth_url", "https://evil.example/authorize"));
    assert_eq!(world.get("/session/methods").await.body, json!({}));
    let got = world.call("POST", "/session/oauth", json!({"return_to": "/"})).await;
    assert_eq!(got.status, StatusCode::FORBIDDEN, "no Host, no address to come back to");
    let mut world = World::new(config("token_url", "http://169.254.169.254/latest/meta-data"));
    let begun = begin(&mut world, "/").await;
    let got = come_back(&mut world, &format!("code=c&state={}", begun.query["state"])).await;
    assert_eq!(led_to(&got), "/sign-in?failed=unavailable&return=%2F");
    assert!(world.asked().is_empty());
}

#[tokio::test]
async fn a_platform_without_a_sign_in_page_offers_none() {
    let mut world = World::new(|asked| {
        let mut config = super::world::config(false);
        config["auth_url"] = json!("");
        (asked.line.contains("/config") && asked.bearer.is_none()).then(|| answer(200, config))
    });
    assert_eq!(world.get("/session/methods").await.body, json!({}));
    let mut call = request("POST", "/api/v1/session/oauth");
    call.headers_mut().insert(header::HOST, "a".parse().expect("a value"));
    call.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().expect("a value"));
    *call.body_mut() = Body::from(json!({"return_to": "/"}).to_string());
    assert_eq!(world.send(call).await.status, StatusCode::NOT_FOUND);
}
