//! Screen lines: how many lines of a given width the rows take, and which row a screen line belongs to.
//!
//! Unwrapped, a row is a screen line and this is arithmetic. Wrapped, a row takes as many as its columns need. That is counted
//! by the chunk and kept in it; a chunk not counted yet is estimated by its bytes, so that switching the wrap on 200 MB of
//! text answers at once and grows exact in slices ([`Ring::measure`]) or where somebody looks ([`Ring::locate`]).

use super::{Chunk, Ring, RowId, RowView};
use crate::logview::text;

/// What is known about a chunk's screen lines.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wrapped {
    columns: u32,
    rows: u32,
    lines: u32,
}

/// A screen line: a row, and which of its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ScreenLine {
    pub(crate) row: RowId,
    pub(crate) part: u32,
}

/// Screen lines a row takes at that width; `None` is no wrap.
pub(crate) fn parts(row: &RowView<'_>, columns: Option<u32>) -> u32 {
    match columns {
        None => 1,
        Some(_) if row.marker.is_some() => 1,
        Some(columns) if row.plain => u32::try_from(row.text.len()).unwrap_or(u32::MAX).div_ceil(columns).max(1),
        Some(columns) => text::Visible::of(row.text).parts(columns),
    }
}

impl Chunk {
    fn lines_exact(&self, columns: u32) -> u32 {
        let known = self.wrapped.get();
        let mut now = if known.columns == columns { known } else { Wrapped { columns, rows: 0, lines: 0 } };
        for i in now.rows as usize..self.len() {
            now.lines += if self.all_plain() && !self.is_marker() {
                u32::try_from(self.end_of(i) - self.start_of(i)).unwrap_or(u32::MAX).div_ceil(columns).max(1)
            } else {
                parts(&self.row(i), Some(columns))
            };
        }
        now.rows = u32::try_from(self.len()).expect("a chunk has few rows");
        self.wrapped.set(now);
        now.lines
    }

    fn is_measured(&self, columns: u32) -> bool {
        let known = self.wrapped.get();
        known.columns == columns && known.rows as usize == self.len()
    }

    fn lines_guess(&self, columns: u32) -> u64 {
        let known = self.wrapped.get();
        if known.columns == columns && known.rows as usize == self.len() {
            return u64::from(known.lines);
        }
        // Half a line more for each row is what rounding up costs on the average when lines are longer than the width.
        let bytes = self.text_len() as u64 / u64::from(columns);
        let rows = self.len() as u64;
        if bytes > rows { bytes + rows / 2 } else { rows }
    }
}

impl Ring {
    /// Screen lines of everything kept.
    pub(crate) fn screen_lines(&self, columns: Option<u32>) -> u64 {
        match columns {
            None => self.len() as u64,
            Some(columns) => self.chunks.iter().map(|c| c.lines_guess(columns)).sum(),
        }
    }

    /// Counts chunks not counted yet until `enough` says so. Returns whether all are counted now.
    pub(crate) fn measure(&self, columns: Option<u32>, mut enough: impl FnMut() -> bool) -> bool {
        let Some(columns) = columns else { return true };
        for chunk in self.chunks.iter().filter(|c| !c.is_measured(columns)) {
            if enough() {
                return false;
            }
            chunk.lines_exact(columns);
        }
        true
    }

    /// The screen line at that position counted from the first kept row; the last one when there are fewer.
    pub(crate) fn locate(&self, at: u64, columns: Option<u32>) -> Option<ScreenLine> {
        if self.is_empty() {
            return None;
        }
        let Some(columns) = columns else {
            let row = self.first_id() + i64::try_from(at).unwrap_or(i64::MAX - 1).min(self.len() as i64 - 1);
            return Some(ScreenLine { row, part: 0 });
        };
        let mut left = at;
        for chunk in &self.chunks {
            let mut lines = chunk.lines_guess(columns);
            if left < lines {
                lines = u64::from(chunk.lines_exact(columns));
            }
            if left < lines {
                return Some(chunk.locate(left, columns));
            }
            left -= lines;
        }
        self.last_screen_line(Some(columns))
    }

    /// The last screen line.
    pub(crate) fn last_screen_line(&self, columns: Option<u32>) -> Option<ScreenLine> {
        let row = self.row(self.end_id() - 1)?;
        Some(ScreenLine { row: row.id, part: parts(&row, columns) - 1 })
    }

    /// Position of a screen line, counted from the first kept row.
    pub(crate) fn position(&self, line: ScreenLine, columns: Option<u32>) -> u64 {
        let row = line.row.clamp(self.first_id(), self.end_id());
        let Some(width) = columns else { return (row - self.first_id()) as u64 };
        let Some(at) = self.chunk_of(row) else { return self.screen_lines(columns) };
        let before: u64 = self.chunks.range(..at).map(|c| c.lines_guess(width)).sum();
        let chunk = &self.chunks[at];
        chunk.lines_exact(width);
        let within: u64 = (0..(row - chunk.first) as usize).map(|i| u64::from(parts(&chunk.row(i), columns))).sum();
        before + within + u64::from(line.part)
    }

    /// `line` moved by `by` screen lines, stopped at both ends.
    pub(crate) fn step(&self, line: ScreenLine, by: i64, columns: Option<u32>) -> Option<ScreenLine> {
        let mut row = self.row(line.row.clamp(self.first_id(), (self.end_id() - 1).max(self.first_id())))?;
        if columns.is_none() {
            let id = (row.id + by).clamp(self.first_id(), self.end_id() - 1);
            return Some(ScreenLine { row: id, part: 0 });
        }
        let mut part = i64::from(line.part.min(parts(&row, columns) - 1)) + by;
        while part < 0 {
            let Some(before) = self.row(row.id - 1) else { return Some(ScreenLine { row: row.id, part: 0 }) };
            part += i64::from(parts(&before, columns));
            row = before;
        }
        loop {
            let here = i64::from(parts(&row, columns));
            if part < here {
                return Some(ScreenLine { row: row.id, part: part as u32 });
            }
            let Some(after) = self.row(row.id + 1) else {
                return Some(ScreenLine { row: row.id, part: (here - 1) as u32 });
            };
            part -= here;
            row = after;
        }
    }
}

impl Chunk {
    fn locate(&self, at: u64, columns: u32) -> ScreenLine {
        let mut left = at;
        for i in 0..self.len() {
            let lines = u64::from(parts(&self.row(i), Some(columns)));
            if left < lines {
                return ScreenLine { row: self.first + i as RowId, part: left as u32 };
            }
            left -= lines;
        }
        ScreenLine { row: self.end() - 1, part: 0 }
    }
}
