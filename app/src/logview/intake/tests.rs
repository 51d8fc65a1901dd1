use super::*;
use crate::logview::store::DEFAULT_BUDGET_BYTES;
use api::logs::{Batch, ROW_MAX_BYTES};
use proptest::prelude::*;

fn feed(intake: &mut Intake, ring: &mut Ring, first_line: u64, rows: &[(u8, &[u8])]) -> usize {
    let mut batch = Batch::new(first_line);
    for (flags, text) in rows {
        assert!(batch.push(1_000_000, *flags, text));
    }
    let bytes = batch.encode();
    let frame = Frame::parse(&bytes).expect("own frame");
    intake.take(ring, &frame, bytes.len() as u64)
}

fn texts(ring: &Ring) -> Vec<String> {
    ring.rows_from(ring.first_id())
        .map(|r| r.marker.map_or_else(|| String::from_utf8_lossy(r.text).into_owned(), |m| format!("{m:?}")))
        .collect()
}

#[test]
fn a_resumed_stream_neither_doubles_nor_loses_a_row() {
    let (mut intake, mut ring) = (Intake::default(), Ring::new(DEFAULT_BUDGET_BYTES));
    intake.begin();
    feed(&mut intake, &mut ring, 5, &[(0, b"five"), (0, b"six")]);
    assert_eq!(intake.cursor().map(|c| c.line), Some(6));
    intake.begin();
    feed(&mut intake, &mut ring, 4, &[(0, b"four"), (0, b"five")]);
    feed(&mut intake, &mut ring, 6, &[(0, b"six"), (0, b"seven")]);
    assert_eq!(texts(&ring), ["five", "six", "seven"]);
}

#[test]
fn a_break_within_a_long_line_goes_on_with_its_next_piece() {
    let piece = vec![b'x'; ROW_MAX_BYTES];
    let (mut intake, mut ring) = (Intake::default(), Ring::new(DEFAULT_BUDGET_BYTES));
    intake.begin();
    feed(&mut intake, &mut ring, 0, &[(0, &piece), (CONTINUES, &piece)]);
    assert_eq!(intake.cursor().map(|c| c.line), Some(0));
    intake.begin();
    feed(&mut intake, &mut ring, 0, &[(0, &piece), (CONTINUES, &piece), (CONTINUES, b"end"), (0, b"next")]);
    assert_eq!(ring.len(), 4);
    assert_eq!(texts(&ring)[2..], ["end", "next"]);
    assert_eq!(ring.row_of_line(1), Some(3));
}

#[test]
fn a_jump_in_the_numbers_is_shown_once() {
    let (mut intake, mut ring) = (Intake::default(), Ring::new(DEFAULT_BUDGET_BYTES));
    intake.begin();
    feed(&mut intake, &mut ring, 0, &[(0, b"a")]);
    feed(&mut intake, &mut ring, 10, &[(0, b"b")]);
    intake.skipped(&mut ring, 5);
    feed(&mut intake, &mut ring, 16, &[(0, b"c")]);
    intake.gap(&mut ring, None);
    feed(&mut intake, &mut ring, 17, &[(0, b"d")]);
    assert_eq!(texts(&ring), ["a", "Gap(Some(9))", "b", "Skipped(5)", "c", "Gap(None)", "d"]);
    assert_eq!((intake.missing_lines, intake.skipped_lines, intake.gaps), (14, 5, 2));
}

#[test]
fn answers_come_by_the_half_mebibyte_and_say_the_running_sum() {
    let (mut intake, mut ring) = (Intake::default(), Ring::new(DEFAULT_BUDGET_BYTES));
    intake.begin();
    feed(&mut intake, &mut ring, 0, &[(0, b"small")]);
    assert_eq!(intake.answer(), None);
    for line in 1..70 {
        feed(&mut intake, &mut ring, line, &[(0, &[b'x'; 16_000])]);
    }
    let sum = intake.answer().expect("more than half a mebibyte came");
    assert!(sum > 1_100_000);
    assert_eq!(intake.answer(), None);
    intake.begin();
    assert_eq!(intake.answer(), None);
}

proptest! {
    #[test]
    fn any_breaks_and_overlaps_give_the_log_once(
        lines in prop::collection::vec(1u8..4, 1..40),
        breaks in prop::collection::vec((0usize..40, 0u64..6), 0..6),
    ) {
        // A log whose line n has lines[n] pieces.
        let log: Vec<(u64, u8, String)> = lines.iter().enumerate()
            .flat_map(|(n, pieces)| (0..*pieces).map(move |p| (n as u64, u8::from(p > 0), format!("{n}.{p}"))))
            .collect();
        let (mut intake, mut ring) = (Intake::default(), Ring::new(DEFAULT_BUDGET_BYTES));
        let send = |intake: &mut Intake, ring: &mut Ring, from: u64, rows: usize| {
            intake.begin();
            for (line, flags, text) in log.iter().filter(|r| r.0 >= from).take(rows) {
                feed(intake, ring, *line, &[(*flags, text.as_bytes())]);
            }
        };
        for (rows, before) in breaks {
            // A piece was short, so the cursor may be past its line: a gateway that can seek begins at a line, never after it.
            let from = intake.have.map_or(0, |h| h.line.saturating_sub(before));
            send(&mut intake, &mut ring, from, rows);
        }
        let from = intake.have.map_or(0, |h| h.line);
        send(&mut intake, &mut ring, from, usize::MAX);
        let want: Vec<_> = log.iter().map(|r| r.2.clone()).collect();
        prop_assert_eq!(texts(&ring), want);
    }
}
