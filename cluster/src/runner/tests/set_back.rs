//! Output of jobs on a host whose clock is set back.

use platform::job::RestartPolicy;

use super::*;
use crate::engine::fake::FakeEngine;

const HOUR_NS: i64 = 3_600_000_000_000;

/// A server and an engine whose clock is moved by hand.
async fn by_hand() -> (Arc<FakeEngine>, Server) {
    let clock = Clock::manual(timestamp(1_800_000_000_000_000_000));
    let engine = FakeEngine::with_clock(clock.clone());
    let dir = Arc::new(tempfile::tempdir().unwrap());
    let server = Server::over(engine.clone(), MemoryBook::new(clock.clone()), dir, clock).await;
    (engine, server)
}

/// Sets the host's clock back.
fn back(engine: &FakeEngine, clock: &Clock, by_ns: i64) {
    clock.advance_ns(-by_ns);
    engine.go_back_in_time();
}

#[tokio::test(start_paused = true)]
async fn a_run_that_began_after_the_clock_was_set_back_loses_no_line_and_repeats_none() {
    let (engine, server) = by_hand().await;
    let id = server.book.submit("busybox", "print:again sleep:5000 exit:1", |job| {
        job.spec.restart_policy = RestartPolicy::OnFailure;
    });
    server.until(&id, |job| job.restarts() == 1).await;
    back(&engine, &server.clock, HOUR_NS);
    server.lines(&id, 2).await;
    let (book, dir, clock) = server.crash().await;
    let server = Server::over(engine.clone(), book, dir, clock).await;
    server.lines(&id, 3).await;
    server.book.cancel(&id).await;
    let job = server.settled(&id).await;
    assert_eq!(job.restarts(), 2);
    assert_eq!(server.output(&id).await, "again\n".repeat(3));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_younger_than_the_step_back_of_the_clock_loses_no_line_and_repeats_none() {
    let (engine, server) = by_hand().await;
    let id = server.book.submit("busybox", "print:one hang", |_| {});
    server.lines(&id, 1).await;
    let container = server.runner.running(&id).unwrap().container;
    server.clock.advance_ns(HOUR_NS / 2);
    engine.print(&container, "two");
    back(&engine, &server.clock, HOUR_NS);
    engine.print(&container, "three");
    server.lines(&id, 3).await;
    let (book, dir, clock) = server.crash().await;
    engine.print(&container, "four");
    clock.advance_ns(HOUR_NS / 6);
    let server = Server::over(engine.clone(), book, dir, clock).await;
    engine.print(&container, "five");
    server.lines(&id, 5).await;
    server.book.cancel(&id).await;
    server.settled(&id).await;
    assert_eq!(server.output(&id).await, "one\ntwo\nthree\nfour\nfive\n");
}

#[tokio::test(start_paused = true)]
async fn a_line_of_a_new_run_is_stored_though_one_of_the_run_before_has_the_same_time() {
    let (engine, server) = by_hand().await;
    // The trial of the engine took the first time there is.
    engine.go_back_in_time();
    let id = server.book.submit("busybox", "print:again sleep:5000 print:more exit:1", |job| {
        job.spec.restart_policy = RestartPolicy::OnFailure;
    });
    server.lines(&id, 1).await;
    server.clock.advance_ns(HOUR_NS);
    server.until(&id, |job| job.restarts() == 1).await;
    back(&engine, &server.clock, HOUR_NS);
    server.lines(&id, 4).await;
    server.book.cancel(&id).await;
    server.settled(&id).await;
    assert!(server.output(&id).await.starts_with("again\nmore\nagain\nmore\n"), "{}", server.output(&id).await);
}
