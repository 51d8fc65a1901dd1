//! What follows from an exit: the end of the job or another run.
//!
//! Owns the rules only; pure.

use std::time::Duration;

use platform::job::{JobStatus, RestartPolicy, reason};

use crate::clock;
use crate::engine::ContainerState;
use crate::jobs::JobRecord;

/// A run that lasted this long clears the account of restarts.
const LONG_RUN_NS: i64 = 10 * 60 * 1_000_000_000;

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) status: JobStatus,
    pub(super) reason: &'static str,
    pub(super) exit_code: Option<i32>,
    pub(super) description: Option<String>,
}

/// The words for an exited container.
pub(super) fn outcome(state: &ContainerState) -> Outcome {
    let exit_code = state.exit_code.map(|code| i32::try_from(code).unwrap_or(i32::MAX));
    let description = state.error.clone();
    let (status, reason) = match exit_code {
        Some(0) => (JobStatus::Succeeded, reason::COMPLETED),
        _ if state.oom_killed => (JobStatus::Failed, reason::OOM_KILLED),
        _ => (JobStatus::Failed, reason::ERROR),
    };
    Outcome { status, reason, exit_code, description }
}

/// Whether the job's policy wants another run.
pub(super) fn restarts(policy: RestartPolicy, outcome: &Outcome) -> bool {
    match policy {
        RestartPolicy::Never => false,
        RestartPolicy::OnFailure => outcome.status == JobStatus::Failed,
        RestartPolicy::Always => true,
    }
}

/// How long to wait before run number `run` (1 is the first restart), after a run that took `lasted_ns`.
pub(super) fn backoff(first: Duration, most: Duration, run: u32, lasted_ns: Option<i64>) -> Duration {
    if lasted_ns.is_some_and(|lasted| lasted >= LONG_RUN_NS) {
        return first.min(most);
    }
    first.saturating_mul(1 << run.saturating_sub(1).min(16)).min(most)
}

/// What is left of the job's life span; `None` when it has no limit.
pub(super) fn life_left(job: &JobRecord, now: jiff::Timestamp) -> Option<Duration> {
    let limit = Duration::from_secs(u64::from(job.max_run_time_minutes?) * 60);
    let used = Duration::try_from_secs_f64(job.run_time_seconds(now)).unwrap_or(Duration::MAX);
    Some(limit.saturating_sub(used))
}

/// Whether a process that is over ran on after the job's life span, because nobody was there to end it. Where the engine does not
/// tell when it ended it did not.
pub(super) fn outlived(job: &JobRecord, state: &ContainerState, now: jiff::Timestamp) -> bool {
    let Some(ended) = state.finished_ns.map(|at| clock::timestamp(at).min(now)) else { return false };
    let mut until_then = job.clone();
    until_then.transitions.retain(|item| item.transition_time <= ended);
    life_left(&until_then, ended) == Some(Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Phase;

    fn exited(code: i64, oom: bool) -> Outcome {
        outcome(&ContainerState {
            phase: Phase::Exited,
            exit_code: Some(code),
            oom_killed: oom,
            error: None,
            started_ns: None,
            finished_ns: None,
            published_port: None,
            ip: None,
            tty: false,
        })
    }

    #[test]
    fn an_exit_has_the_platform_s_words() {
        assert_eq!((exited(0, false).status, exited(0, false).reason), (JobStatus::Succeeded, reason::COMPLETED));
        assert_eq!((exited(3, false).status, exited(3, false).reason), (JobStatus::Failed, reason::ERROR));
        assert_eq!(exited(137, true).reason, reason::OOM_KILLED);
        // A child was killed for memory, the job itself went well.
        assert_eq!(exited(0, true).status, JobStatus::Succeeded);
    }

    #[test]
    fn policies_decide_about_another_run() {
        for (policy, after_success, after_failure) in [
            (RestartPolicy::Never, false, false),
            (RestartPolicy::OnFailure, false, true),
            (RestartPolicy::Always, true, true),
        ] {
            assert_eq!(restarts(policy, &exited(0, false)), after_success);
            assert_eq!(restarts(policy, &exited(1, false)), after_failure);
        }
    }

    #[test]
    fn waits_double_to_a_limit_and_start_over_after_a_long_run() {
        let (first, most) = (Duration::from_secs(1), Duration::from_secs(60));
        let waits: Vec<u64> = (1..9).map(|run| backoff(first, most, run, Some(5)).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(backoff(first, most, u32::MAX, None), most);
        assert_eq!(backoff(first, most, 8, Some(LONG_RUN_NS)), first);
    }
}
