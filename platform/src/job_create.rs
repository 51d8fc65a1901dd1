//! What clients send to start a job: `POST API/jobs?from_preset` (flat) and `POST API/jobs` (with a container object).

use crate::job::{Http, Priority, RestartPolicy};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The flat form: the container's keys lie beside the job's, and the preset decides the resources.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FromPreset {
    /// The job's own keys.
    #[serde(flatten)]
    pub job: JobKeys,
    /// Preset; the cluster's first when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset_name: Option<String>,
    /// The container's keys. `resources` may hold `shm` only.
    #[serde(flatten)]
    pub container: ContainerKeys,
}

/// The container form: resources are told one by one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WithContainer {
    /// The job's own keys.
    #[serde(flatten)]
    pub job: JobKeys,
    /// The container.
    pub container: ContainerKeys,
    /// Whether it waits its turn.
    #[serde(default)]
    pub scheduler_enabled: bool,
}

/// Keys of the job itself, the same in both forms. Absent keys are filled in by the server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JobKeys {
    /// Pass the caller's configuration into the job.
    #[serde(default)]
    pub pass_config: bool,
    /// Cluster; the caller's first when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster_name: Option<String>,
    /// Organisation; the cluster's first when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org_name: Option<String>,
    /// Project; the caller's name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_name: Option<String>,
    /// See [`crate::name::job_name`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// At most 16, each 1 to 256 characters without white space.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The user's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Longest wait, seconds: 1 up to 30 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule_timeout: Option<f64>,
    /// Longest running time, minutes, at least 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_run_time_minutes: Option<u32>,
    /// When it is started again; never when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart_policy: Option<RestartPolicy>,
    /// Wait for the quota rather than be refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wait_for_jobs_quota: bool,
    /// Run with all rights of the machine.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub privileged: bool,
    /// How it stands to others that wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// When energy is cheap; a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub energy_schedule_name: Option<String>,
}

/// Keys of the container.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ContainerKeys {
    /// Image reference.
    pub image: String,
    /// Replaces the image's entrypoint; one shell-quoted string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entrypoint: Option<String>,
    /// Replaces the image's command; one shell-quoted string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Absolute path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
    /// Its HTTP server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<Http>,
    /// Environment.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// Environment from secrets: `secret://` URIs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub secret_env: BTreeMap<String, String>,
    /// Storage volumes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<serde_json::Value>,
    /// Secrets as files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secret_volumes: Vec<serde_json::Value>,
    /// Disks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disk_volumes: Vec<serde_json::Value>,
    /// Give the process a terminal.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tty: bool,
    /// What it may use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<ResourceKeys>,
}

/// Resources asked for. With a preset, only `shm`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResourceKeys {
    /// Cores, at least 0.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<f64>,
    /// Memory in bytes, at least 16 MiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    /// Memory in MiB, where `memory` is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<u64>,
    /// Make `/dev/shm` as large as memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shm: Option<bool>,
    /// GPUs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nvidia_gpu: Option<u32>,
    /// Their model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nvidia_gpu_model: Option<String>,
}

/// `PUT API/jobs/{id}/max_run_time_minutes`: exactly one of the two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaxRunTime {
    /// Minutes to add.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_max_run_time_minutes: Option<u32>,
    /// The new limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_run_time_minutes: Option<u32>,
}
