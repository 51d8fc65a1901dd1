//! The JSON of every type, pinned: what is written here is what other versions of the console and the gateway read.

use api::jobs::{
    Container, Job, JobCreate, JobEvent, JobStatus, LifeSpan, Reach, Resources, RestartPolicy, Transition,
};
use api::logs::{EndReason, Event, Reply};
use api::presets::{Gpu, Preset, Presets};
use api::session::{Project, Session, SignIn};
use api::top::{Sample, TopEvent};
use api::{Code, Page, Problem};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::fmt::Debug;

#[track_caller]
fn pinned<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, wire: &Value) {
    assert_eq!(&serde_json::to_value(value).expect("serialises"), wire);
    assert_eq!(&serde_json::from_value::<T>(wire.clone()).expect("reads its own"), value);
}

fn time(text: &str) -> jiff::Timestamp {
    text.parse().expect("a time")
}

fn job() -> Job {
    Job {
        id: "job-1".into(),
        name: Some("train".into()),
        owner: "alice".into(),
        cluster: "default".into(),
        org: Some("main".into()),
        project: "demo".into(),
        uri: "job://default/main/demo/job-1".into(),
        status: JobStatus::Failed,
        reason: Some("OOMKilled".into()),
        status_description: None,
        exit_code: Some(137),
        created_at: time("2026-11-23T08:43:41Z"),
        started_at: Some(time("2026-11-23T08:43:42.5Z")),
        finished_at: None,
        run_time_secs: 1.5,
        observed_at: time("2026-11-23T08:44:00Z"),
        restarts: 0,
        transitions: vec![Transition {
            time: time("2026-11-23T08:43:41Z"),
            status: JobStatus::Pending,
            reason: Some("Creating".into()),
            description: None,
            exit_code: None,
        }],
        container: Container {
            image: "ubuntu:latest".into(),
            http_port: Some(80),
            resources: Resources { cpu: 0.5, memory_bytes: 1024 },
            ..Container::default()
        },
        preset: Some("cpu-small".into()),
        tags: vec!["a".into()],
        description: None,
        http_url: None,
        restart_policy: RestartPolicy::OnFailure,
        life_span_minutes: Some(60),
        schedule_timeout_secs: None,
        total_price_credits: "0".into(),
    }
}

fn job_wire() -> Value {
    json!({
        "id": "job-1", "name": "train", "owner": "alice", "cluster": "default", "org": "main", "project": "demo",
        "uri": "job://default/main/demo/job-1", "status": "failed", "reason": "OOMKilled", "exit_code": 137,
        "created_at": "2026-11-23T08:43:41Z", "started_at": "2026-11-23T08:43:42.5Z", "run_time_secs": 1.5,
        "observed_at": "2026-11-23T08:44:00Z", "restarts": 0,
        "transitions": [{"time": "2026-11-23T08:43:41Z", "status": "pending", "reason": "Creating"}],
        "container": {
            "image": "ubuntu:latest", "env": {}, "http_port": 80, "tty": false,
            "resources": {"cpu": 0.5, "memory_bytes": 1024},
        },
        "preset": "cpu-small", "tags": ["a"], "restart_policy": "on-failure", "life_span_minutes": 60,
        "total_price_credits": "0",
    })
}

#[test]
fn jobs_and_their_pages_and_events_are_pinned() {
    pinned(&job(), &job_wire());
    pinned(&Page { items: vec![job()], next: Some("c".into()) }, &json!({"items": [job_wire()], "next": "c"}));
    pinned(&JobEvent::Init, &json!({"type": "init"}));
    pinned(&JobEvent::Job { job: Box::new(job()) }, &json!({"type": "job", "job": job_wire()}));
    pinned(&JobEvent::Removed { id: "job-1".into() }, &json!({"type": "removed", "id": "job-1"}));
    pinned(&JobEvent::InitDone(Reach::default()), &json!({"type": "init_done"}));
    let some = JobEvent::InitDone(Reach { after: Some(time("2026-11-23T08:43:41Z")) });
    pinned(&some, &json!({"type": "init_done", "after": "2026-11-23T08:43:41Z"}));
    pinned(&JobEvent::Waiting { message: "m".into() }, &json!({"type": "waiting", "message": "m"}));
    pinned(&JobEvent::Recovered, &json!({"type": "recovered"}));
    pinned(&JobEvent::Heartbeat, &json!({"type": "heartbeat"}));
    pinned(&JobEvent::End { reason: EndReason::MaxLife }, &json!({"type": "end", "reason": "max_life"}));
}

#[test]
fn what_starts_a_job_is_pinned_and_refuses_what_it_does_not_know() {
    let create = JobCreate { image: "ubuntu".into(), life_span_minutes: Some(1440), ..JobCreate::default() };
    let wire = json!({"image": "ubuntu", "tty": false, "life_span_minutes": 1440, "restart_policy": "never"});
    pinned(&create, &wire);
    let create = JobCreate { org: Some("acme".into()), project: Some("ml".into()), ..create };
    let wire = json!({"image": "ubuntu", "org": "acme", "project": "ml", "tty": false, "life_span_minutes": 1440, "restart_policy": "never"});
    pinned(&create, &wire);
    pinned(&LifeSpan { add_minutes: 5 }, &json!({"add_minutes": 5}));
    let misspelt = serde_json::from_value::<JobCreate>(json!({"image": "ubuntu", "comand": "ls"}));
    assert!(misspelt.expect_err("refused").to_string().contains("comand"));
}

#[test]
fn log_events_and_replies_are_pinned() {
    let init = Event::Init { first_line: 3, total_lines: Some(9), seekable: true };
    pinned(&init, &json!({"type": "init", "first_line": 3, "total_lines": 9, "seekable": true}));
    pinned(&Event::Recovered, &json!({"type": "recovered"}));
    pinned(&Event::Gap { lines: None }, &json!({"type": "gap"}));
    pinned(&Event::Skipped { lines: 4 }, &json!({"type": "skipped", "lines": 4}));
    pinned(&Event::End { reason: EndReason::Finished }, &json!({"type": "end", "reason": "finished"}));
    pinned(&Reply::Credit { bytes: 7 }, &json!({"type": "credit", "bytes": 7}));
}

#[test]
fn sessions_presets_telemetry_and_problems_are_pinned() {
    let session = Session {
        user: "alice".into(),
        cluster: "default".into(),
        org: None,
        project: "demo".into(),
        projects: vec![Project { name: "demo".into(), org: None, role: "admin".into() }],
        expires_at: time("2026-11-24T00:00:00Z"),
        platform_url: "http://127.0.0.1:8080/api/v1".into(),
    };
    pinned(
        &session,
        &json!({
            "user": "alice", "cluster": "default", "project": "demo",
            "projects": [{"name": "demo", "role": "admin"}],
            "expires_at": "2026-11-24T00:00:00Z", "platform_url": "http://127.0.0.1:8080/api/v1",
        }),
    );
    assert_eq!(serde_json::to_value(SignIn::Code("x".into())).expect("serialises"), json!({"code": "x"}));
    assert_eq!(serde_json::to_value(SignIn::Token("x".into())).expect("serialises"), json!({"token": "x"}));
    let preset = Preset {
        name: "gpu".into(),
        cpu: 4.0,
        memory_bytes: 1,
        credits_per_hour: "10".into(),
        gpu: Some(Gpu { count: 1, model: None }),
        capacity: Some(2),
    };
    let wire = json!({"items": [{
        "name": "gpu", "cpu": 4.0, "memory_bytes": 1, "credits_per_hour": "10", "gpu": {"count": 1}, "capacity": 2,
    }]});
    pinned(&Presets { items: vec![preset] }, &wire);
    let sample = Sample {
        time: time("2026-11-24T00:00:00Z"),
        cpu: 0.5,
        memory_bytes: 2,
        gpu_duty_percent: None,
        gpu_memory_bytes: None,
    };
    let wire = json!({"type": "sample", "time": "2026-11-24T00:00:00Z", "cpu": 0.5, "memory_bytes": 2});
    pinned(&TopEvent::Sample(sample), &wire);
    let problem =
        Problem { code: Code::InvalidRequest, message: "m".into(), request_id: "r".into(), field: Some("name".into()) };
    pinned(&problem, &json!({"code": "invalid_request", "message": "m", "request_id": "r", "field": "name"}));
}

#[test]
fn readers_accept_words_of_later_versions() {
    let event: Event = serde_json::from_value(json!({"type": "sparkle", "x": 1})).expect("reads");
    assert_eq!(event, Event::Unknown);
    let event: JobEvent = serde_json::from_value(json!({"type": "sparkle"})).expect("reads");
    assert_eq!(event, JobEvent::Unknown);
    assert_eq!(serde_json::from_value::<JobStatus>(json!("resting")).expect("reads"), JobStatus::Unknown);
    assert_eq!(serde_json::from_value::<Code>(json!("tea_time")).expect("reads"), Code::Unknown);
}

#[test]
fn secrets_do_not_reach_a_log_by_their_debug_form() {
    assert!(!format!("{:?} {:?}", SignIn::Code("s3cret".into()), SignIn::Token("s3cret".into())).contains("s3cret"));
}
