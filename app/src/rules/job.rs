//! What may be done with a job as it stands, and how much of its times is spent.

use crate::i18n::{
    Phrase,
    catalogue::{job, transfer},
};
use api::jobs::{Job, JobStatus};

/// Why a job cannot be killed.
pub(crate) fn kill_refusal(job: &Job) -> Option<Phrase> {
    job.status.is_finished().then_some(job::KILL_DONE)
}

/// Why a job's life span cannot be extended.
pub(crate) fn extend_refusal(job: &Job) -> Option<Phrase> {
    if job.status.is_finished() {
        Some(job::KILL_DONE)
    } else if job.life_span_minutes.is_none() {
        Some(job::EXTEND_NONE)
    } else {
        None
    }
}

/// A job's HTTP address. Nothing but the web may become a link, least of all `javascript:`.
pub(crate) fn http_address(job: &Job) -> Option<&str> {
    job.http_url.as_deref().filter(|url| url.starts_with("http://") || url.starts_with("https://"))
}

/// Why a job's HTTP address cannot be opened.
pub(crate) fn http_refusal(job: &Job) -> Option<Phrase> {
    if job.status != JobStatus::Running {
        Some(job::OPEN_HTTP_NOT_RUNNING)
    } else if http_address(job).is_none() {
        Some(job::OPEN_HTTP_NO_ADDRESS)
    } else {
        None
    }
}

/// Whether a job may have something to show over HTTP.
pub(crate) fn serves_http(job: &Job) -> bool {
    http_address(job).is_some() || (job.status == JobStatus::Running && job.container.http_port.is_some())
}

/// Why a job cannot be saved as an image.
pub(crate) fn save_refusal(job: &Job) -> Option<Phrase> {
    (job.status != JobStatus::Running).then_some(transfer::SAVE_NOT_RUNNING)
}

/// The reason that is told beside the status: why the job waits, why it failed, what troubles it while it runs.
pub(crate) fn telling_reason(job: &Job) -> Option<&str> {
    let telling = matches!(job.status, JobStatus::Pending | JobStatus::Running | JobStatus::Failed);
    job.reason.as_deref().filter(|_| telling)
}

/// What a job is called: its name, else its id without the common prefix, cut short.
pub(crate) fn label(job: &Job) -> String {
    name_or_id(job).to_owned()
}

/// As [`label`], borrowed.
pub(crate) fn name_or_id(job: &Job) -> &str {
    job.name.as_deref().unwrap_or_else(|| short_id(&job.id))
}

/// An id that still tells jobs apart at a glance: the first block of the UUID, `job-` before it.
pub(crate) fn short_id(id: &str) -> &str {
    let end = id.strip_prefix("job-").and_then(|rest| rest.find('-')).map_or(id.len(), |at| at + 4);
    id.get(..end).unwrap_or(id)
}

/// Seconds the job has run by now. The gateway says how long until `observed_at`; a running job's time goes on since it was
/// received, by the reader's clock, which is trusted for differences only.
pub(crate) fn run_time_secs(job: &Job, received_ms: f64, now_ms: f64) -> u64 {
    let since = if job.status == JobStatus::Running { ((now_ms - received_ms) / 1000.0).max(0.0) } else { 0.0 };
    (job.run_time_secs + since).max(0.0) as u64
}

/// Seconds of the life span that are left; None where there is no limit.
pub(crate) fn life_left_secs(job: &Job, run_time_secs: u64) -> Option<u64> {
    job.life_span_minutes.map(|minutes| (u64::from(minutes) * 60).saturating_sub(run_time_secs))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn job(id: &str, status: &str) -> Job {
        serde_json::from_value(serde_json::json!({
            "id": id, "owner": "alice", "cluster": "default", "project": "demo", "uri": format!("job://default/demo/{id}"),
            "status": status, "created_at": "2026-11-23T10:00:00Z", "run_time_secs": 10.5,
            "observed_at": "2026-11-23T10:01:00Z", "container": {"image": "ubuntu:24.04"}, "total_price_credits": "0",
        }))
        .expect("a job of the contract")
    }

    #[test]
    fn only_jobs_that_can_still_change_can_be_killed_or_extended() {
        for status in JobStatus::ALL {
            let mut job = job("job-1", status.as_str());
            assert_eq!(kill_refusal(&job).is_none(), status.is_active(), "{status:?}");
            assert!(extend_refusal(&job).is_some());
            job.life_span_minutes = Some(60);
            assert_eq!(extend_refusal(&job).is_none(), status.is_active(), "{status:?}");
        }
    }

    #[test]
    fn what_troubles_a_running_job_is_told_and_that_all_went_well_is_not() {
        for (status, told) in [("pending", true), ("running", true), ("failed", true), ("succeeded", false)] {
            let mut job = job("job-1", status);
            assert_eq!(telling_reason(&job), None);
            job.reason = Some("LogStalled".into());
            assert_eq!(telling_reason(&job).is_some(), told, "{status}");
        }
    }

    #[test]
    fn a_job_that_serves_http_without_an_address_says_how_to_reach_it() {
        let mut job = job("job-1", "running");
        assert!(!serves_http(&job));
        job.container.http_port = Some(8000);
        assert!(serves_http(&job));
        assert_eq!(http_refusal(&job), Some(job::OPEN_HTTP_NO_ADDRESS));
        for bad in ["javascript:alert(1)", "data:text/html,x", " http://x", "//x", ""] {
            job.http_url = Some(bad.into());
            assert_eq!(http_refusal(&job), Some(job::OPEN_HTTP_NO_ADDRESS), "{bad}");
        }
        job.http_url = Some("http://127.0.0.1:32768/".into());
        assert_eq!((http_refusal(&job), http_address(&job)), (None, Some("http://127.0.0.1:32768/")));
        job.status = JobStatus::Pending;
        assert_eq!(http_refusal(&job), Some(job::OPEN_HTTP_NOT_RUNNING));
    }

    #[test]
    fn only_a_running_job_can_be_saved() {
        for status in JobStatus::ALL {
            assert_eq!(
                save_refusal(&job("job-1", status.as_str())).is_none(),
                status == JobStatus::Running,
                "{status:?}"
            );
        }
    }

    #[test]
    fn a_running_jobs_time_goes_on_and_an_ended_ones_does_not() {
        assert_eq!(run_time_secs(&job("job-1", "running"), 1_000.0, 6_000.0), 15);
        assert_eq!(run_time_secs(&job("job-1", "running"), 6_000.0, 1_000.0), 10);
        assert_eq!(run_time_secs(&job("job-1", "failed"), 1_000.0, 6_000.0), 10);
    }

    #[test]
    fn a_life_span_runs_down_to_zero_and_not_below() {
        let mut job = job("job-1", "running");
        assert_eq!(life_left_secs(&job, 10), None);
        job.life_span_minutes = Some(1);
        assert_eq!(life_left_secs(&job, 10), Some(50));
        assert_eq!(life_left_secs(&job, 100), Some(0));
    }

    #[test]
    fn a_nameless_job_is_known_by_the_head_of_its_id() {
        assert_eq!(label(&job("job-0f0e0d0c-aaaa-bbbb-cccc-0123456789ab", "running")), "job-0f0e0d0c");
        assert_eq!(short_id("odd"), "odd");
    }
}
