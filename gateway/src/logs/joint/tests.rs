use super::*;
use proptest::prelude::*;

fn line(time_ns: i64, text: &[u8]) -> Piece<'_> {
    Piece { time_ns, begins: true, ends: true, text }
}

/// What goes out of a connection that sends `lines` through `joint`; None stands for a gap.
fn through(mut joint: Joint, lines: &[(i64, &str)]) -> Vec<Option<String>> {
    let mut out = Vec::new();
    for (time, text) in lines {
        match joint.admit(&line(*time, text.as_bytes())) {
            Verdict::Drop => {}
            Verdict::Keep { skip } => out.push(Some(text[skip..].to_owned())),
            Verdict::KeepAfterGap => out.extend([None, Some((*text).to_owned())]),
        }
    }
    out
}

fn after(lines: &[(i64, &str)]) -> Position {
    let mut position = Position::default();
    for (time, text) in lines {
        position.advance(&line(*time, text.as_bytes()));
    }
    position
}

fn some(texts: &[&str]) -> Vec<Option<String>> {
    texts.iter().map(|t| Some((*t).to_owned())).collect()
}

#[test]
fn lines_of_the_same_time_are_counted_not_guessed() {
    let seen = after(&[(1, "a"), (2, "b"), (2, "b")]);
    assert_eq!(seen.same_time, 2);
    let again = [(2, "b"), (2, "b"), (2, "b"), (3, "c")];
    assert_eq!(through(Joint::by_time(&seen), &again), some(&["b", "c"]));
}

#[test]
fn a_server_that_begins_too_early_repeats_nothing() {
    let seen = after(&[(1, "a"), (2, "b")]);
    assert_eq!(through(Joint::by_time(&seen), &[(1, "a"), (2, "b"), (3, "c")]), some(&["c"]));
}

#[test]
fn a_server_that_begins_too_late_leaves_a_gap() {
    let seen = after(&[(1, "a"), (2, "b")]);
    assert_eq!(through(Joint::by_time(&seen), &[(3, "c"), (4, "d")]), [None, Some("c".into()), Some("d".into())]);
}

#[test]
fn nothing_seen_means_nothing_to_leave_out() {
    assert_eq!(through(Joint::by_time(&Position::default()), &[(1, "a")]), some(&["a"]));
}

#[test]
fn an_unfinished_line_goes_on_where_it_was() {
    let mut seen = after(&[(1, "a")]);
    seen.advance(&Piece { time_ns: 2, begins: true, ends: false, text: b"bbb" });
    assert_eq!(through(Joint::by_time(&seen), &[(1, "a"), (2, "bbbBB"), (3, "c")]), some(&["BB", "c"]));
    assert_eq!(through(Joint::by_line(1, seen.line, seen.open_bytes), &[(2, "bbbBB"), (3, "c")]), some(&["BB", "c"]));
    let other = through(Joint::by_time(&seen), &[(1, "a"), (5, "other")]);
    assert_eq!(other, [None, Some("other".into())]);
}

#[test]
fn an_unfinished_line_that_now_ends_there_still_ends() {
    let mut joint = Joint::by_line(0, 0, 3);
    assert_eq!(joint.admit(&line(1, b"abc")), Verdict::Keep { skip: 3 });
    assert_eq!(joint.admit(&line(1, b"d")), Verdict::Keep { skip: 0 });
}

#[test]
fn a_long_line_that_was_seen_is_left_out_in_all_its_pieces() {
    let mut joint = Joint::by_line(0, 1, 0);
    for (begins, ends) in [(true, false), (false, false), (false, true)] {
        assert_eq!(joint.admit(&Piece { time_ns: 1, begins, ends, text: b"x" }), Verdict::Drop);
    }
    assert_eq!(joint.admit(&line(2, b"next")), Verdict::Keep { skip: 0 });
}

proptest! {
    #[test]
    fn a_break_anywhere_loses_and_repeats_nothing(
        steps in prop::collection::vec(0i64..3, 1..60), at in 0usize..60, by_line in any::<bool>(), early in 0i64..3,
    ) {
        let mut time = 10;
        let texts: Vec<String> = (0..steps.len()).map(|n| format!("line {n}")).collect();
        let all: Vec<(i64, &str)> = steps.iter().zip(&texts).map(|(s, t)| { time += s; (time, t.as_str()) }).collect();
        let (first, rest) = all.split_at(at.min(all.len()));
        let seen = after(first);
        let (joint, again): (Joint, Vec<_>) = if by_line {
            let from = seen.line.saturating_sub(early as u64);
            (Joint::by_line(from, seen.line, 0), all[from as usize..].to_vec())
        } else {
            let since = seen.time_ns - early;
            (Joint::by_time(&seen), all.iter().copied().filter(|(t, _)| *t >= since).collect())
        };
        let expected: Vec<Option<String>> = rest.iter().map(|(_, t)| Some((*t).to_owned())).collect();
        prop_assert_eq!(through(joint, &again), expected);
    }
}
