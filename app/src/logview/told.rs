//! What the log view tells the page around it: state of the stream, counts, what was found. Signals, set once a frame.

use super::clock::Zone;
use crate::client::Failure;
use api::logs::EndReason;
use leptos::prelude::*;

/// How the stream stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stream {
    /// The first connection is being made.
    #[default]
    Opening,
    /// Rows that were there before are coming in.
    CatchingUp,
    /// Everything there was is here; new rows come as they are written.
    Live,
    /// The gateway is here, the cluster behind it is not.
    Waiting(String),
    /// The connection broke and is being made again.
    Broken,
    /// No more will come.
    Ended(EndReason),
    /// The gateway refuses.
    Refused(Failure),
    /// The reader is far back; what is new is not read now.
    Away,
}

/// Counts that are always in view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) kept_rows: u64,
    pub(crate) kept_bytes: u64,
    pub(crate) dropped_rows: u64,
    pub(crate) skipped_lines: u64,
    pub(crate) missing_lines: u64,
    pub(crate) gaps: u64,
    /// Numbers of the lines in view, from 1.
    pub(crate) in_view: Option<(u64, u64)>,
    /// Lines the log is known to have.
    pub(crate) total_lines: Option<u64>,
    /// Whether earlier lines are being read.
    pub(crate) paging: bool,
    /// Whether earlier lines exist that can be read.
    pub(crate) earlier: bool,
    /// Whether the gateway is kept from sending more until the reader moves on.
    pub(crate) held: bool,
}

/// How the search stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing is looked for.
    #[default]
    Nothing,
    /// The expression is not one; the browser's words.
    Invalid(String),
    /// Counted so far.
    Hits { hits: u64, at: Option<u64>, done: bool },
}

/// How the reader wants it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wishes {
    pub(crate) wrap: bool,
    pub(crate) numbers: bool,
    pub(crate) zone: Zone,
    pub(crate) announce: bool,
}

/// All of it.
#[derive(Clone, Copy)]
pub(crate) struct Told {
    pub(crate) stream: RwSignal<Stream>,
    pub(crate) counts: RwSignal<Counts>,
    pub(crate) follow: RwSignal<bool>,
    /// Lines that came while the view did not follow.
    pub(crate) new_lines: RwSignal<u64>,
    pub(crate) found: RwSignal<Found>,
    pub(crate) find_open: RwSignal<bool>,
    pub(crate) wishes: RwSignal<Wishes>,
    /// A line that was asked for and is not in the log, from 1.
    pub(crate) missing_line: RwSignal<Option<u64>>,
    /// Read out by screen readers.
    pub(crate) say: RwSignal<String>,
}

impl Told {
    pub(crate) fn new(wishes: Wishes) -> Self {
        Self {
            stream: RwSignal::default(),
            counts: RwSignal::default(),
            follow: RwSignal::new(true),
            new_lines: RwSignal::default(),
            found: RwSignal::default(),
            find_open: RwSignal::default(),
            wishes: RwSignal::new(wishes),
            missing_line: RwSignal::default(),
            say: RwSignal::default(),
        }
    }
}

/// Sets a signal when that changes it; the view may be gone already.
pub(crate) fn tell<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.try_with_untracked(|old| *old != value).unwrap_or(false) {
        signal.set(value);
    }
}
