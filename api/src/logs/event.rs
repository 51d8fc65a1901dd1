//! The log stream's text frames, where to begin, and where to resume.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A text frame from the gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The stream begins; the first frame of all.
    Init {
        /// Number of the first line that will follow.
        first_line: u64,
        /// Lines the log has now, where the cluster tells.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        total_lines: Option<u64>,
        /// Whether pages before `first_line` can be read and line numbers are the job's own.
        seekable: bool,
    },
    /// All that was there when the stream was opened has been sent; what follows is new.
    InitDone,
    /// Continuity could not be proven here: lines may be missing before the next frame.
    Gap {
        /// Lines known to be missing; absent when unknown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lines: Option<u64>,
    },
    /// This viewer was too slow; these lines were left out before the next frame. They are still in the whole log.
    Skipped {
        /// How many.
        lines: u64,
    },
    /// The cluster cannot be reached; the gateway keeps trying and the stream will go on from where it was. True until
    /// [`Event::Recovered`] or [`Event::Init`].
    Waiting {
        /// For the person at the screen.
        message: String,
    },
    /// After [`Event::Waiting`]: the log is read again.
    Recovered,
    /// Nothing new, still there. At least every [`crate::HEARTBEAT_SECS`].
    Heartbeat,
    /// No more will come on this stream.
    End {
        /// Why.
        reason: EndReason,
    },
    /// An event this reader does not know.
    #[serde(other)]
    Unknown,
}

/// Why a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The job has ended and everything was sent. Do not reconnect.
    Finished,
    /// The job or its log is gone. Do not reconnect.
    Gone,
    /// The session ended. Sign in, then reconnect.
    SignedOut,
    /// The principal may not read this any more. Do not reconnect.
    Forbidden,
    /// The stream reached its longest life. Reconnect at the cursor.
    MaxLife,
    /// The gateway is going away. Reconnect at the cursor, after a moment.
    Shutdown,
    /// The cluster failed for too long. Reconnecting is worth a try, later.
    Upstream,
    /// A reason this reader does not know. Reconnect at the cursor, after a moment.
    #[serde(other)]
    Unknown,
}

impl EndReason {
    /// Whether opening the stream again can bring more.
    #[must_use]
    pub fn may_resume(self) -> bool {
        match self {
            Self::Finished | Self::Gone | Self::SignedOut | Self::Forbidden => false,
            Self::MaxLife | Self::Shutdown | Self::Upstream | Self::Unknown => true,
        }
    }
}

/// A text frame from the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Reply {
    /// All binary frames up to this sum of bytes, counted from the stream's beginning, have been taken in.
    Credit {
        /// The running sum.
        bytes: u64,
    },
}

/// Where a stream begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartAt {
    /// `start`: the job's first line.
    Start,
    /// `tail:N`: the last N lines, then what is new. Where the cluster cannot seek, the start.
    Tail(u64),
    /// `line:N`: line N (from 0). Where the cluster cannot seek, the start.
    Line(u64),
    /// `time:<RFC 3339>`: the first line written at that time or later.
    Time(Timestamp),
}

impl Default for StartAt {
    fn default() -> Self {
        Self::Tail(10_000)
    }
}

impl fmt::Display for StartAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => f.write_str("start"),
            Self::Tail(n) => write!(f, "tail:{n}"),
            Self::Line(n) => write!(f, "line:{n}"),
            Self::Time(t) => write!(f, "time:{t}"),
        }
    }
}

/// Why a text is not a [`StartAt`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidStartAt;

impl fmt::Display for InvalidStartAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`from` is one of start, tail:N, line:N, time:<RFC 3339>")
    }
}

impl std::error::Error for InvalidStartAt {}

impl FromStr for StartAt {
    type Err = InvalidStartAt;

    fn from_str(s: &str) -> Result<Self, InvalidStartAt> {
        match s.split_once(':') {
            None if s == "start" => Ok(Self::Start),
            Some(("tail", n)) => n.parse().map(Self::Tail).map_err(|_| InvalidStartAt),
            Some(("line", n)) => n.parse().map(Self::Line).map_err(|_| InvalidStartAt),
            Some(("time", t)) => t.parse().map(Self::Time).map_err(|_| InvalidStartAt),
            _ => Err(InvalidStartAt),
        }
    }
}

/// Where to resume after a break: the first line not yet complete here, and the time of the last row taken in.
///
/// Text form `<line>@<time ns>`. The line serves where the cluster can seek; the time where it cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Number of the next line wanted.
    pub line: u64,
    /// ns since the epoch of the last row taken in.
    pub time_ns: i64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.line, self.time_ns)
    }
}

/// Why a text is not a [`Cursor`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidCursor;

impl fmt::Display for InvalidCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`cursor` is <line>@<time in ns>, as the stream gave it")
    }
}

impl std::error::Error for InvalidCursor {}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(s: &str) -> Result<Self, InvalidCursor> {
        let (line, time) = s.split_once('@').ok_or(InvalidCursor)?;
        Ok(Self { line: line.parse().map_err(|_| InvalidCursor)?, time_ns: time.parse().map_err(|_| InvalidCursor)? })
    }
}
