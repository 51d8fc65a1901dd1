//! A selection by row and column, over rows that may be far out of view.
//!
//! The browser selects only what is in the page, and of this log a screenful is. Columns are UTF-16 units of the visible
//! text, which is what the browser's ranges count in.

use super::{
    store::{Ring, RowId, RowView},
    text::{self, Visible},
};
use std::ops::Range;

/// Most text that is copied, bytes. More belongs into a file.
pub(crate) const COPY_MAX_BYTES: usize = 8 * 1024 * 1024;

/// A place between two characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Point {
    pub(crate) row: RowId,
    pub(crate) column: u32,
}

/// From where it was begun to where it was drawn to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Selection {
    pub(crate) anchor: Point,
    pub(crate) focus: Point,
}

/// The selection is over [`COPY_MAX_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;

impl Selection {
    pub(crate) fn at(point: Point) -> Self {
        Self { anchor: point, focus: point }
    }

    /// Everything kept.
    pub(crate) fn all(ring: &Ring) -> Self {
        Self {
            anchor: Point { row: ring.first_id(), column: 0 },
            focus: Point { row: ring.end_id() - 1, column: u32::MAX },
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.anchor == self.focus
    }

    fn ordered(&self) -> (Point, Point) {
        (self.anchor.min(self.focus), self.anchor.max(self.focus))
    }

    /// The columns of a row that are selected, where any are. The end may lie behind the row's last column.
    pub(crate) fn columns(&self, row: RowId) -> Option<Range<u32>> {
        let (first, last) = self.ordered();
        if self.is_empty() || row < first.row || row > last.row {
            return None;
        }
        let start = if row == first.row { first.column } else { 0 };
        let end = if row == last.row { last.column } else { u32::MAX };
        Some(start..end)
    }

    /// The selected text as it is shown, without colours. Pieces of one line come without a break between them.
    pub(crate) fn text(&self, ring: &Ring) -> Result<String, TooLarge> {
        let (first, last) = self.ordered();
        let mut out = String::new();
        for row in ring.rows_from(first.row).take_while(|r| r.id <= last.row) {
            let Some(columns) = self.columns(row.id) else { continue };
            if row.marker.is_some() {
                continue;
            }
            if row.id != first.row && !row.continues {
                out.push('\n');
            }
            push_columns(&mut out, &row, columns);
            if out.len() > COPY_MAX_BYTES {
                return Err(TooLarge);
            }
        }
        Ok(out)
    }

    /// The word around a column.
    pub(crate) fn word(row: &RowView<'_>, column: u32) -> Self {
        let visible = Visible::of(row.text);
        let at = text::byte_of_utf16(&visible.text, column);
        let class = |c: char| {
            if c.is_alphanumeric() || "_-./:@".contains(c) {
                0
            } else if c.is_whitespace() {
                1
            } else {
                2
            }
        };
        let kind = visible.text[at..].chars().next().map(class);
        let same = |c: &char| Some(class(*c)) == kind;
        let before: usize = visible.text[..at].chars().rev().take_while(same).map(char::len_utf8).sum();
        let after: usize = visible.text[at..].chars().take_while(same).map(char::len_utf8).sum();
        let point = |byte: usize| Point { row: row.id, column: text::utf16_len(&visible.text[..byte]) };
        Self { anchor: point(at - before), focus: point(at + after) }
    }

    /// The whole row.
    pub(crate) fn row(row: RowId) -> Self {
        Self { anchor: Point { row, column: 0 }, focus: Point { row, column: u32::MAX } }
    }
}

fn push_columns(out: &mut String, row: &RowView<'_>, columns: Range<u32>) {
    if row.plain {
        let len = row.text.len();
        let range = (columns.start as usize).min(len)..(columns.end as usize).min(len);
        out.push_str(&String::from_utf8_lossy(&row.text[range]));
        return;
    }
    let visible = Visible::of(row.text);
    let start = text::byte_of_utf16(&visible.text, columns.start);
    let end = text::byte_of_utf16(&visible.text, columns.end);
    out.push_str(&visible.text[start..end.max(start)]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logview::store::DEFAULT_BUDGET_BYTES;

    fn ring() -> Ring {
        let mut ring = Ring::new(DEFAULT_BUDGET_BYTES);
        ring.append(0, 0, false, b"first line");
        ring.append(1, 0, false, "\x1b[31mкраснЫй\x1b[0m 日本".as_bytes());
        ring.append(2, 0, false, b"long ");
        ring.append(2, 0, true, b"line");
        ring.append(3, 0, false, b"last");
        ring
    }

    fn select(from: (RowId, u32), to: (RowId, u32)) -> Selection {
        Selection { anchor: Point { row: from.0, column: from.1 }, focus: Point { row: to.0, column: to.1 } }
    }

    #[test]
    fn what_is_selected_is_copied_in_order_whichever_way_it_was_drawn() {
        let ring = ring();
        let there = select((0, 6), (1, 3)).text(&ring);
        assert_eq!(there.as_deref(), Ok("line\nкра"));
        assert_eq!(select((1, 3), (0, 6)).text(&ring), there);
    }

    #[test]
    fn everything_is_copied_without_colours_and_with_long_lines_whole() {
        let ring = ring();
        let all = Selection::all(&ring).text(&ring);
        assert_eq!(all.as_deref(), Ok("first line\nкраснЫй 日本\nlong line\nlast"));
    }

    #[test]
    fn a_double_click_takes_the_word() {
        let ring = ring();
        let word = |row, column| Selection::word(&ring.row(row).expect("kept"), column).text(&ring);
        assert_eq!(word(0, 7).as_deref(), Ok("line"));
        assert_eq!(word(1, 9).as_deref(), Ok("日本"));
        assert_eq!(word(0, 10).as_deref(), Ok(""));
    }

    #[test]
    fn more_than_fits_a_clipboard_is_refused() {
        let mut ring = Ring::new(DEFAULT_BUDGET_BYTES);
        for line in 0..1_000 {
            ring.append(line, 0, false, &[b'x'; 10_000]);
        }
        assert_eq!(Selection::all(&ring).text(&ring), Err(TooLarge));
    }
}
