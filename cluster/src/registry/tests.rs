//! The registry against a temporary folder, a database and a clock that stands still.

mod fixture;
mod manifests;
mod sweeping;
mod uploads;

use fixture::{Fixture, HOUR, body, broken, name};
