//! A job's log for any number of viewers: one connection to the cluster, a bounded ring, every viewer at its own pace.
//!
//! The state machines ([`splitter`], [`joint`], [`assemble`], [`ring`]) do no I/O. [`hub`] reads the cluster once per job, [`feed`] is one
//! viewer's way through ring and history, [`viewer`] is its socket with credit.

mod allowed;
mod assemble;
mod feed;
mod history;
mod hub;
mod joint;
mod pump;
mod ring;
mod splitter;
mod text;
mod viewer;

pub(crate) use feed::Begin;
pub(crate) use history::read_page;
pub(crate) use hub::Hubs;
pub(crate) use text::{TextForm, as_text};
pub(crate) use viewer::serve_log;
