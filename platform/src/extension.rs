//! What Roadstead's own cluster adds to the platform API. Everything here degrades: a server that ignores it answers as before.
//!
//! **Seekable logs.** On `GET MON/{id}/log` and `MON/{id}/log_ws` with `timestamps=true`: the query parameter [`FROM_LINE`] begins at
//! that line (from 0; negative counts from the end), and on `log` the parameter [`LIMIT`] ends after that many lines. A server
//! that honoured it says so in the headers of the answer or of the 101: [`FIRST_LINE_HEADER`] and [`TOTAL_LINES_HEADER`].
//!
//! **Copying images.** `POST API/`[`IMAGES_COPY`] with a [`crate::transfer::CopyRequest`] copies an image from another registry into
//! a project; the answer is lines of [`crate::transfer::TransferLine`]. A server without it answers 404.
//!
//! **Audit of rights.** Below [`ACCESS_PATH`]: bulk reads of grants, places and principals, also as they were at a moment, who may
//! use one thing and why, the history of all changes, and changes that are made only if nobody else made one in between.
//!
//! **Recorded sessions.** The 101 of an exec or attach that is recorded has [`RECORDED_HEADER`]. What was shown is kept with the act:
//! [`crate::audit::Act::recording_bytes`].
//!
//! **Rights that are taken back.** A stream of a job ends soon after the right to it does, closed with [`CLOSE_FORBIDDEN`].
//!
//! **Changing a place only as it was seen.** On the admin API's `PUT` and `DELETE` of somebody's place, the header
//! [`EXPECTED_ROLE_HEADER`] names the role its author saw; when it is another by now, nothing is changed and the answer is 409. So does
//! [`EXPECTED_SETTINGS_HEADER`] on the `PUT` of a project's settings.

pub mod images;

/// Query parameter: number of the first line wanted.
pub const FROM_LINE: &str = "from_line";
/// Query parameter of `log`: at most this many lines, without following.
pub const LIMIT: &str = "limit";
/// Answer header: number of the first line sent.
pub const FIRST_LINE_HEADER: &str = "x-roadstead-first-line";
/// Answer header: lines the log has had until now.
pub const TOTAL_LINES_HEADER: &str = "x-roadstead-total-lines";
/// Answer header of exec and attach: `1` where what is shown is recorded.
pub const RECORDED_HEADER: &str = "x-roadstead-recorded";
/// Close code of a WebSocket: whoever has it may not have it any more (1008, RFC 6455, section 7.4.1).
pub const CLOSE_FORBIDDEN: u16 = 1008;
/// Path below the API's base: copies an image from another registry.
pub const IMAGES_COPY: &str = "extensions/images/copy";
/// Below the API: what decides rights, in bulk; who may use one thing, history, and changes from a reviewed list. See
/// [`crate::audit`]. A server that does not know it answers 404.
pub const ACCESS_PATH: &str = "extensions/access";
/// Request header of the admin API's `PUT` and `DELETE` on `.../users/{user}`: the role that the place is thought to have.
pub const EXPECTED_ROLE_HEADER: &str = "x-roadstead-expected-role";
/// Request header of the admin API's `PUT` on `.../projects/{project}`: the [`project_settings`] that the project is thought to have.
pub const EXPECTED_SETTINGS_HEADER: &str = "x-roadstead-expected-settings";

/// A project's settings in words, as its history tells them: `writer`, or `writer, joined by all` where new members of the
/// organisation join it by themselves.
#[must_use]
pub fn project_settings(default_role: &str, is_default: bool) -> String {
    format!("{default_role}{}", if is_default { ", joined by all" } else { "" })
}
