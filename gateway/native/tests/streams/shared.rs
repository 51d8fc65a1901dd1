//! What a visitor with a link sees live.

use super::{
    browser::{Edge, Page, soon},
    cluster::{Cluster, token},
};
use crate::host;
use api::{
    HEARTBEAT_SECS,
    links::{LinkCreated, SharedEvent},
    logs::EndReason,
};
use axum::body::Body;
use gateway::LinksConfig;
use gateway_native::SqliteLinks;
use http::{Request, header};
use serde_json::json;
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tempfile::TempDir;

struct Shop {
    cluster: Arc<Cluster>,
    edge: Edge,
    cookie: String,
    _folder: TempDir,
}

impl Shop {
    async fn open() -> Self {
        let (cluster, folder) = (Cluster::start().await, tempfile::tempdir().expect("a folder"));
        let store = SqliteLinks::open(&folder.path().join("links.sqlite")).await.expect("opens");
        let links = LinksConfig::try_new(Arc::new(store), token("roadstead-links")).expect("a token");
        let edge = Edge::with(&cluster, |config| config.links = Some(links)).await;
        let cookie = edge.sign_in("alice").await;
        Self { cluster, edge, cookie, _folder: folder }
    }

    async fn post<T: serde::de::DeserializeOwned>(&self, path: &str, body: serde_json::Value) -> T {
        let request = Request::post(format!("/api/v1{path}"))
            .header("x-roadstead", "1")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::COOKIE, &self.cookie);
        self.edge.ask(request.body(Body::from(body.to_string())).expect("a request")).await
    }

    async fn make(&self, scope: &str) -> LinkCreated {
        self.post("/jobs/job-1/links", json!({"scope": scope})).await
    }

    async fn visit(&self, made: &LinkCreated, what: &str) -> Page {
        self.edge.visit(&format!("/s/{}/{what}", made.token)).await
    }
}

async fn next(page: &mut Page) -> String {
    match page.event().await {
        SharedEvent::Job { job } => format!("{} {}", job.name, job.status.as_str()),
        SharedEvent::Waiting => "waiting".into(),
        SharedEvent::End { reason } => format!("end {reason:?}"),
        SharedEvent::Heartbeat | SharedEvent::Unknown => panic!("not expected"),
    }
}

#[tokio::test]
async fn a_visitor_sees_each_change_until_the_job_has_ended() {
    let shop = Shop::open().await;
    let made = shop.make("status").await;
    let mut page = shop.visit(&made, "events").await;
    assert_eq!(next(&mut page).await, "job-1 running");
    shop.cluster.set("job-1", "suspended");
    assert_eq!(next(&mut page).await, "job-1 suspended");
    shop.cluster.set("job-1", "succeeded");
    assert_eq!(next(&mut page).await, "job-1 succeeded");
    assert_eq!(next(&mut page).await, "end Finished");
    let mut late = shop.visit(&made, "events").await;
    assert_eq!(next(&mut late).await, "job-1 succeeded");
    assert_eq!(next(&mut late).await, "end Finished");
}

#[tokio::test]
async fn revoking_ends_what_is_open_at_once() {
    let shop = Shop::open().await;
    let made = shop.make("log").await;
    shop.cluster.write(["one"]);
    let mut events = shop.visit(&made, "events").await;
    assert_eq!(next(&mut events).await, "job-1 running");
    let mut log = shop.visit(&made, "logs").await;
    log.log_until("[init_done]").await;
    let other = shop.make("log").await;
    let mut stays = shop.visit(&other, "logs").await;
    stays.log_until("[init_done]").await;
    let revoked: api::links::LinksRevoked = shop.post("/links/revoke", json!({"ids": [made.link.id]})).await;
    assert_eq!(revoked.revoked, std::slice::from_ref(&made.link.id));
    assert_eq!(next(&mut events).await, "end Gone");
    assert_eq!(log.log_until("[closed").await, ["[end Gone]", "[closed 1000]"]);
    shop.cluster.write(["two"]);
    assert_eq!(stays.log_until("1 two").await, ["1 two"]);
}

#[tokio::test]
async fn what_is_open_ends_when_the_grant_is_taken_back_on_the_platform_and_the_owner_reads_on() {
    let shop = Shop::open().await;
    let made = shop.make("log").await;
    shop.cluster.write(["one"]);
    let mut events = shop.visit(&made, "events").await;
    assert_eq!(next(&mut events).await, "job-1 running");
    let mut log = shop.visit(&made, "logs").await;
    log.log_until("[init_done]").await;
    let mut owner = shop.edge.open(&shop.cookie, "/jobs/job-1/logs").await;
    owner.log_until("[init_done]").await;
    shop.cluster.bar("roadstead-links");
    host::pass(Duration::from_secs(HEARTBEAT_SECS)).await;
    assert_eq!(next(&mut events).await, "end Gone");
    assert_eq!(log.log_until("[closed").await, ["[end Gone]", "[closed 1000]"]);
    shop.cluster.write(["two"]);
    assert_eq!(owner.log_until("1 two").await, ["1 two"]);
}

#[tokio::test]
async fn what_opens_nothing_says_so_in_the_streams_own_words() {
    let shop = Shop::open().await;
    let made = shop.make("status").await;
    let unknown = LinkCreated { token: "A".repeat(43), ..made.clone() };
    assert_eq!(next(&mut shop.visit(&unknown, "events").await).await, "end Gone");
    assert_eq!(shop.visit(&unknown, "logs").await.log_until("[end").await, ["[end Gone]"]);
    assert_eq!(shop.visit(&made, "logs").await.log_until("[end").await, ["[end Gone]"], "the log was not shared");
}

#[tokio::test]
async fn visitors_and_the_owner_read_one_log_by_one_connection() {
    let shop = Shop::open().await;
    let made = shop.make("log").await;
    shop.cluster.write((0..100).map(|n| format!("line {n}")));
    let mut pages = vec![shop.edge.open(&shop.cookie, "/jobs/job-1/logs?from=start").await];
    for _ in 0..50 {
        pages.push(shop.visit(&made, "logs?from=start").await);
    }
    shop.cluster.write(["the end"]);
    for page in &mut pages {
        page.log_until("100 the end").await;
    }
    assert_eq!(shop.cluster.log_sockets.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn visitors_of_all_links_are_one_look_a_second() {
    let shop = Shop::open().await;
    let mut pages = Vec::new();
    for _ in 0..20 {
        let made = shop.make("status").await;
        pages.push(shop.visit(&made, "events").await);
    }
    for page in &mut pages {
        assert_eq!(next(page).await, "job-1 running");
    }
    let before = shop.cluster.lists.load(Ordering::SeqCst);
    shop.cluster.set("job-1", "failed");
    for page in &mut pages {
        assert_eq!(next(page).await, "job-1 failed");
    }
    let looks = shop.cluster.lists.load(Ordering::SeqCst) - before;
    assert!(looks <= 8, "{looks} lists for twenty visitors");
}

#[tokio::test]
async fn a_visitor_is_not_told_what_the_cluster_says_when_it_fails() {
    let shop = Shop::open().await;
    let made = shop.make("status").await;
    let mut page = shop.visit(&made, "events").await;
    assert_eq!(next(&mut page).await, "job-1 running");
    shop.cluster.nonsense.store(true, Ordering::SeqCst);
    assert_eq!(next(&mut page).await, "waiting");
    shop.cluster.nonsense.store(false, Ordering::SeqCst);
    shop.cluster.set("job-1", "failed");
    soon("the end", async { while next(&mut page).await != format!("end {:?}", EndReason::Finished) {} }).await;
}
