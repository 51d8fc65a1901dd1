use super::*;
use crate::logview::store::{DEFAULT_BUDGET_BYTES, Marker};
use proptest::prelude::*;

fn pattern(text: &str, case: bool) -> Pattern {
    Pattern::new(&Asked { text: text.to_owned(), case, regex: false }).expect("plain text is always a pattern")
}

fn ring_of(rows: &[&[u8]]) -> Ring {
    let mut ring = Ring::new(DEFAULT_BUDGET_BYTES);
    for (line, text) in rows.iter().enumerate() {
        ring.append(line as u64, 0, false, text);
    }
    ring
}

fn found(ring: &Ring, pattern: Pattern) -> Find {
    let mut find = Find::new(pattern);
    assert!(find.search(ring, || false));
    find
}

#[test]
fn a_hit_never_reaches_from_one_row_into_the_next() {
    let ring = ring_of(&[b"ab", b"cd", b"abcd"]);
    let find = found(&ring, pattern("bc", true));
    assert_eq!(find.counted(&ring), (1, 3));
}

#[test]
fn colours_do_not_hide_a_word_and_escapes_are_not_found() {
    let ring = ring_of(&[b"err\x1b[31mor\x1b[0m 31m", b"error"]);
    assert_eq!(found(&ring, pattern("ERROR", false)).counted(&ring).0, 2);
    assert_eq!(found(&ring, pattern("[31m", true)).counted(&ring).0, 0);
}

#[test]
fn next_and_previous_go_round_through_every_hit() {
    let ring = ring_of(&[b"x", b"axa x", b"none", b"x"]);
    let mut find = found(&ring, pattern("x", true));
    let there: Vec<_> = (0..5).map(|_| find.next(&ring, 1).map(|h| (h.row, h.nth))).collect();
    assert_eq!(there, [Some((1, 0)), Some((1, 1)), Some((3, 0)), Some((0, 0)), Some((1, 0))]);
    assert_eq!(find.ordinal(&ring), Some(2));
    let back: Vec<_> = (0..4).map(|_| find.previous(&ring, 0).map(|h| (h.row, h.nth))).collect();
    assert_eq!(back, [Some((0, 0)), Some((3, 0)), Some((1, 1)), Some((1, 0))]);
}

#[test]
fn rows_that_come_later_are_searched_too_and_dropped_ones_count_no_more() {
    let mut ring = Ring::new(1);
    for line in 0..10 {
        ring.append(line, 0, false, &[b'x'; 40_000]);
    }
    ring.append_marker(Marker::Gap(None), 10, 0);
    let mut find = found(&ring, pattern("xx", true));
    assert_eq!(find.counted(&ring), (10 * 20_000, 11));
    ring.append(11, 0, false, b"xx");
    assert!(find.search(&ring, || false));
    assert_eq!(find.counted(&ring).0, 10 * 20_000 + 1);
    let went = ring.evict_front(|_| true);
    assert_eq!(find.counted(&ring).0, (10 - went as u64) * 20_000 + 1);
}

#[test]
fn a_search_stops_when_told_and_goes_on_from_there() {
    let rows: Vec<&[u8]> = vec![b"a\tb"; 5_000];
    let ring = ring_of(&rows);
    let mut find = Find::new(pattern("a", true));
    let mut slices = 0;
    loop {
        let mut looks = 0;
        slices += 1;
        if find.search(&ring, || {
            looks += 1;
            looks > 3
        }) {
            break;
        }
    }
    assert!(slices > 3);
    assert_eq!(find.counted(&ring), (5_000, 5_000));
}

proptest! {
    #[test]
    fn counts_agree_with_a_plain_search(
        rows in prop::collection::vec("[aAbB\t]{0,12}", 1..60),
        needle in "[aAbB]{1,3}",
        case in any::<bool>(),
    ) {
        let bytes: Vec<&[u8]> = rows.iter().map(String::as_bytes).collect();
        let ring = ring_of(&bytes);
        let want: usize = rows.iter().map(|r| {
            if case { r.matches(&needle).count() } else { r.to_lowercase().matches(&needle.to_lowercase()).count() }
        }).sum();
        prop_assert_eq!(found(&ring, pattern(&needle, case)).counted(&ring), (want as u64, rows.len()));
    }
}
