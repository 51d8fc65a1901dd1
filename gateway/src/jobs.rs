//! Jobs between the console's contract and the platform's: views, inputs, pages, and the watch that tells of changes.

mod create;
mod create_image;
mod diff;
mod id;
mod page;
mod select;
mod view;
mod watch;

pub(crate) use create::from_preset;
pub(crate) use id::JobId;
pub(crate) use page::{InvalidCursor, PageCursor};
pub(crate) use select::upstream_selector;
pub(crate) use view::view;
pub(crate) use watch::{News, Watches, follow, serve_events, serve_job_events};

/// Jobs told or looked at in one go at most: the newest.
const INIT_MAX: usize = 10_000;
