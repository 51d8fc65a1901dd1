//! A remembered job in the platform's words.
//!
//! Owns the one conversion to the wire. Decides nothing.

use jiff::Timestamp;
use platform::{Uri, job};
use url::Url;

use super::record::JobRecord;
use crate::{config::is_loopback, runner::Stall};

const MIB: u64 = 1 << 20;
const MOST_STATUSES: usize = 1000;
const FIRST_STATUSES: usize = 10;

/// The URI of a job by id or by name; both carry its permissions.
pub(crate) fn uri(cluster: &str, job: &JobRecord, last: &str) -> Uri {
    Uri::try_new("job", [cluster, &job.org, &job.project, last])
        .expect("names and ids of stored jobs are plain segments")
}

/// The URIs that a job's permissions are on: by its id and, if it has one, by its name.
pub(crate) fn uris(cluster: &str, job: &JobRecord) -> Vec<Uri> {
    [Some(&job.id), job.name.as_ref()].into_iter().flatten().map(|last| uri(cluster, job, last)).collect()
}

/// The reason a running job shows while its output cannot be stored.
const LOG_STALLED: &str = "LogStalled";

/// The job as clients see it at `now`, who reach this server by `base`. What stalls its log is shown while it lasts: as the latest step of a running job's
/// story, and in the last words of one that has ended, whose end nothing may follow.
pub(crate) fn view(cluster: &str, base: &Url, job: &JobRecord, now: Timestamp, stall: Option<&Stall>) -> job::Job {
    let mut view = told(cluster, base, job, now);
    let Some(stall) = stall else { return view };
    if view.status == job::JobStatus::Running {
        let (reason, description) = (Some(LOG_STALLED.to_owned()), Some(stall.words.to_owned()));
        (view.history.reason, view.history.description) = (reason.clone(), description.clone());
        view.statuses.push(job::StatusItem {
            transition_time: stall.since.max(job.last().transition_time),
            status: view.status,
            reason,
            description,
            exit_code: None,
        });
    } else if view.status.is_finished() {
        let before = view.history.description.take().filter(|words| !words.is_empty());
        let words = before.into_iter().chain([stall.words.to_owned()]).collect::<Vec<_>>().join("\n");
        if let Some(last) = view.statuses.last_mut() {
            last.description = Some(words.clone());
        }
        view.history.description = Some(words);
    }
    view
}

fn told(cluster: &str, base: &Url, job: &JobRecord, now: Timestamp) -> job::Job {
    let last = job.last();
    // Published on this machine's loopback: to people elsewhere that address would be their own machine's.
    let reached = !last.status.is_finished() && is_loopback(base);
    let http_url = job.http_port.filter(|_| reached).map(|port| format!("http://127.0.0.1:{port}/"));
    let mut container = job.spec.container.clone();
    // Clients of 2021 read memory_mb, today's read memory.
    container.resources.memory_mb = Some(container.resources.memory / MIB);
    job::Job {
        id: job.id.clone(),
        owner: job.owner.clone(),
        cluster_name: cluster.to_owned(),
        org_name: Some(job.org.clone()),
        project_name: Some(job.project.clone()),
        name: job.name.clone(),
        status: last.status,
        history: job::History {
            status: last.status,
            reason: last.reason.clone(),
            description: last.description.clone(),
            created_at: job.created_at,
            started_at: job.started_at(),
            finished_at: job.finished_at(),
            restarts: job.restarts(),
            run_time_seconds: job.run_time_seconds(now),
            exit_code: job.exit_code(),
        },
        statuses: statuses(&job.transitions),
        container,
        scheduler_enabled: job.spec.scheduler_enabled,
        pass_config: false,
        uri: uri(cluster, job, &job.id).to_string(),
        total_price_credits: "0".to_owned(),
        price_credits_per_hour: "0".to_owned(),
        tags: job.spec.tags.clone(),
        description: job.spec.description.clone(),
        preset_name: job.spec.preset_name.clone(),
        http_url_named: job.name.as_ref().and(http_url.clone()),
        http_url,
        internal_hostname: None,
        restart_policy: Some(job.spec.restart_policy),
        max_run_time_minutes: job.max_run_time_minutes,
        schedule_timeout: job.spec.schedule_timeout,
        priority: job.spec.priority,
        privileged: false,
        being_dropped: job.being_dropped,
        logs_removed: job.logs_removed,
        materialized: job.materialized,
    }
}

/// A job that is started again for weeks has a long story, and clients read at most 4 MiB a job: its beginning and its
/// latest part are told.
fn statuses(story: &[job::StatusItem]) -> Vec<job::StatusItem> {
    if story.len() <= MOST_STATUSES {
        return story.to_vec();
    }
    let latest = &story[story.len() - (MOST_STATUSES - FIRST_STATUSES)..];
    story[..FIRST_STATUSES].iter().chain(latest).cloned().collect()
}

#[cfg(test)]
mod tests {
    use platform::job::JobStatus;

    use super::{
        super::record::tests::{at, item, record},
        *,
    };

    fn seen(job: &JobRecord, secs: i64) -> job::Job {
        view("default", &Url::parse("http://localhost:8080").expect("a url"), job, at(secs), None)
    }

    #[test]
    fn a_running_job_has_what_clients_insist_on() {
        let mut job = record(vec![item(0, JobStatus::Pending, "Creating"), item(5, JobStatus::Running, "Running")]);
        job.http_port = Some(40_123);
        let seen = serde_json::to_value(seen(&job, 65)).expect("serialises");
        assert_eq!(seen["uri"], format!("job://default/main/demo/{}", job.id));
        assert_eq!(seen["http_url_named"], "http://127.0.0.1:40123/");
        assert_eq!(seen["history"]["started_at"], "2027-01-15T08:00:05Z");
        assert_eq!(seen["history"]["run_time_seconds"], 60.0);
        assert_eq!(seen["container"]["resources"]["memory_mb"], 1024);
        assert_eq!(seen["total_price_credits"], "0");
        assert!(seen.get("tags").is_none(), "clients crash on tags: null");
    }

    #[test]
    fn of_an_endless_story_the_beginning_and_the_latest_part_are_told() {
        let mut story = vec![item(0, JobStatus::Pending, "Creating")];
        story.extend((1..5000).map(|n| item(n, JobStatus::Running, if n % 2 == 0 { "Restarting" } else { "Running" })));
        let job = record(story);
        let seen = seen(&job, 6000);
        assert_eq!(seen.statuses.len(), MOST_STATUSES);
        assert_eq!((&seen.statuses[0], seen.statuses.last()), (&job.transitions[0], job.transitions.last()));
        assert_eq!(seen.history.restarts, 2499);
    }

    #[test]
    fn an_address_on_this_machine_is_told_only_where_clients_are_on_it_too() {
        let mut job = record(vec![item(0, JobStatus::Running, "Running")]);
        job.http_port = Some(40_123);
        for (base, told) in [
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080", true),
            ("http://0.0.0.0:8080", false),
            ("http://192.168.1.2:8080", false),
            ("https://cluster.example", false),
        ] {
            let seen = view("default", &Url::parse(base).expect("a url"), &job, at(65), None);
            assert_eq!((seen.http_url.is_some(), seen.http_url_named.is_some()), (told, told), "{base}");
        }
    }

    #[test]
    fn an_ended_job_serves_no_address_any_more() {
        let mut job =
            record(vec![item(0, JobStatus::Pending, "Creating"), item(5, JobStatus::Cancelled, "UserRequested")]);
        job.http_port = Some(40_123);
        let seen = seen(&job, 65);
        assert_eq!((seen.http_url, seen.history.finished_at), (None, Some(at(5))));
    }
}
