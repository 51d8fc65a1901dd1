//! The same lives on a real engine (feature `docker-tests`; `DOCKER_HOST` or a well-known socket).

use platform::job::RestartPolicy;

use super::*;
use crate::engine::sample::SAMPLE_IMAGE;
use crate::engine::{DockerEngine, select};

async fn engine() -> Arc<dyn Engine> {
    let host = std::env::var("DOCKER_HOST").ok();
    for candidate in select::candidates(host.as_deref()).unwrap() {
        if let Candidate::Docker(endpoint) = candidate
            && endpoint.exists()
            && let Ok(engine) = DockerEngine::connect(endpoint).await
        {
            return Arc::new(engine);
        }
    }
    panic!("the feature docker-tests needs a container engine: start one or set DOCKER_HOST");
}

/// A server of a data folder of its own, on the real engine and the real clock.
async fn server(
    engine: &Arc<dyn Engine>,
    instance: &str,
    of: Option<(Arc<MemoryBook>, Arc<tempfile::TempDir>)>,
) -> Server {
    let clock = Clock::system();
    let (book, dir) = of.unwrap_or_else(|| (MemoryBook::new(clock.clone()), Arc::new(tempfile::tempdir().unwrap())));
    let server = Server::named(Arc::clone(engine), book, dir, clock, instance).await;
    assert!(server.engines.status().engine().is_some(), "{:?}", server.engines.status());
    server
}

fn sh(job: &mut JobRecord, script: &str) {
    job.spec.container.entrypoint = None;
    job.spec.container.command = Some(shell_words::join(["sh", "-c", script]));
}

#[tokio::test]
async fn ends_have_their_reasons() {
    let engine = engine().await;
    let server = server(&engine, "ends", None).await;
    for (script, last, code) in [
        ("echo fine", "succeeded/Completed", 0),
        ("exit 41", "failed/Error", 41),
        ("tail /dev/zero", "failed/OOMKilled", 137),
    ] {
        let id = server.book.submit(SAMPLE_IMAGE, "", |job| sh(job, script));
        let job = server.settled(&id).await;
        assert_eq!((words(&job).last().unwrap().as_str(), job.exit_code()), (last, Some(code)), "{script}");
    }
    let id = server.book.submit(SAMPLE_IMAGE, "no-such-program", |_| {});
    let job = server.settled(&id).await;
    assert_eq!(words(&job).last().unwrap(), "failed/ContainerCannotRun");
    assert!(job.last().description.as_ref().unwrap().contains("no-such-program"), "{:?}", job.last());
    assert!(engine.list("roadstead.instance", "ends").await.unwrap().is_empty());
}

#[tokio::test]
async fn a_missing_image_is_collected() {
    let engine = engine().await;
    let server = server(&engine, "missing", None).await;
    // Port 1 of this machine: nothing leaves it.
    let id = server.book.submit("127.0.0.1:1/none:latest", "", |_| {});
    server.until(&id, |job| words(job).contains(&"pending/ErrImagePull".to_owned())).await;
    server.book.cancel(&id).await;
    assert_eq!(words(&server.settled(&id).await).last().unwrap(), "cancelled/UserRequested");
}

#[tokio::test]
async fn a_killed_job_that_ignores_it_is_killed_and_keeps_its_log() {
    let engine = engine().await;
    let server = server(&engine, "kill", None).await;
    let id = server
        .book
        .submit(SAMPLE_IMAGE, "", |job| sh(job, "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.1; done"));
    server.lines(&id, 1).await;
    server.book.cancel(&id).await;
    let job = server.settled(&id).await;
    assert_eq!(words(&job).last().unwrap(), "cancelled/UserRequested");
    assert_eq!(server.output(&id).await, "up\nbye\n");
}

#[tokio::test]
async fn a_restarted_job_keeps_one_log() {
    let engine = engine().await;
    let server = server(&engine, "again", None).await;
    let id = server.book.submit(SAMPLE_IMAGE, "", |job| {
        sh(job, "echo run; exit 1");
        job.spec.restart_policy = RestartPolicy::OnFailure;
    });
    let job = server.until(&id, |job| job.restarts() == 2).await;
    assert!(is_running(&job));
    server.book.cancel(&id).await;
    server.settled(&id).await;
    assert_eq!(server.output(&id).await, "run\n".repeat(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_die_in_mid_log_lose_nothing_and_repeat_nothing() {
    const LINES: usize = 200_000;
    let engine = engine().await;
    let mut server = server(&engine, "crash", None).await;
    let script = format!("seq 1 {} ; echo err >&2; sleep 2; seq {} {LINES}", LINES / 2, LINES / 2 + 1);
    let id = server.book.submit(SAMPLE_IMAGE, "", |job| sh(job, &script));
    for wait in [1, 1000, 30_000, 60_000, 100_001] {
        server.lines(&id, wait).await;
        let (book, dir, _) = server.crash().await;
        server = self::server(&engine, "crash", Some((book, dir))).await;
    }
    let job = server.settled(&id).await;
    assert_eq!(words(&job).last().unwrap(), "succeeded/Completed");
    let output = server.output(&id).await;
    let numbers: Vec<usize> = output.lines().filter(|line| *line != "err").map(|line| line.parse().unwrap()).collect();
    let first_wrong = numbers.iter().enumerate().find(|(at, number)| **number != at + 1);
    assert_eq!(
        (first_wrong, numbers.len()),
        (None, LINES),
        "near: {:?}",
        first_wrong.map(|(at, _)| &numbers[at.saturating_sub(3)..(at + 3).min(numbers.len())])
    );
    assert_eq!(output.lines().filter(|line| *line == "err").count(), 1);
}
