//! The contract between the console and the gateway (`/api/v1`): views, inputs, selectors, stream frames, the problem body.
//!
//! No I/O here and no opinion about who serves or asks. Everything is additive within v1: writers send the variants named
//! here, readers accept ones they do not know. Times are RFC 3339 UTC, sizes are bytes, ids are opaque strings.

pub mod access;
pub mod audit;
pub mod exec;
pub mod images;
pub mod jobs;
pub mod links;
pub mod logs;
pub mod page;
pub mod people;
pub mod presets;
pub mod problem;
pub mod session;
mod time;
pub mod top;

pub use page::Page;
pub use problem::{Code, Problem};

/// The header that every call of the console carries.
///
/// It is there so that a foreign page cannot make one (a cross-origin request with
/// it would need a CORS preflight, which the gateway never grants). Its value is [`CSRF_VALUE`].
pub const CSRF_HEADER: &str = "x-roadstead";
/// The only accepted value of [`CSRF_HEADER`].
pub const CSRF_VALUE: &str = "1";
/// The header that carries the request id in every answer; the same id stands in [`Problem::request_id`] and in the logs.
pub const REQUEST_ID_HEADER: &str = "x-request-id";
/// Longest silence, in seconds, of any stream before a heartbeat is sent. A reader takes twice this as a break.
pub const HEARTBEAT_SECS: u64 = 15;
