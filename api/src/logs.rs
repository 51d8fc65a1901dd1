//! `WS /api/v1/jobs/{id}/logs`: a job's log as it is written, and its pages.
//!
//! # Opening
//! Query `from=` one of [`StartAt`]'s text forms (default `tail:10000`), or `cursor=` a [`Cursor`] to resume.
//! Text frames from the gateway are [`Event`]s; binary frames are [`Frame`]s. Text frames from the page are [`Reply`]s.
//!
//! # Lines and rows
//! A *line* is what the job ended with a newline; lines are numbered from 0 over the life of the job. A *row* is what a
//! frame carries: a line, or a piece of at most [`ROW_MAX_BYTES`] of a longer one. All pieces of a line but the first carry
//! [`CONTINUES`] and share its number. The bytes are the job's own, untouched: not always UTF-8, with control characters and
//! terminal escapes. They are data and must never become markup. The newline itself is not sent.
//!
//! # Credit
//! A browser WebSocket has no back-pressure, so the page grants it: the gateway keeps at most [`WINDOW_BYTES`] of frames
//! unanswered, and the page answers with the running sum of frame bytes it has taken in ([`Reply::Credit`]).

mod event;
mod frame;

pub use event::{Cursor, EndReason, Event, InvalidCursor, InvalidStartAt, Reply, StartAt};
pub use frame::{Batch, Frame, InvalidFrame, Row};

/// Row flag: this row continues the line of the row before it.
pub const CONTINUES: u8 = 0b0000_0001;
/// Longest text of one row, bytes.
pub const ROW_MAX_BYTES: usize = 16 * 1024;
/// Largest frame, bytes; kept under what Cloudflare Workers take as one WebSocket message (1 MiB).
pub const FRAME_MAX_BYTES: usize = 512 * 1024;
/// Most bytes of frames that the gateway sends before the page has answered.
pub const WINDOW_BYTES: u64 = 4 * 1024 * 1024;
/// Most lines of one page.
///
/// `GET /api/v1/jobs/{id}/logs/page?from_line=&limit=` answers one [`Frame`] as `application/octet-stream`, with the headers
/// [`FIRST_LINE_HEADER`] and [`TOTAL_LINES_HEADER`], cut short at [`FRAME_MAX_BYTES`]; 501 `not_supported` where the cluster
/// cannot seek.
pub const PAGE_MAX_LINES: u64 = 5_000;
/// Number of the first line of a page.
pub const FIRST_LINE_HEADER: &str = "x-roadstead-first-line";
/// Lines the log has had until now.
pub const TOTAL_LINES_HEADER: &str = "x-roadstead-total-lines";
