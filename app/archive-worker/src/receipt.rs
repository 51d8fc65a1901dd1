//! What a finished push sums up to.

use image::plan::{Delivery, Plan, TaskKind, TaskResults};
use std::collections::BTreeSet;

/// Sums over the blobs of an image that are in the registry.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sums {
    /// Bytes of configs and layers there.
    pub(crate) size_bytes: u64,
    /// Layers that were there before.
    pub(crate) skipped: u32,
    /// Layers in all.
    pub(crate) layers: u32,
}

/// `there`: tasks whose blobs were there before. Foreign layers are no part of it: they are not in the registry.
pub(crate) fn sums(plan: &Plan, results: &TaskResults, there: &BTreeSet<usize>) -> Sums {
    let tasks = || plan.tasks.iter().enumerate().filter(|(_, task)| !matches!(task.delivery, Delivery::Nothing(_)));
    let layers = || tasks().filter(|(_, task)| task.kind == TaskKind::Layer);
    Sums {
        size_bytes: tasks().filter_map(|(at, _)| plan.blob(at, results)).map(|blob| blob.size).sum(),
        skipped: layers().filter(|(at, _)| there.contains(at)).count() as u32,
        layers: layers().count() as u32,
    }
}
