//! A scripted host and a browser of few words.

use axum::{Router, body::Body};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::{FutureExt, future};
use gateway::{
    Config, Gateway, SessionKeys,
    ports::{Accepted, ConnectError, Connected, Host, NotAnUpgrade, SendError, Task},
    router,
};
use http::{Request, Response, StatusCode, header, request::Parts};
use http_body_util::BodyExt;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU8, Ordering},
    },
    time::Duration,
};
use tower::ServiceExt;

type Script = dyn Fn(&Asked) -> Option<Response<Body>> + Send + Sync;

/// A request the cluster got.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) bearer: Option<String>,
    pub(crate) if_none_match: Option<String>,
    pub(crate) body: String,
}

/// A host whose network is a script and whose clock is set by hand.
pub(crate) struct Scripted {
    script: Box<Script>,
    asked: Mutex<Vec<Asked>>,
    now_secs: AtomicI64,
    chance: AtomicU8,
    /// Sleeps that were waited out.
    pub(crate) slept: Mutex<Vec<Duration>>,
}

pub(crate) const BEGIN_SECS: i64 = 1_800_000_000;

struct Network(Arc<Scripted>);

impl Host for Network {
    fn send(&self, request: Request<Body>) -> Task<Result<Response<Body>, SendError>> {
        let this = self.0.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await.expect("a body").to_bytes();
            let uri = parts.uri.path_and_query().expect("an origin form");
            let bearer = parts.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
            let asked = Asked {
                line: format!("{} {uri}", parts.method),
                if_none_match: parts
                    .headers
                    .get(header::IF_NONE_MATCH)
                    .and_then(|v| v.to_str().ok())
                    .map(str::to_owned),
                bearer: bearer.and_then(|b| b.strip_prefix("Bearer ")).map(str::to_owned),
                body: String::from_utf8_lossy(&body).into_owned(),
            };
            this.asked.lock().expect("unpoisoned").push(asked.clone());
            match (this.script)(&asked).or_else(|| standard(&asked)) {
                Some(response) => Ok(response),
                None => future::pending().await,
            }
        }
        .boxed()
    }

    fn ws_connect(&self, _: Request<()>) -> Task<Result<Connected, ConnectError>> {
        future::ready(Err(ConnectError::Unproven)).boxed()
    }

    fn ws_accept(&self, _: &mut Parts) -> Result<Accepted, NotAnUpgrade> {
        Err(NotAnUpgrade)
    }

    fn spawn(&self, task: Task<()>) {
        tokio::spawn(task);
    }

    /// Time limits run out as soon as nothing else can go on.
    fn sleep(&self, time: Duration) -> Task<()> {
        let this = self.0.clone();
        let slept = move |()| this.slept.lock().expect("unpoisoned").push(time);
        tokio::task::yield_now().then(|()| tokio::task::yield_now()).map(slept).boxed()
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.now_secs.load(Ordering::SeqCst)).expect("a time")
    }

    fn random(&self, buffer: &mut [u8]) {
        buffer.fill_with(|| self.0.chance.fetch_add(1, Ordering::SeqCst));
    }
}

/// What a well cluster answers.
fn standard(asked: &Asked) -> Option<Response<Body>> {
    let (method, path) = asked.line.split_once(' ').expect("a request line");
    let path = path.split('?').next().unwrap_or_default();
    let anonymous = asked.bearer.is_none();
    Some(match (method, path) {
        ("GET", "/api/v1/config") => answer(200, config(!anonymous)),
        ("POST", "/oauth/token") => answer(
            200,
            json!({"access_token": token("alice", "fresh"), "expires_in": 3600, "refresh_token": "again", "token_type": "Bearer"}),
        ),
        _ if anonymous => answer(401, json!({"error": "who are you"})),
        ("GET", "/api/v1/jobs") => answer(200, json!({"jobs": [job("job-1", "running")]})),
        ("POST", "/api/v1/jobs") => answer(202, job("job-2", "pending")),
        ("GET", path) if path.starts_with("/api/v1/jobs/") => answer(200, job(&path[13..], "running")),
        ("DELETE" | "PUT", _) => answer(204, Value::Null),
        ("GET", "/mon/capacity") => answer(200, json!({"cpu-small": 3})),
        _ => answer(404, json!({"error": "no such address"})),
    })
}

pub(crate) fn answer(status: u16, body: impl Into<Value>) -> Response<Body> {
    let body = body.into();
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let builder = Response::builder().status(status).header(header::CONTENT_TYPE, "application/json");
    builder.body(body).expect("a response")
}

pub(crate) fn html(status: u16) -> Response<Body> {
    let builder = Response::builder().status(status).header(header::CONTENT_TYPE, "text/html");
    builder.body(Body::from("<html>Welcome to nginx!</html>")).expect("a response")
}

pub(crate) fn config(authorized: bool) -> Value {
    let at = |path: &str| format!("http://cluster.test{path}");
    let mut config = json!({
        "auth_url": at("/authorize"), "token_url": at("/oauth/token"), "logout_url": at("/logout"),
        "headless_callback_url": at("/cb"), "client_id": "cli", "audience": "x", "authorized": authorized,
    });
    if authorized {
        config["clusters"] = json!([{
            "name": "default", "orgs": ["acme"], "registry_url": at(""), "storage_url": at("/s"), "users_url": at("/u"),
            "monitoring_url": at("/mon"), "secrets_url": at("/x"), "disks_url": at("/d"), "buckets_url": at("/b"),
            "resource_pool_types": [],
            "resource_presets": [{"name": "cpu-small", "credits_per_hour": "0.5", "cpu": 1.0, "memory": 2147483648u64}],
        }]);
        config["projects"] = json!([
            {"name": "zeta", "cluster_name": "default", "org_name": "acme", "role": "admin"},
            {"name": "demo", "cluster_name": "default", "org_name": "acme", "role": "writer"},
        ]);
    }
    config
}

pub(crate) fn job(id: &str, status: &str) -> Value {
    json!({
        "id": id, "owner": "alice", "cluster_name": "default", "org_name": "acme", "project_name": "demo",
        "status": status, "uri": format!("job://default/acme/demo/{id}"),
        "history": {"status": status, "reason": null, "created_at": "2026-11-23T08:00:00+00:00", "run_time_seconds": 1.5},
        "container": {"image": "busybox:latest", "resources": {"cpu": 1, "memory": 1048576}},
        "scheduler_enabled": false, "pass_config": false,
    })
}

/// A call of the console's without a body.
pub(crate) fn request(method: &str, path: &str) -> Request<Body> {
    let request = Request::builder().method(method).uri(path).header("x-roadstead", "1");
    request.body(Body::empty()).expect("a request")
}

/// A token in the platform's shape.
pub(crate) fn token(user: &str, mark: &str) -> String {
    let claims = json!({"identity": user, "exp": BEGIN_SECS + 100_000, "mark": mark});
    format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

/// A gateway before a scripted cluster, and a browser: the session's cookie, and a jar for the others.
pub(crate) struct World {
    pub(crate) host: Arc<Scripted>,
    pub(crate) gateway: Gateway,
    router: Router,
    pub(crate) cookie: Option<String>,
    pub(crate) jar: BTreeMap<String, String>,
}

/// What the browser got.
pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl World {
    pub(crate) fn new(script: impl Fn(&Asked) -> Option<Response<Body>> + Send + Sync + 'static) -> Self {
        Self::with(script, |_| {})
    }

    pub(crate) fn with(
        script: impl Fn(&Asked) -> Option<Response<Body>> + Send + Sync + 'static,
        set: impl FnOnce(&mut Config),
    ) -> Self {
        let host = Arc::new(Scripted {
            script: Box::new(script),
            asked: Mutex::default(),
            now_secs: AtomicI64::new(BEGIN_SECS),
            chance: AtomicU8::new(0),
            slept: Mutex::default(),
        });
        let upstream = "http://cluster.test/api/v1".parse().expect("a URL");
        let mut config = Config::new(upstream, SessionKeys::new([7; 32], None));
        set(&mut config);
        let gateway = Gateway::new(config, Arc::new(Network(host.clone())));
        let page = "<html><head><title>Roadstead</title></head><body>the console</body></html>";
        let console = Router::new().fallback(async move || axum::response::Html(page));
        Self { host, router: router(gateway.clone(), console), gateway, cookie: None, jar: BTreeMap::new() }
    }

    pub(crate) async fn signed_in(script: impl Fn(&Asked) -> Option<Response<Body>> + Send + Sync + 'static) -> Self {
        let mut world = Self::new(script);
        let got = world.call("POST", "/session", json!({"token": token("alice", "pasted")})).await;
        assert_eq!(got.status, 200, "{}", got.text);
        world.host.asked.lock().expect("unpoisoned").clear();
        world
    }

    /// A call as the console makes it.
    pub(crate) async fn call(&mut self, method: &str, path: &str, body: Value) -> Got {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}")).header("x-roadstead", "1");
        if !body.is_null() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.send(request.body(body).expect("a request")).await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Got {
        self.call("GET", path, Value::Null).await
    }

    /// Any request; the browser's cookies are added and the answer's kept.
    pub(crate) async fn send(&mut self, request: Request<Body>) -> Got {
        let got = self.ask(request).await;
        for set in got.headers.get_all(header::SET_COOKIE) {
            let pair = set.to_str().expect("text").split(';').next().expect("a pair").to_owned();
            let (name, value) = pair.split_once('=').expect("a pair");
            if name.ends_with("roadstead_session") {
                self.cookie = (!value.is_empty()).then_some(pair);
            } else if value.is_empty() {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
        got
    }

    /// Any request with the browser's cookies; those of the answer are not kept.
    pub(crate) async fn ask(&self, mut request: Request<Body>) -> Got {
        let others = self.jar.iter().map(|(name, value)| format!("{name}={value}"));
        let cookies: Vec<String> = self.cookie.iter().cloned().chain(others).collect();
        if !cookies.is_empty() {
            request.headers_mut().insert(header::COOKIE, cookies.join("; ").parse().expect("a value"));
        }
        let response = self.router.clone().oneshot(request).await.expect("infallible");
        let (head, body) = response.into_parts();
        let text = String::from_utf8_lossy(&body.collect().await.expect("a body").to_bytes()).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Got { status: head.status, headers: head.headers, body, text }
    }

    pub(crate) fn later(&self, secs: i64) {
        self.host.now_secs.fetch_add(secs, Ordering::SeqCst);
    }

    /// What the cluster was asked, without the configuration.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        let asked = self.host.asked.lock().expect("unpoisoned").clone();
        asked.into_iter().filter(|a| !a.line.contains("/config")).collect()
    }
}
