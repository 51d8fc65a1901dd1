//! Which rows of a long list are in view. Rows have one fixed height, so this is arithmetic.

/// Rows drawn above and below what is seen, so that a quick scroll shows rows and not paper.
const MARGIN: usize = 12;

/// The first row to draw and the one after the last.
pub(crate) fn rows_in_view(total: usize, row_px: f64, top_px: f64, view_px: f64) -> (usize, usize) {
    // `top_px`: where the list begins in the window; negative once scrolled past.
    let first = ((-top_px).max(0.0) / row_px) as usize;
    let seen = (view_px / row_px).ceil() as usize + 1;
    let start = first.saturating_sub(MARGIN).min(total);
    (start, (first + seen + MARGIN).min(total).max(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rows_near_the_window_are_drawn() {
        assert_eq!(rows_in_view(10_000, 40.0, 120.0, 800.0), (0, 33));
        let (start, end) = rows_in_view(10_000, 40.0, -200_000.0, 800.0);
        assert_eq!((start, end), (4_988, 5_033));
    }

    #[test]
    fn the_end_of_the_list_and_lists_that_shrank_are_no_trouble() {
        assert_eq!(rows_in_view(5, 40.0, 0.0, 800.0), (0, 5));
        assert_eq!(rows_in_view(5, 40.0, -100_000.0, 800.0), (5, 5));
        assert_eq!(rows_in_view(0, 40.0, 0.0, 800.0), (0, 0));
    }
}
