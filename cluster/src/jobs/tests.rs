use std::task::Poll;

use platform::job_selector::JobSelector;

use super::{
    record::tests::{at, spec},
    *,
};
use crate::store::testing::{fill_disk, temporary};

struct Fixture {
    folder: tempfile::TempDir,
    clock: Clock,
    jobs: Jobs,
}

async fn empty() -> Fixture {
    let (folder, store) = temporary().await;
    let clock = Clock::manual(at(0));
    Fixture { folder, jobs: Jobs::new(store, clock.clone()), clock }
}

fn new(name: Option<&str>, project: &str, owner: &str) -> NewJob {
    NewJob {
        id: format!("job-{}", uuid::Uuid::new_v4()),
        name: name.map(str::to_owned),
        owner: owner.to_owned(),
        org: "main".to_owned(),
        project: project.to_owned(),
        spec: spec(),
        max_run_time_minutes: None,
    }
}

impl Fixture {
    async fn create(&self, name: &str, project: &str, owner: &str) -> JobRecord {
        self.clock.advance_ns(1_000_000_000);
        self.jobs.create(new(Some(name), project, owner)).await.expect("accepted")
    }

    async fn names(&self, selector: JobSelector, visible: Visible) -> Vec<String> {
        let page = self.jobs.page(&selector, &visible, None, 100).await.expect("lists");
        page.into_iter().filter_map(|job| job.name).collect()
    }

    async fn record(&self, job: &JobRecord, status: JobStatus, reason: &str) -> bool {
        let item = self.jobs.item(status, reason, None, None);
        self.jobs.record(&job.id, &item).await.expect("records")
    }
}

#[tokio::test]
async fn an_accepted_job_is_read_back_as_it_was_told() {
    let f = empty().await;
    let job = f.create("train", "demo", "alice").await;
    assert_eq!(f.jobs.get(&job.id).await.expect("is there"), job);
    assert_eq!(job.last().reason.as_deref(), Some("Creating"));
}

#[tokio::test]
async fn one_active_job_of_a_project_has_a_name() {
    let f = empty().await;
    let first = f.create("train", "demo", "alice").await;
    let refused = f.jobs.create(new(Some("train"), "demo", "bob")).await.expect_err("refused").to_string();
    assert_eq!(
        refused,
        format!("Failed to create job: job with name 'train' and project 'demo' already exists: '{}'", first.id)
    );
    f.create("train", "other", "alice").await;
    f.jobs.cancel(&first.id, reason::USER_REQUESTED).await.expect("cancels");
    f.create("train", "demo", "bob").await;
}

#[tokio::test]
async fn racing_creations_of_one_name_give_one_job() {
    let f = empty().await;
    let (a, b) = tokio::join!(
        f.jobs.create(new(Some("train"), "demo", "alice")),
        f.jobs.create(new(Some("train"), "demo", "bob"))
    );
    assert_ne!(a.is_ok(), b.is_ok());
}

#[tokio::test]
async fn a_story_takes_neither_repetitions_nor_anything_after_its_end() {
    let f = empty().await;
    let job = f.create("train", "demo", "alice").await;
    assert!(f.record(&job, JobStatus::Pending, "Pulling").await);
    assert!(!f.record(&job, JobStatus::Pending, "Pulling").await);
    assert!(f.record(&job, JobStatus::Running, "Running").await);
    f.jobs.cancel(&job.id, reason::USER_REQUESTED).await.expect("cancels");
    assert!(!f.record(&job, JobStatus::Succeeded, "Completed").await);
    f.jobs.cancel(&job.id, reason::LIFE_SPAN_ENDED).await.expect("cancelling again is fine");
    let job = f.jobs.get(&job.id).await.expect("is there");
    let reasons: Vec<_> = job.transitions.iter().filter_map(|item| item.reason.as_deref()).collect();
    assert_eq!(reasons, ["Creating", "Pulling", "Running", "UserRequested"]);
}

#[tokio::test]
async fn a_story_never_runs_backwards() {
    let f = empty().await;
    let job = f.create("train", "demo", "alice").await;
    f.clock.advance_ns(-3_600_000_000_000);
    assert!(f.record(&job, JobStatus::Running, "Running").await);
    let job = f.jobs.get(&job.id).await.expect("is there");
    assert!(job.transitions[1].transition_time >= job.transitions[0].transition_time);
}

#[tokio::test]
async fn changes_are_told_after_they_are_stored() {
    let f = empty().await;
    let mut changes = f.jobs.changes();
    let job = f.create("train", "demo", "alice").await;
    assert_eq!(changes.recv().await.expect("a change"), job.id);
    f.jobs.cancel(&job.id, reason::USER_REQUESTED).await.expect("cancels");
    assert_eq!(changes.recv().await.expect("a change"), job.id);
    assert_eq!(f.jobs.get(&job.id).await.expect("is there").status(), JobStatus::Cancelled);
}

/// Lets some work go on until it was looked at so often, then drops it, as a server does with a request whose client has hung up. True when
/// it was done before that.
async fn cut_off<T>(after: usize, work: impl Future<Output = T>) -> bool {
    let mut work = std::pin::pin!(work);
    let mut looked = 0;
    std::future::poll_fn(|context| {
        looked += 1;
        match work.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending if looked == after => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

#[tokio::test]
async fn what_a_client_began_is_done_and_told_wherever_it_hangs_up() {
    let f = empty().await;
    let mut changes = f.jobs.changes();
    let ten = || MaxRunTime { additional_max_run_time_minutes: None, max_run_time_minutes: Some(10) };
    for after in 1.. {
        let job = new(None, "demo", "alice");
        let id = job.id.clone();
        let mut whole = cut_off(after, f.jobs.create(job)).await;
        assert_eq!(changes.recv().await.expect("a change"), id);
        let job = f.jobs.get(&id).await.expect("is there");
        whole &= cut_off(after, f.jobs.change_max_run_time(&job, ten())).await;
        assert_eq!(changes.recv().await.expect("a change"), id);
        assert_eq!(f.jobs.get(&id).await.expect("is there").max_run_time_minutes, Some(10));
        whole &= cut_off(after, f.jobs.cancel(&id, reason::USER_REQUESTED)).await;
        assert_eq!(changes.recv().await.expect("a change"), id);
        assert_eq!(f.jobs.get(&id).await.expect("is there").status(), JobStatus::Cancelled);
        if whole {
            break;
        }
    }
}

#[tokio::test]
async fn cancelling_again_is_told_again() {
    let f = empty().await;
    let job = f.create("train", "demo", "alice").await;
    f.jobs.cancel(&job.id, reason::USER_REQUESTED).await.expect("cancels");
    let mut changes = f.jobs.changes();
    f.jobs.cancel(&job.id, reason::USER_REQUESTED).await.expect("cancels");
    assert_eq!(changes.try_recv().expect("a change"), job.id);
}

#[tokio::test]
async fn a_listing_shows_what_the_selector_says() {
    let f = empty().await;
    let first = f.create("first", "demo", "alice").await;
    f.create("second", "demo", "alice/service-accounts/ci").await;
    f.create("third", "other", "bob").await;
    f.record(&first, JobStatus::Running, "Running").await;
    let all = JobSelector::default();
    let table = [
        (all.clone(), vec!["first", "second", "third"]),
        (JobSelector { reverse: true, ..all.clone() }, vec!["third", "second", "first"]),
        (JobSelector { statuses: vec![JobStatus::Running], ..all.clone() }, vec!["first"]),
        (JobSelector { owners: vec!["alice".into(), "bob".into()], ..all.clone() }, vec!["first", "third"]),
        (JobSelector { base_owners: vec!["alice".into()], ..all.clone() }, vec!["first", "second"]),
        (JobSelector { projects: vec!["other".into()], ..all.clone() }, vec!["third"]),
        (JobSelector { orgs: vec!["NO_ORG".into()], ..all.clone() }, vec![]),
        (JobSelector { name: Some("second".into()), ..all.clone() }, vec!["second"]),
        (JobSelector { since: Some(at(2)), ..all.clone() }, vec!["second", "third"]),
        (JobSelector { until: Some(at(2)), ..all.clone() }, vec!["first", "second"]),
        (JobSelector { materialized: Some(false), ..all.clone() }, vec![]),
        (
            JobSelector { being_dropped: Some(false), logs_removed: Some(false), ..all.clone() },
            vec!["first", "second", "third"],
        ),
        (JobSelector { tags: vec!["x".into()], ..all.clone() }, vec![]),
        (JobSelector { hostname: Some("x".into()), ..all }, vec![]),
    ];
    for (selector, names) in table {
        assert_eq!(f.names(selector.clone(), Visible::All).await, names, "{selector:?}");
    }
}

#[tokio::test]
async fn a_job_must_have_every_tag_asked_for() {
    let f = empty().await;
    for tags in [vec!["a"], vec!["a", "b"]] {
        let mut job = new(Some(&format!("tagged{}", tags.len())), "demo", "alice");
        job.spec.tags = tags.into_iter().map(str::to_owned).collect();
        f.jobs.create(job).await.expect("accepted");
    }
    let both = JobSelector { tags: vec!["a".into(), "b".into()], ..JobSelector::default() };
    assert_eq!(f.names(both, Visible::All).await, ["tagged2"]);
}

#[tokio::test]
async fn a_listing_shows_only_what_may_be_seen() {
    let f = empty().await;
    let first = f.create("first", "demo", "alice").await;
    f.create("second", "demo", "alice").await;
    f.create("third", "other", "bob").await;
    let some = |orgs: &[&str], projects: &[&str], jobs: &[&str]| {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Visible::Some { orgs: own(orgs), projects: own(projects), jobs: own(jobs) }
    };
    let by_id = format!("main/demo/{}", first.id);
    let table = [
        (Visible::None, vec![]),
        (some(&["main"], &[], &[]), vec!["first", "second", "third"]),
        (some(&["mai"], &["main/dem", "main"], &["main/demo/firs"]), vec![]),
        (some(&[], &["main/other"], &[]), vec!["third"]),
        (some(&[], &[], &[&by_id]), vec!["first"]),
        (some(&[], &["main/other"], &["main/demo/second"]), vec!["second", "third"]),
    ];
    for (visible, names) in table {
        assert_eq!(f.names(JobSelector::default(), visible.clone()).await, names, "{visible:?}");
    }
}

#[tokio::test]
async fn pages_join_into_the_whole() {
    let f = empty().await;
    for n in 0..7 {
        f.create(&format!("name{n}"), "demo", "alice").await;
    }
    for reverse in [false, true] {
        let selector = JobSelector { reverse, ..JobSelector::default() };
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = f.jobs.page(&selector, &Visible::All, after, 3).await.expect("lists");
            let Some(last) = page.last() else { break };
            after = Some(last.seq);
            seen.extend(page.into_iter().map(|job| job.seq));
        }
        let mut expected: Vec<i64> = (1..=7).collect();
        if reverse {
            expected.reverse();
        }
        assert_eq!(seen, expected);
    }
}

#[tokio::test]
async fn a_life_span_is_set_or_stretched_within_reason() {
    let f = empty().await;
    let job = f.create("train", "demo", "alice").await;
    let add = |minutes| MaxRunTime { additional_max_run_time_minutes: Some(minutes), max_run_time_minutes: None };
    let set = |minutes| MaxRunTime { additional_max_run_time_minutes: None, max_run_time_minutes: Some(minutes) };
    f.jobs.change_max_run_time(&job, set(10)).await.expect("sets");
    let job = f.jobs.get(&job.id).await.expect("is there");
    f.jobs.change_max_run_time(&job, add(60)).await.expect("adds");
    let job = f.jobs.get(&job.id).await.expect("is there");
    assert_eq!(job.max_run_time_minutes, Some(70));
    for bad in [set(0), add(0), set(u32::MAX), add(u32::MAX), MaxRunTime::default(), MaxRunTime { ..set(1) }] {
        let bad = if bad == set(1) { MaxRunTime { additional_max_run_time_minutes: Some(1), ..bad } } else { bad };
        assert!(matches!(f.jobs.change_max_run_time(&job, bad).await, Err(JobError::Field { .. })), "{bad:?}");
    }
    f.jobs.cancel(&job.id, reason::USER_REQUESTED).await.expect("cancels");
    assert!(matches!(f.jobs.change_max_run_time(&job, set(5)).await, Err(JobError::Ended(_))));
}

#[tokio::test]
async fn a_name_finds_the_callers_newest_job() {
    let f = empty().await;
    let first = f.create("train", "demo", "alice").await;
    f.jobs.cancel(&first.id, reason::USER_REQUESTED).await.expect("cancels");
    let second = f.create("train", "demo", "alice").await;
    f.create("train", "other", "bob").await;
    assert_eq!(f.jobs.get_by_id_or_name("train", "alice").await.expect("finds").id, second.id);
    let unknown = f.jobs.get_by_id_or_name("train", "carol").await.expect_err("unknown");
    assert_eq!(unknown.to_string(), "no such job train");
}

#[tokio::test]
async fn the_runner_takes_up_what_it_may_still_hold() {
    let f = empty().await;
    let job = f.create("train", "demo", "alice").await;
    f.jobs.set_http_port(&job.id, Some(40_000)).await.expect("stores");
    assert_eq!(f.jobs.materialized().await.expect("lists")[0].http_port, Some(40_000));
    f.jobs.cancel(&job.id, reason::USER_REQUESTED).await.expect("cancels");
    assert_eq!(f.jobs.materialized().await.expect("lists").len(), 1);
    f.jobs.settle(&job.id).await.expect("settles");
    assert!(f.jobs.materialized().await.expect("lists").is_empty());
    assert!(f.jobs.active_resources().await.expect("sums").is_empty());
}

#[tokio::test]
async fn on_a_full_disk_the_reserve_is_for_ending_jobs() {
    let f = empty().await;
    let job = f.create("train", "demo", "alice").await;
    f.jobs.store.reserve().ensure().await.expect("there is room");
    fill_disk(&f.jobs.store).await;
    // Rows that are longer than what may be left of a page.
    let long = "x".repeat(10_000);
    let reserve = f.folder.path().join("cluster.reserve");
    f.jobs.record(&job.id, &f.jobs.item(JobStatus::Running, &long, None, None)).await.expect_err("no room");
    assert!(reserve.exists());
    let refused = f.jobs.cancel(&job.id, &long).await.expect_err("the disk stays full");
    assert!(matches!(refused, JobError::Store(error) if error.is_disk_full()));
    assert!(!reserve.exists());
}
