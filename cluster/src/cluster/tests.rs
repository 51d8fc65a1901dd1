use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use url::Url;

use super::*;
use crate::{engine::fake::FakeEngine, runner::OwnImages};

async fn start(folder: &std::path::Path, engine: &Arc<FakeEngine>) -> Cluster {
    start_at("http://127.0.0.1:8080", folder, engine).await
}

async fn start_at(address: &str, folder: &std::path::Path, engine: &Arc<FakeEngine>) -> Cluster {
    let config = Config::new(folder.to_owned(), Url::parse(address).expect("a url"));
    Cluster::start_on(config, engine.clone()).await.expect("starts")
}

async fn call(cluster: &Cluster, method: Method, path: &str, body: Value) -> Value {
    call_as("admin", cluster, method, path, &body.to_string()).await.1
}

async fn call_as(user: &str, cluster: &Cluster, method: Method, path: &str, body: &str) -> (StatusCode, Value) {
    let now = cluster.api.clock.now();
    let token = cluster.api.accounts.token_for(user, Duration::from_secs(60), now).await.expect("a token");
    let request = Request::builder().method(method).uri(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
    let request = request.header(header::CONTENT_LENGTH, body.len()).body(Body::from(body.to_owned()));
    let answer = cluster.router().oneshot(request.expect("a request")).await.expect("answers");
    let status = answer.status();
    let bytes = answer.into_body().collect().await.expect("a body").to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

async fn create(cluster: &Cluster, command: &str) -> String {
    let body = json!({"image": "ubuntu:latest", "command": command});
    let job = call(cluster, Method::POST, "/api/v1/jobs?from_preset", body).await;
    job["id"].as_str().unwrap_or_else(|| panic!("not accepted: {job}")).to_owned()
}

/// Waits for changes of the job until it has ended.
async fn ended(cluster: &Cluster, job: &str) -> Value {
    let mut changes = cluster.api.jobs.changes();
    loop {
        let seen = call(cluster, Method::GET, &format!("/api/v1/jobs/{job}"), Value::Null).await;
        if ["succeeded", "failed", "cancelled"].contains(&seen["status"].as_str().unwrap_or_default()) {
            return seen;
        }
        changes.recv().await.expect("the cluster runs");
    }
}

/// Waits until a job runs; what changes after that.
async fn running(cluster: &Cluster, job: &str) -> tokio::sync::broadcast::Receiver<String> {
    let mut changes = cluster.api.jobs.changes();
    while cluster.api.jobs.get(job).await.expect("is there").status() != platform::job::JobStatus::Running {
        changes.recv().await.expect("the cluster runs");
    }
    changes
}

#[tokio::test]
async fn a_job_runs_from_request_to_log() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cluster = start(folder.path(), &FakeEngine::new()).await;
    let job = create(&cluster, "print:hello exit:3").await;
    let seen = ended(&cluster, &job).await;
    assert_eq!((seen["status"].as_str(), seen["history"]["exit_code"].as_i64()), (Some("failed"), Some(3)));
    let log = cluster.api.logs.open(&job).await.expect("a log");
    assert_eq!(log.totals().lines, 1);
    cluster.shutdown().await;
}

#[tokio::test]
async fn jobs_survive_a_restart_of_the_server() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = FakeEngine::new();
    let first = start(folder.path(), &engine).await;
    let job = create(&first, "hang").await;
    running(&first, &job).await;
    first.shutdown().await;
    let second = start(folder.path(), &engine).await;
    let seen = call(&second, Method::GET, &format!("/api/v1/jobs/{job}"), Value::Null).await;
    assert_eq!(seen["status"], "running");
    call(&second, Method::DELETE, &format!("/api/v1/jobs/{job}"), Value::Null).await;
    assert_eq!(ended(&second, &job).await["history"]["reason"], "UserRequested");
    second.shutdown().await;
}

#[tokio::test]
async fn a_cancelled_job_is_stopped_though_whoever_cancelled_it_hung_up_at_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = FakeEngine::new();
    let cluster = start(folder.path(), &engine).await;
    let job = create(&cluster, "hang").await;
    let mut changes = running(&cluster, &job).await;
    {
        let cancelling = cluster.api.jobs.cancel(&job, platform::job::reason::USER_REQUESTED);
        assert!(futures::poll!(std::pin::pin!(cancelling)).is_pending());
    }
    while cluster.api.jobs.get(&job).await.expect("is there").materialized {
        changes.recv().await.expect("the cluster runs");
    }
    assert!(engine.containers().is_empty());
    assert_eq!(ended(&cluster, &job).await["history"]["reason"], "UserRequested");
    cluster.shutdown().await;
}

#[tokio::test]
async fn after_a_restart_a_job_waits_for_the_engine_it_runs_on_though_another_answers() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (engine, other) = (FakeEngine::new(), FakeEngine::new());
    let config = Config::new(folder.path().to_owned(), Url::parse("http://127.0.0.1:8080").expect("a url"));
    let away = || Candidate::Docker(Endpoint::parse("unix:///nowhere.sock").expect("an address"));
    let first = start(folder.path(), &engine).await;
    let job = create(&first, "hang").await;
    running(&first, &job).await;
    let used = settings::find(&first.home.store, select::LAST_USED).await.expect("reads");
    assert_eq!(used.as_deref(), Some("fake"));
    settings::set(&first.home.store, select::LAST_USED, "unix:///nowhere.sock").await.expect("stores");
    first.shutdown().await;

    let engines = Choice::Named(vec![away(), Candidate::Given(other.clone())]);
    let second = Cluster::start_with(config.clone(), engines, Clock::system()).await.expect("starts");
    waits_for(&second, &job, "unix:///nowhere.sock").await;
    second.shutdown().await;

    let third = start(folder.path(), &engine).await;
    call(&third, Method::DELETE, &format!("/api/v1/jobs/{job}"), Value::Null).await;
    let mut changes = third.api.jobs.changes();
    while third.api.jobs.get(&job).await.expect("is there").materialized {
        changes.recv().await.expect("the cluster runs");
    }
    assert!(engine.containers().is_empty());
    settings::set(&third.home.store, select::LAST_USED, "unix:///nowhere.sock").await.expect("stores");
    third.shutdown().await;

    // With nothing of any job left there, the first engine that works is taken.
    let engines = Choice::Named(vec![away(), Candidate::Given(other)]);
    let fourth = Cluster::start_with(config, engines, Clock::system()).await.expect("starts");
    let mut engines = fourth.engines.watch();
    engines.wait_for(|status| status.engine().is_some()).await.expect("the cluster runs");
    fourth.shutdown().await;
}

/// The job runs on an engine at this address, which is away.
async fn waits_for(cluster: &Cluster, job: &str, address: &str) {
    let mut changes = cluster.api.jobs.changes();
    let last = loop {
        let seen = cluster.api.jobs.get(job).await.expect("is there");
        if seen.last().reason.is_some() {
            break seen.last().clone();
        }
        changes.recv().await.expect("the cluster runs");
    };
    assert_eq!((last.status.as_str(), last.reason.as_deref()), ("running", Some("EngineUnavailable")));
    assert!(last.description.expect("words").contains(address));
    assert!(cluster.engine_status().engine().is_none());
}

#[tokio::test]
async fn a_start_without_the_environment_of_the_one_before_keeps_the_engine_until_another_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (engine, other) = (FakeEngine::new(), FakeEngine::new());
    let config = Config::new(folder.path().to_owned(), Url::parse("http://127.0.0.1:8080").expect("a url"));
    let first = start(folder.path(), &engine).await;
    let job = create(&first, "hang").await;
    running(&first, &job).await;
    settings::set(&first.home.store, select::LAST_USED, "unix:///run/user/1/podman.sock").await.expect("stores");
    first.shutdown().await;

    let usual = Choice::Usual(vec![Candidate::Given(other.clone())]);
    let second = Cluster::start_with(config.clone(), usual, Clock::system()).await.expect("starts");
    waits_for(&second, &job, "unix:///run/user/1/podman.sock").await;
    second.shutdown().await;

    let third = Cluster::start_on(config, other).await.expect("starts");
    assert_eq!(ended(&third, &job).await["history"]["reason"], "NotFound");
    third.shutdown().await;
}

#[test]
fn an_engine_of_the_data_folders_own_comes_before_the_usual_ones_and_after_the_one_that_is_named() {
    let config = Config::new("/data".into(), Url::parse("http://127.0.0.1:8080").expect("a url"));
    let is_at = |candidate: &Candidate, address: &str| matches!(candidate, Candidate::Docker(endpoint) if endpoint.to_string() == address);
    let Ok(Choice::Usual(usual)) = choice(&config, None) else { panic!("nobody named one") };
    assert!(usual.len() > 1 && is_at(&usual[0], "unix:///data/engine/docker.sock"), "{usual:?}");
    let in_option = Config { engine: EngineChoice::DockerAt("tcp://127.0.0.1:2".to_owned()), ..config.clone() };
    for (config, address) in [(&config, "tcp://127.0.0.1:1"), (&in_option, "tcp://127.0.0.1:2")] {
        let Ok(Choice::Named(named)) = choice(config, Some("tcp://127.0.0.1:1")) else { panic!("it is named") };
        assert!(named.len() == 1 && is_at(&named[0], address), "{named:?}");
    }
}

#[tokio::test]
async fn a_recording_from_after_the_backup_that_was_restored_is_not_shown_as_that_of_a_new_act() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = FakeEngine::new();
    let first = start(folder.path(), &engine).await;
    let by = By::program("test", first.api.clock.now());
    let record = async |cluster: &Cluster| {
        cluster.api.acts.record(&by, platform::audit::ActKind::Kill, "job-1", "").await.expect("writes")
    };
    let known = record(&first).await;
    std::fs::create_dir_all(&first.home.casts).expect("a folder");
    for act in [known, known + 1] {
        std::fs::write(first.home.casts.join(format!("{act}.cast")), "{}\n").expect("writes");
    }
    first.shutdown().await;
    let second = start(folder.path(), &engine).await;
    let unknown = record(&second).await;
    assert_eq!(unknown, known + 1);
    assert!(second.api.casts.find(known).await.expect("reads").is_some());
    assert!(second.api.casts.find(unknown).await.expect("reads").is_none());
    let files = std::fs::read_dir(&second.home.casts).expect("a folder").count();
    assert_eq!(files, 2, "it is kept under another name");
    second.shutdown().await;
}

/// Puts an image without layers into the registry.
async fn push(cluster: &Cluster, repository: &str, tag: &str) {
    let empty = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let upload = format!("/v2/{repository}/blobs/uploads/?digest={empty}");
    let manifest = json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": empty, "size": 2}, "layers": []});
    let put = format!("/v2/{repository}/manifests/{tag}");
    for (method, path, body) in [(Method::POST, upload, "{}".to_owned()), (Method::PUT, put, manifest.to_string())] {
        let (status, answer) = call_as("admin", cluster, method, &path, &body).await;
        assert_eq!(status, StatusCode::CREATED, "{path}: {answer}");
    }
}

#[tokio::test]
async fn at_a_new_address_images_of_the_old_one_keep_their_rights_and_are_found() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = FakeEngine::new();
    let (old, new) = ("127.0.0.1:8080/main/default/net:v1", "images.example/main/default/net:v1");
    let jobs = "/api/v1/jobs?from_preset";
    let asked = json!({"image": old, "command": "hang"}).to_string();
    let first = start(folder.path(), &engine).await;
    push(&first, "main/default/net", "v1").await;
    let (status, before) = call_as("admin", &first, Method::POST, jobs, &asked).await;
    assert_eq!((status, &before["container"]["image"]), (StatusCode::ACCEPTED, &json!(old)));
    first.shutdown().await;

    let second = start_at("https://images.example", folder.path(), &engine).await;
    let people = crate::Accounts::open(&second.api.config).await.expect("opens");
    people.add_user("bob", crate::ProjectRole::Writer, Some("other")).await.expect("adds");
    let (status, refused) = call_as("bob", &second, Method::POST, jobs, &asked).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{refused}");
    let (status, again) = call_as("admin", &second, Method::POST, jobs, &asked).await;
    assert_eq!((status, &again["container"]["image"]), (StatusCode::ACCEPTED, &json!(new)));
    // The job of before: what it shows, and what it would be started with again.
    let path = format!("/api/v1/jobs/{}", before["id"].as_str().expect("an id"));
    assert_eq!(call(&second, Method::GET, &path, Value::Null).await["container"]["image"], new);
    let images: &dyn OwnImages = second.api.images.as_ref();
    let found = images.find(old, "admin").await.expect("may be read").expect("is of this registry");
    assert_eq!(found.name, new);
    second.shutdown().await;
}

#[tokio::test]
async fn two_servers_do_not_share_a_data_folder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = FakeEngine::new();
    let first = start(folder.path(), &engine).await;
    let config = Config::new(folder.path().to_owned(), Url::parse("http://127.0.0.1:8080").expect("a url"));
    let second = Cluster::start_with(config.clone(), Choice::Named(Vec::new()), Clock::system()).await;
    assert!(matches!(second, Err(ClusterError::Home(HomeError::InUse { .. }))));
    // The command line works on the folder of a running server.
    let people = crate::Accounts::open(&config).await.expect("opens");
    people.add_user("alice", crate::ProjectRole::Writer, None).await.expect("adds");
    let token = people.token("alice", Duration::from_secs(60)).await.expect("a token");
    let user = first.api.accounts.authenticate(&token, first.api.clock.now()).await.expect("the server knows her");
    assert_eq!(user, "alice");
    first.shutdown().await;
}

#[tokio::test]
async fn the_first_user_is_not_called_like_the_cluster() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = Url::parse("http://127.0.0.1:8080").expect("a url");
    let mut config = Config::new(folder.path().to_owned(), url);
    config.admin_name.clone_from(&config.cluster_name);
    let refused = crate::Accounts::open(&config).await.expect_err("its role would be theirs by name");
    assert!(causes(&refused).contains("cannot be a user's name"), "{}", causes(&refused));
}
