//! The one question this edge asks of whoever runs the jobs: which container is a job's, now.

use std::sync::Arc;

use crate::engine::{ContainerId, Engine};

/// A container whose process runs.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) container: ContainerId,
}

/// Whoever knows where jobs run.
pub(crate) trait Live: Send + Sync + std::fmt::Debug {
    /// The container of this job, if its process runs.
    fn running(&self, job: &str) -> Option<Running>;
}
