//! What holds for every request and answer, whatever the route: ids, limits, headers, the proof of origin.

mod finish;
mod guard;
mod input;
mod pace;
mod peer;
mod shield;

pub(crate) use finish::finish;
pub(crate) use guard::{guard, is_own_socket, own_address};
pub(crate) use input::{Input, Queried};
pub use pace::Pace;
pub(crate) use pace::{Buckets, keeps_pace, pace};
pub(crate) use peer::Peer;
pub(crate) use shield::{loggable, shield};
