//! What changed between two looks at the platform, which has no watch. Sans I/O.

use platform::job::Job;
use std::collections::HashMap;

/// What the last look saw of the jobs that can still change.
#[derive(Debug, Default)]
pub(crate) struct Known {
    jobs: HashMap<String, Job>,
    /// Asked for without an answer; asked for again.
    unanswered: Vec<String>,
}

/// The difference a look makes.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Changes {
    /// New or changed, in the order seen.
    pub(crate) changed: Vec<Job>,
    /// Was active, is not among the active ones any more: to be asked for one by one.
    pub(crate) missing: Vec<String>,
}

impl Known {
    /// Takes in a look: all active jobs, and those created since the look before whatever their state.
    pub(crate) fn look(&mut self, active: Vec<Job>, recent: Vec<Job>) -> Changes {
        let mut changes = Changes::default();
        let mut now = HashMap::with_capacity(active.len());
        for job in active.into_iter().chain(recent) {
            let before = self.jobs.remove(&job.id).or_else(|| now.remove(&job.id));
            if before.is_none_or(|before| !says_the_same(&before, &job)) {
                changes.changed.push(job.clone());
            }
            now.insert(job.id.clone(), job);
        }
        let gone = self.jobs.drain().filter(|(_, job)| !job.status.is_finished()).map(|(id, _)| id);
        changes.missing = gone.chain(self.unanswered.drain(..)).collect();
        changes.missing.sort();
        // Ended jobs are kept for one more look, so that the overlap of `recent` does not tell them twice.
        self.jobs = now;
        changes
    }

    /// A page was shown this job as active by a list of its own: when it ends, that is a change.
    pub(crate) fn expect(&mut self, job: Job) {
        if !job.status.is_finished() {
            self.jobs.entry(job.id.clone()).or_insert(job);
        }
    }

    /// A missing job could not be asked for: it is missing again in the next look.
    pub(crate) fn keep_asking(&mut self, id: String) {
        self.unanswered.push(id);
    }
}

/// Whether a page would show the same. Run time and price grow by themselves and are no change.
fn says_the_same(a: &Job, b: &Job) -> bool {
    let plain = |job: &Job| {
        let mut job = job.clone();
        job.history.run_time_seconds = 0.0;
        job.total_price_credits = String::new();
        job
    };
    a.status == b.status && a.statuses.len() == b.statuses.len() && plain(a) == plain(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn job(id: &str, status: &str, run_time: f64) -> Job {
        serde_json::from_value(json!({
            "id": id, "owner": "alice", "cluster_name": "default", "status": status,
            "history": {"status": status, "created_at": "2026-11-23T08:00:00Z", "run_time_seconds": run_time},
            "container": {"image": "busybox", "resources": {"cpu": 1.0, "memory": 1}}, "uri": "job://default/acme/demo/x",
        }))
        .expect("a job")
    }

    fn ids(changes: &Changes) -> (Vec<&str>, Vec<&str>) {
        let changed = changes.changed.iter().map(|j| j.id.as_str()).collect();
        (changed, changes.missing.iter().map(String::as_str).collect())
    }

    #[test]
    fn only_what_a_page_would_show_differently_is_a_change() {
        let mut known = Known::default();
        assert_eq!(ids(&known.look(vec![job("a", "pending", 0.0), job("b", "running", 1.0)], vec![])).0, ["a", "b"]);
        let changes = known.look(vec![job("a", "running", 0.0), job("b", "running", 2.0)], vec![]);
        assert_eq!(ids(&changes), (vec!["a"], vec![]));
    }

    #[test]
    fn a_job_that_left_the_active_ones_is_asked_for_once() {
        let mut known = Known::default();
        known.look(vec![job("a", "running", 0.0)], vec![]);
        assert_eq!(ids(&known.look(vec![], vec![])), (vec![], vec!["a"]));
        known.keep_asking("a".into());
        assert_eq!(ids(&known.look(vec![], vec![])), (vec![], vec!["a"]));
        assert_eq!(ids(&known.look(vec![], vec![])), (vec![], vec![]));
    }

    #[test]
    fn a_job_that_came_and_ended_between_two_looks_is_told_once() {
        let mut known = Known::default();
        known.look(vec![], vec![]);
        let recent = || vec![job("quick", "succeeded", 0.1)];
        assert_eq!(ids(&known.look(vec![], recent())).0, ["quick"]);
        assert_eq!(ids(&known.look(vec![], recent())), (vec![], vec![]));
        assert_eq!(ids(&known.look(vec![], vec![])), (vec![], vec![]));
    }

    #[test]
    fn a_job_that_a_page_was_shown_and_that_ended_before_the_first_look_is_asked_for() {
        let mut known = Known::default();
        known.expect(job("a", "running", 0.0));
        known.expect(job("b", "failed", 0.0));
        assert_eq!(ids(&known.look(vec![], vec![])), (vec![], vec!["a"]));
    }

    #[test]
    fn a_job_in_both_lists_is_one_job() {
        let mut known = Known::default();
        let changes = known.look(vec![job("a", "pending", 0.0)], vec![job("a", "pending", 0.0)]);
        assert_eq!(ids(&changes).0, ["a"]);
    }
}
