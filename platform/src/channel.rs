//! The frames of the exec and attach WebSockets: binary, the first byte names the channel.
//!
//! Client to server: 0 stdin, 4 resize `{"height":H,"width":W}` (the very first frame when there is a terminal).
//! Server to client: 1 stdout, 2 stderr, 3 exit `{"exit_code":N,"message"?:..}` and then close. There is no frame for the end of
//! stdin; closing the WebSocket ends the session. (Platform API, monitoring service, `v2.channels.neu.ro`.)

use serde::{Deserialize, Serialize};

/// The WebSocket subprotocol of attach; echoed by servers.
pub const ATTACH_SUBPROTOCOL: &str = "v2.channels.neu.ro";

const STDIN: u8 = 0;
const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const EXIT: u8 = 3;
const RESIZE: u8 = 4;

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// Bytes for the process.
    Stdin(&'a [u8]),
    /// Bytes of the process.
    Stdout(&'a [u8]),
    /// Bytes of the process, on its error output.
    Stderr(&'a [u8]),
    /// The process has ended.
    Exit(Exit),
    /// The terminal has another size.
    Resize(Resize),
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// Its exit code.
    pub exit_code: i32,
    /// More about it, if there is more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// A terminal's size in character cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resize {
    /// Rows.
    pub height: u16,
    /// Columns.
    pub width: u16,
}

/// Why bytes are not a [`Frame`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFrame {
    /// No first byte.
    #[error("an empty frame names no channel")]
    Empty,
    /// No such channel.
    #[error("channel {0} does not exist")]
    UnknownChannel(u8),
    /// The JSON of a resize or exit frame is not one.
    #[error("the JSON on channel {0} is not readable")]
    Json(u8),
}

impl<'a> Frame<'a> {
    /// Reads a frame.
    ///
    /// # Errors
    /// [`InvalidFrame`]; a server ignores such a frame or closes, it never guesses.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, InvalidFrame> {
        let (channel, rest) = bytes.split_first().ok_or(InvalidFrame::Empty)?;
        match *channel {
            STDIN => Ok(Self::Stdin(rest)),
            STDOUT => Ok(Self::Stdout(rest)),
            STDERR => Ok(Self::Stderr(rest)),
            // The clients take a missing or garbled exit code as 1.
            EXIT => Ok(Self::Exit(serde_json::from_slice(rest).unwrap_or(Exit { exit_code: 1, message: None }))),
            RESIZE => serde_json::from_slice(rest).map(Self::Resize).map_err(|_| InvalidFrame::Json(RESIZE)),
            other => Err(InvalidFrame::UnknownChannel(other)),
        }
    }

    /// The frame's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let with = |channel: u8, rest: &[u8]| {
            let mut out = Vec::with_capacity(1 + rest.len());
            out.push(channel);
            out.extend_from_slice(rest);
            out
        };
        let json = "numbers and strings always serialise";
        match self {
            Self::Stdin(bytes) => with(STDIN, bytes),
            Self::Stdout(bytes) => with(STDOUT, bytes),
            Self::Stderr(bytes) => with(STDERR, bytes),
            Self::Exit(exit) => with(EXIT, &serde_json::to_vec(exit).expect(json)),
            Self::Resize(resize) => with(RESIZE, &serde_json::to_vec(resize).expect(json)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_survives_the_wire() {
        let frames = [
            Frame::Stdin(b"ls\n"),
            Frame::Stdout(b"\xff\0"),
            Frame::Stderr(b""),
            Frame::Exit(Exit { exit_code: 137, message: Some("killed".into()) }),
            Frame::Resize(Resize { height: 40, width: 120 }),
        ];
        for frame in frames {
            assert_eq!(Frame::parse(&frame.encode()), Ok(frame));
        }
    }

    #[test]
    fn a_garbled_exit_is_1_and_a_garbled_resize_is_refused() {
        assert_eq!(Frame::parse(b"\x03nope"), Ok(Frame::Exit(Exit { exit_code: 1, message: None })));
        assert_eq!(Frame::parse(b"\x04{\"height\":-1}"), Err(InvalidFrame::Json(4)));
        assert_eq!(Frame::parse(b""), Err(InvalidFrame::Empty));
        assert_eq!(Frame::parse(b"\x09x"), Err(InvalidFrame::UnknownChannel(9)));
    }
}
