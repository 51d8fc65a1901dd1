use super::wrapped::ScreenLine;
use super::*;
use proptest::prelude::*;

fn ring_of(lines: impl IntoIterator<Item = (u64, &'static [u8])>) -> Ring {
    let mut ring = Ring::new(DEFAULT_BUDGET_BYTES);
    for (line, text) in lines {
        ring.append(line, line as i64 * 1_000_000, false, text);
    }
    ring
}

/// What the ring must agree with: a plain list.
#[derive(Clone, Debug)]
struct Kept {
    line: u64,
    time_ns: i64,
    continues: bool,
    text: Vec<u8>,
}

fn rows() -> impl Strategy<Value = Vec<Kept>> {
    let row = (
        prop::bool::weighted(0.2),
        0i64..4_000_000_000_000,
        prop::bool::weighted(0.1),
        prop_oneof![prop::collection::vec(any::<u8>(), 0..30), (0usize..9_000).prop_map(|n| vec![b'x'; n]),],
    );
    prop::collection::vec(row, 1..120).prop_map(|rows| {
        let (mut line, mut time_ns) = (7, 1_700_000_000_000_000_000);
        let mut first = true;
        rows.into_iter()
            .map(|(continues, step, jump, text)| {
                let continues = continues && !first;
                line += u64::from(!continues && !first) + u64::from(jump && !continues) * 1_000;
                first = false;
                time_ns += step / 1_000 * 1_000;
                Kept { line, time_ns, continues, text }
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_row_comes_back_as_it_was_put_in(rows in rows()) {
        let mut ring = Ring::new(DEFAULT_BUDGET_BYTES);
        for row in &rows {
            ring.append(row.line, row.time_ns, row.continues, &row.text);
        }
        prop_assert_eq!(ring.len(), rows.len());
        prop_assert_eq!(ring.text_bytes(), rows.iter().map(|r| r.text.len()).sum::<usize>());
        for (got, want) in ring.rows_from(ring.first_id()).zip(&rows) {
            prop_assert_eq!((got.line, got.time_ns, got.continues), (want.line, want.time_ns, want.continues));
            prop_assert_eq!(got.text, &want.text[..]);
            prop_assert_eq!(got.plain, want.text.iter().all(|b| (0x20..0x7f).contains(b)));
            let first = rows.iter().position(|r| r.line == want.line).expect("it is there") as RowId;
            prop_assert_eq!(ring.row_of_line(want.line), Some(first));
        }
    }

    #[test]
    fn a_page_put_before_reads_on_into_what_was_there(rows in rows(), cut in any::<prop::sample::Index>()) {
        let cut = cut.index(rows.len());
        let (mut page, mut ring) = (Ring::new(DEFAULT_BUDGET_BYTES), Ring::new(DEFAULT_BUDGET_BYTES));
        for row in &rows[..cut] {
            page.append(row.line, row.time_ns, row.continues, &row.text);
        }
        for row in &rows[cut..] {
            ring.append(row.line, row.time_ns, row.continues, &row.text);
        }
        ring.prepend(page);
        let got: Vec<_> = ring.rows_from(ring.first_id()).map(|r| (r.line, r.text.to_vec())).collect();
        let want: Vec<_> = rows.iter().map(|r| (r.line, r.text.clone())).collect();
        prop_assert_eq!(got, want);
        prop_assert_eq!(ring.first_id(), -(cut as RowId));
        for id in ring.first_id()..ring.end_id() {
            prop_assert_eq!(ring.row(id).map(|r| r.id), Some(id));
        }
    }

    #[test]
    fn kept_and_dropped_always_add_up_to_what_came(rows in rows()) {
        let mut ring = Ring::new(1);
        let mut bytes = 0;
        for (n, row) in rows.iter().enumerate() {
            ring.append(row.line, row.time_ns, row.continues, &row.text);
            ring.evict_front(|_| true);
            bytes += row.text.len() as u64;
            let (front, back) = ring.dropped();
            prop_assert_eq!(front.rows + ring.len() as u64, n as u64 + 1);
            prop_assert_eq!(front.bytes + ring.text_bytes() as u64, bytes);
            prop_assert_eq!(back, Dropped::default());
            prop_assert!(!ring.is_over() || ring.chunks().len() == 1);
        }
        let kept: Vec<_> = ring.rows_from(ring.first_id()).map(|r| r.line).collect();
        let tail: Vec<_> = rows[rows.len() - kept.len()..].iter().map(|r| r.line).collect();
        prop_assert_eq!(kept, tail);
    }

    #[test]
    fn a_screen_line_and_its_position_name_each_other(rows in rows(), columns in 1u32..200) {
        let mut ring = Ring::new(DEFAULT_BUDGET_BYTES);
        for row in &rows {
            ring.append(row.line, row.time_ns, row.continues, &row.text);
        }
        for columns in [None, Some(columns)] {
            prop_assert!(ring.measure(columns, || false));
            let all = ring.screen_lines(columns);
            let mut walked = Some(ScreenLine { row: ring.first_id(), part: 0 });
            for at in (0..all).step_by(((all / 300) as usize).max(1)) {
                let line = ring.locate(at, columns).expect("there is such a line");
                prop_assert_eq!(ring.position(line, columns), at);
                let from_first = ring.step(ScreenLine { row: ring.first_id(), part: 0 }, at as i64, columns);
                prop_assert_eq!(from_first, Some(line));
                walked = Some(line);
            }
            prop_assert_eq!(ring.step(walked.expect("not empty"), i64::from(u32::MAX), columns), ring.last_screen_line(columns));
        }
    }

    #[test]
    fn a_time_finds_the_first_row_that_is_not_older(rows in rows(), ask in 0i64..800_000_000_000_000) {
        let mut ring = Ring::new(DEFAULT_BUDGET_BYTES);
        for row in &rows {
            ring.append(row.line, row.time_ns, row.continues, &row.text);
        }
        let ask = 1_700_000_000_000_000_000 + ask;
        let want = rows.iter().position(|r| r.time_ns >= ask).unwrap_or(rows.len()) as RowId;
        prop_assert_eq!(ring.row_at_time(ask), want);
    }
}

#[test]
fn a_line_of_a_hundred_bytes_costs_less_than_one_and_a_quarter_of_its_bytes() {
    let mut ring = Ring::new(DEFAULT_BUDGET_BYTES);
    let text = [b'a'; 100];
    for line in 0..100_000 {
        ring.append(line, line as i64 * 50_000, false, &text);
    }
    let ratio = ring.allocated_bytes() as f64 / ring.text_bytes() as f64;
    assert!(ratio < 1.25, "{ratio}");
}

#[test]
fn empty_lines_are_bounded_too() {
    let mut ring = Ring::new(1);
    for line in 0..1_000_000 {
        ring.append(line, 0, false, b"");
        ring.evict_front(|_| true);
    }
    assert!(ring.len() < 100_000);
    assert_eq!(ring.dropped().0.rows + ring.len() as u64, 1_000_000);
}

#[test]
fn a_note_stands_between_rows_and_is_not_a_line() {
    let mut ring = ring_of([(0, &b"a"[..]), (1, b"b")]);
    ring.append_marker(Marker::Skipped(8), 10, 5);
    ring.append(10, 10_000_000, false, b"c");
    assert_eq!(ring.row(2).and_then(|r| r.marker), Some(Marker::Skipped(8)));
    assert_eq!(ring.row_of_line(10), Some(3));
    assert_eq!(ring.row_of_line(5), None);
}

#[test]
fn rows_let_go_at_the_end_are_counted_apart() {
    let mut ring = Ring::new(1);
    for line in 0..10 {
        ring.append(line, 0, false, &[b'x'; 60_000]);
    }
    let went = ring.evict_back(|_| true);
    assert!(went > 0);
    assert_eq!(ring.dropped().1.rows, went as u64);
    assert_eq!(ring.first_id(), 0);
}

#[test]
fn what_may_not_go_stays_even_over_the_budget() {
    let mut ring = Ring::new(1);
    for line in 0..10 {
        ring.append(line, 0, false, &[b'x'; 60_000]);
    }
    assert_eq!(ring.evict_front(|end| end <= 2), 2);
    assert!(ring.is_over());
}
