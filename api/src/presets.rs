//! `GET /api/v1/presets`: the sizes a job can have.

use serde::{Deserialize, Serialize};

/// A preset: what a job that names it gets at most.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preset {
    /// Its name, as in `apolo run -s NAME`.
    pub name: String,
    /// Cores; may be a fraction.
    pub cpu: f64,
    /// Memory in bytes.
    pub memory_bytes: u64,
    /// Price of an hour, a decimal number of credits.
    pub credits_per_hour: String,
    /// GPUs, where the preset has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpu: Option<Gpu>,
    /// How many such jobs would fit now; absent where the cluster does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u64>,
}

/// The GPUs of a preset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gpu {
    /// How many.
    pub count: u32,
    /// Which, where the cluster says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

/// The answer: in the cluster's order; the first is the default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Presets {
    /// The presets.
    pub items: Vec<Preset>,
}
