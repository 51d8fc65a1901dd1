//! Reads control characters and escape sequences of one line into cells.
//!
//! Sequences are told apart as ECMA-48 and xterm do, so that an unknown or cut-off one is taken out whole instead of
//! leaving its tail in the text.

use super::{Run, Style, Visible};

/// Cells a line may be moved or padded to by cursor movement; a log cannot make a small line into a huge one.
const REACH: usize = 4_096;

/// A line being written, as a terminal of endless width would hold it.
#[derive(Debug, Default)]
pub(super) struct Line {
    cells: Vec<(char, Style)>,
    cursor: usize,
    style: Style,
}

impl Line {
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut line = Self::default();
        // A line that ends "\r\n" has its return left over; it moves nothing.
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let mut rest = bytes;
        while let Some((&first, tail)) = rest.split_first() {
            rest = match first {
                0x1b => line.escape(tail),
                b'\r' => {
                    line.cursor = 0;
                    tail
                }
                0x08 => {
                    line.cursor = line.cursor.saturating_sub(1);
                    tail
                }
                b'\t' => {
                    line.put('\t');
                    tail
                }
                0..=0x1f => {
                    line.put(char::from_u32(0x2400 + u32::from(first)).expect("control pictures begin at U+2400"));
                    tail
                }
                0x7f => {
                    line.put('\u{2421}');
                    tail
                }
                _ => line.plain(rest),
            };
        }
        line
    }

    pub(super) fn finish(self) -> Visible {
        let mut visible = Visible::default();
        for (c, style) in self.cells {
            let start = visible.text.len();
            visible.text.push(c);
            let end = visible.text.len();
            if style == Style::default() {
                continue;
            }
            match visible.runs.last_mut() {
                Some(run) if run.style == style && run.range.end == start => run.range.end = end,
                _ => visible.runs.push(Run { range: start..end, style }),
            }
        }
        visible
    }

    /// Text up to the next control character. Bytes that are not UTF-8 become U+FFFD.
    fn plain<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let end = bytes.iter().position(|b| *b < 0x20 || *b == 0x7f).unwrap_or(bytes.len());
        for c in String::from_utf8_lossy(&bytes[..end]).chars() {
            self.put(shown(c));
        }
        &bytes[end..]
    }

    fn put(&mut self, c: char) {
        while self.cells.len() < self.cursor {
            self.cells.push((' ', Style::default()));
        }
        match self.cells.get_mut(self.cursor) {
            Some(cell) => *cell = (c, self.style),
            None => self.cells.push((c, self.style)),
        }
        self.cursor += 1;
    }

    /// After ESC. Returns what follows the sequence.
    fn escape<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        match bytes.split_first() {
            Some((b'[', tail)) => self.control_sequence(tail),
            // OSC, DCS, SOS, PM, APC: a string up to BEL or ESC \; its text is for a terminal, not for the eye.
            Some((b']' | b'P' | b'X' | b'^' | b'_', tail)) => after_string(tail),
            // Intermediate bytes, then one final (character sets and the like).
            Some((0x20..=0x2f, _)) => {
                let end = bytes.iter().position(|b| !(0x20..=0x2f).contains(b)).unwrap_or(bytes.len());
                bytes.get(end + 1..).unwrap_or(&[])
            }
            Some((0x30..=0x7e, tail)) => tail,
            _ => {
                self.put('\u{241b}');
                bytes
            }
        }
    }

    fn control_sequence<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let end = bytes.iter().position(|b| !(0x20..=0x3f).contains(b)).unwrap_or(bytes.len());
        let (parameters, rest) = bytes.split_at(end);
        let Some((&last, tail)) = rest.split_first() else { return rest };
        let count = || {
            let digits = parameters.iter().take_while(|b| b.is_ascii_digit());
            digits.fold(0usize, |n, b| n.saturating_mul(10).saturating_add(usize::from(b - b'0')))
        };
        match last {
            b'm' if parameters.first().is_none_or(|b| b.is_ascii_digit() || matches!(b, b';' | b':')) => {
                self.style.apply(parameters);
            }
            b'K' => match count() {
                0 => self.cells.truncate(self.cursor),
                1 => {
                    let end = (self.cursor + 1).min(self.cells.len());
                    self.cells[..end].fill((' ', Style::default()));
                }
                2 => self.cells.clear(),
                _ => {}
            },
            b'C' => self.cursor = (self.cursor + count().max(1)).min(self.cells.len().max(REACH)),
            b'D' => self.cursor = self.cursor.saturating_sub(count().max(1)),
            b'G' => self.cursor = (count().max(1) - 1).min(self.cells.len().max(REACH)),
            0x40..=0x7e => {}
            // Not a final byte: the sequence was cut off; read on from here.
            _ => return rest,
        }
        tail
    }
}

fn after_string(bytes: &[u8]) -> &[u8] {
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            0x07 => return &bytes[at + 1..],
            0x1b if bytes.get(at + 1) == Some(&b'\\') => return &bytes[at + 2..],
            0x1b => return &bytes[at..],
            _ => at += 1,
        }
    }
    &[]
}

/// Signs for characters that would act on the page or lie about the order of text.
fn shown(c: char) -> char {
    match c {
        '\u{80}'..='\u{9f}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{61c}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{feff}' => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}
