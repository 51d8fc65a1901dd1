//! What can be refused about a job.

use crate::store::StoreError;

/// Why something about a job was refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JobError {
    /// No job has this id or name.
    #[error("no such job {0}")]
    NoSuchJob(String),
    /// A field of the request breaks a rule.
    #[error("{field}: {why}")]
    Field {
        /// Which, by its path in the request.
        field: String,
        /// The rule, and what was wrong.
        why: String,
    },
    /// Another active job of the project has this name. (The platform's own words.)
    #[error("Failed to create job: job with name '{name}' and project '{project}' already exists: '{by}'")]
    NameTaken {
        /// The name.
        name: String,
        /// The project.
        project: String,
        /// Id of the job that has it.
        by: String,
    },
    /// The name looks like an id. (The platform's own words.)
    #[error("Failed to create job: job name cannot start with 'job-' prefix.")]
    LooksLikeId,
    /// The job has ended, and what was asked makes sense for a living one only.
    #[error("Job '{0}' has already finished.")]
    Ended(String),
    /// There is no such cluster.
    #[error("User has no access to cluster '{0}', or there is no such cluster")]
    UnknownCluster(String),
    /// There is no such organisation.
    #[error("User has no access to org '{0}', or there is no such org")]
    UnknownOrg(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl JobError {
    pub(crate) fn field(field: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Field { field: field.into(), why: why.into() }
    }
}
