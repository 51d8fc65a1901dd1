//! What a job is made of, and how it is given more time.

use super::RestartPolicy;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `POST /api/v1/jobs`: starts a job. Answers 201 with a [`super::Job`]; 400 `invalid_request` with `field` where one is at fault;
/// 409 `conflict` when the name is in use by an active job of the project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobCreate {
    /// Image reference (`ubuntu`, `host:5000/x:tag`) or `image:` URI; the tag defaults to `latest`.
    pub image: String,
    /// Preset; the cluster's first when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// Name: 3 to 40 lower-case letters, digits and single inner hyphens, beginning with a letter and not with `job-`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Organisation of the project; the session's when absent. Another one wants its project named too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<String>,
    /// Project; the session's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Replaces the image's entrypoint; split by shell rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entrypoint: Option<String>,
    /// Replaces the image's command; split by shell rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Absolute path to start in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
    /// Environment.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// Port of the job's HTTP server, to be given an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_port: Option<u16>,
    /// Give the process a terminal.
    #[serde(default)]
    pub tty: bool,
    /// At most 16, each 1 to 256 characters without white space.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The user's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Longest running time, minutes, at least 1; absent: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub life_span_minutes: Option<u32>,
    /// Longest wait for a place, seconds: 1 to 30 days; absent: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule_timeout_secs: Option<f64>,
    /// What happens when the process ends.
    #[serde(default)]
    pub restart_policy: RestartPolicy,
}

/// `POST /api/v1/jobs/{id}/life-span`: gives a job more time. Answers the [`super::Job`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LifeSpan {
    /// Minutes to add, at least 1.
    pub add_minutes: u32,
}
