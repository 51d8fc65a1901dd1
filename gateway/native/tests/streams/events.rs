use super::{
    browser::{Edge, Page, soon},
    cluster::Cluster,
};
use api::{jobs::JobEvent, logs::EndReason};
use std::{sync::atomic::Ordering, time::Duration};

/// The next event that is not a repetition of what is known.
async fn next(page: &mut Page) -> String {
    match page.event().await {
        JobEvent::Init => "init".into(),
        JobEvent::Job { job } => format!("{} {}", job.id, job.status.as_str()),
        JobEvent::Removed { id } => format!("removed {id}"),
        JobEvent::InitDone(_) => "init_done".into(),
        JobEvent::Waiting { .. } => "waiting".into(),
        JobEvent::Recovered => "recovered".into(),
        JobEvent::End { reason } => format!("end {reason:?}"),
        JobEvent::Heartbeat | JobEvent::Unknown => panic!("not expected"),
    }
}

async fn until(page: &mut Page, wanted: &str) {
    soon(wanted, async { while next(page).await != wanted {} }).await;
}

#[tokio::test]
async fn a_page_sees_all_jobs_then_each_change() {
    let cluster = Cluster::start().await;
    cluster.set("job-0", "succeeded");
    let edge = Edge::before(&cluster).await;
    let cookie = edge.sign_in("alice").await;
    let mut page = edge.open(&cookie, "/jobs/events").await;
    assert_eq!(next(&mut page).await, "init");
    let mut first = [next(&mut page).await, next(&mut page).await];
    first.sort();
    assert_eq!(first, ["job-0 succeeded", "job-1 running"]);
    assert_eq!(next(&mut page).await, "init_done");
    cluster.set("job-2", "pending");
    until(&mut page, "job-2 pending").await;
    cluster.set("job-2", "running");
    until(&mut page, "job-2 running").await;
    cluster.set("job-2", "failed");
    until(&mut page, "job-2 failed").await;
    cluster.forget("job-1");
    until(&mut page, "removed job-1").await;
}

#[tokio::test]
async fn signing_out_ends_the_streams_of_that_session_and_no_other() {
    let cluster = Cluster::start().await;
    let edge = Edge::before(&cluster).await;
    let (leaving, staying) = (edge.sign_in("alice").await, edge.sign_in("alice").await);
    let mut left = edge.open(&leaving, "/jobs/events").await;
    let mut stayed = edge.open(&staying, "/jobs/events").await;
    for page in [&mut left, &mut stayed] {
        until(page, "init_done").await;
    }
    edge.sign_out(&leaving).await;
    until(&mut left, "end SignedOut").await;
    cluster.set("job-2", "pending");
    until(&mut stayed, "job-2 pending").await;
}

#[tokio::test]
async fn a_session_has_so_many_streams_open_and_is_told_so() {
    let cluster = Cluster::start().await;
    let edge = Edge::with(&cluster, |config| config.session_streams_max = 3).await;
    let (many, few) = (edge.sign_in("alice").await, edge.sign_in("alice").await);
    let mut pages = Vec::new();
    for path in ["/jobs/events", "/jobs/job-1/logs", "/jobs/job-1/exec?cmd=sh"] {
        pages.push(edge.open(&many, path).await);
    }
    for path in ["/jobs/events", "/jobs/job-1/logs", "/jobs/job-1/top", "/jobs/job-1/exec?cmd=sh"] {
        let (status, said) = edge.refused(&many, path).await;
        assert_eq!(status, 429, "{path}: {said}");
        assert!(said.contains("3 logs, terminals and lists open"), "{path}: {said}");
        // A page cannot read what a refused handshake says; an ordinary call says the same.
        let (status, said) = edge.get(&many, path).await;
        assert_eq!(status, 429, "{path}: {said}");
        assert!(said.contains("too_many_streams"), "{path}: {said}");
    }
    let mut page = edge.open(&few, "/jobs/events").await;
    until(&mut page, "init_done").await;
    pages.pop();
    soon("a place becomes free", async {
        while edge.refused(&many, "/jobs/events").await.0 != 101 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_job_that_leaves_the_selection_is_taken_away() {
    let cluster = Cluster::start().await;
    let edge = Edge::before(&cluster).await;
    let cookie = edge.sign_in("alice").await;
    let mut page = edge.open(&cookie, "/jobs/events?status=running").await;
    until(&mut page, "init_done").await;
    cluster.set("job-1", "succeeded");
    until(&mut page, "removed job-1").await;
}

#[tokio::test]
async fn many_pages_of_one_user_are_one_poll() {
    let cluster = Cluster::start().await;
    let edge = Edge::before(&cluster).await;
    let cookie = edge.sign_in("alice").await;
    let mut pages = Vec::new();
    for _ in 0..30 {
        let mut page = edge.open(&cookie, "/jobs/events").await;
        until(&mut page, "init_done").await;
        pages.push(page);
    }
    let before = cluster.lists.load(Ordering::SeqCst);
    cluster.set("job-1", "succeeded");
    for page in &mut pages {
        until(page, "job-1 succeeded").await;
    }
    // One look is two lists; thirty pages polling by themselves would be sixty.
    let lists = cluster.lists.load(Ordering::SeqCst) - before;
    assert!(lists < 30, "{lists}");
}

#[tokio::test]
async fn trouble_is_told_and_the_stream_goes_on_after_it() {
    let cluster = Cluster::start().await;
    let edge = Edge::before(&cluster).await;
    let cookie = edge.sign_in("alice").await;
    let mut page = edge.open(&cookie, "/jobs/events").await;
    until(&mut page, "init_done").await;
    cluster.nonsense.store(true, Ordering::SeqCst);
    until(&mut page, "waiting").await;
    cluster.set("job-1", "succeeded");
    cluster.nonsense.store(false, Ordering::SeqCst);
    until(&mut page, "job-1 succeeded").await;
    until(&mut page, "recovered").await;
}

#[tokio::test]
async fn one_job_is_followed_until_it_has_ended_whatever_organisation_it_is_of() {
    let cluster = Cluster::start().await;
    let edge = Edge::before(&cluster).await;
    let cookie = edge.sign_in("alice").await;
    for id in ["job-1", "other-1"] {
        cluster.set(id, "running");
        let mut page = edge.open(&cookie, &format!("/jobs/{id}/events")).await;
        for wanted in ["init", &format!("{id} running"), "init_done"] {
            assert_eq!(next(&mut page).await, wanted);
        }
        for status in ["suspended", "running", "succeeded"] {
            cluster.set(id, status);
            assert_eq!(next(&mut page).await, format!("{id} {status}"));
        }
        assert_eq!(next(&mut page).await, "end Finished");
    }
}

#[tokio::test]
async fn whoever_may_not_see_a_job_any_more_is_told_so_and_when_coming_back_as_well() {
    let cluster = Cluster::start().await;
    let edge = Edge::before(&cluster).await;
    let cookie = edge.sign_in("alice").await;
    let mut page = edge.open(&cookie, "/jobs/job-1/events").await;
    until(&mut page, "init_done").await;
    let mut unknown = edge.open(&cookie, "/jobs/job-9/events").await;
    assert_eq!(next(&mut unknown).await, "end Gone");
    cluster.bar("alice");
    until(&mut page, "end Gone").await;
    let mut again = edge.open(&cookie, "/jobs/job-1/events").await;
    assert_eq!(next(&mut again).await, "end Forbidden");
}

#[tokio::test]
async fn that_the_cluster_is_back_is_told_when_it_is_and_not_before() {
    let cluster = Cluster::start().await;
    let edge = Edge::before(&cluster).await;
    let cookie = edge.sign_in("alice").await;
    let mut page = edge.open(&cookie, "/jobs/events").await;
    until(&mut page, "init_done").await;
    cluster.nonsense.store(true, Ordering::SeqCst);
    until(&mut page, "waiting").await;
    let looks = cluster.lists.load(Ordering::SeqCst);
    soon("further looks", async {
        while cluster.lists.load(Ordering::SeqCst) < looks + 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    cluster.nonsense.store(false, Ordering::SeqCst);
    assert_eq!(next(&mut page).await, "recovered");
}

#[tokio::test]
async fn a_session_that_ended_ends_the_stream() {
    let cluster = Cluster::start().await;
    let edge = Edge::before(&cluster).await;
    let cookie = edge.sign_in("alice").await;
    let mut page = edge.open(&cookie, "/jobs/events").await;
    until(&mut page, "init_done").await;
    cluster.refused.lock().expect("unpoisoned").push("alice".into());
    loop {
        if let JobEvent::End { reason } = page.event().await {
            assert_eq!(reason, EndReason::SignedOut);
            break;
        }
    }
}
