//! Jobs that somebody ends: whenever that is, nothing of them runs on.

use platform::job::reason;

use super::*;
use crate::engine::fake::FakeEngine;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_killed_job_may_say_goodbye_and_keeps_its_log() {
    let engine = FakeEngine::new();
    let server = Server::start(engine.clone()).await;
    for (command, patience) in [("print:up hang", SECOND), ("ignore-term print:up hang", Duration::from_secs(11))] {
        let id = server.book.submit("busybox", command, |_| {});
        server.until(&id, is_running).await;
        server.lines(&id, 1).await;
        let before = tokio::time::Instant::now();
        server.book.cancel(&id).await;
        let job = server.settled(&id).await;
        assert!(before.elapsed() <= patience, "{command}: {:?}", before.elapsed());
        assert_eq!(words(&job).last().unwrap(), "cancelled/UserRequested");
        assert_eq!(server.output(&id).await, "up\n");
        assert!(engine.containers().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_killed_while_its_image_is_fetched_ends_at_once() {
    let server = Server::start(FakeEngine::new()).await;
    let id = server.book.submit("slow/x", "print:never", |_| {});
    server.until(&id, |job| words(job).last().unwrap() == "pending/Pulling").await;
    server.book.cancel(&id).await;
    let job = server.settled(&id).await;
    assert_eq!(words(&job).last().unwrap(), "cancelled/UserRequested");
    assert_eq!(server.output(&id).await, "");
}

#[tokio::test(start_paused = true)]
async fn a_job_killed_in_the_moment_before_its_container_is_made_leaves_none() {
    let engine = FakeEngine::new();
    let server = Server::start(engine.clone()).await;
    server.book.cancel_just_before(reason::CONTAINER_CREATING);
    let id = server.book.submit("busybox", "hang", |_| {});
    let job = server.settled(&id).await;
    assert_eq!(words(&job), ["pending/Creating", "pending/Pulling", "cancelled/UserRequested"]);
    assert!(engine.containers().is_empty());
}
