//! A small server of the platform API whose jobs, logs and faults are set by the test.

use axum::{
    Json, Router,
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};
use tokio::{net::TcpListener, sync::watch};

/// Shared by the server and the test.
pub(crate) struct Cluster {
    pub(crate) address: SocketAddr,
    state: Mutex<Jobs>,
    /// Counts changes, so that readers wait instead of polling.
    pub(crate) changed: watch::Sender<u64>,
    /// Whether logs can be read by line number.
    pub(crate) seekable: AtomicBool,
    /// Users whose tokens are refused.
    pub(crate) refused: Mutex<Vec<String>>,
    /// Tokens that are refused, and those that were used.
    pub(crate) refused_tokens: Mutex<Vec<String>>,
    pub(crate) used_tokens: Mutex<BTreeSet<String>>,
    /// How many were given out to browsers that signed in by a code.
    given_tokens: AtomicUsize,
    /// Users who may not see any job any more; what they have open stays.
    pub(crate) barred: Mutex<Vec<String>>,
    /// Answers HTML instead of jobs.
    pub(crate) nonsense: AtomicBool,
    /// Answers that it cannot, when asked for one job, or for a log.
    pub(crate) job_is_down: AtomicBool,
    pub(crate) log_is_down: AtomicBool,
    /// Log sockets ever opened, and open now.
    pub(crate) log_sockets: AtomicUsize,
    pub(crate) open_log_sockets: AtomicUsize,
    /// Log sockets break, without a close frame, after so many lines each; used up front to back.
    pub(crate) breaks: Mutex<Vec<usize>>,
    /// Signs of life that came by log sockets.
    pub(crate) pings: AtomicUsize,
    /// How often all open log sockets were cut.
    cuts: watch::Sender<u64>,
    /// `since` begins after the time instead of at it.
    pub(crate) since_is_late: AtomicBool,
    /// Lists of jobs asked for.
    pub(crate) lists: AtomicUsize,
    /// What a command that floods has seen.
    flood: watch::Sender<Flood>,
}

/// A command that writes without end.
#[derive(Debug, Default)]
pub(crate) struct Flood {
    /// Nobody takes its output.
    pub(crate) is_stuck: bool,
    pub(crate) typed: Vec<u8>,
}

#[derive(Default)]
pub(crate) struct Jobs {
    pub(crate) status: BTreeMap<String, &'static str>,
    pub(crate) log: Vec<(i64, Vec<u8>)>,
}

pub(crate) const EPOCH_NS: i64 = 1_790_000_000_000_000_000;

impl Cluster {
    pub(crate) async fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let cluster = Arc::new(Self {
            address: listener.local_addr().expect("bound"),
            state: Mutex::default(),
            changed: watch::Sender::new(0),
            seekable: AtomicBool::new(true),
            refused: Mutex::default(),
            refused_tokens: Mutex::default(),
            used_tokens: Mutex::default(),
            given_tokens: AtomicUsize::new(0),
            barred: Mutex::default(),
            nonsense: AtomicBool::new(false),
            job_is_down: AtomicBool::new(false),
            log_is_down: AtomicBool::new(false),
            log_sockets: AtomicUsize::new(0),
            open_log_sockets: AtomicUsize::new(0),
            breaks: Mutex::default(),
            pings: AtomicUsize::new(0),
            cuts: watch::Sender::new(0),
            since_is_late: AtomicBool::new(false),
            lists: AtomicUsize::new(0),
            flood: watch::Sender::default(),
        });
        cluster.set("job-1", "running");
        let router = Router::new()
            .route("/api/v1/config", get(config))
            .route("/oauth/token", post(give_token))
            .route("/api/v1/jobs", get(jobs))
            .route("/api/v1/jobs/{id}", get(job))
            .route("/api/v1/users/{user}/permissions", post(granted).delete(async || StatusCode::NO_CONTENT))
            .route("/mon/{id}/log_ws", get(super::monitoring::log_ws))
            .route("/mon/{id}/log", get(super::monitoring::log))
            .route("/mon/{id}/top", get(super::monitoring::top))
            .route("/mon/{id}/exec", get(super::monitoring::exec))
            .with_state(cluster.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        cluster
    }

    pub(crate) fn jobs(&self) -> MutexGuard<'_, Jobs> {
        self.state.lock().expect("unpoisoned")
    }

    pub(crate) fn set(&self, id: &str, status: &'static str) {
        self.jobs().status.insert(id.to_owned(), status);
        self.changed.send_modify(|n| *n += 1);
    }

    /// Cuts all open log sockets, without a close frame.
    pub(crate) fn cut_logs(&self) {
        self.cuts.send_modify(|n| *n += 1);
    }

    /// Waits for the next cut.
    pub(crate) fn cut(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut cuts = self.cuts.subscribe();
        async move {
            let _ = cuts.changed().await;
        }
    }

    pub(crate) fn note_flood(&self, note: impl FnOnce(&mut Flood)) {
        self.flood.send_modify(note);
    }

    /// Waits until this holds of the command that floods.
    pub(crate) async fn flood_until(&self, holds: impl FnMut(&Flood) -> bool) {
        self.flood.subscribe().wait_for(holds).await.expect("the cluster runs");
    }

    pub(crate) fn forget(&self, id: &str) {
        self.jobs().status.remove(id);
    }

    /// Writes lines at one microsecond's distance.
    pub(crate) fn write<T: AsRef<[u8]>>(&self, lines: impl IntoIterator<Item = T>) {
        self.write_every(1_000, lines);
    }

    pub(crate) fn write_every<T: AsRef<[u8]>>(&self, step_ns: i64, lines: impl IntoIterator<Item = T>) {
        let mut jobs = self.jobs();
        for line in lines {
            let time = jobs.log.last().map_or(EPOCH_NS, |(time, _)| time + step_ns);
            jobs.log.push((time, line.as_ref().to_vec()));
        }
        drop(jobs);
        self.changed.send_modify(|n| *n += 1);
    }

    pub(crate) fn bar(&self, user: &str) {
        self.barred.lock().expect("unpoisoned").push(user.to_owned());
    }

    fn is_barred(&self, headers: &HeaderMap) -> bool {
        caller(headers).is_some_and(|user| self.barred.lock().expect("unpoisoned").contains(&user))
    }

    pub(crate) fn allows(&self, headers: &HeaderMap) -> Result<(), Box<Response>> {
        let user = caller(headers);
        let refused = self.refused.lock().expect("unpoisoned");
        self.used_tokens.lock().expect("unpoisoned").insert(bearer(headers).to_owned());
        let is_over = self.refused_tokens.lock().expect("unpoisoned").iter().any(|token| token == bearer(headers));
        match user {
            Some(user) if !refused.contains(&user) && !is_over => Ok(()),
            Some(_) | None => Err(Box::new((StatusCode::UNAUTHORIZED, Json(json!({"error": "no"}))).into_response())),
        }
    }

    pub(crate) fn status(&self, id: &str) -> Option<&'static str> {
        self.jobs().status.get(id).copied()
    }
}

fn caller(headers: &HeaderMap) -> Option<String> {
    Some(platform::token::unverified_claims(bearer(headers))?.identity)
}

fn bearer(headers: &HeaderMap) -> &str {
    let text = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
    text.trim_start_matches("Bearer ")
}

/// The token that alice was given as the `n`th, from 1.
pub(crate) fn nth_token(n: usize) -> String {
    format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(json!({"identity": "alice", "n": n}).to_string()))
}

/// To alice, whatever the code.
async fn give_token(State(cluster): State<Arc<Cluster>>) -> Json<Value> {
    let n = cluster.given_tokens.fetch_add(1, Ordering::SeqCst) + 1;
    Json(json!({"access_token": nth_token(n), "expires_in": 36_000, "refresh_token": "again"}))
}

pub(crate) fn token(user: &str) -> String {
    format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(json!({"identity": user}).to_string()))
}

async fn config(State(cluster): State<Arc<Cluster>>, headers: HeaderMap) -> Response {
    let at = |path: &str| format!("http://{}{path}", cluster.address);
    let mut config = json!({
        "auth_url": at(""), "token_url": at("/oauth/token"), "logout_url": at(""), "headless_callback_url": at(""),
        "client_id": "cli", "audience": "x", "authorized": false,
    });
    if headers.contains_key(header::AUTHORIZATION) {
        if let Err(refusal) = cluster.allows(&headers) {
            return *refusal;
        }
        config["authorized"] = json!(true);
        config["clusters"] = json!([{
            "name": "default", "orgs": ["acme"], "registry_url": at(""), "storage_url": at(""), "users_url": at(""),
            "monitoring_url": at("/mon"), "secrets_url": at(""), "disks_url": at(""), "buckets_url": at(""),
            "resource_pool_types": [], "resource_presets": [],
        }]);
    }
    Json(config).into_response()
}

/// The organisation is in the id: `other-1` is one of another.
fn org_of(id: &str) -> &'static str {
    if id.starts_with("other-") { "other" } else { "acme" }
}

fn view(id: &str, status: &str) -> Value {
    let org = org_of(id);
    json!({
        "id": id, "owner": "alice", "cluster_name": "default", "org_name": org, "project_name": "demo",
        "status": status, "uri": format!("job://default/{org}/demo/{id}"),
        "history": {"status": status, "created_at": "2026-11-23T08:00:00Z"},
        "container": {"image": "busybox:latest", "resources": {"cpu": 1, "memory": 1048576}},
    })
}

async fn jobs(State(cluster): State<Arc<Cluster>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    cluster.lists.fetch_add(1, Ordering::SeqCst);
    if let Err(refusal) = cluster.allows(&headers) {
        return *refusal;
    }
    if cluster.nonsense.load(Ordering::SeqCst) {
        return axum::response::Html("<h1>nginx</h1>").into_response();
    }
    let query = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect::<Vec<_>>();
    let selector = platform::job_selector::JobSelector::from_pairs(query).expect("a selector");
    let wanted = |status: &str| selector.statuses.is_empty() || selector.statuses.iter().any(|s| s.as_str() == status);
    let of_org = |id: &str| selector.orgs.is_empty() || selector.orgs.iter().any(|org| org == org_of(id));
    // Created long ago: a list of those created since then leaves them out.
    let old = selector.since.is_some();
    let barred = cluster.is_barred(&headers);
    let lines: String = cluster
        .jobs()
        .status
        .iter()
        .filter(|(id, status)| wanted(status) && of_org(id) && !old && !barred)
        .map(|(id, status)| format!("{}\n", view(id, status)))
        .collect();
    ([(header::CONTENT_TYPE, "application/x-ndjson")], lines).into_response()
}

/// Everybody may share everything.
async fn granted(Json(grants): Json<Value>) -> (StatusCode, Json<Value>) {
    (StatusCode::CREATED, Json(grants))
}

async fn job(State(cluster): State<Arc<Cluster>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    if let Err(refusal) = cluster.allows(&headers) {
        return *refusal;
    }
    if cluster.job_is_down.load(Ordering::SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    if cluster.is_barred(&headers) {
        let missing = json!({"missing": [{"uri": format!("job://default/acme/demo/{id}"), "action": "read"}]});
        return (StatusCode::FORBIDDEN, Json(missing)).into_response();
    }
    match cluster.status(&id) {
        Some(status) => Json(view(&id, status)).into_response(),
        None => (StatusCode::BAD_REQUEST, Json(json!({"error": format!("no such job {id}")}))).into_response(),
    }
}
