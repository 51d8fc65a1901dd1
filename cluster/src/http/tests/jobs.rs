use super::*;

#[tokio::test]
async fn a_job_is_accepted_seen_and_cancelled() {
    let server = Server::start().await;
    let created = server.post(As::Writer, "/api/v1/jobs?from_preset", request("train")).await;
    assert_eq!(created.status, StatusCode::ACCEPTED);
    let job = created.json();
    assert_eq!((job["status"].as_str(), job["owner"].as_str()), (Some("pending"), Some("writer")));
    assert_eq!(job["history"]["reason"], "Creating");
    assert_eq!(job["history"]["created_at"], NOON.to_string());
    let id = job["id"].as_str().expect("an id");
    assert!(platform::name::is_job_id(id), "{id}");
    let seen = server.get(As::Reader, &format!("/api/v1/jobs/{id}")).await;
    assert_eq!(seen.json(), job);
    let by_name = server.get(As::Writer, "/api/v1/jobs/train").await;
    assert_eq!(by_name.json(), job);
    for _ in 0..2 {
        let gone = server.call(As::Writer, Method::DELETE, &format!("/api/v1/jobs/{id}"), None).await;
        assert_eq!((gone.status, gone.text.as_str()), (StatusCode::NO_CONTENT, ""));
    }
    let after = server.get(As::Writer, &format!("/api/v1/jobs/{id}")).await.json();
    assert_eq!(
        (after["status"].as_str(), after["history"]["reason"].as_str()),
        (Some("cancelled"), Some("UserRequested"))
    );
    assert_eq!(after["statuses"].as_array().map(Vec::len), Some(2));
    assert!(after["history"]["finished_at"].is_string() && after["history"]["started_at"].is_string());
}

#[tokio::test]
async fn an_unknown_job_is_a_400_in_the_platforms_words() {
    let server = Server::start().await;
    for (method, path) in [
        (Method::GET, "/api/v1/jobs/nothing"),
        (Method::DELETE, "/api/v1/jobs/nothing"),
        (Method::GET, "/api/v1/monitoring/nothing/log"),
    ] {
        let answer = server.call(As::Writer, method, path, None).await;
        assert_eq!((answer.status, answer.error()), (StatusCode::BAD_REQUEST, "no such job nothing".to_owned()));
    }
}

#[tokio::test]
async fn without_a_place_a_job_goes_to_the_callers_own() {
    let server = Server::start().await;
    let answer = server.post(As::Stranger, "/api/v1/jobs?from_preset", json!({"image": "ubuntu"})).await;
    let job = answer.json();
    assert_eq!((job["org_name"].as_str(), job["project_name"].as_str()), (Some("main"), Some("other")));
    assert_eq!(job["preset_name"], "cpu-small");
}

#[tokio::test]
async fn unknown_places_are_refused() {
    let server = Server::start().await;
    for (key, value, status) in [
        ("cluster_name", "elsewhere", 403),
        ("org_name", "elsewhere", 403),
        ("org_name", "NO_ORG", 403),
        ("project_name", "elsewhere", 403),
    ] {
        let mut body = request("train");
        body[key] = value.into();
        let answer = server.post(As::Writer, "/api/v1/jobs?from_preset", body.clone()).await;
        assert_eq!(answer.status.as_u16(), status, "{key}={value}: {}", answer.text);
        let listed = server.get(As::Admin, "/api/v1/jobs").await.json();
        assert_eq!(listed, json!({"jobs": []}), "{key}={value}");
    }
    let mut body = request("train");
    body["project_name"] = "elsewhere".into();
    let answer = server.post(As::Admin, "/api/v1/jobs?from_preset", body).await;
    assert_eq!((answer.status.as_u16(), answer.error().contains("elsewhere")), (400, true));
}

#[tokio::test]
async fn a_listing_speaks_the_form_that_was_asked_for() {
    let server = Server::start().await;
    let ids = [server.job("first").await, server.job("second").await];
    let document = server.get(As::Reader, "/api/v1/jobs?being_dropped=False&logs_removed=False").await;
    assert_eq!(document.headers[header::CONTENT_TYPE], "application/json");
    let listed: Vec<Value> =
        document.json()["jobs"].as_array().expect("a list").iter().map(|j| j["id"].clone()).collect();
    assert_eq!(listed, ids);
    let request = Request::builder()
        .uri("/api/v1/jobs?reverse=1&limit=1&cluster_name=default")
        .header(header::ACCEPT, "application/x-ndjson")
        .header(header::AUTHORIZATION, format!("Bearer {}", server.token(As::Reader).await));
    let lines = server.send(request.body(Body::empty()).expect("a request")).await;
    assert!(lines.headers[header::CONTENT_TYPE].to_str().is_ok_and(|kind| kind.starts_with("application/x-ndjson")));
    let lines: Vec<&str> = lines.text.split_terminator('\n').collect();
    assert_eq!(lines.len(), 1);
    let newest: Value = serde_json::from_str(lines[0]).expect("json");
    assert_eq!(newest["id"], ids[1]);
}

#[tokio::test]
async fn listings_longer_than_a_page_arrive_whole_and_limits_hold_across_pages() {
    let server = Server::start().await;
    for n in 0..250 {
        server.job(&format!("name{n}")).await;
    }
    let count = |answer: Answer| answer.json()["jobs"].as_array().map(Vec::len);
    assert_eq!(count(server.get(As::Reader, "/api/v1/jobs").await), Some(250));
    assert_eq!(count(server.get(As::Reader, "/api/v1/jobs?limit=220").await), Some(220));
    assert_eq!(count(server.get(As::Stranger, "/api/v1/jobs").await), Some(0));
    assert_eq!(count(server.get(As::Reader, "/api/v1/jobs?cluster_name=elsewhere").await), Some(0));
}

#[tokio::test]
async fn a_shared_job_is_listed_and_its_neighbours_are_not() {
    let server = Server::start().await;
    let shared = server.job("shared").await;
    server.job("private").await;
    let grant = json!([{"uri": "job://default/main/demo/shared", "action": "read"}]);
    let granted = server.post(As::Manager, "/api/v1/users/stranger/permissions", grant.clone()).await;
    assert_eq!((granted.status, granted.json()), (StatusCode::CREATED, grant));
    let listed = server.get(As::Stranger, "/api/v1/jobs").await.json();
    assert_eq!(listed["jobs"].as_array().map(Vec::len), Some(1));
    assert_eq!(listed["jobs"][0]["id"], shared);
    let seen = server.get(As::Stranger, &format!("/api/v1/jobs/{shared}")).await;
    assert_eq!(seen.status, StatusCode::OK);
    let kill = server.call(As::Stranger, Method::DELETE, &format!("/api/v1/jobs/{shared}"), None).await;
    assert_eq!(kill.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_life_span_is_stretched() {
    let server = Server::start().await;
    let job = server.job("train").await;
    let path = format!("/api/v1/jobs/{job}/max_run_time_minutes");
    let body = json!({"additional_max_run_time_minutes": 60});
    let answer = server.call(As::Writer, Method::PUT, &path, Some(body)).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(server.get(As::Writer, "/api/v1/jobs/train").await.json()["max_run_time_minutes"], 1500);
}

#[tokio::test]
async fn capacity_shrinks_as_jobs_are_accepted() {
    let server = Server::start().await;
    let before = server.get(As::Reader, "/api/v1/monitoring/capacity").await.json()["cpu-small"].as_u64();
    server.job("train").await;
    let after = server.get(As::Reader, "/api/v1/monitoring/capacity").await.json()["cpu-small"].as_u64();
    assert!(before > after, "{before:?} {after:?}");
}

#[tokio::test]
async fn output_that_cannot_be_stored_shows_in_the_job_while_that_lasts() {
    let server = Server::start().await;
    let job = server.job("train").await;
    let path = format!("/api/v1/jobs/{job}");
    let started = platform::job::StatusItem {
        transition_time: NOON,
        status: platform::job::JobStatus::Running,
        reason: None,
        description: None,
        exit_code: None,
    };
    server.api.jobs.record(&job, &started).await.expect("records");
    let stall = crate::runner::Stall { since: NOON, words: "the disk is full" };
    *server.live.1.lock().expect("no test panics here") = Some(stall);
    let seen = server.get(As::Reader, &path).await.json();
    assert_eq!(
        (&seen["history"]["reason"], &seen["history"]["description"]),
        (&json!("LogStalled"), &json!("the disk is full"))
    );
    assert_eq!(
        seen["statuses"].as_array().and_then(|all| all.last()).map(|last| &last["reason"]),
        Some(&json!("LogStalled"))
    );
    assert_eq!(seen["status"], "running");
    *server.live.1.lock().expect("no test panics here") = None;
    let seen = server.get(As::Reader, &path).await.json();
    assert!(seen["history"]["reason"].is_null(), "{seen}");

    // The end of a job is not followed by another step: its own words tell that not all is stored yet.
    let failed = platform::job::StatusItem {
        status: platform::job::JobStatus::Failed,
        reason: Some("Error".to_owned()),
        description: Some("it broke".to_owned()),
        exit_code: Some(3),
        ..started
    };
    server.api.jobs.record(&job, &failed).await.expect("records");
    let whole = server.get(As::Reader, &path).await.json();
    let stall = crate::runner::Stall { since: NOON, words: "the disk is full" };
    *server.live.1.lock().expect("no test panics here") = Some(stall);
    let seen = server.get(As::Reader, &path).await.json();
    assert_eq!(seen["history"]["reason"], "Error");
    assert_eq!(seen["history"]["description"], "it broke\nthe disk is full");
    let steps = |job: &Value| job["statuses"].as_array().map(Vec::len);
    assert_eq!(steps(&seen), steps(&whole));
    *server.live.1.lock().expect("no test panics here") = None;
    assert_eq!(server.get(As::Reader, &path).await.json()["history"]["description"], "it broke");
}
