//! The JSON of links, pinned.

use api::jobs::JobStatus;
use api::links::{
    JobLinks, Link, LinkCreate, LinkCreated, LinkField, LinkList, LinkScope, LinksRevoke, LinksRevoked, SharedEvent,
    SharedJob, SharedTransition,
};
use api::logs::EndReason;
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

fn link() -> (Link, Value) {
    let link = Link {
        id: "bGluaw".into(),
        job_id: "job-1".into(),
        job_name: Some("train".into()),
        project: "demo".into(),
        author: "alice".into(),
        scope: LinkScope::Log,
        fields: vec![LinkField::Image],
        note: Some("for the review".into()),
        created_at: time("2026-11-23T08:00:00Z"),
        expires_at: time("2026-11-30T08:00:00Z"),
        views: 3,
        last_viewed_at: Some(time("2026-11-24T08:00:00Z")),
    };
    let wire = json!({
        "id": "bGluaw", "job_id": "job-1", "job_name": "train", "project": "demo", "author": "alice", "scope": "log",
        "fields": ["image"], "note": "for the review", "created_at": "2026-11-23T08:00:00Z",
        "expires_at": "2026-11-30T08:00:00Z", "views": 3, "last_viewed_at": "2026-11-24T08:00:00Z",
    });
    (link, wire)
}

#[test]
fn links_are_as_documented() {
    let (link, wire) = link();
    pinned(&link, &wire);
    pinned(&LinkCreated { link: link.clone(), token: "t".into() }, &json!({"link": wire, "token": "t"}));
    let of_job = JobLinks { links: vec![link.clone()], may_share: true, account: "roadstead-links".into() };
    pinned(&of_job, &json!({"links": [wire], "may_share": true, "account": "roadstead-links"}));
    let list = LinkList { items: vec![link], next: Some("c".into()), may_see_all: false };
    pinned(&list, &json!({"items": [wire], "next": "c", "may_see_all": false}));
    pinned(&LinksRevoke { ids: vec!["a".into()] }, &json!({"ids": ["a"]}));
    let revoked = LinksRevoked { revoked: vec!["a".into()], missing: vec!["b".into()] };
    pinned(&revoked, &json!({"revoked": ["a"], "missing": ["b"]}));
}

#[test]
fn what_is_asked_of_a_link_has_its_defaults_and_takes_nothing_unknown() {
    let plain: LinkCreate = serde_json::from_value(json!({})).expect("all has defaults");
    assert_eq!(plain, LinkCreate::default());
    assert_eq!((plain.scope, plain.life_secs), (LinkScope::Status, 604_800));
    let full =
        LinkCreate { scope: LinkScope::Log, life_secs: 3600, note: Some("n".into()), fields: LinkField::ALL.to_vec() };
    let fields = ["owner", "project", "image", "preset", "description", "tags"];
    pinned(&full, &json!({"scope": "log", "life_secs": 3600, "note": "n", "fields": fields}));
    assert!(serde_json::from_value::<LinkCreate>(json!({"token": "mine"})).is_err());
}

#[test]
fn a_visitors_job_and_its_events_are_as_documented() {
    let step = SharedTransition {
        time: time("2026-11-23T08:00:00Z"),
        status: JobStatus::Pending,
        reason: Some("Pulling".into()),
        exit_code: None,
    };
    let job = SharedJob {
        name: "train".into(),
        status: JobStatus::Running,
        reason: None,
        exit_code: None,
        created_at: time("2026-11-23T08:00:00Z"),
        started_at: Some(time("2026-11-23T08:00:01Z")),
        finished_at: None,
        run_time_secs: 1.5,
        observed_at: time("2026-11-23T08:00:03Z"),
        restarts: 0,
        transitions: vec![step],
        scope: LinkScope::Status,
        expires_at: time("2026-11-30T08:00:00Z"),
        owner: None,
        project: None,
        image: Some("ubuntu".into()),
        preset: None,
        description: None,
        tags: Vec::new(),
    };
    let wire = json!({
        "name": "train", "status": "running", "created_at": "2026-11-23T08:00:00Z", "started_at": "2026-11-23T08:00:01Z",
        "run_time_secs": 1.5, "observed_at": "2026-11-23T08:00:03Z", "restarts": 0,
        "transitions": [{"time": "2026-11-23T08:00:00Z", "status": "pending", "reason": "Pulling"}],
        "scope": "status", "expires_at": "2026-11-30T08:00:00Z", "image": "ubuntu",
    });
    pinned(&job, &wire);
    pinned(&SharedEvent::Job { job: Box::new(job) }, &json!({"type": "job", "job": wire}));
    pinned(&SharedEvent::Waiting, &json!({"type": "waiting"}));
    pinned(&SharedEvent::Heartbeat, &json!({"type": "heartbeat"}));
    pinned(&SharedEvent::End { reason: EndReason::Gone }, &json!({"type": "end", "reason": "gone"}));
    assert_eq!(serde_json::from_value::<SharedEvent>(json!({"type": "newer"})).expect("reads"), SharedEvent::Unknown);
}
