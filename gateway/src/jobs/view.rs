//! The platform's job as the console sees it.

use api::jobs::{Container, Job, JobStatus, Resources, RestartPolicy, Transition};
use jiff::Timestamp;
use platform::job;

/// Converts; `now` is when the job was read.
pub(crate) fn view(job: job::Job, now: Timestamp) -> Job {
    let project = job.project_name.unwrap_or_else(|| job.owner.clone());
    Job {
        id: job.id,
        name: job.name,
        owner: job.owner,
        cluster: job.cluster_name,
        org: job.org_name,
        project,
        uri: job.uri,
        status: status(job.status),
        reason: job.history.reason,
        status_description: job.history.description,
        exit_code: job.history.exit_code,
        created_at: job.history.created_at,
        started_at: job.history.started_at,
        finished_at: job.history.finished_at,
        run_time_secs: job.history.run_time_seconds,
        observed_at: now,
        restarts: job.history.restarts,
        transitions: job.statuses.into_iter().map(transition).collect(),
        container: container(job.container),
        preset: job.preset_name,
        tags: job.tags,
        description: job.description,
        http_url: job.http_url_named.or(job.http_url).filter(|url| is_web(url)),
        restart_policy: restart_policy(job.restart_policy.unwrap_or_default()),
        life_span_minutes: job.max_run_time_minutes,
        schedule_timeout_secs: job.schedule_timeout,
        total_price_credits: job.total_price_credits,
    }
}

/// A link is offered for web addresses only, never for `javascript:` and its like.
fn is_web(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

/// Statuses word by word.
pub(crate) fn status(status: job::JobStatus) -> JobStatus {
    match status {
        job::JobStatus::Pending => JobStatus::Pending,
        job::JobStatus::Suspended => JobStatus::Suspended,
        job::JobStatus::Running => JobStatus::Running,
        job::JobStatus::Succeeded => JobStatus::Succeeded,
        job::JobStatus::Failed => JobStatus::Failed,
        job::JobStatus::Cancelled => JobStatus::Cancelled,
        job::JobStatus::Unknown => JobStatus::Unknown,
    }
}

fn restart_policy(policy: job::RestartPolicy) -> RestartPolicy {
    match policy {
        job::RestartPolicy::Never => RestartPolicy::Never,
        job::RestartPolicy::OnFailure => RestartPolicy::OnFailure,
        job::RestartPolicy::Always => RestartPolicy::Always,
    }
}

fn transition(item: job::StatusItem) -> Transition {
    Transition {
        time: item.transition_time,
        status: status(item.status),
        reason: item.reason,
        description: item.description,
        exit_code: item.exit_code,
    }
}

fn container(container: job::Container) -> Container {
    Container {
        image: container.image,
        entrypoint: container.entrypoint,
        command: container.command,
        working_dir: container.working_dir,
        env: container.env,
        http_port: container.http.map(|http| http.port),
        tty: container.tty,
        resources: Resources { cpu: container.resources.cpu, memory_bytes: container.resources.memory },
    }
}
