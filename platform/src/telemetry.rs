//! A message of the `top` WebSocket: text JSON, about one a second while the job runs.

use serde::{Deserialize, Serialize};

/// What a job uses now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Telemetry {
    /// Cores in use.
    pub cpu: f64,
    /// Memory in use, MiB; for clients of 2021.
    #[serde(default)]
    pub memory: f64,
    /// Memory in use, bytes.
    pub memory_bytes: u64,
    /// Seconds since the epoch.
    pub timestamp: f64,
    /// GPU duty cycle, percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpu_duty_cycle: Option<u32>,
    /// GPU memory, bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpu_memory_bytes: Option<u64>,
}
