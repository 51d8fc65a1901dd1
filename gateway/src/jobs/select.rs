//! The console's selector in the platform's words.

use crate::session::Session;
use api::jobs::{JobSelector, JobStatus};
use platform::{job, job_selector};

/// Newest first, on the session's cluster.
pub(crate) fn upstream_selector(selector: &JobSelector, session: &Session) -> job_selector::JobSelector {
    job_selector::JobSelector {
        statuses: selector.statuses.iter().filter_map(|s| upstream_status(*s)).collect(),
        tags: selector.tags.clone(),
        owners: selector.owners.clone(),
        name: selector.name.clone(),
        since: selector.since,
        until: selector.until,
        clusters: vec![session.cluster.clone()],
        orgs: selector.orgs.clone(),
        projects: selector.projects.clone(),
        reverse: true,
        being_dropped: Some(false),
        logs_removed: Some(false),
        ..job_selector::JobSelector::default()
    }
}

/// None for the word that stands for unknown ones.
fn upstream_status(status: JobStatus) -> Option<job::JobStatus> {
    match status {
        JobStatus::Pending => Some(job::JobStatus::Pending),
        JobStatus::Suspended => Some(job::JobStatus::Suspended),
        JobStatus::Running => Some(job::JobStatus::Running),
        JobStatus::Succeeded => Some(job::JobStatus::Succeeded),
        JobStatus::Failed => Some(job::JobStatus::Failed),
        JobStatus::Cancelled => Some(job::JobStatus::Cancelled),
        JobStatus::Unknown => None,
    }
}

/// Whether a job is one the selector means; the cluster's own rules, for jobs that were read by another query.
pub(crate) fn matches(selector: &JobSelector, job: &api::jobs::Job) -> bool {
    let any = |wanted: &[String], is: &str| wanted.is_empty() || wanted.iter().any(|w| w == is);
    (selector.statuses.is_empty() || selector.statuses.contains(&job.status))
        && any(&selector.owners, &job.owner)
        && (selector.orgs.is_empty() || job.org.as_ref().is_some_and(|org| selector.orgs.contains(org)))
        && any(&selector.projects, &job.project)
        && selector.tags.iter().all(|tag| job.tags.contains(tag))
        && selector.name.as_ref().is_none_or(|name| job.name.as_ref() == Some(name))
        && selector.since.is_none_or(|since| job.created_at >= since)
        && selector.until.is_none_or(|until| job.created_at <= until)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_of_another_organisation_is_none_of_those_of_one() {
        let job = |org: Option<&str>| -> api::jobs::Job {
            serde_json::from_value(serde_json::json!({
                "id": "job-1", "owner": "alice", "cluster": "default", "org": org, "project": "demo",
                "uri": "job://default/demo/job-1", "status": "running", "created_at": "2026-11-23T10:00:00Z",
                "run_time_secs": 1.5, "observed_at": "2026-11-23T10:01:00Z", "container": {"image": "ubuntu"},
                "total_price_credits": "0",
            }))
            .expect("a job of the contract")
        };
        let selector = JobSelector { orgs: vec!["acme".into()], ..JobSelector::default() };
        let told = [Some("acme"), Some("beta"), None].map(|org| matches(&selector, &job(org)));
        assert_eq!(told, [true, false, false]);
        assert!(matches(&JobSelector::default(), &job(Some("beta"))));
    }
}
