//! Bytes of a timestamped log into pieces of lines. Sans I/O.
//!
//! Wire form (platform API, `timestamps=true`): each line is `<RFC 3339> <bytes>\n`. Lines longer than a row are cut into pieces
//! as they come, so memory stays bounded whatever the job writes. The job's bytes are not changed.

use api::logs::ROW_MAX_BYTES;
use jiff::Timestamp;
use memchr::memchr;

/// Longest text taken for a timestamp; with nanoseconds and offset it has 35 characters.
const STAMP_MAX_BYTES: usize = 48;

/// A line, or a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    /// ns since the epoch; a line without a readable time has that of the line before.
    pub(crate) time_ns: i64,
    /// Whether it is the line's beginning.
    pub(crate) begins: bool,
    /// Whether it is the line's end.
    pub(crate) ends: bool,
    /// The job's bytes, without the newline.
    pub(crate) text: &'a [u8],
}

/// Splits one connection's bytes.
#[derive(Debug, Default)]
pub(crate) struct Splitter {
    /// The unfinished line, from its beginning or from the end of its last piece.
    held: Vec<u8>,
    /// Whether a piece of the unfinished line is out already.
    mid: bool,
    time_ns: i64,
    /// A line of exactly these bytes and no timestamp is the platform's mark between archive and live log.
    separator: Vec<u8>,
}

impl Splitter {
    /// A splitter that leaves out the lines that say `separator`.
    pub(crate) fn new(separator: &str) -> Self {
        Self { separator: separator.as_bytes().to_vec(), ..Self::default() }
    }

    /// Takes in bytes and gives out every piece they complete.
    pub(crate) fn feed(&mut self, mut bytes: &[u8], out: &mut impl FnMut(Piece<'_>)) {
        while let Some(at) = memchr(b'\n', bytes) {
            let (line, rest) = (&bytes[..at], &bytes[at + 1..]);
            if self.held.is_empty() {
                self.line(line, out);
            } else {
                self.held.extend_from_slice(line);
                let held = std::mem::take(&mut self.held);
                self.line(&held, out);
                // Keep the allocation of ordinary lines, not that of a giant one.
                if held.capacity() <= 4 * ROW_MAX_BYTES {
                    self.held = held;
                    self.held.clear();
                }
            }
            bytes = rest;
        }
        for part in bytes.chunks(ROW_MAX_BYTES) {
            self.held.extend_from_slice(part);
            self.spill(out);
        }
    }

    /// The end of the log: what is held is a last line without a newline.
    pub(crate) fn finish(&mut self, out: &mut impl FnMut(Piece<'_>)) {
        let held = std::mem::take(&mut self.held);
        if !held.is_empty() || self.mid {
            self.line(&held, out);
        }
    }

    /// The rest of a line up to its newline.
    fn line(&mut self, line: &[u8], out: &mut impl FnMut(Piece<'_>)) {
        let mut text = line;
        let mut begins = false;
        if !self.mid {
            let Some(stripped) = self.stamp(line) else { return };
            (text, begins) = (stripped, true);
        }
        self.mid = false;
        loop {
            let cut = cut(text);
            let (now, rest) = text.split_at(cut);
            let ends = rest.is_empty();
            out(Piece { time_ns: self.time_ns, begins, ends, text: now });
            if ends {
                return;
            }
            (text, begins) = (rest, false);
        }
    }

    /// Gives out pieces of a line that is longer than a row and not yet complete. Something is always held back, so that the
    /// line's last piece is never empty.
    fn spill(&mut self, out: &mut impl FnMut(Piece<'_>)) {
        let limit = if self.mid { ROW_MAX_BYTES } else { ROW_MAX_BYTES + STAMP_MAX_BYTES };
        if self.held.len() <= limit {
            return;
        }
        let mut held = std::mem::take(&mut self.held);
        let (mut text, mut begins) = (&held[..], false);
        if !self.mid {
            // Too long for the separator, so there is always a text.
            text = self.stamp(&held).unwrap_or_default();
            begins = true;
        }
        while text.len() > ROW_MAX_BYTES {
            let (now, rest) = text.split_at(cut(text));
            out(Piece { time_ns: self.time_ns, begins, ends: false, text: now });
            (text, begins) = (rest, false);
            self.mid = true;
        }
        let used = held.len() - text.len();
        if self.mid {
            held.drain(..used);
        }
        self.held = held;
    }

    /// Takes the time off a line's beginning; None for the separator.
    fn stamp<'l>(&mut self, line: &'l [u8]) -> Option<&'l [u8]> {
        let window = &line[..line.len().min(STAMP_MAX_BYTES)];
        // A line that holds nothing but its time may have lost the space at its end.
        let end = memchr(b' ', window).unwrap_or(if line.len() <= STAMP_MAX_BYTES { line.len() } else { 0 });
        let time = std::str::from_utf8(&line[..end]).ok().and_then(|t| t.parse::<Timestamp>().ok());
        match time.and_then(|t| i64::try_from(t.as_nanosecond()).ok()) {
            Some(time_ns) => {
                self.time_ns = time_ns;
                Some(line.get(end + 1..).unwrap_or_default())
            }
            None if !self.separator.is_empty() && line == self.separator => None,
            None => Some(line),
        }
    }
}

/// Where to cut a text that may be longer than a row: at most a row, not inside a UTF-8 character where it is one.
fn cut(text: &[u8]) -> usize {
    if text.len() <= ROW_MAX_BYTES {
        return text.len();
    }
    let inside = |at: &usize| text[*at] & 0b1100_0000 == 0b1000_0000;
    (ROW_MAX_BYTES - 3..=ROW_MAX_BYTES).rev().find(|at| !inside(at)).unwrap_or(ROW_MAX_BYTES)
}

#[cfg(test)]
mod tests;
