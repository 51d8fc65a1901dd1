//! The jobs' story as the runner needs it: read, add a transition, settle.
//!
//! A trait, so that the runner is tested with a story in memory and a clock that jumps.

use async_trait::async_trait;
use platform::job::StatusItem;
use tokio::sync::broadcast;

use crate::jobs::{JobError, JobRecord, Jobs};

/// Where the runner reads jobs and writes what became of them.
#[async_trait]
pub(crate) trait JobBook: Send + Sync + std::fmt::Debug {
    /// The job with this id.
    async fn get(&self, id: &str) -> Result<JobRecord, JobError>;
    /// Every job not settled yet.
    async fn materialized(&self) -> Result<Vec<JobRecord>, JobError>;
    /// Adds a transition; false when the story already says it or the job has ended.
    async fn record(&self, id: &str, item: &StatusItem) -> Result<bool, JobError>;
    /// Where the job's HTTP port is published.
    async fn set_http_port(&self, id: &str, port: Option<u16>) -> Result<(), JobError>;
    /// The engine holds nothing of the job any more.
    async fn settle(&self, id: &str) -> Result<(), JobError>;
    /// Ids of jobs as they are created or change.
    fn changes(&self) -> broadcast::Receiver<String>;
}

#[async_trait]
impl JobBook for Jobs {
    async fn get(&self, id: &str) -> Result<JobRecord, JobError> {
        Jobs::get(self, id).await
    }

    async fn materialized(&self) -> Result<Vec<JobRecord>, JobError> {
        Jobs::materialized(self).await
    }

    async fn record(&self, id: &str, item: &StatusItem) -> Result<bool, JobError> {
        Jobs::record(self, id, item).await
    }

    async fn set_http_port(&self, id: &str, port: Option<u16>) -> Result<(), JobError> {
        Jobs::set_http_port(self, id, port).await
    }

    async fn settle(&self, id: &str) -> Result<(), JobError> {
        Jobs::settle(self, id).await
    }

    fn changes(&self) -> broadcast::Receiver<String> {
        Jobs::changes(self)
    }
}
