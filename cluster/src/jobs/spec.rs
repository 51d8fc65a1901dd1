//! What a job was asked to be, with every default filled in. It never changes after the job was accepted.
//!
//! Owns the stored form. Does not know how it was asked for (see `create`) nor how it is run.

use platform::job::{Container, Priority, RestartPolicy};
use serde::{Deserialize, Serialize};

/// What a job is.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(crate) struct JobSpec {
    /// What runs; `resources` are final numbers.
    pub(crate) container: Container,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) preset_name: Option<String>,
    /// Sorted, without repetitions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) restart_policy: RestartPolicy,
    /// Longest wait before the first run, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) schedule_timeout: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) priority: Option<Priority>,
    #[serde(default)]
    pub(crate) scheduler_enabled: bool,
    #[serde(default)]
    pub(crate) wait_for_jobs_quota: bool,
}

impl JobSpec {
    /// The words that replace the image's entrypoint; none: the image's own.
    pub(crate) fn entrypoint_words(&self) -> Option<Vec<String>> {
        words(self.container.entrypoint.as_deref())
    }

    /// The words that replace the image's command; none: the image's own.
    pub(crate) fn command_words(&self) -> Option<Vec<String>> {
        words(self.container.command.as_deref())
    }

    /// Whether `/dev/shm` may be as large as memory.
    pub(crate) fn large_shm(&self) -> bool {
        self.container.resources.shm.unwrap_or(true)
    }
}

fn words(text: Option<&str>) -> Option<Vec<String>> {
    let split = shell_words::split(text?).expect("quotes were checked when the job was accepted");
    (!split.is_empty()).then_some(split)
}
