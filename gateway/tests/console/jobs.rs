use super::world::{World, answer, job, token};
use http::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn the_list_asks_for_the_sessions_cluster_and_pages_on() {
    let mut world = World::signed_in(|asked| {
        let page = asked.line.starts_with("GET /api/v1/jobs?").then(|| {
            let times = ["08:00:03", "08:00:02", "08:00:01"];
            let jobs = times.iter().enumerate().map(|(n, time)| {
                let mut job = job(&format!("job-{n}"), "running");
                job["history"]["created_at"] = json!(format!("2026-11-23T{time}Z"));
                job
            });
            let until = asked.line.contains("until=");
            jobs.skip(if until { 1 } else { 0 }).collect::<Vec<_>>()
        });
        page.map(|jobs| answer(200, json!({"jobs": jobs})))
    })
    .await;
    let got = world.get("/jobs?status=running&owner=alice&limit=2").await;
    let ids = |got: &Value| got["items"].as_array().expect("items").iter().map(|j| j["id"].clone()).collect::<Vec<_>>();
    assert_eq!((got.status, ids(&got.body)), (StatusCode::OK, vec![json!("job-0"), json!("job-1")]));
    let line = &world.asked()[0].line;
    for part in ["cluster_name=default", "status=running", "owner=alice", "reverse=1", "being_dropped=False", "limit=3"]
    {
        assert!(line.contains(part), "{line}");
    }
    assert_eq!(world.asked()[0].bearer, Some(token("alice", "pasted")));
    let next = got.body["next"].as_str().expect("a next page").to_owned();
    let got = world.get(&format!("/jobs?limit=2&cursor={next}")).await;
    assert_eq!((ids(&got.body), &got.body["next"]), (vec![json!("job-2")], &Value::Null));
}

#[tokio::test]
async fn a_job_is_started_as_the_platforms_own_client_does() {
    let mut world = World::signed_in(|_| None).await;
    let got = world
        .call("POST", "/jobs", json!({"image": "ubuntu", "preset": "cpu-small", "name": "train", "command": "echo hi"}))
        .await;
    assert_eq!((got.status, &got.body["status"]), (StatusCode::CREATED, &json!("pending")), "{}", got.text);
    let asked = world.asked();
    assert_eq!(asked[0].line, "POST /api/v1/jobs?from_preset");
    let sent: Value = serde_json::from_str(&asked[0].body).expect("JSON");
    assert_eq!(
        (&sent["image"], &sent["cluster_name"], &sent["project_name"]),
        (&json!("ubuntu:latest"), &json!("default"), &json!("demo"))
    );
    assert_eq!(sent["command"], "echo hi");
}

#[tokio::test]
async fn the_list_is_of_all_organisations_unless_one_is_named() {
    let mut world = World::signed_in(|_| None).await;
    world.get("/jobs").await;
    world.get("/jobs?org=beta").await;
    let asked = world.asked();
    assert!(!asked[0].line.contains("org_name="), "{}", asked[0].line);
    assert!(asked[1].line.contains("org_name=beta"), "{}", asked[1].line);
}

#[tokio::test]
async fn a_job_of_another_organisation_is_started_there_and_not_in_a_project_of_the_same_name() {
    let mut world = World::signed_in(|_| None).await;
    let got = world.call("POST", "/jobs", json!({"image": "ubuntu", "org": "beta", "project": "demo"})).await;
    assert_eq!(got.status, StatusCode::CREATED, "{}", got.text);
    let sent: Value = serde_json::from_str(&world.asked()[0].body).expect("JSON");
    assert_eq!((&sent["org_name"], &sent["project_name"]), (&json!("beta"), &json!("demo")));
    let got = world.call("POST", "/jobs", json!({"image": "ubuntu", "org": "beta"})).await;
    assert_eq!((got.status, &got.body["field"]), (StatusCode::BAD_REQUEST, &json!("project")), "{}", got.text);
}

#[tokio::test]
async fn a_name_in_use_is_a_conflict_at_its_field() {
    let taken =
        json!({"error": "Failed to create job: job with name 'train' and project 'demo' already exists: 'job-1'"});
    let mut world =
        World::signed_in(move |asked| asked.line.starts_with("POST").then(|| answer(400, taken.clone()))).await;
    let got = world.call("POST", "/jobs", json!({"image": "ubuntu", "name": "train"})).await;
    assert_eq!((got.status, &got.body["field"]), (StatusCode::CONFLICT, &json!("name")));
}

#[tokio::test]
async fn a_job_is_shown_killed_and_given_time() {
    let mut world = World::signed_in(|_| None).await;
    assert_eq!(world.get("/jobs/job-1").await.body["project"], "demo");
    assert_eq!(world.call("DELETE", "/jobs/job-1", Value::Null).await.status, StatusCode::NO_CONTENT);
    let got = world.call("POST", "/jobs/job-1/life-span", json!({"add_minutes": 30})).await;
    assert_eq!((got.status, &got.body["id"]), (StatusCode::OK, &json!("job-1")));
    let put = world.asked().into_iter().find(|a| a.line.starts_with("PUT")).expect("a PUT");
    assert_eq!(put.line, "PUT /api/v1/jobs/job-1/max_run_time_minutes");
    assert_eq!(put.body, r#"{"additional_max_run_time_minutes":30}"#);
    for absurd in [json!(0), json!(-1), json!(u64::MAX), json!("ten")] {
        let got = world.call("POST", "/jobs/job-1/life-span", json!({"add_minutes": absurd})).await;
        assert_eq!((got.status, &got.body["field"]), (StatusCode::BAD_REQUEST, &json!("add_minutes")));
    }
}

#[tokio::test]
async fn presets_come_with_their_capacity_where_it_is_known() {
    let mut world = World::signed_in(|_| None).await;
    let got = world.get("/presets").await;
    let expected = json!({"items": [{"name": "cpu-small", "cpu": 1.0, "memory_bytes": 2147483648u64, "credits_per_hour": "0.5", "capacity": 3}]});
    assert_eq!(got.body, expected);
    let mut world = World::signed_in(|asked| asked.line.contains("capacity").then(|| answer(404, Value::Null))).await;
    assert_eq!(world.get("/presets").await.body["items"][0].get("capacity"), None);
}
