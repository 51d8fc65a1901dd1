//! Counting views without making visitors wait for the disk: added up in memory, written down at once by one task.

use crate::Gateway;
use futures::FutureExt;
use jiff::Timestamp;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Between two writings: a page that thousands look at costs a few writes a second.
const PAUSE: Duration = Duration::from_millis(250);

#[derive(Default)]
pub(super) struct Tally(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    views: HashMap<String, (u64, Timestamp)>,
    /// A task is writing them down.
    writing: bool,
}

impl Tally {
    /// Adds a view; true: somebody must begin to write.
    fn add(&self, id: &str, at: Timestamp) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = counts.views.entry(id.to_owned()).or_insert((0, at));
        *entry = (entry.0 + 1, at);
        !std::mem::replace(&mut counts.writing, true)
    }

    /// What there is to write. Nothing: the writer may go.
    fn take(&self) -> HashMap<String, (u64, Timestamp)> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.writing = !counts.views.is_empty();
        std::mem::take(&mut counts.views)
    }
}

/// Counts a view of a link.
pub(crate) fn count_view(gateway: &Gateway, id: &str) {
    let Ok(desk) = gateway.links().desk() else { return };
    if !desk.tally.add(id, gateway.host().now()) {
        return;
    }
    let task_gateway = gateway.clone();
    let task = async move {
        let Ok(desk) = task_gateway.links().desk() else { return };
        loop {
            let views = desk.tally.take();
            if views.is_empty() {
                return;
            }
            for (id, (views, at)) in views {
                if let Err(error) = desk.store.count(id, views, at).await {
                    tracing::warn!(error = &error as &dyn std::error::Error, "views of a link were not counted");
                }
            }
            task_gateway.host().sleep(PAUSE).await;
        }
    };
    gateway.host().spawn(task.boxed());
}
