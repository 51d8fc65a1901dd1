//! The one question this edge asks of whoever runs the jobs: which container is a job's, now.

use crate::runner::{Runner, Running};

/// Whoever knows where jobs run.
pub(crate) trait Live: Send + Sync + std::fmt::Debug {
    /// The container of this job, if its process runs.
    fn running(&self, job: &str) -> Option<Running>;
}

impl Live for Runner {
    fn running(&self, job: &str) -> Option<Running> {
        Runner::running(self, job)
    }
}
