use std::collections::{BTreeMap, HashMap};

use super::*;

const PASSWORD: &str = "correct horse battery";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const ASKED: [(&str, &str); 7] = [
    ("response_type", "code"),
    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    ("code_challenge_method", "S256"),
    ("client_id", "roadstead"),
    ("redirect_uri", "http://127.0.0.1:54540"),
    ("scope", "offline_access"),
    ("audience", "roadstead"),
];

fn query(changed: &[(&str, &str)]) -> String {
    let mut fields: BTreeMap<&str, &str> = ASKED.into_iter().collect();
    fields.extend(changed.iter().copied());
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

async fn opened(server: &Server, changed: &[(&str, &str)]) -> Answer {
    let request = Request::get(format!("/oauth/authorize?{}", query(changed)));
    server.send(request.body(Body::empty()).expect("a request")).await
}

async fn submitted(server: &Server, changed: &[(&str, &str)]) -> Answer {
    let request = Request::post("/oauth/authorize").header("sec-fetch-site", "same-origin");
    server.send(request.body(Body::from(query(changed))).expect("a request")).await
}

async fn with_password() -> Server {
    let server = Server::start().await;
    server.api.accounts.set_password("writer", PASSWORD, NOON).await.expect("sets");
    server
}

fn location(answer: &Answer) -> (String, HashMap<String, String>) {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let url = Url::parse(answer.headers[header::LOCATION].to_str().expect("text")).expect("a URL");
    let query = url.query_pairs().into_owned().collect();
    let mut bare = url;
    bare.set_query(None);
    (bare.into(), query)
}

async fn exchanged(server: &Server, fields: &[(&str, &str)]) -> Answer {
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::post("/oauth/token").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    server.send(request.body(Body::from(form)).expect("a request")).await
}

#[tokio::test]
async fn the_command_lines_browser_flow_ends_with_tokens() {
    let server = with_password().await;
    let form = opened(&server, &[]).await;
    assert_eq!(form.status, StatusCode::OK);
    assert!(
        form.text.contains("name=\"password\"") && form.text.contains("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
    );
    let (to, got) = location(&submitted(&server, &[("user", "writer"), ("password", PASSWORD)]).await);
    assert_eq!(to, "http://127.0.0.1:54540/");
    let answer = exchanged(
        &server,
        &[
            ("grant_type", "authorization_code"),
            ("code_verifier", VERIFIER),
            ("code", &got["code"]),
            ("client_id", "roadstead"),
            ("redirect_uri", "http://127.0.0.1:54540"),
        ],
    )
    .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let refresh = answer.json()["refresh_token"].as_str().expect("a token").to_owned();
    for _ in 0..2 {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str()), ("client_id", "roadstead")];
        let renewed = exchanged(&server, &fields).await;
        assert_eq!(renewed.json()["refresh_token"], refresh.as_str(), "the command line takes no new one");
    }
}

#[tokio::test]
async fn a_console_gets_its_state_back_and_a_new_refresh_token_each_time() {
    let server = with_password().await;
    let console = "http://127.0.0.1:8080/api/v1/session/callback";
    let changed = [("redirect_uri", console), ("state", "a b&c"), ("user", "writer"), ("password", PASSWORD)];
    let (to, got) = location(&submitted(&server, &changed).await);
    assert_eq!((to.as_str(), got["state"].as_str()), (console, "a b&c"));
    let fields = [
        ("grant_type", "authorization_code"),
        ("code_verifier", VERIFIER),
        ("code", got["code"].as_str()),
        ("redirect_uri", console),
    ];
    let first = exchanged(&server, &fields).await.json()["refresh_token"].as_str().expect("a token").to_owned();
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", first.as_str())];
    let second = exchanged(&server, &refresh).await.json()["refresh_token"].as_str().expect("a token").to_owned();
    assert_ne!(second, first);
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_is_not_a_clients_own() {
    let server = with_password().await;
    for address in [
        "",
        "https://evil.example/",
        "http://127.0.0.1:54543",
        "http://127.0.0.1:54540/x",
        "http://127.0.0.1:54540//",
        "http://127.0.0.1:54540@evil.example/",
        "http://127.0.0.1:54540.evil.example/",
        "http://localhost:54540",
        "https://127.0.0.1:54540",
        "http://127.0.0.1:8080/oauth/code?x=y",
        "http://127.0.0.1:8080/api/v1/session/callback?x=y",
        "http://127.0.0.1:8080/api/v1/session/callback#x",
        "http://user@127.0.0.1:8080/api/v1/session/callback",
        "http://127.0.0.1:8081/api/v1/session/callback",
        "http://evil.example:8080/api/v1/session/callback",
        "javascript:alert(1)",
        "data:text/html,x",
    ] {
        for answer in [
            opened(&server, &[("redirect_uri", address)]).await,
            submitted(&server, &[("redirect_uri", address), ("user", "writer"), ("password", PASSWORD)]).await,
        ] {
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{address}");
            assert!(!answer.headers.contains_key(header::LOCATION), "{address}");
        }
    }
    for address in
        ["http://127.0.0.1:54542/", "http://localhost:8080/api/v1/session/callback", "http://127.0.0.1:8080/oauth/code"]
    {
        assert_eq!(opened(&server, &[("redirect_uri", address)]).await.status, StatusCode::OK, "{address}");
    }
    assert_eq!(opened(&server, &[("client_id", "other")]).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn without_pkce_there_is_no_code() {
    let server = with_password().await;
    for changed in [
        [("code_challenge", ""), ("state", "s")],
        [("code_challenge", "short"), ("state", "s")],
        [("code_challenge_method", "plain"), ("state", "s")],
        [("response_type", "token"), ("state", "s")],
    ] {
        let (to, got) = location(&opened(&server, &changed).await);
        assert_eq!((to.as_str(), got["state"].as_str()), ("http://127.0.0.1:54540/", "s"));
        assert!(got.contains_key("error") && !got.contains_key("code"), "{got:?}");
    }
    let twice = format!("{}&code_challenge_method=plain", query(&[]));
    let request = Request::get(format!("/oauth/authorize?{twice}"));
    let (_, got) = location(&server.send(request.body(Body::empty()).expect("a request")).await);
    assert_eq!(got["error"], "invalid_request");
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_look_alike() {
    let server = with_password().await;
    let mut pages = Vec::new();
    for (user, password) in [("writer", "wrong password"), ("nobody-at-all", PASSWORD), ("reader", PASSWORD)] {
        let answer = submitted(&server, &[("user", user), ("password", password)]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(!answer.text.contains(password), "a password never comes back");
        pages.push(answer.text.replace(user, "NAME"));
    }
    assert!(pages.iter().all(|page| *page == pages[0]));
}

#[tokio::test]
async fn guessing_is_slowed_down_also_for_names_that_nobody_has() {
    let server = with_password().await;
    for user in ["writer", "nobody-at-all"] {
        for _ in 0..5 {
            assert_eq!(
                submitted(&server, &[("user", user), ("password", "guess")]).await.status,
                StatusCode::BAD_REQUEST
            );
        }
        let slowed = submitted(&server, &[("user", user), ("password", PASSWORD)]).await;
        assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(slowed.headers[header::RETRY_AFTER], "16");
    }
    server.api.clock.advance_ns(16_000_000_000);
    location(&submitted(&server, &[("user", "writer"), ("password", PASSWORD)]).await);
}

#[tokio::test]
async fn a_form_of_another_sites_page_signs_nobody_in() {
    let server = with_password().await;
    let filled = query(&[("user", "writer"), ("password", PASSWORD)]);
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("x-nothing", "at all"),
    ] {
        let request = Request::post("/oauth/authorize").header(header::HOST, "127.0.0.1:8080").header(name, value);
        let answer = server.send(request.body(Body::from(filled.clone())).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name}: {value}");
        assert!(answer.text.contains("not sent from this page"));
    }
    let request = Request::post("/oauth/authorize").header("origin", "http://127.0.0.1:8080");
    location(&server.send(request.body(Body::from(filled)).expect("a request")).await);
}

#[tokio::test]
async fn the_pages_take_no_markup_from_anybody_and_frame_nowhere() {
    let server = with_password().await;
    let evil = "\"><script>alert(1)</script>";
    let pages = [
        opened(&server, &[("state", evil)]).await,
        submitted(&server, &[("user", evil), ("password", "x")]).await,
        server.get(As::Nobody, "/oauth/code?code=%22%3E%3Cscript%3E").await,
        server.get(As::Nobody, "/oauth/code?code=abc-1").await,
        server.get(As::Nobody, "/oauth/password").await,
        server.get(As::Nobody, "/oauth/done").await,
        server.get(As::Nobody, "/oauth/sign-out").await,
    ];
    for page in &pages {
        assert!(!page.text.contains("<script>"), "{}", page.text);
        let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe") && page.headers[header::CACHE_CONTROL] == "no-store");
        assert!(!page.headers.contains_key(header::SET_COOKIE));
    }
    assert!(pages[3].text.contains("abc-1"));
    let policy = pages[0].headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
    assert!(policy.contains("form-action 'self' http://127.0.0.1:54540;"), "{policy}");
}

#[tokio::test]
async fn a_link_sets_a_password_that_then_signs_in() {
    let server = Server::start().await;
    let code = server.api.accounts.password_code("writer", NOON).await.expect("a code");
    let set = async |code: &str, password: &str, again: &str| {
        let fields = [("code", code), ("password", password), ("again", again)];
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post("/oauth/password").header("sec-fetch-site", "same-origin");
        server.send(request.body(Body::from(form)).expect("a request")).await
    };
    for (password, again, says) in [
        (PASSWORD, "another", "differ"),
        ("short", "short", "at least ten"),
        ("wwwwwwwwwwww", "wwwwwwwwwwww", "over and over"),
    ] {
        let answer = set(&code, password, again).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.text.contains(says), "{}", answer.text);
        assert!(!answer.text.contains(&format!("value=\"{password}\"")));
    }
    assert_eq!(set(&code, PASSWORD, PASSWORD).await.status, StatusCode::OK);
    assert!(set(&code, PASSWORD, PASSWORD).await.text.contains("already used"));
    location(&submitted(&server, &[("user", "writer"), ("password", PASSWORD)]).await);
}

#[tokio::test]
async fn the_pages_speak_russian_to_who_asks_for_it() {
    let server = Server::start().await;
    let request = Request::get("/oauth/password").header(header::ACCEPT_LANGUAGE, "ru-RU,ru;q=0.9");
    let page = server.send(request.body(Body::empty()).expect("a request")).await;
    assert!(page.text.contains("lang=\"ru\"") && page.text.contains("Задайте пароль"));
}
