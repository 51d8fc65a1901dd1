//! A job as the cluster remembers it.
//!
//! Owns identity, story and what follows from the story. Knows neither SQL nor the wire.

use jiff::Timestamp;
use platform::job::{JobStatus, StatusItem, reason};

use super::spec::JobSpec;

/// A job.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct JobRecord {
    /// Order of creation.
    pub(crate) seq: i64,
    /// `job-<uuid4>`.
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) owner: String,
    pub(crate) org: String,
    pub(crate) project: String,
    pub(crate) created_at: Timestamp,
    pub(crate) spec: JobSpec,
    pub(crate) max_run_time_minutes: Option<u32>,
    /// The loopback port its own HTTP port is published on.
    pub(crate) http_port: Option<u16>,
    /// The engine may still hold something of it.
    pub(crate) materialized: bool,
    pub(crate) being_dropped: bool,
    pub(crate) logs_removed: bool,
    /// Its story, oldest first; never empty.
    pub(crate) transitions: Vec<StatusItem>,
}

impl JobRecord {
    /// The last transition.
    pub(crate) fn last(&self) -> &StatusItem {
        self.transitions.last().expect("a job is stored together with its first transition")
    }

    /// Where it stands.
    pub(crate) fn status(&self) -> JobStatus {
        self.last().status
    }

    /// When it first ran. A job that ended without running counts as started when it ended, as clients insist on a time.
    pub(crate) fn started_at(&self) -> Option<Timestamp> {
        self.transitions
            .iter()
            .find(|item| item.status == JobStatus::Running || item.status.is_finished())
            .map(|item| item.transition_time)
    }

    /// When it ended.
    pub(crate) fn finished_at(&self) -> Option<Timestamp> {
        self.status().is_finished().then(|| self.last().transition_time)
    }

    /// Whether an engine was ever asked for a container of it.
    pub(crate) fn was_launched(&self) -> bool {
        self.transitions.iter().any(|item| match item.status {
            JobStatus::Pending => item.reason.as_deref() == Some(reason::CONTAINER_CREATING),
            status => !status.is_finished(),
        })
    }

    /// How often it was started again.
    pub(crate) fn restarts(&self) -> u32 {
        let again = |item: &&StatusItem| {
            item.status == JobStatus::Suspended || item.reason.as_deref() == Some(reason::RESTARTING)
        };
        u32::try_from(self.transitions.iter().filter(again).count()).unwrap_or(u32::MAX)
    }

    /// Seconds spent running until `now`.
    pub(crate) fn run_time_seconds(&self, now: Timestamp) -> f64 {
        let ends = self.transitions.iter().skip(1).map(|item| item.transition_time).chain([now]);
        self.transitions
            .iter()
            .zip(ends)
            .filter(|(item, _)| item.status == JobStatus::Running)
            .map(|(item, end)| end.duration_since(item.transition_time).as_secs_f64().max(0.0))
            // Not sum(): the sum of nothing is -0.0, and that is how it would be shown.
            .fold(0.0, |all, one| all + one)
    }

    /// Exit code of the last run that ended.
    pub(crate) fn exit_code(&self) -> Option<i32> {
        self.transitions.iter().rev().find_map(|item| item.exit_code)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use platform::job::{Container, Resources};

    use super::*;

    pub(in crate::jobs) fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("in range")
    }

    pub(in crate::jobs) fn item(second: i64, status: JobStatus, reason: &str) -> StatusItem {
        StatusItem {
            transition_time: at(second),
            status,
            reason: Some(reason.to_owned()),
            description: None,
            exit_code: None,
        }
    }

    pub(in crate::jobs) fn spec() -> JobSpec {
        JobSpec {
            container: Container {
                image: "ubuntu:latest".to_owned(),
                resources: Resources { cpu: 1.0, memory: 1 << 30, ..Resources::default() },
                ..Container::default()
            },
            preset_name: Some("cpu-small".to_owned()),
            tags: Vec::new(),
            description: None,
            restart_policy: platform::job::RestartPolicy::Never,
            schedule_timeout: None,
            priority: None,
            scheduler_enabled: false,
            wait_for_jobs_quota: false,
        }
    }

    pub(in crate::jobs) fn record(transitions: Vec<StatusItem>) -> JobRecord {
        JobRecord {
            seq: 1,
            id: "job-00000000-0000-4000-8000-000000000001".to_owned(),
            name: Some("train".to_owned()),
            owner: "alice".to_owned(),
            org: "main".to_owned(),
            project: "demo".to_owned(),
            created_at: at(0),
            spec: spec(),
            max_run_time_minutes: Some(1440),
            http_port: None,
            materialized: true,
            being_dropped: false,
            logs_removed: false,
            transitions,
        }
    }

    #[test]
    fn run_time_counts_running_only_and_stops_at_the_end() {
        let job = record(vec![
            item(0, JobStatus::Pending, "Creating"),
            item(10, JobStatus::Running, "Restarting"),
            item(25, JobStatus::Suspended, "Restarting"),
            item(100, JobStatus::Running, "Restarting"),
            item(105, JobStatus::Succeeded, "Completed"),
        ]);
        assert!((job.run_time_seconds(at(1000)) - 20.0).abs() < 1e-9);
        assert_eq!(job.finished_at(), Some(at(105)));
        assert_eq!(job.started_at(), Some(at(10)));
    }

    #[test]
    fn a_job_that_never_ran_started_when_it_ended() {
        let job = record(vec![item(0, JobStatus::Pending, "Creating"), item(9, JobStatus::Failed, "Collected")]);
        assert_eq!(job.started_at(), Some(at(9)));
        assert_eq!(job.run_time_seconds(at(1000)).to_string(), "0");
    }

    #[test]
    fn a_waiting_job_has_neither_start_nor_end() {
        let job = record(vec![item(0, JobStatus::Pending, "Creating")]);
        assert_eq!((job.started_at(), job.finished_at(), job.restarts()), (None, None, 0));
    }
}
