//! Log bodies with `timestamps=true` as pieces, byte for byte.
//!
//! Owns what is known of how engines cut long lines: pieces of 16 KiB without a newline, each after its own timestamp;
//! framed for two streams, bare for a terminal. Docker's `local` log driver (the only one of its drivers that keeps
//! bytes that are not UTF-8) forgets the newline after the last piece of such a line; it is put back here. Only a log
//! that *ends* in a line of more than 16 KiB without a newline then gets one it did not have.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::{Buf, Bytes, BytesMut};

use super::frames::Frames;
use super::stamp::Stamps;
use crate::engine::{EngineError, LogPiece, OutputStream};

/// Docker cuts lines that are longer.
const PIECE: usize = 16 * 1024;

/// Turns a log body into pieces.
#[derive(Debug)]
pub(super) struct Pieces {
    form: Form,
    stamps: Stamps,
    /// A line of this stream is open (its last piece was a full one).
    open: [bool; 2],
    /// The engine forgets the newline after a cut line; cleared for good when it is seen not to.
    forgets_newline: Arc<AtomicBool>,
    last_time: i64,
}

#[derive(Debug)]
enum Form {
    Framed(Frames),
    Terminal(BytesMut),
}

impl Pieces {
    pub(super) fn new(tty: bool, forgets_newline: Arc<AtomicBool>) -> Self {
        Self {
            form: if tty { Form::Terminal(BytesMut::new()) } else { Form::Framed(Frames::default()) },
            stamps: Stamps::default(),
            open: [false; 2],
            forgets_newline,
            last_time: 0,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        match &mut self.form {
            Form::Framed(frames) => frames.push(bytes),
            Form::Terminal(buffer) => buffer.extend_from_slice(bytes),
        }
    }

    /// The next piece; with `ended` also what was only waiting for more.
    pub(super) fn next(&mut self, ended: bool) -> Result<Option<LogPiece>, EngineError> {
        match &mut self.form {
            Form::Framed(frames) => {
                let Some((stream, mut payload)) = frames.whole()? else { return Ok(None) };
                let (time_ns, len) = self
                    .stamps
                    .read(&payload)
                    .ok_or_else(|| EngineError::Protocol("a log line without its timestamp".to_owned()))?;
                payload.advance(len);
                Ok(Some(self.piece(time_ns, stream, payload)))
            }
            Form::Terminal(_) => Ok(self.terminal(ended)),
        }
    }

    /// What came so far ends inside a frame.
    pub(super) fn is_cut(&self) -> bool {
        match &self.form {
            Form::Framed(frames) => !frames.is_between(),
            Form::Terminal(_) => false,
        }
    }

    fn piece(&mut self, time_ns: i64, stream: OutputStream, mut bytes: Bytes) -> LogPiece {
        let open = &mut self.open[usize::from(stream == OutputStream::Stderr)];
        if bytes.last() == Some(&b'\n') {
            if *open {
                self.forgets_newline.store(false, Ordering::Relaxed);
            }
            *open = false;
        } else if bytes.len() >= PIECE {
            *open = true;
        } else if *open {
            *open = false;
            if self.forgets_newline.load(Ordering::Relaxed) {
                bytes = [&bytes[..], b"\n"].concat().into();
            }
        }
        self.last_time = time_ns;
        LogPiece { time_ns, stream, bytes }
    }

    fn terminal(&mut self, ended: bool) -> Option<LogPiece> {
        let Form::Terminal(buffer) = &mut self.form else { return None };
        if buffer.is_empty() {
            return None;
        }
        let Some((time_ns, start)) = self.stamps.read(buffer) else {
            if buffer.len() < Stamps::LONGEST && !ended {
                return None;
            }
            // No timestamp where one must be: the line before went on. Nothing is thrown away.
            let end = memchr::memchr(b'\n', buffer).map_or(buffer.len().min(PIECE), |at| at + 1);
            let bytes = buffer.split_to(end).freeze();
            return Some(LogPiece { time_ns: self.last_time, stream: OutputStream::Stdout, bytes });
        };
        let window = &buffer[start..buffer.len().min(start + PIECE)];
        let mut end = memchr::memchr(b'\n', window).map(|at| at + 1);
        if self.open[0] && self.forgets_newline.load(Ordering::Relaxed) {
            // The forgotten newline: a carriage return (terminals send both) and the next piece's timestamp.
            let limit = end.unwrap_or(window.len());
            let seam = memchr::memchr_iter(b'\r', &window[..limit]).find(|at| {
                let after = &buffer[start + at + 1..];
                self.stamps.read(after).is_some_and(|(time, _)| time >= time_ns) || (ended && after.is_empty())
            });
            end = seam.map(|at| at + 1).or(end);
        }
        let end = match end {
            Some(end) => end,
            None if window.len() == PIECE => PIECE,
            None if ended => window.len(),
            None => return None,
        };
        buffer.advance(start);
        let bytes = buffer.split_to(end).freeze();
        Some(self.piece(time_ns, OutputStream::Stdout, bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: &str = "2026-11-23T15:32:17.08855153";

    fn frame(stream: u8, digit: u8, payload: &[u8]) -> Vec<u8> {
        let body = [T.as_bytes(), &[b'0' + digit], b"Z ", payload].concat();
        let mut out = vec![stream, 0, 0, 0];
        out.extend_from_slice(&u32::try_from(body.len()).unwrap().to_be_bytes());
        out.extend_from_slice(&body);
        out
    }

    fn bare(digit: u8, payload: &[u8]) -> Vec<u8> {
        [T.as_bytes(), &[b'0' + digit], b"Z ", payload].concat()
    }

    fn all(tty: bool, forgets: bool, wire: &[u8], cut: usize) -> Vec<LogPiece> {
        let mut pieces = Pieces::new(tty, Arc::new(AtomicBool::new(forgets)));
        let mut out = Vec::new();
        for chunk in wire.chunks(cut) {
            pieces.push(chunk);
            while let Some(piece) = pieces.next(false).unwrap() {
                out.push(piece);
            }
        }
        while let Some(piece) = pieces.next(true).unwrap() {
            out.push(piece);
        }
        out
    }

    fn text(pieces: &[LogPiece]) -> Vec<u8> {
        pieces.iter().flat_map(|piece| piece.bytes.clone()).collect()
    }

    #[test]
    fn bytes_that_are_not_text_pass_as_they_are() {
        let wire = [frame(1, 1, b"a\0b\n"), frame(2, 2, b"\xff\xfe\x1b[31m\n"), frame(1, 3, b"tail")].concat();
        for cut in [1, 7, 4096] {
            let pieces = all(false, true, &wire, cut);
            assert_eq!(text(&pieces), b"a\0b\n\xff\xfe\x1b[31m\ntail");
            assert_eq!(pieces[1].stream, OutputStream::Stderr);
            assert_eq!(pieces[1].time_ns - pieces[0].time_ns, 1);
            assert!(pieces[2].continues());
        }
    }

    #[test]
    fn a_forgotten_newline_is_put_back_after_a_cut_line_and_only_there() {
        let full = vec![b'x'; PIECE];
        let wire = [frame(1, 1, &full), frame(2, 2, b"other\n"), frame(1, 1, b"end"), frame(1, 3, b"next\n")].concat();
        let expected = [&full[..], b"other\nend\nnext\n"].concat();
        assert_eq!(text(&all(false, true, &wire, 100)), expected);
        // A line of exactly one piece: its last piece is empty.
        let wire = [frame(1, 1, &full), frame(1, 1, b""), frame(1, 3, b"next\n")].concat();
        assert_eq!(text(&all(false, true, &wire, 100)), [&full[..], b"\nnext\n"].concat());
    }

    #[test]
    fn an_engine_that_remembers_newlines_is_believed() {
        let full = vec![b'x'; PIECE];
        let wire = [frame(1, 1, &full), frame(1, 1, b"end\n"), frame(1, 3, &full), frame(1, 3, b"tail")].concat();
        assert_eq!(text(&all(false, true, &wire, 100)), [&full[..], b"end\n", &full[..], b"tail"].concat());
    }

    #[test]
    fn a_terminal_s_pieces_are_found_without_frames() {
        let full = vec![b'y'; PIECE];
        let forgotten =
            [bare(1, b"$ ls\r\n"), bare(2, &full), bare(2, &full), bare(2, b"end\r"), bare(3, b"\x01\0next\r\n")]
                .concat();
        let expected = [b"$ ls\r\n", &full[..], &full[..], b"end\r\n\x01\0next\r\n"].concat();
        for cut in [1, 1000, 1 << 20] {
            assert_eq!(text(&all(true, true, &forgotten, cut)), expected, "cut {cut}");
        }
        let kept = [bare(2, &full), bare(2, b"end\r\n"), bare(3, b"x")].concat();
        assert_eq!(text(&all(true, false, &kept, 100)), [&full[..], b"end\r\nx"].concat());
        let last = [bare(2, &full), bare(2, b"end\r")].concat();
        assert_eq!(text(&all(true, true, &last, 100)), [&full[..], b"end\r\n"].concat());
    }
}
