//! Server data as pages read it: fetched once, kept true by streams.

pub(crate) mod access;
pub(crate) mod audit;
pub(crate) mod events;
pub(crate) mod image;
pub(crate) mod image_list;
pub(crate) mod images;
pub(crate) mod job;
pub(crate) mod jobs;
pub(crate) mod links;
pub(crate) mod people;
pub(crate) mod presets;
pub(crate) mod shared;
pub(crate) mod top;
pub(crate) mod transfer;
