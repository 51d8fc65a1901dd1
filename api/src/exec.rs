//! `WS /api/v1/jobs/{id}/exec?cmd=<shell string>&tty=1`: a process in a running job.
//!
//! Binary frames are the platform's own channel frames in both directions (see [`Frame`]); the console and the platform need
//! nothing different here. Besides, the gateway sends WebSocket pings, so that an idle shell survives proxies, and refusals
//! arrive as an HTTP status before the upgrade or as a close frame: 4404 the job is not running, 4401 signed out,
//! 4403 not allowed, 4502 the cluster failed. A session that ended sends [`Frame::Exit`] and closes with 1000.
//! Text frames are words between gateway and page: the gateway's [`Notice`], the page's [`Reply`].
//!
//! A browser WebSocket has no back-pressure, so the page grants it: it answers with the running sum of the bytes of
//! [`Frame::Stdout`] and [`Frame::Stderr`] that it has shown ([`Reply::Credit`]), first with 0 when the socket opens. Then the
//! gateway keeps no more than about [`WINDOW_BYTES`] unanswered. To a page that never answers it sends as it comes; a host that
//! cannot wait for the page ends such a session, after some megabytes, with 1008.

pub use crate::logs::Reply;
pub use platform::channel::{Exit, Frame, InvalidFrame};
use serde::{Deserialize, Serialize};

/// What whoever has the session should know of it, as JSON in a text frame before the first output. Absent: nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The cluster records what is shown.
    #[serde(default)]
    pub recorded: bool,
}

impl Notice {
    /// What is shown is recorded.
    pub const RECORDED: Self = Self { recorded: true };

    /// The frame's text.
    #[must_use]
    pub fn to_text(self) -> String {
        serde_json::to_string(&self).expect("a flag always serialises")
    }
}

/// Output that is sent before the page has answered, bytes; one frame may go beyond.
pub const WINDOW_BYTES: u64 = 1024 * 1024;

/// Close code: the job is not running (it is pending, has ended, or is unknown).
pub const CLOSE_NOT_RUNNING: u16 = 4404;
/// Close code: the session has ended; sign in again.
pub const CLOSE_SIGNED_OUT: u16 = 4401;
/// Close code: known and refused.
pub const CLOSE_FORBIDDEN: u16 = 4403;
/// Close code: the cluster failed or broke off.
pub const CLOSE_BAD_UPSTREAM: u16 = 4502;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_has_the_json_that_is_promised() {
        assert_eq!(Notice::RECORDED.to_text(), r#"{"recorded":true}"#);
        let later: Notice = serde_json::from_str(r#"{"recorded":true,"more":1}"#).expect("reads");
        assert_eq!(later, Notice::RECORDED);
    }
}
