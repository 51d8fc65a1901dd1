//! What holds for every request and answer, whatever the route: ids, limits, headers, the proof of origin.

mod finish;
mod guard;
mod input;
mod peer;
mod shield;

pub(crate) use finish::finish;
pub(crate) use guard::guard;
pub(crate) use input::{Input, Queried};
pub(crate) use peer::Peer;
pub(crate) use shield::{loggable, shield};
