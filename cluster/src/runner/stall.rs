//! Jobs whose output cannot be stored just now.
//!
//! Owns what is told of them while it lasts. Kept in memory only: a disk that is too full for a line of log is too full for a
//! row about it, and after a restart the same trouble shows itself again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use jiff::Timestamp;

use crate::clock::Clock;

/// Trouble with one job's log.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Stall {
    /// When it began.
    pub(crate) since: Timestamp,
    /// What it is and what to do.
    pub(crate) words: &'static str,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub(super) struct AllStalls(Arc<Mutex<HashMap<String, Stall>>>);

impl AllStalls {
    pub(super) fn find(&self, job: &str) -> Option<Stall> {
        self.0.lock().expect("holders of the map do not panic").get(job).cloned()
    }

    /// Those of one job.
    pub(super) fn of(&self, job: &str, clock: &Clock) -> Stalls {
        Stalls { all: self.clone(), job: job.to_owned(), clock: clock.clone() }
    }
}

/// Where one job's capture says that it cannot go on.
#[derive(Clone, Debug)]
pub(super) struct Stalls {
    all: AllStalls,
    job: String,
    clock: Clock,
}

impl Stalls {
    /// The time now, in nanoseconds since the Unix epoch.
    pub(super) fn now_ns(&self) -> i64 {
        self.clock.now_ns()
    }

    /// From now on the job's log cannot be stored, until what is returned is dropped.
    pub(super) fn begin(&self, full: bool) -> Stalled {
        let words = if full {
            "The cluster's disk is full: new output is not stored. The container engine keeps it meanwhile, and it will be here when there is room again."
        } else {
            "New output cannot be stored: the cluster's log says why. The container engine keeps it meanwhile, and it will be here when that is mended."
        };
        let stall = Stall { since: self.clock.now(), words };
        self.all.0.lock().expect("holders of the map do not panic").insert(self.job.clone(), stall);
        Stalled(self.clone())
    }
}

/// A stall that lasts.
#[derive(Debug)]
pub(super) struct Stalled(Stalls);

impl Drop for Stalled {
    fn drop(&mut self) {
        self.0.all.0.lock().expect("holders of the map do not panic").remove(&self.0.job);
    }
}
