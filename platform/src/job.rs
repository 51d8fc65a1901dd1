//! The job object, as servers send it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// `job-<uuid4>`.
    pub id: String,
    /// Who started it.
    pub owner: String,
    /// Where it runs.
    pub cluster_name: String,
    /// Its organisation; absent on platforms without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org_name: Option<String>,
    /// Its project; the owner's name on platforms without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_name: Option<String>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it stands.
    pub status: JobStatus,
    /// The last transition and the sums.
    pub history: History,
    /// Its story, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<StatusItem>,
    /// What runs in it.
    pub container: Container,
    /// Whether it waits its turn.
    #[serde(default)]
    pub scheduler_enabled: bool,
    /// Whether the platform's configuration was passed in.
    #[serde(default)]
    pub pass_config: bool,
    /// `job://CLUSTER/ORG/PROJECT/ID`.
    pub uri: String,
    /// Credits it has cost, a decimal number.
    #[serde(default = "zero")]
    pub total_price_credits: String,
    /// Credits an hour of it costs, a decimal number.
    #[serde(default = "zero")]
    pub price_credits_per_hour: String,
    /// Sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The user's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The preset it was started from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset_name: Option<String>,
    /// Address of its HTTP port, by id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_url: Option<String>,
    /// Address of its HTTP port, by name; shown first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_url_named: Option<String>,
    /// Host name inside the cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub internal_hostname: Option<String>,
    /// When it is started again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart_policy: Option<RestartPolicy>,
    /// Longest running time, minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_run_time_minutes: Option<u32>,
    /// Longest wait, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule_timeout: Option<f64>,
    /// `low`, `normal` or `high`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Runs with all rights of its machine.
    #[serde(default)]
    pub privileged: bool,
    /// Being deleted.
    #[serde(default)]
    pub being_dropped: bool,
    /// Its logs are gone.
    #[serde(default)]
    pub logs_removed: bool,
    /// Its cost and run time are final.
    #[serde(default)]
    pub materialized: bool,
}

fn zero() -> String {
    "0".to_owned()
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// Waiting for its image or a place.
    Pending,
    /// Put aside; will go on.
    Suspended,
    /// Running.
    Running,
    /// Ended with exit code 0.
    Succeeded,
    /// Ended otherwise.
    Failed,
    /// Ended by a person or a limit.
    Cancelled,
    /// A word this reader does not know.
    #[serde(other)]
    Unknown,
}

impl JobStatus {
    /// All known statuses.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Suspended, Self::Running, Self::Succeeded, Self::Failed, Self::Cancelled];

    /// The wire word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Suspended => "suspended",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Unknown => "unknown",
        }
    }

    /// The status a wire word means.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == word)
    }

    /// Whether it is final: any later transition is an error.
    #[must_use]
    pub fn is_finished(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// The words servers give as `reason`; others are possible, so the wire type is text.
pub mod reason {
    /// pending: accepted.
    pub const CREATING: &str = "Creating";
    /// pending: waiting for a place.
    pub const SCHEDULING: &str = "Scheduling";
    /// pending: the image is being fetched.
    pub const PULLING: &str = "Pulling";
    /// pending: the container is being made.
    pub const CONTAINER_CREATING: &str = "ContainerCreating";
    /// pending: the image could not be fetched.
    pub const ERR_IMAGE_PULL: &str = "ErrImagePull";
    /// pending: waiting before fetching again.
    pub const IMAGE_PULL_BACK_OFF: &str = "ImagePullBackOff";
    /// pending: the reference is not one.
    pub const INVALID_IMAGE_NAME: &str = "InvalidImageName";
    /// failed: given up while pending.
    pub const COLLECTED: &str = "Collected";
    /// running: started again.
    pub const RESTARTING: &str = "Restarting";
    /// succeeded.
    pub const COMPLETED: &str = "Completed";
    /// failed: exit code other than 0.
    pub const ERROR: &str = "Error";
    /// failed: used more memory than it may.
    pub const OOM_KILLED: &str = "OOMKilled";
    /// failed: the command cannot be started.
    pub const CONTAINER_CANNOT_RUN: &str = "ContainerCannotRun";
    /// failed: the container is gone.
    pub const NOT_FOUND: &str = "NotFound";
    /// failed: waited for a place longer than its schedule timeout.
    pub const CLUSTER_SCALE_UP_FAILED: &str = "ClusterScaleUpFailed";
    /// cancelled: by a person.
    pub const USER_REQUESTED: &str = "UserRequested";
    /// cancelled: its life span ended.
    pub const LIFE_SPAN_ENDED: &str = "LifeSpanEnded";
}

/// The last transition and the sums.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// Where it stands.
    pub status: JobStatus,
    /// Why, in one word of [`reason`] or another.
    #[serde(default)]
    pub reason: Option<String>,
    /// More about it.
    #[serde(default)]
    pub description: Option<String>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it first ran; clients insist on it from running on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended; clients insist on it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// How often it was started again.
    #[serde(default)]
    pub restarts: u32,
    /// Total time spent running, seconds.
    #[serde(default)]
    pub run_time_seconds: f64,
    /// Exit code of the last run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
}

/// One transition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusItem {
    /// When.
    pub transition_time: Timestamp,
    /// To what.
    pub status: JobStatus,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
    /// More about it.
    #[serde(default)]
    pub description: Option<String>,
    /// Exit code, on transitions that end a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
}

impl StatusItem {
    /// Whether it says the same as `other`, whenever that was: such an item is not added to the story again.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        (self.status, &self.reason, &self.description, self.exit_code)
            == (other.status, &other.reason, &other.description, other.exit_code)
    }
}

/// What runs in a job. `entrypoint` and `command` are single strings, split by shell rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Container {
    /// Image reference; one that begins with the registry's host is the platform's own.
    pub image: String,
    /// Replaces the image's entrypoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entrypoint: Option<String>,
    /// Replaces the image's command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Absolute path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
    /// Environment.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Its HTTP server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<Http>,
    /// Whether it has a terminal.
    #[serde(default)]
    pub tty: bool,
    /// What it may use.
    pub resources: Resources,
    /// Storage volumes; shown, not interpreted here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<serde_json::Value>,
}

/// A job's HTTP server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Port it listens on.
    pub port: u16,
    /// Whether callers must be signed in.
    #[serde(default)]
    pub requires_auth: bool,
    /// Path that tells whether it is well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_path: Option<String>,
}

/// What a container may use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Resources {
    /// Cores.
    pub cpu: f64,
    /// Memory, bytes.
    #[serde(default)]
    pub memory: u64,
    /// Memory, MiB; for clients of 2021.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<u64>,
    /// Whether `/dev/shm` is as large as memory; absent means yes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shm: Option<bool>,
    /// GPUs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nvidia_gpu: Option<u32>,
    /// Their model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nvidia_gpu_model: Option<String>,
}

/// When a job is started again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestartPolicy {
    /// Never.
    #[default]
    Never,
    /// Unless it exited with 0.
    OnFailure,
    /// Always.
    Always,
}

/// How a waiting job stands to others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// After normal ones.
    Low,
    /// As most.
    #[default]
    Normal,
    /// Before normal ones.
    High,
}
