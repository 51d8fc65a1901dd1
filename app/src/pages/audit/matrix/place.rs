//! Where things stand in the matrix, and which part of it is near the window. Sizes are fixed, so this is arithmetic.

use crate::ui::window::rows_around;
use leptos::{html, prelude::*};

// The same sizes stand in style/audit.css.
pub(super) const ROW_PX: f64 = 32.0;
pub(super) const COLUMN_PX: f64 = 40.0;
pub(super) const HEAD_PX: f64 = 136.0;
pub(super) const NAME_PX: f64 = 288.0;
/// Rows and columns come and go in blocks of so many, so that a slow scroll draws seldom; and so many are drawn beyond what is
/// seen, so that a quick one shows cells and not paper.
pub(super) const BLOCK: usize = 8;

/// The first row and the one after the last that are drawn, and the same of columns.
pub(super) type Window = (usize, usize, usize, usize);

/// What is drawn: of rows and columns their number, how far they are scrolled, and how much of them is seen.
pub(super) fn in_view(down: (usize, f64, f64), across: (usize, f64, f64)) -> Window {
    let stepped = |(total, scrolled, seen): (usize, f64, f64), px: f64| {
        let (from, to) = rows_around(total, px, -scrolled, seen.max(px), BLOCK);
        (from / BLOCK * BLOCK, to.div_ceil(BLOCK).saturating_mul(BLOCK).min(total))
    };
    let (rows, columns) = (stepped(down, ROW_PX), stepped(across, COLUMN_PX));
    (rows.0, rows.1, columns.0, columns.1)
}

pub(super) fn cell_id((row, column): (usize, usize)) -> String {
    format!("cell-{row}-{column}")
}

/// The place that an id names.
pub(super) fn place_of(id: &str) -> Option<(usize, usize)> {
    let (row, column) = id.strip_prefix("cell-")?.split_once('-')?;
    Some((row.parse().ok()?, column.parse().ok()?))
}

pub(super) fn top_of(row: usize) -> f64 {
    row.checked_sub(1).map_or(0.0, |row| HEAD_PX + row as f64 * ROW_PX)
}

pub(super) fn left_of(column: usize) -> f64 {
    column.checked_sub(1).map_or(0.0, |column| NAME_PX + column as f64 * COLUMN_PX)
}

/// Scrolls until the cell stands clear of the headings; headings themselves are where the list begins.
pub(super) fn bring_into_view(grid: NodeRef<html::Div>, (row, column): (usize, usize)) {
    let Some(grid) = grid.get_untracked() else { return };
    let scrolled = |at: f64, size: f64, head: f64, now: f64, seen: f64| {
        if at < now + head {
            at - head
        } else if at + size > now + seen {
            at + size - seen
        } else {
            now
        }
    };
    let (now, seen) = (f64::from(grid.scroll_top()), f64::from(grid.client_height()));
    grid.set_scroll_top(scrolled(top_of(row), ROW_PX, HEAD_PX, now, seen).max(0.0) as i32);
    let (now, seen) = (f64::from(grid.scroll_left()), f64::from(grid.client_width()));
    grid.set_scroll_left(scrolled(left_of(column), COLUMN_PX, NAME_PX, now, seen).max(0.0) as i32);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_cells_near_the_window_are_drawn() {
        let (from, to, left, right) = in_view((2_000, 32_000.0, 640.0), (500, 8_000.0, 1_000.0));
        assert!(from <= 1_000 - 8 && to >= 1_020 + 8 && to - from < 56, "{from}..{to}");
        assert!(left <= 200 - 8 && right >= 225 + 8 && right - left < 56, "{left}..{right}");
        assert_eq!(in_view((3, 0.0, 640.0), (0, 0.0, 10.0)), (0, 3, 0, 0));
        assert_eq!(in_view((3, 9_000.0, 640.0), (2, 0.0, -5.0)), (0, 3, 0, 2));
    }

    #[test]
    fn a_cells_id_names_its_place() {
        assert_eq!(place_of(&cell_id((12, 7))), Some((12, 7)));
        for other in ["cell-", "cell-1", "cell-a-b", "image-1-2"] {
            assert_eq!(place_of(other), None, "{other}");
        }
    }
}
