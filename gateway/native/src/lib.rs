//! The gateway's native host: tokio and hyper behind the gateway's ports, the console's files, and serving.
//!
//! Knows nothing of jobs or sessions; everything it is asked comes through [`gateway::ports::Host`].

mod assets;
mod client;
mod home;
mod home_key;
mod host;
mod links;
mod metrics;
mod notes;
mod serve;
mod socket;

pub use assets::{Assets, console};
pub use home_key::HomeKey;
pub use host::NativeHost;
pub use links::{OpenError, SqliteLinks};
pub use metrics::Metrics;
pub use notes::FileNotes;
pub use serve::{Front, InvalidProxy, Proxies, serve, serve_router};
