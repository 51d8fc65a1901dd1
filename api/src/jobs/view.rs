//! What the console sees of a job, and the events that keep it true.

use crate::logs::EndReason;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A job, as `GET /api/v1/jobs/{id}` and the events stream show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// `job-<uuid>`; opaque.
    pub id: String,
    /// Its name, if it was given one. Unique among a project's active jobs only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who started it.
    pub owner: String,
    /// Cluster it runs on.
    pub cluster: String,
    /// Organisation it belongs to, on platforms that have them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<String>,
    /// Project it belongs to.
    pub project: String,
    /// `job://CLUSTER/ORG/PROJECT/ID`.
    pub uri: String,
    /// Where it stands.
    pub status: JobStatus,
    /// The platform's word for why: `Creating`, `Pulling`, `OOMKilled` ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// More about the reason, often the engine's own message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_description: Option<String>,
    /// Exit code of the last run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// When it was accepted.
    #[serde(deserialize_with = "crate::time::read")]
    pub created_at: Timestamp,
    /// When it first ran.
    #[serde(default, deserialize_with = "crate::time::read_option", skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, deserialize_with = "crate::time::read_option", skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// Total time spent running until `observed_at`, seconds.
    pub run_time_secs: f64,
    /// When the gateway read all this; lets a page count on without trusting its own clock.
    #[serde(deserialize_with = "crate::time::read")]
    pub observed_at: Timestamp,
    /// How often it was started again.
    #[serde(default)]
    pub restarts: u32,
    /// Its story, oldest first.
    #[serde(default)]
    pub transitions: Vec<Transition>,
    /// What runs in it.
    pub container: Container,
    /// Its preset, if it was started from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// Labels of the user's own, sorted.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The user's own words about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where its HTTP port is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_url: Option<String>,
    /// What happens when it ends.
    #[serde(default)]
    pub restart_policy: RestartPolicy,
    /// Longest running time, minutes; absent: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub life_span_minutes: Option<u32>,
    /// Longest wait for a place, seconds; absent: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule_timeout_secs: Option<f64>,
    /// Credits it has cost, a decimal number.
    pub total_price_credits: String,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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
    /// A status this reader does not know.
    #[default]
    #[serde(other)]
    Unknown,
}

impl JobStatus {
    /// All known statuses, in the order of a job's life.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Suspended, Self::Running, Self::Succeeded, Self::Failed, Self::Cancelled];

    /// Whether it can still change.
    #[must_use]
    pub fn is_active(self) -> bool {
        matches!(self, Self::Pending | Self::Suspended | Self::Running)
    }

    /// Whether it has ended for good.
    #[must_use]
    pub fn is_finished(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }

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

    /// The status a wire word means; None for one that is not known.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == word)
    }
}

/// One step of a job's story.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    /// When.
    #[serde(deserialize_with = "crate::time::read")]
    pub time: Timestamp,
    /// To what.
    pub status: JobStatus,
    /// The platform's word for why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Exit code, on steps that end a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
}

/// What runs in a job.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Container {
    /// Image reference, as the engine takes it.
    pub image: String,
    /// Replaces the image's entrypoint; a shell-quoted string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entrypoint: Option<String>,
    /// Replaces the image's command; a shell-quoted string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Where it starts; an absolute path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
    /// Environment.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Port its HTTP server listens on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_port: Option<u16>,
    /// Whether it has a terminal.
    #[serde(default)]
    pub tty: bool,
    /// What it may use.
    #[serde(default)]
    pub resources: Resources,
}

/// What a container may use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Resources {
    /// Cores; may be a fraction.
    pub cpu: f64,
    /// Memory in bytes.
    pub memory_bytes: u64,
}

/// What happens when a job's process ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestartPolicy {
    /// It stays ended.
    #[default]
    Never,
    /// It is started again unless it exited with 0.
    OnFailure,
    /// It is started again.
    Always,
    /// A policy this reader does not know.
    #[serde(other)]
    Unknown,
}

/// A text frame of `WS /api/v1/jobs/events?<JobSelector>`: first `init`, then the jobs that match now, `init_done`, then changes.
///
/// `WS /api/v1/jobs/{id}/events` tells the same of one job, and ends when the job has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum JobEvent {
    /// The stream begins; forget what you had.
    Init,
    /// A job as it is now: new or changed.
    Job {
        /// The whole view.
        job: Box<Job>,
    },
    /// The job is gone, or no longer yours to see.
    Removed {
        /// Which.
        id: String,
    },
    /// Everything that matched was sent, as far as it reaches; what follows are changes.
    InitDone(Reach),
    /// The cluster cannot be reached; what you have may be old, until `recovered` or `init_done`.
    Waiting {
        /// For the person at the screen.
        message: String,
    },
    /// After `waiting`: what you have is true again.
    Recovered,
    /// Nothing new, still there.
    Heartbeat,
    /// No more will come on this stream.
    End {
        /// Why.
        reason: EndReason,
    },
    /// An event this reader does not know.
    #[serde(other)]
    Unknown,
}

/// How much of what matched was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// There was too much: all that was created after this was sent, of what is older perhaps not all.
    #[serde(default, deserialize_with = "crate::time::read_option", skip_serializing_if = "Option::is_none")]
    pub after: Option<Timestamp>,
}
