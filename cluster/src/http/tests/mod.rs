//! The router in process, with users as types: nobody, a reader, a writer, an administrator, a stranger.

mod access;
mod acts;
mod admin;
mod casts;
mod hostile;
mod images;
mod jobs;
mod oauth;
mod relations;
mod saves;
mod sign_in;
mod streams;
mod users;
mod walk;

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::MatchedPath,
    http::{Extensions, HeaderMap, Method, Request, StatusCode, header},
    middleware::{self, Next},
    response::Response,
};
use futures::{StreamExt as _, stream};
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tower::ServiceExt as _;
use url::Url;

use super::{Api, Live, router};
use crate::{
    accounts::{Membership, ProjectRole},
    acts::Acts,
    casts::{CastLimits, Casts, Recorded},
    clock::Clock,
    config::Config,
    engine::{ContainerId, ContainerSpec, Engine as _, fake::FakeEngine},
    history::By,
    home::Home,
    images::{Images, OwnNames, Parts},
    jobs::Jobs,
    logs::{LogLimits, LogStore},
    registry::{Registry, RegistryOptions},
    runner::Running,
    store::Store,
};

pub(super) const NOON: Timestamp = Timestamp::constant(1_800_000_000, 0);

/// Who calls.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum As {
    /// Sends no token.
    Nobody,
    /// Reads in project `demo`.
    Reader,
    /// Writes in project `demo`.
    Writer,
    /// Manages project `demo`.
    Manager,
    /// May do everything.
    Admin,
    /// Writes in project `other`, has nothing to do with `demo`.
    Stranger,
}

impl As {
    pub(super) const ALL: [Self; 6] =
        [Self::Nobody, Self::Reader, Self::Writer, Self::Manager, Self::Admin, Self::Stranger];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Reader => "reader",
            Self::Writer => "writer",
            Self::Manager => "manager",
            Self::Admin => "admin",
            Self::Stranger => "stranger",
        }
    }
}

/// Containers as the test says.
#[derive(Debug, Default)]
pub(super) struct Scripted(Mutex<HashMap<String, Running>>, Mutex<Option<crate::runner::Stall>>);

impl Live for Scripted {
    fn running(&self, job: &str) -> Option<Running> {
        self.0.lock().expect("no test panics here").get(job).cloned()
    }

    fn stall(&self, _job: &str) -> Option<crate::runner::Stall> {
        self.1.lock().expect("no test panics here").clone()
    }
}

pub(super) struct Server {
    _folder: tempfile::TempDir,
    pub(super) api: Arc<Api>,
    pub(super) engine: Arc<FakeEngine>,
    pub(super) store: Store,
    live: Arc<Scripted>,
    router: Router,
}

/// Tells the test which route took the request.
async fn note_route(request: Request<Body>, next: Next) -> Response {
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    response.extensions_mut().extend(
        matched
            .map(|path| {
                let mut one = Extensions::new();
                one.insert(path);
                one
            })
            .unwrap_or_default(),
    );
    response
}

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
    /// The route that took the request.
    pub(super) matched: Option<String>,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {:?}", self.text))
    }

    /// The sentence of a refusal.
    pub(super) fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_else(|| panic!("no error in {}", self.text)).to_owned()
    }
}

impl Server {
    pub(super) async fn start() -> Self {
        Self::recording(Recorded::Nothing).await
    }

    /// One that records sessions in jobs.
    pub(super) async fn recording(recorded: Recorded) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = Config::new(folder.path().to_owned(), Url::parse("http://127.0.0.1:8080").expect("a url"));
        let clock = Clock::manual(NOON);
        let home = Home::open(&config, &clock).await.expect("opens");
        for (who, project, role) in [
            (As::Reader, "demo", ProjectRole::Reader),
            (As::Writer, "demo", ProjectRole::Writer),
            (As::Manager, "demo", ProjectRole::Manager),
            (As::Stranger, "other", ProjectRole::Writer),
        ] {
            let place = Membership { org: "main".to_owned(), project: project.to_owned(), role };
            home.accounts.add_user(who.name(), &place, &By::program("test", NOON)).await.expect("adds");
        }
        let (live, engine) = (Arc::new(Scripted::default()), FakeEngine::new());
        let options = RegistryOptions {
            quota_bytes: None,
            upload_retention: Duration::from_secs(3600),
            untagged_retention: None,
            grace: Duration::from_secs(3600),
        };
        let registry = Registry::open(home.store.clone(), home.registry.clone(), clock.clone(), options);
        let registry = Arc::new(registry.await.expect("opens"));
        let stopping = tokio_util::sync::CancellationToken::new();
        let images = Images::new(Parts {
            registry: Arc::clone(&registry),
            accounts: home.accounts.clone(),
            permissions: home.permissions.clone(),
            clock: clock.clone(),
            names: OwnNames::open(&home.store, &config.base_url, &config.cluster_name).await.expect("reads"),
            copy_rules: config.copy.clone(),
            instance: home.instance.clone(),
            stopping: stopping.clone(),
            tasks: tokio_util::task::TaskTracker::new(),
        });
        let tasks = tokio_util::task::TaskTracker::new();
        let casts = Casts::new(home.casts.clone(), recorded, CastLimits::default(), clock.clone(), tasks);
        let api = Arc::new(Api {
            registry,
            images,
            jobs: Jobs::new(home.store.clone(), clock.clone()),
            acts: Acts::new(home.store.clone()),
            casts,
            logs: Arc::new(LogStore::new(home.logs.clone(), LogLimits::default())),
            accounts: home.accounts,
            permissions: home.permissions,
            live: live.clone(),
            stopping,
            clock,
            config,
        });
        Self {
            store: home.store,
            _folder: folder,
            router: router(Arc::clone(&api)).layer(middleware::from_fn(note_route)),
            api,
            engine,
            live,
        }
    }

    pub(super) async fn token(&self, who: As) -> String {
        self.api.accounts.token_for(who.name(), Duration::from_secs(3600), NOON).await.expect("signs")
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("the router answers");
        let (status, headers) = (response.status(), response.headers().clone());
        let matched = response.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
        let bytes = response.into_body().collect().await.expect("a whole body").to_bytes();
        Answer { status, headers, matched, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    pub(super) async fn call(&self, who: As, method: Method, path: &str, body: Option<Value>) -> Answer {
        let who = (who != As::Nobody).then(|| who.name());
        self.call_as(who, method, path, body).await
    }

    /// A call by somebody who need not be one of those that are always there.
    pub(super) async fn call_as(&self, who: Option<&str>, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(who) = who {
            let token = self.api.accounts.token_for(who, Duration::from_secs(3600), NOON).await.expect("signs");
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).expect("a request")).await
    }

    pub(super) async fn get(&self, who: As, path: &str) -> Answer {
        self.call(who, Method::GET, path, None).await
    }

    pub(super) async fn post(&self, who: As, path: &str, body: Value) -> Answer {
        self.call(who, Method::POST, path, Some(body)).await
    }

    /// A job of the writer, as the command line would start it.
    pub(super) async fn job(&self, name: &str) -> String {
        let answer = self.post(As::Writer, "/api/v1/jobs?from_preset", request(name)).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
        answer.json()["id"].as_str().expect("an id").to_owned()
    }

    /// Gives a job a running container that plays `script`.
    pub(super) async fn run(&self, job: &str, script: &str) -> ContainerId {
        let spec = ContainerSpec {
            name: job.to_owned(),
            image: "ubuntu:latest".to_owned(),
            command: Some(script.split(' ').map(str::to_owned).collect()),
            http_port: Some(80),
            ..ContainerSpec::default()
        };
        let mut pull = self.engine.pull(&spec.image, None).await.expect("pulls");
        while pull.next().await.is_some() {}
        let container = self.engine.create(&spec).await.expect("creates");
        self.engine.start(&container).await.expect("starts");
        self.put(job, Running { engine: self.engine.clone(), container: container.clone() });
        container
    }

    /// Gives a job this container.
    pub(super) fn put(&self, job: &str, running: Running) {
        self.live.0.lock().expect("no test panics here").insert(job.to_owned(), running);
    }
}

/// Lets time pass at once, for what waits for it.
pub(super) async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

/// A body of which the first part is sent at once. It says when that has been asked for, and waits to be told to send the rest.
pub(super) fn slow_body(whole: &Value) -> (Body, oneshot::Receiver<()>, oneshot::Sender<()>) {
    let whole = whole.to_string();
    let (first, rest) = (whole[..1].to_owned(), whole[1..].to_owned());
    let ((begins, begun), (go, gone)) = (oneshot::channel(), oneshot::channel());
    let first = stream::once(async move {
        let _ = begins.send(());
        first
    });
    let rest = stream::once(async move {
        // Nobody to tell it: it never comes.
        if gone.await.is_err() {
            std::future::pending::<()>().await;
        }
        rest
    });
    (Body::from_stream(first.chain(rest).map(Ok::<_, Infallible>)), begun, go)
}

/// The flat request of a job in project `demo`.
pub(super) fn request(name: &str) -> Value {
    json!({"name": name, "image": "ubuntu:latest", "preset_name": "cpu-small", "pass_config": false,
        "cluster_name": "default", "org_name": "main", "project_name": "demo", "max_run_time_minutes": 1440})
}
