//! Server data as pages read it: fetched once, kept true by streams.

pub(crate) mod events;
pub(crate) mod images;
pub(crate) mod job;
pub(crate) mod jobs;
pub(crate) mod presets;
pub(crate) mod top;
