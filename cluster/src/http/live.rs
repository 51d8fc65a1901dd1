//! What this edge asks of whoever runs the jobs: which container is a job's now, and what is wrong with its log.

use crate::runner::{Runner, Running, Stall};

/// Whoever knows where jobs run.
pub(crate) trait Live: Send + Sync + std::fmt::Debug {
    /// The container of this job, if its process runs.
    fn running(&self, job: &str) -> Option<Running>;

    /// What keeps this job's output from being stored now.
    fn stall(&self, job: &str) -> Option<Stall>;
}

impl Live for Runner {
    fn running(&self, job: &str) -> Option<Running> {
        Runner::running(self, job)
    }

    fn stall(&self, job: &str) -> Option<Stall> {
        Runner::stall(self, job)
    }
}
