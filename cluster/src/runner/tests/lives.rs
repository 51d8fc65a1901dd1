use platform::job::{Http, RestartPolicy, reason};

use super::*;
use crate::engine::fake::FakeEngine;
use crate::engine::{ContainerSpec, Phase, Signal};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_job_is_pulled_made_run_and_its_log_outlives_its_container() {
    let engine = FakeEngine::new();
    let server = Server::start(engine.clone()).await;
    let id = server.book.submit("ubuntu:latest", "print:hello err:world exit:0", |_| {});
    let job = server.settled(&id).await;
    assert_eq!(
        words(&job),
        ["pending/Creating", "pending/Pulling", "pending/ContainerCreating", "running", "succeeded/Completed"]
    );
    assert_eq!(job.exit_code(), Some(0));
    assert_eq!(server.output(&id).await, "hello\nworld\n");
    assert!(server.log(&id).await.totals().finished);
    assert!(engine.containers().is_empty());
    assert!(server.runner.running(&id).is_none());
}

#[tokio::test(start_paused = true)]
async fn an_exit_code_a_lack_of_memory_and_a_bad_command_have_their_reasons() {
    let server = Server::start(FakeEngine::new()).await;
    for (command, last, code) in [
        ("exit:3", "failed/Error", 3),
        ("print:big oom", "failed/OOMKilled", 137),
        ("nosuch", "failed/ContainerCannotRun", 128),
    ] {
        let id = server.book.submit("busybox", command, |_| {});
        let job = server.settled(&id).await;
        assert_eq!(words(&job).last().unwrap(), last);
        assert_eq!(job.exit_code(), Some(code));
    }
    let id = server.book.submit("busybox", "nosuch", |_| {});
    let job = server.settled(&id).await;
    assert!(job.last().description.as_ref().unwrap().contains("not found"));
}

#[tokio::test(start_paused = true)]
async fn an_image_that_cannot_be_had_is_tried_again_and_then_collected() {
    let server = Server::start(FakeEngine::new()).await;
    let id = server.book.submit("missing/x:latest", "", |_| {});
    let job = server.settled(&id).await;
    let story = words(&job);
    assert_eq!(story[1..4], ["pending/Pulling", "pending/ErrImagePull", "pending/ImagePullBackOff"]);
    assert_eq!(story.last().unwrap(), "failed/Collected");
    assert_eq!(job.last().description.as_deref(), Some("Image 'missing/x:latest' can not be pulled"));
    let id = server.book.submit("flaky/x", "exit:0", |_| {});
    assert_eq!(words(&server.settled(&id).await).last().unwrap(), "succeeded/Completed");
    let id = server.book.submit("Bad/Name", "", |_| {});
    let story = words(&server.settled(&id).await);
    assert_eq!(story[1..], ["pending/InvalidImageName", "failed/Collected"]);
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_cannot_fetch_an_own_image_is_handed_it() {
    let engine = FakeEngine::new();
    let server = Server::start(engine.clone()).await;
    let id = server.book.submit("own.registry/o/p/n:v1", "hang", |_| {});
    let job = server.until(&id, is_running).await;
    assert_eq!(words(&job), ["pending/Creating", "pending/Pulling", "pending/ContainerCreating", "running"]);
    assert_eq!(engine.containers()[0].1.image, "handed/over:v1");
    // What users see is what they asked for.
    assert_eq!(job.spec.container.image, "own.registry/o/p/n:v1");
}

#[tokio::test(start_paused = true)]
async fn an_own_image_that_the_owner_may_not_read_is_not_run_though_the_engine_has_it() {
    let engine = FakeEngine::new();
    let server = Server::start(engine.clone()).await;
    let id = server.book.submit("own.registry/o/p/n:v1", "exit:0", |_| {});
    server.settled(&id).await;
    let id = server.book.submit("own.registry/o/p/n:v1", "exit:0", |job| job.owner = "stranger".to_owned());
    let job = server.settled(&id).await;
    assert_eq!(words(&job).last().unwrap(), "failed/Collected");
    assert!(job.transitions.iter().all(|item| item.status != JobStatus::Running));
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_fails_by_itself_is_asked_again_and_then_explained() {
    let engine = FakeEngine::new();
    let server = Server::start(engine.clone()).await;
    engine.fail_starts(3);
    let id = server.book.submit("busybox", "print:hello exit:0", |_| {});
    let job = server.settled(&id).await;
    assert_eq!(words(&job).last().unwrap(), "succeeded/Completed");
    let told = job.transitions.iter().filter_map(|item| item.description.as_deref());
    assert!(
        told.clone().any(|words| words.contains("no space left") && words.contains("3 of 6")),
        "{:?}",
        job.transitions
    );
    assert_eq!(server.output(&id).await, "hello\n");
    engine.fail_starts(100);
    let id = server.book.submit("busybox", "print:hello exit:0", |_| {});
    let job = server.settled(&id).await;
    assert_eq!(words(&job).last().unwrap(), "failed/EngineFailed");
    assert!(job.last().description.as_ref().unwrap().contains("6 times"));
    assert!(engine.containers().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_container_that_was_made_too_slowly_to_hear_of_it_is_found_and_started() {
    let engine = FakeEngine::new();
    let server = Server::start(engine.clone()).await;
    engine.make_slowly(3);
    let id = server.book.submit("busybox", "print:hello exit:0", |_| {});
    let job = server.settled(&id).await;
    assert_eq!(words(&job).last().unwrap(), "succeeded/Completed");
    assert_eq!(server.output(&id).await, "hello\n");
    // One that is never shown is not waited for without end.
    engine.make_slowly(100);
    let id = server.book.submit("busybox", "print:hello exit:0", |_| {});
    let job = server.settled(&id).await;
    assert_eq!(words(&job).last().unwrap(), "failed/EngineFailed");
}

#[tokio::test(start_paused = true)]
async fn restart_policies_bump_restarts_and_keep_one_log() {
    let server = Server::start(FakeEngine::new()).await;
    let id = server.book.submit("busybox", "print:again exit:1", |job| {
        job.spec.restart_policy = RestartPolicy::OnFailure;
        job.max_run_time_minutes = Some(1);
    });
    let job = server.settled(&id).await;
    assert_eq!(words(&job).last().unwrap(), "cancelled/LifeSpanEnded");
    // 1 + 2 + 4 + 8 + 16 seconds of waiting fit into the minute; the sixth wait, of 32, does not end in it.
    assert_eq!(job.restarts(), 6);
    assert_eq!(server.output(&id).await, "again\n".repeat(6));
    let id = server.book.submit("busybox", "piece:45% exit:1", |job| {
        job.spec.restart_policy = RestartPolicy::OnFailure;
        job.max_run_time_minutes = Some(1);
    });
    server.settled(&id).await;
    assert_eq!(server.output(&id).await, "45%\n".repeat(6), "a run begins on a line of its own");
    let id = server.book.submit("busybox", "exit:0", |job| job.spec.restart_policy = RestartPolicy::OnFailure);
    assert_eq!(server.settled(&id).await.restarts(), 0);
    let id = server.book.submit("busybox", "exit:0", |job| job.spec.restart_policy = RestartPolicy::Always);
    server.until(&id, |job| job.restarts() == 3).await;
    server.book.cancel(&id).await;
    server.settled(&id).await;
}

#[tokio::test(start_paused = true)]
async fn a_life_span_is_running_time_and_can_be_extended() {
    let server = Server::start(FakeEngine::new()).await;
    let id = server.book.submit("busybox", "hang", |job| job.max_run_time_minutes = Some(10));
    server.until(&id, is_running).await;
    tokio::time::sleep(Duration::from_secs(9 * 60)).await;
    server.book.change(&id, |job| job.max_run_time_minutes = Some(20));
    tokio::time::sleep(Duration::from_secs(10 * 60)).await;
    assert!(is_running(&server.book.job(&id)));
    let job = server.settled(&id).await;
    assert_eq!(words(&job).last().unwrap(), "cancelled/LifeSpanEnded");
    let ran = job.run_time_seconds(server.clock.now());
    assert!((1200.0..1202.0).contains(&ran), "{ran}");
}

#[tokio::test(start_paused = true)]
async fn without_an_engine_a_job_waits_says_why_and_gives_up_at_its_schedule_timeout() {
    let engine = FakeEngine::new();
    engine.go_away();
    let server = Server::start(engine.clone()).await;
    let patient = server.book.submit("busybox", "print:late", |_| {});
    let hasty = server.book.submit("busybox", "print:never", |job| job.spec.schedule_timeout = Some(30.0));
    let killed = server.book.submit("busybox", "print:never", |_| {});
    let job = server.until(&patient, |job| job.transitions.len() == 2).await;
    assert_eq!(words(&job), ["pending/Creating", "pending/Scheduling"]);
    assert!(job.last().description.as_ref().unwrap().contains("DOCKER_HOST"));
    assert_eq!(words(&server.settled(&hasty).await).last().unwrap(), "failed/ClusterScaleUpFailed");
    server.book.cancel(&killed).await;
    server.settled(&killed).await;
    engine.come_back();
    server.engines.look().await;
    assert_eq!(words(&server.settled(&patient).await).last().unwrap(), "succeeded/Completed");
    assert_eq!(server.output(&patient).await, "late\n");
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_stops_under_a_running_job_is_seen_and_nothing_is_lost() {
    let engine = FakeEngine::new();
    let server = Server::start(engine.clone()).await;
    let id = server.book.submit("busybox", "forever:1000", |_| {});
    server.lines(&id, 3).await;
    engine.go_away();
    let away = |job: &JobRecord| job.last().reason.as_deref() == Some("EngineUnavailable");
    let job = server.until(&id, away).await;
    assert!(is_running(&job) && job.last().description.as_ref().unwrap().contains("stopped answering"));
    assert!(server.runner.running(&id).is_none());
    tokio::time::sleep(Duration::from_secs(5)).await;
    engine.come_back();
    server.engines.look().await;
    let back = server.until(&id, |job| is_running(job) && job.last().reason.is_none()).await;
    let gone_secs = back.last().transition_time.duration_since(job.last().transition_time).as_secs();
    assert!(gone_secs >= 5, "the story tells for how long it was away: {gone_secs} s");
    server.lines(&id, 12).await;
    server.book.cancel(&id).await;
    server.settled(&id).await;
    let output = server.output(&id).await;
    let numbers: Vec<usize> = output.lines().map(|line| line["line ".len()..].parse().unwrap()).collect();
    assert_eq!(numbers, (0..numbers.len()).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_job_whose_engine_is_away_is_not_looked_for_on_another() {
    let (engine, other) = (FakeEngine::new(), FakeEngine::new());
    let clock = Clock::with_timers(timestamp(1_800_000_000_000_000_000));
    let candidates = vec![Candidate::Given(engine.clone()), Candidate::Given(other.clone())];
    let dir = Arc::new(tempfile::tempdir().unwrap());
    let server = Server::among(candidates, MemoryBook::new(clock.clone()), dir, clock, "test").await;
    let id = server.book.submit("busybox", "hang", |_| {});
    server.until(&id, is_running).await;
    engine.go_away();
    server.until(&id, |job| job.last().reason.as_deref() == Some("EngineUnavailable")).await;
    for _ in 0..3 {
        server.engines.look().await;
        tokio::time::sleep(SECOND).await;
    }
    assert!(is_running(&server.book.job(&id)), "{:?}", words(&server.book.job(&id)));
    engine.come_back();
    server.engines.look().await;
    server.until(&id, |job| is_running(job) && job.last().reason.is_none()).await;
    server.book.cancel(&id).await;
    server.settled(&id).await;
    assert!(engine.containers().is_empty() && other.containers().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_killed_server_picks_its_jobs_up_again_without_loss_or_repetition() {
    let engine = FakeEngine::new();
    let server = Server::start(engine.clone()).await;
    let running = server.book.submit("busybox", "forever:100", |job| job.max_run_time_minutes = Some(1));
    let ending = server.book.submit("busybox", "lines:50 sleep:5000 lines:50 exit:4", |_| {});
    server.lines(&running, 5).await;
    server.lines(&ending, 50).await;
    let (book, dir, clock) = server.crash().await;
    tokio::time::sleep(Duration::from_secs(20)).await;
    let pending = book.submit("busybox", "print:new", |_| {});
    let server = Server::over(engine.clone(), book, dir, clock).await;
    let job = server.settled(&ending).await;
    assert_eq!((words(&job).last().unwrap().as_str(), job.exit_code()), ("failed/Error", Some(4)));
    let half: String = (0..50).map(|n| format!("line {n}\n")).collect();
    assert_eq!(server.output(&ending).await, half.repeat(2));
    assert_eq!(words(&server.settled(&pending).await).last().unwrap(), "succeeded/Completed");
    let job = server.settled(&running).await;
    assert_eq!(words(&job).last().unwrap(), "cancelled/LifeSpanEnded");
    let output = server.output(&running).await;
    let numbers: Vec<usize> = output.lines().map(|line| line["line ".len()..].parse().unwrap()).collect();
    assert_eq!(numbers, (0..numbers.len()).collect::<Vec<_>>());
    assert!(numbers.len() > 500, "{}", numbers.len());
    assert!(engine.containers().is_empty());
}

/// A server on an engine with the same clock, so that the engine's times can be compared with life spans.
async fn on_one_clock() -> (Arc<FakeEngine>, Server) {
    let clock = Clock::with_timers(timestamp(1_800_000_000_000_000_000));
    let engine = FakeEngine::with_clock(clock.clone());
    let dir = Arc::new(tempfile::tempdir().unwrap());
    let server = Server::over(engine.clone(), MemoryBook::new(clock.clone()), dir, clock).await;
    (engine, server)
}

#[tokio::test(start_paused = true)]
async fn a_run_that_ended_while_the_server_was_down_tells_how_though_its_life_span_is_over() {
    let (engine, server) = on_one_clock().await;
    let minute = |job: &mut JobRecord| job.max_run_time_minutes = Some(1);
    let in_time = server.book.submit("busybox", "sleep:20000 print:done exit:3", minute);
    let too_late = server.book.submit("busybox", "sleep:90000 exit:3", minute);
    let again = server.book.submit("busybox", "sleep:20000 exit:3", |job| {
        minute(job);
        job.spec.restart_policy = RestartPolicy::OnFailure;
    });
    for id in [&in_time, &too_late, &again] {
        server.until(id, is_running).await;
    }
    let (book, dir, clock) = server.crash().await;
    tokio::time::sleep(Duration::from_secs(300)).await;
    let server = Server::over(engine.clone(), book, dir, clock).await;
    let job = server.settled(&in_time).await;
    assert_eq!((words(&job).last().unwrap().as_str(), job.exit_code()), ("failed/Error", Some(3)));
    let ran = job.run_time_seconds(server.clock.now());
    assert!((20.0..21.0).contains(&ran), "{ran}");
    assert_eq!(server.output(&in_time).await, "done\n");
    assert_eq!(words(&server.settled(&too_late).await).last().unwrap(), "cancelled/LifeSpanEnded");
    let job = server.settled(&again).await;
    assert_eq!(words(&job)[words(&job).len() - 2..], ["running/Restarting", "cancelled/LifeSpanEnded"]);
    assert_eq!(job.exit_code(), Some(3));
    assert!(engine.containers().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_life_span_that_ends_while_the_engine_is_away_waits_for_it() {
    for (command, last) in [("sleep:20000 exit:3", "failed/Error"), ("hang", "cancelled/LifeSpanEnded")] {
        let (engine, server) = on_one_clock().await;
        let id = server.book.submit("busybox", command, |job| job.max_run_time_minutes = Some(1));
        server.until(&id, is_running).await;
        engine.go_away();
        server.until(&id, |job| job.last().reason.as_deref() == Some("EngineUnavailable")).await;
        tokio::time::sleep(Duration::from_secs(300)).await;
        assert!(is_running(&server.book.job(&id)));
        engine.come_back();
        server.engines.look().await;
        assert_eq!(words(&server.settled(&id).await).last().unwrap(), last, "{command}");
        assert!(engine.containers().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn output_that_finds_the_disk_full_is_told_of_while_that_lasts_and_then_stored() {
    let server = Server::start(FakeEngine::new()).await;
    let id = server.book.submit("busybox", "sleep:60000 print:late hang", |_| {});
    server.until(&id, is_running).await;
    // The log's first file is a device that has no room, ever; it goes with the first try to write.
    let log = server.log(&id).await;
    let folder = server.logs.root().join(&id);
    std::fs::create_dir_all(&folder).unwrap();
    std::os::unix::fs::symlink("/dev/full", folder.join("0000000000.seg")).unwrap();
    let stalled = async {
        loop {
            match server.runner.stall(&id) {
                Some(stall) => return stall,
                // Virtual time, in steps shorter than the pause before the next try.
                None => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    };
    let stall = tokio::time::timeout(Duration::from_secs(120), stalled).await.expect("the stall is told");
    assert!(stall.words.contains("disk is full"), "{}", stall.words);
    assert_eq!(log.totals().lines, 0);
    server.lines(&id, 1).await;
    while server.runner.stall(&id).is_some() {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.output(&id).await, "late\n");
    assert!(is_running(&server.book.job(&id)));
}

#[tokio::test(start_paused = true)]
async fn a_log_that_the_engine_cannot_read_to_its_end_does_not_keep_a_job_from_ending() {
    let engine = FakeEngine::new();
    let server = Server::start(engine.clone()).await;
    let note = "Roadstead: the container engine could not read the rest of this log.\n";
    engine.damage_logs(Some(1));
    let id = server.book.submit("busybox", "print:one print:two exit:3", |_| {});
    let job = server.settled(&id).await;
    assert_eq!((words(&job).last().unwrap().as_str(), job.exit_code()), ("failed/Error", Some(3)));
    assert_eq!(server.output(&id).await, format!("one\n{note}"));
    let id = server.book.submit("busybox", "piece:one print:two exit:3", |job| {
        job.spec.restart_policy = RestartPolicy::OnFailure;
    });
    server.until(&id, |job| job.restarts() == 2).await;
    server.book.cancel(&id).await;
    let job = server.settled(&id).await;
    assert_eq!(words(&job).last().unwrap(), "cancelled/UserRequested");
    assert!(server.output(&id).await.starts_with(&format!("one\n{note}").repeat(2)));
    assert!(engine.containers().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_log_that_cannot_be_read_for_a_while_is_read_when_it_can() {
    let engine = FakeEngine::new();
    let server = Server::start(engine.clone()).await;
    engine.damage_logs(Some(1));
    let running = server.book.submit("busybox", "print:one print:two hang", |_| {});
    let ended = server.book.submit("busybox", "print:one print:two exit:3", |_| {});
    server.until(&ended, |job| job.status().is_finished()).await;
    tokio::time::sleep(Duration::from_secs(20)).await;
    engine.damage_logs(None);
    server.settled(&ended).await;
    assert_eq!(server.output(&ended).await, "one\ntwo\n");
    // While a process runs there is no hurry.
    engine.damage_logs(Some(2));
    engine.print(&server.runner.running(&running).unwrap().container, "three");
    tokio::time::sleep(Duration::from_secs(600)).await;
    engine.damage_logs(None);
    server.lines(&running, 3).await;
    assert_eq!(server.output(&running).await, "one\ntwo\nthree\n");
}

#[tokio::test(start_paused = true)]
async fn a_container_somebody_removed_ends_its_job_and_others_containers_are_left_alone() {
    let engine = FakeEngine::new();
    let server = Server::start(engine.clone()).await;
    let spec = ContainerSpec { name: "theirs".to_owned(), image: "busybox".to_owned(), ..ContainerSpec::default() };
    engine.import("busybox", bytes::Bytes::new(), &[]).await.unwrap();
    let theirs = engine.create(&spec).await.unwrap();
    let id = server.book.submit("busybox", "hang", |_| {});
    server.until(&id, is_running).await;
    let ours = server.runner.running(&id).unwrap().container;
    engine.remove(&ours).await.unwrap();
    assert_eq!(words(&server.settled(&id).await).last().unwrap(), "failed/NotFound");
    assert_eq!(engine.containers().into_iter().map(|(id, _)| id).collect::<Vec<_>>(), [theirs]);
}

#[tokio::test(start_paused = true)]
async fn between_two_runs_no_port_is_told() {
    let engine = FakeEngine::new();
    let server = Server::start(engine.clone()).await;
    let id = server.book.submit("busybox", "hang", |job| {
        job.spec.restart_policy = RestartPolicy::Always;
        job.spec.container.http = Some(Http { port: 80, requires_auth: false, health_check_path: None });
    });
    server.until(&id, |job| job.http_port.is_some()).await;
    let (container, _) = engine.containers().remove(0);
    engine.signal(&container, Signal::Kill).await.unwrap();
    let is_between = |job: &JobRecord| job.last().reason.as_deref() == Some(reason::RESTARTING);
    assert_eq!(server.until(&id, is_between).await.http_port, None);
    let job = server.until(&id, |job| job.http_port.is_some()).await;
    assert!(is_running(&job) && job.restarts() == 1);
}

#[tokio::test(start_paused = true)]
async fn a_running_job_can_be_entered_and_its_port_is_told() {
    let engine = FakeEngine::new();
    let server = Server::start(engine.clone()).await;
    let id = server.book.submit("busybox", "hang", |job| {
        job.spec.container.http = Some(Http { port: 80, requires_auth: false, health_check_path: None });
    });
    let job = server.until(&id, |job| job.http_port.is_some()).await;
    assert!(is_running(&job));
    // The handle is there right after the port was told.
    let running = loop {
        if let Some(running) = server.runner.running(&id) {
            break running;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(running.engine.inspect(&running.container).await.unwrap().phase, Phase::Running);
    // A kill of the container is not a cancellation of the job: it fails by its exit code.
    running.engine.signal(&running.container, Signal::Kill).await.unwrap();
    assert_eq!(words(&server.settled(&id).await).last().unwrap(), "failed/Error");
}
