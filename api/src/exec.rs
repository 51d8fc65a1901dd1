//! `WS /api/v1/jobs/{id}/exec?cmd=<shell string>&tty=1`: a process in a running job.
//!
//! Binary frames are the platform's own channel frames in both directions (see [`Frame`]); the console and the platform need
//! nothing different here. Besides, the gateway sends WebSocket pings, so that an idle shell survives proxies, and refusals
//! arrive as an HTTP status before the upgrade or as a close frame: 4404 the job is not running, 4401 signed out,
//! 4403 not allowed, 4502 the cluster failed. A session that ended sends [`Frame::Exit`] and closes with 1000.

pub use platform::channel::{Exit, Frame, InvalidFrame};

/// Close code: the job is not running (it is pending, has ended, or is unknown).
pub const CLOSE_NOT_RUNNING: u16 = 4404;
/// Close code: the session has ended; sign in again.
pub const CLOSE_SIGNED_OUT: u16 = 4401;
/// Close code: known and refused.
pub const CLOSE_FORBIDDEN: u16 = 4403;
/// Close code: the cluster failed or broke off.
pub const CLOSE_BAD_UPSTREAM: u16 = 4502;
