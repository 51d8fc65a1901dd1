//! What may be done in which state, and what a valid input is. Plain functions over `api`; no browser, no signals.

pub(crate) mod access;
pub(crate) mod audit;
pub(crate) mod cast;
pub(crate) mod cli;
pub(crate) mod complaint;
pub(crate) mod download;
pub(crate) mod filter;
pub(crate) mod fold;
pub(crate) mod history;
pub(crate) mod image_name;
pub(crate) mod images;
pub(crate) mod job;
pub(crate) mod left_out;
pub(crate) mod members;
pub(crate) mod project;
pub(crate) mod push;
pub(crate) mod sample;
pub(crate) mod sorting;
pub(crate) mod span;
pub(crate) mod tags;
