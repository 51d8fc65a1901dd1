use super::{browser::Edge, cluster::Cluster};
use api::{logs::EndReason, top::TopEvent};

#[tokio::test]
async fn telemetry_waits_for_the_job_shows_samples_and_ends_with_it() {
    let cluster = Cluster::start().await;
    cluster.set("job-1", "pending");
    let edge = Edge::before(&cluster).await;
    let cookie = edge.sign_in("alice").await;
    let mut page = edge.open(&cookie, "/jobs/job-1/top").await;
    assert_eq!(page.event::<TopEvent>().await, TopEvent::Waiting);
    cluster.set("job-1", "running");
    let TopEvent::Sample(sample) = page.event().await else { panic!("a sample") };
    assert_eq!((sample.cpu, sample.memory_bytes, sample.time.as_millisecond()), (0.5, 12_582_912, 1_700_000_000_250));
    cluster.set("job-1", "succeeded");
    let end = TopEvent::End { reason: EndReason::Finished };
    while page.event::<TopEvent>().await != end {}
}

#[tokio::test]
async fn a_job_that_has_ended_has_no_telemetry() {
    let cluster = Cluster::start().await;
    cluster.set("job-1", "failed");
    let edge = Edge::before(&cluster).await;
    let cookie = edge.sign_in("alice").await;
    let mut page = edge.open(&cookie, "/jobs/job-1/top").await;
    assert_eq!(page.event::<TopEvent>().await, TopEvent::End { reason: EndReason::Finished });
    let mut page = edge.open(&cookie, "/jobs/job-9/top").await;
    assert_eq!(page.event::<TopEvent>().await, TopEvent::End { reason: EndReason::Gone });
}
