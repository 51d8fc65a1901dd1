//! `WS /api/v1/jobs/{id}/top`: live telemetry. Text frames, one JSON [`TopEvent`] each; about one sample a second.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One message of the telemetry stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TopEvent {
    /// What the job uses now.
    Sample(Sample),
    /// The job is not running yet; samples will follow.
    Waiting,
    /// Nothing new, still there.
    Heartbeat,
    /// No more samples will come on this stream.
    End {
        /// Why.
        reason: crate::logs::EndReason,
    },
    /// An event this reader does not know.
    #[serde(other)]
    Unknown,
}

/// A reading of the job's use of its machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// When it was read.
    #[serde(deserialize_with = "crate::time::read")]
    pub time: Timestamp,
    /// Cores in use (1.0 = one core fully).
    pub cpu: f64,
    /// Memory in use, bytes.
    pub memory_bytes: u64,
    /// GPU duty cycle in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpu_duty_percent: Option<u32>,
    /// GPU memory in use, bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpu_memory_bytes: Option<u64>,
}
