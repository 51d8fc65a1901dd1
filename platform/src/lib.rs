//! The contract between the gateway and a cluster: the Neu.ro/Apolo platform API, as its own command-line clients speak it.
//!
//! Not ours to change. Readers here accept what real servers send (unknown enum words, absent fields); writers send what real
//! clients require. What Roadstead needs beyond it is in [`extension`], and the gateway can do without.
//! No I/O, no async, no HTTP library: types, names, and rules.

pub mod audit;
pub mod channel;
pub mod config;
pub mod error;
pub mod extension;
pub mod job;
pub mod job_create;
pub mod job_selector;
pub mod name;
pub mod permission;
pub mod telemetry;
pub mod token;
pub mod transfer;
pub mod uri;

pub use error::ErrorBody;
pub use uri::Uri;
