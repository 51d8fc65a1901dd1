//! What a row of bytes looks like: text to show, its colours, its columns.
//!
//! Owns the reading of control characters and terminal escapes. A log is evidence written by somebody else: colours are
//! honoured, carriage returns and erasing work within the line as on a terminal, everything else that would act is taken out,
//! and what cannot be shown is shown as a sign. The result is plain text plus numbers; nothing here makes markup.
//!
//! Every row begins in the default colours: rows are drawn in any order, without those before them.

mod escape;
mod segments;
mod style;

pub(crate) use segments::{Overlay, Segment, segments};
pub(crate) use style::{Colour, Style};

use std::ops::Range;
use unicode_width::UnicodeWidthChar;

/// Columns between tab stops.
const TAB: u32 = 8;

/// A run of one style, by byte offsets into the visible text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) range: Range<usize>,
    pub(crate) style: Style,
}

/// A row as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Visible {
    pub(crate) text: String,
    /// Runs that are not in the default style, in order.
    pub(crate) runs: Vec<Run>,
}

impl Visible {
    /// Reads a row's bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        if !bytes.iter().any(|b| *b < 0x20 || *b == 0x7f || *b >= 0xc2) {
            // Neither controls nor anything beyond ASCII but stray bytes.
            return Self { text: String::from_utf8_lossy(bytes).into_owned(), runs: Vec::new() };
        }
        escape::Line::read(bytes).finish()
    }

    /// Screen lines it takes at that width.
    pub(crate) fn parts(&self, columns: u32) -> u32 {
        let mut parts = 1;
        self.split(columns, |_| parts += 1);
        parts
    }

    /// Byte range of its `part`th screen line; `None` is no wrap.
    pub(crate) fn part(&self, part: u32, columns: Option<u32>) -> Range<usize> {
        let Some(columns) = columns else { return 0..self.text.len() };
        let mut range = 0..self.text.len();
        let mut at = 0;
        self.split(columns, |offset| {
            at += 1;
            if at == part {
                range.start = offset;
            } else if at == part + 1 {
                range.end = offset;
            }
        });
        range
    }

    fn split(&self, columns: u32, mut at: impl FnMut(usize)) {
        let mut column = 0;
        for (offset, c) in self.text.char_indices() {
            let mut wide = width(c, column);
            if column + wide > columns && column > 0 && wide > 0 {
                at(offset);
                column = 0;
                wide = width(c, 0);
            }
            column += wide;
        }
    }
}

fn width(c: char, column: u32) -> u32 {
    match c {
        '\t' => TAB - column % TAB,
        ' '..='~' => 1,
        _ => c.width().map_or(1, |w| w as u32),
    }
}

/// UTF-16 units in `text`: what the browser counts in.
pub(crate) fn utf16_len(text: &str) -> u32 {
    if text.is_ascii() { text.len() as u32 } else { text.chars().map(|c| c.len_utf16() as u32).sum() }
}

/// Byte offset of the `units`th UTF-16 unit, or the end.
pub(crate) fn byte_of_utf16(text: &str, units: u32) -> usize {
    if text.is_ascii() {
        return (units as usize).min(text.len());
    }
    let mut left = units;
    for (offset, c) in text.char_indices() {
        if left == 0 {
            return offset;
        }
        left = left.saturating_sub(c.len_utf16() as u32);
    }
    text.len()
}

#[cfg(test)]
mod tests;
