//! Containers that come when their job is over.

use super::*;
use crate::engine::ContainerSpec;
use crate::engine::fake::FakeEngine;

#[tokio::test(start_paused = true)]
async fn a_container_that_comes_when_its_job_is_over_is_removed_and_no_other() {
    let engine = FakeEngine::new();
    let server = Server::start(engine.clone()).await;
    let running = server.book.submit("busybox", "hang", |_| {});
    server.until(&running, is_running).await;
    engine.make_slowly(100);
    let late = server.book.submit("busybox", "print:late", |_| {});
    assert_eq!(words(&server.settled(&late).await).last().unwrap(), "failed/EngineFailed");
    // Of another server, of a job that nobody here knows, and of no job at all.
    for (instance, job) in [("other", Some(&late[..])), ("test", Some("job-unknown")), ("test", None)] {
        let mut labels = std::collections::BTreeMap::from([("roadstead.instance".to_owned(), instance.to_owned())]);
        labels.extend(job.map(|job| ("roadstead.job".to_owned(), job.to_owned())));
        let name = format!("{instance}-{job:?}");
        let spec = ContainerSpec { name, image: "busybox:latest".to_owned(), labels, ..ContainerSpec::default() };
        engine.create(&spec).await.unwrap();
    }
    assert_eq!(engine.containers().len(), 5);
    engine.show_slowly_made();
    // Virtual time: it comes within the hour.
    tokio::time::timeout(Duration::from_secs(3700), engine.has_only(4)).await.expect("one goes");
    let left: Vec<_> = engine.containers().into_iter().map(|(_, spec)| spec.name).collect();
    assert!(!left.iter().any(|name| name.contains(&late) && name.starts_with("roadstead-")), "{left:?}");
    tokio::time::sleep(Duration::from_secs(7300)).await;
    assert_eq!(engine.containers().len(), 4);
    assert!(is_running(&server.book.job(&running)));
}
