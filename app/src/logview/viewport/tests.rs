use super::*;
use crate::logview::store::{DEFAULT_BUDGET_BYTES, Ring};
use proptest::prelude::*;

fn ring_of(lens: &[usize]) -> Ring {
    let mut ring = Ring::new(DEFAULT_BUDGET_BYTES);
    for (line, len) in lens.iter().enumerate() {
        ring.append(line as u64, 0, false, &vec![b'x'; *len]);
    }
    ring
}

fn view(height_px: f64, columns: Option<u32>) -> Viewport {
    Viewport { height_px, columns, line_px: 10.0, follow: false, ..Viewport::new() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_way_of_scrolling_keeps_the_view_full_and_within_the_rows(
        lens in prop::collection::vec(0usize..300, 1..80),
        columns in prop::option::of(10u32..100),
        moves in prop::collection::vec(-2_000.0f64..2_000.0, 1..30),
    ) {
        let ring = ring_of(&lens);
        ring.measure(columns, || false);
        let mut view = view(95.0, columns);
        let content = view.content_px(&ring);
        let mut expected: f64 = 0.0;
        view.settle(&ring);
        for by in moves {
            view.scroll_by_px(&ring, by);
            expected = (expected + by).clamp(0.0, (content - 95.0).max(0.0));
            let got = view.scrolled_px(&ring);
            prop_assert!((got - expected).abs() < 1e-6, "{got} is not {expected}");
            prop_assert!(view.offset_px() < view.line_px);
        }
    }

    #[test]
    fn a_scroll_bar_position_is_kept_to_the_px(lens in prop::collection::vec(0usize..300, 1..80), y in 0.0f64..9_000.0) {
        let ring = ring_of(&lens);
        ring.measure(Some(40), || false);
        let mut view = view(95.0, Some(40));
        view.scroll_to_px(&ring, y);
        let last = (view.content_px(&ring) - 95.0).max(0.0);
        prop_assert!((view.scrolled_px(&ring) - y.min(last)).abs() < 1e-6);
    }
}

#[test]
fn following_keeps_the_last_line_at_the_bottom() {
    let mut ring = ring_of(&[5; 50]);
    let mut view = view(95.0, None);
    view.follow = true;
    view.settle(&ring);
    assert!(view.is_at_end(&ring));
    assert!((view.scrolled_px(&ring) - 405.0).abs() < 1e-9);
    ring.append(50, 0, false, b"new");
    view.settle(&ring);
    assert!((view.scrolled_px(&ring) - 415.0).abs() < 1e-9);
}

#[test]
fn rows_coming_or_going_do_not_move_what_is_read() {
    let mut ring = Ring::new(1);
    for line in 100..110 {
        ring.append(line, 0, false, &[b'x'; 50_000]);
    }
    let mut view = view(20.0, None);
    view.place(&ring, ScreenLine { row: 8, part: 0 }, 0);
    let before = (view.top(), view.offset_px());
    ring.append(110, 0, false, b"y");
    assert!(ring.evict_front(|end| end <= 7) > 0);
    view.settle(&ring);
    assert_eq!((view.top(), view.offset_px()), before);
    let mut page = Ring::new(1);
    page.append(99, 0, false, b"before");
    ring.prepend(page);
    view.settle(&ring);
    assert_eq!((view.top(), view.offset_px()), before);
}

#[test]
fn rows_that_went_leave_the_view_at_the_first_one_left() {
    let mut ring = Ring::new(1);
    for line in 0..10 {
        ring.append(line, 0, false, &[b'x'; 60_000]);
    }
    let mut view = view(20.0, None);
    view.settle(&ring);
    ring.evict_front(|_| true);
    view.settle(&ring);
    assert_eq!(view.top().row, ring.first_id());
}

#[test]
fn a_log_taller_than_a_browser_can_scroll_is_scrolled_in_proportion() {
    let mut ring = Ring::new(DEFAULT_BUDGET_BYTES);
    for line in 0..40_000 {
        ring.append(line, 0, false, b"");
    }
    let mut view = Viewport { line_px: 1_000.0, ..view(100.0, None) };
    let (canvas, ratio) = (view.canvas_px(&ring), view.ratio(&ring));
    assert!(canvas <= 30_000_000.0 && ratio > 1.3);
    view.scroll_to_px(&ring, (canvas - 100.0) * ratio);
    assert!(view.is_at_end(&ring));
}

#[test]
fn a_short_log_starts_at_the_top_even_when_following() {
    let ring = ring_of(&[5; 3]);
    let mut view = view(95.0, None);
    view.follow = true;
    view.settle(&ring);
    assert_eq!((view.top().row, view.offset_px()), (0, 0.0));
}

#[test]
fn revealing_a_line_in_view_moves_nothing() {
    let ring = ring_of(&[5; 50]);
    let mut view = view(95.0, None);
    view.place(&ring, ScreenLine { row: 20, part: 0 }, 0);
    let before = view.top();
    view.reveal(&ring, ScreenLine { row: 24, part: 0 });
    assert_eq!(view.top(), before);
    view.reveal(&ring, ScreenLine { row: 40, part: 0 });
    assert!(view.shows(&ring, ScreenLine { row: 40, part: 0 }));
    assert_ne!(view.top(), before);
}
