//! Which rows of a long list are in view. Rows have one fixed height, so this is arithmetic.

use leptos::{ev, html, leptos_dom::helpers::set_timeout, prelude::*};
use std::time::Duration;

/// Rows drawn above and below what is seen, so that a quick scroll shows rows and not paper.
const MARGIN: usize = 12;

/// At first and after a leap only what is seen is drawn at once, and the margin when the reader has come to rest for so long.
const REST: Duration = Duration::from_millis(80);

/// The first row to draw and the one after the last.
pub(crate) fn rows_in_view(total: usize, row_px: f64, top_px: f64, view_px: f64) -> (usize, usize) {
    rows_around(total, row_px, top_px, view_px, MARGIN)
}

/// The same with so many rows on either side beyond what is seen.
pub(crate) fn rows_around(total: usize, row_px: f64, top_px: f64, view_px: f64, margin: usize) -> (usize, usize) {
    // `top_px`: where the list begins in the window; negative once scrolled past.
    let first = ((-top_px).max(0.0) / row_px) as usize;
    let seen = (view_px / row_px).ceil() as usize + 1;
    let start = first.saturating_sub(margin).min(total);
    (start, (first + seen + margin).min(total).max(start))
}

/// What is above the rows when the window is scrolled, pixels: the bar and the list's heading stick to the top.
const TOP_PX: f64 = 100.0;
const BOTTOM_PX: f64 = 16.0;

/// The rows of one list, as the window is scrolled and changes its size.
#[derive(Clone, Copy)]
pub(crate) struct Rows {
    /// The element that is as high as all rows together.
    pub(crate) body: NodeRef<html::Div>,
    /// Height of a row, pixels.
    pub(crate) row_px: RwSignal<f64>,
    /// The first row to draw and the one after the last.
    pub(crate) view: RwSignal<(usize, usize)>,
    total: Signal<usize>,
    height: fn() -> f64,
    on_end: Callback<()>,
    /// All rows are new, or about to be.
    renewed: StoredValue<bool>,
    /// Counts the waits for rest, so that only the last one ends.
    waits: StoredValue<u32>,
}

impl Rows {
    /// Follows a list of `total` rows for the life of the component. `height` is asked for a row's height when the window
    /// changes, `on_end` is told whenever the last row is to be drawn.
    pub(crate) fn follow(total: Signal<usize>, height: fn() -> f64, on_end: impl Fn() + Send + Sync + 'static) -> Self {
        let rows = Self {
            body: NodeRef::new(),
            row_px: RwSignal::new(height()),
            view: RwSignal::new(rows_around(usize::MAX, height(), 0.0, window_px(), 0)),
            total,
            height,
            on_end: Callback::new(move |()| on_end()),
            renewed: StoredValue::new(true),
            waits: StoredValue::new(0),
        };
        let handles = [
            window_event_listener(ev::scroll, move |_| rows.look()),
            window_event_listener(ev::resize, move |_| rows.look()),
        ];
        on_cleanup(move || handles.into_iter().for_each(WindowListenerHandle::remove));
        Effect::new(move || {
            total.track();
            rows.body.track();
            rows.look();
        });
        rows
    }

    /// To be called before every row becomes another, as by a new order: only what is seen is then drawn at once.
    pub(crate) fn renew(self) {
        self.renewed.set_value(true);
        self.look();
    }

    fn look(self) {
        if self.measure(false) {
            return;
        }
        let wait = self.waits.get_value().wrapping_add(1);
        self.waits.set_value(wait);
        let due = move || {
            if self.waits.try_get_value() == Some(wait) {
                self.measure(true);
            }
        };
        set_timeout(due, REST);
    }

    /// False where the margin is left for later.
    fn measure(self, at_rest: bool) -> bool {
        let Some(body) = self.body.get_untracked() else { return true };
        if self.row_px.get_untracked() != (self.height)() {
            self.row_px.set((self.height)());
        }
        let total = self.total.get_untracked();
        let (top, row_px) = (body.get_bounding_client_rect().top(), self.row_px.get_untracked());
        let wide = rows_in_view(total, row_px, top, window_px());
        let before = self.view.get_untracked();
        let leapt = wide.1 <= before.0 || before.1 <= wide.0 || self.renewed.get_value();
        let narrow = !at_rest && leapt && wide.0 < wide.1;
        let now = if narrow { rows_around(total, row_px, top, window_px(), 0) } else { wide };
        if wide.0 < wide.1 {
            self.renewed.set_value(false);
        }
        if before != now {
            self.view.set(now);
        }
        if wide.1 == total && wide.0 > 0 {
            self.on_end.run(());
        }
        !narrow
    }
}

/// Scrolls until the row that begins so far below the list's top is seen whole.
pub(crate) fn bring_into_view(body: NodeRef<html::Div>, offset_px: f64, row_px: f64) {
    let Some(body) = body.get_untracked() else { return };
    let top = body.get_bounding_client_rect().top() + offset_px;
    let by = if top < TOP_PX {
        top - TOP_PX
    } else if top + row_px > window_px() - BOTTOM_PX {
        top + row_px - window_px() + BOTTOM_PX
    } else {
        return;
    };
    window().scroll_by_with_x_and_y(0.0, by);
}

fn window_px() -> f64 {
    window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(900.0)
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
    fn without_a_margin_it_is_what_is_seen() {
        assert_eq!(rows_around(10_000, 40.0, -200_000.0, 800.0, 0), (5_000, 5_021));
    }

    #[test]
    fn the_end_of_the_list_and_lists_that_shrank_are_no_trouble() {
        assert_eq!(rows_in_view(5, 40.0, 0.0, 800.0), (0, 5));
        assert_eq!(rows_in_view(5, 40.0, -100_000.0, 800.0), (5, 5));
        assert_eq!(rows_in_view(0, 40.0, 0.0, 800.0), (0, 0));
    }
}
