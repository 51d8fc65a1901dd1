use super::world::{Asked, World, answer, job};
use axum::body::Body;
use bytes::Bytes;
use futures::{StreamExt, stream};
use http::{Response, StatusCode};
use serde_json::{Value, json};
use std::convert::Infallible;

const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
/// Jobs of the cluster; every hundredth runs the image, the others something else.
const JOBS: usize = 2_500;
const PATH: &str = "/images/acme%2Fdemo%2Fnet:v1/jobs";

/// A line of the cluster's list: the `n`th latest job.
fn line(n: usize) -> String {
    let mut job = job(&format!("job-{n}"), "succeeded");
    // Two jobs a second, so that places within a second count.
    let at = jiff::Timestamp::from_second(1_790_000_000 - (n / 2) as i64).expect("a time");
    job["history"]["created_at"] = json!(at.to_string());
    if n % 100 == 99 {
        job["container"]["image"] = json!("cluster.test/acme/demo/net:v1");
    }
    format!("{job}\n")
}

/// The cluster's answer to the question for jobs, of which `told` come and then nothing more, not even an end.
fn list(asked: &Asked, told: usize) -> Response<Body> {
    let query = asked.line.split_once('?').expect("a query").1;
    let until = query.split('&').find_map(|pair| pair.strip_prefix("until="));
    let until: Option<jiff::Timestamp> = until.map(|time| time.replace("%3A", ":").parse().expect("a time"));
    let first = until.map_or(0, |until| (1_790_000_000 - until.as_second()) as usize * 2);
    assert!(!query.contains("limit="), "how many must be read is not known: {query}");
    let lines = (first..JOBS.min(first + told)).map(|n| Ok::<_, Infallible>(Bytes::from(line(n))));
    let is_whole = first + told >= JOBS;
    let rest = stream::pending().take(if is_whole { 0 } else { 1 });
    let body = Body::from_stream(stream::iter(lines).chain(rest));
    Response::builder().header("content-type", "application/x-ndjson").body(body).expect("a response")
}

async fn world(told: usize) -> World {
    World::signed_in(move |asked| match asked.line.split([' ', '?']).nth(1)? {
        "/api/v1/jobs" => Some(list(asked, told)),
        "/v2/acme/demo/net/manifests/v1" => {
            let head = Response::builder().header("docker-content-digest", DIGEST);
            Some(head.body(Body::empty()).expect("a response"))
        }
        "/v2/acme/demo/net/tags/list" => Some(answer(200, json!({"name": "acme/demo/net", "tags": ["v1"]}))),
        path => path.starts_with("/v2/").then(|| answer(404, json!({"errors": [{"code": "MANIFEST_UNKNOWN"}]}))),
    })
    .await
}

fn ids(got: &Value) -> Vec<String> {
    let items = got["items"].as_array().expect("items");
    items.iter().map(|job| job["id"].as_str().expect("an id").to_owned()).collect()
}

/// All pages one after the other: the jobs, and how many pages there were.
async fn walk(world: &mut World, limit: usize) -> (Vec<String>, usize) {
    let (mut found, mut next, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let got = world.get(&format!("{PATH}?limit={limit}{next}")).await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.text);
        found.extend(ids(&got.body));
        pages += 1;
        match got.body["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => return (found, pages),
        }
    }
}

#[tokio::test]
async fn the_jobs_of_an_image_are_found_among_thousands() {
    let expected: Vec<_> = (0..JOBS).filter(|n| n % 100 == 99).map(|n| format!("job-{n}")).collect();
    let mut world = world(JOBS).await;
    assert_eq!(walk(&mut world, 100).await, (expected.clone(), 1));
    assert_eq!(walk(&mut world, 10).await, (expected, 3));
}

#[tokio::test]
async fn jobs_of_another_organisation_than_the_session_s_are_found_too() {
    let mut other = job("job-other", "running");
    other["org_name"] = json!("beta");
    other["container"]["image"] = json!("cluster.test/beta/demo/net:v1");
    let mut world = World::signed_in(move |asked| match asked.line.split([' ', '?']).nth(1)? {
        "/api/v1/jobs" => {
            let is_told = !asked.line.contains("org_name=") || asked.line.contains("org_name=beta");
            let lines = if is_told { format!("{other}\n") } else { String::new() };
            let response = Response::builder().header("content-type", "application/x-ndjson");
            Some(response.body(Body::from(lines)).expect("a response"))
        }
        "/v2/beta/demo/net/manifests/v1" => {
            let head = Response::builder().header("docker-content-digest", DIGEST);
            Some(head.body(Body::empty()).expect("a response"))
        }
        "/v2/beta/demo/net/tags/list" => Some(answer(200, json!({"name": "beta/demo/net", "tags": ["v1"]}))),
        _ => None,
    })
    .await;
    let got = world.get("/images/beta%2Fdemo%2Fnet:v1/jobs").await;
    assert_eq!((got.status, ids(&got.body)), (StatusCode::OK, vec!["job-other".to_owned()]), "{}", got.text);
}

#[tokio::test]
async fn a_page_that_is_full_reads_no_further_and_says_that_there_are_more() {
    // The cluster falls silent right after the jobs that the page needs, and one that tells that they were not all.
    let mut world = world(301).await;
    let got = world.get(&format!("{PATH}?limit=3")).await;
    assert_eq!(ids(&got.body), ["job-99", "job-199", "job-299"], "{}", got.text);
    assert!(got.body["next"].is_string());
    assert!(world.host.slept.lock().expect("unpoisoned").is_empty(), "nothing was waited for");
}

#[tokio::test]
async fn a_slow_cluster_is_given_its_time_and_then_asked_on_from_there() {
    let expected: Vec<_> = (0..JOBS).filter(|n| n % 100 == 99).map(|n| format!("job-{n}")).collect();
    let mut world = world(700).await;
    let got = world.get(&format!("{PATH}?limit=100")).await;
    assert_eq!((got.status, ids(&got.body).len()), (StatusCode::OK, 7), "{}", got.text);
    assert!(got.body["next"].is_string());
    let (found, pages) = walk(&mut world, 100).await;
    assert_eq!(found, expected, "each once");
    assert_eq!(pages, 4);
}

#[tokio::test]
async fn a_cluster_that_tells_no_job_in_time_is_a_failure_and_not_the_end_of_the_list() {
    let mut world = world(0).await;
    let got = world.get(PATH).await;
    assert_eq!((got.status, &got.body["code"]), (StatusCode::GATEWAY_TIMEOUT, &json!("upstream_timeout")));
}

#[tokio::test]
async fn jobs_of_an_image_that_is_not_there_are_not_looked_for() {
    let mut world = world(JOBS).await;
    let got = world.get("/images/acme%2Fdemo%2Fother:v1/jobs").await;
    assert_eq!(got.status, StatusCode::NOT_FOUND, "{}", got.text);
    assert!(world.asked().iter().all(|asked| !asked.line.contains("/api/v1/jobs")));
    let got = world.get(&format!("{PATH}?cursor=nonsense")).await;
    assert_eq!((got.status, &got.body["field"]), (StatusCode::BAD_REQUEST, &json!("cursor")));
}
