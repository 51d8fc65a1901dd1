use super::*;
use api::logs::Batch;

const MIB: usize = 1024 * 1024;

fn frame(first_line: u64, lines: u64, bytes: usize) -> Vec<u8> {
    let mut batch = Batch::new(first_line);
    for line in 0..lines {
        let text = format!("{:>bytes$}", first_line + line);
        assert!(batch.push(((first_line + line) * 1_000_000) as i64, 0, text.as_bytes()));
    }
    batch.encode()
}

/// A core that the gateway told it may seek, with lines `first..first + lines` of `bytes` each.
fn reading(budget: usize, first: u64, lines: u64, bytes: usize) -> Core {
    let mut core = Core::new(budget);
    core.seekable = true;
    core.intake.begin();
    for at in (first..first + lines).step_by(100) {
        core.take(&frame(at, 100.min(first + lines - at), bytes));
    }
    core.init_done = true;
    core
}

fn page(first: u64, lines: u64, bytes: usize) -> Vec<(u64, i64, bool, Vec<u8>)> {
    (first..first + lines).map(|n| (n, (n * 1_000_000) as i64, false, format!("{n:>bytes$}").into_bytes())).collect()
}

#[test]
fn following_lets_the_oldest_go_and_never_holds_the_gateway() {
    let mut core = reading(MIB, 0, 20_000, 100);
    assert!(!core.ring.is_over());
    assert!(core.counts().dropped_rows > 0);
    assert!(core.answer().is_some());
    assert!(!core.held);
}

#[test]
fn a_reader_who_scrolled_up_holds_the_gateway_instead_of_losing_what_is_read() {
    let mut core = reading(MIB, 0, 5_000, 100);
    core.view.follow = false;
    core.view.scroll_to_px(&core.ring, 0.0);
    let top = core.view.top();
    for at in (5_000..20_000).step_by(100) {
        core.take(&frame(at, 100, 100));
    }
    core.view.settle(&core.ring);
    assert_eq!(core.view.top(), top);
    assert_eq!(core.answer(), None);
    assert!(core.held);
    core.follow();
    assert!(core.answer().is_some());
    assert!(!core.ring.is_over());
}

#[test]
fn only_lines_that_come_while_not_following_are_new() {
    let mut core = reading(MIB, 0, 500, 10);
    core.take(&frame(500, 10, 10));
    assert_eq!(core.new_lines, 0);
    core.view.follow = false;
    core.take(&frame(510, 7, 10));
    core.note_skipped(100);
    core.take(&frame(617, 3, 10));
    assert_eq!(core.new_lines, 10);
    core.follow();
    assert_eq!(core.new_lines, 0);
}

#[test]
fn scrolling_back_asks_for_the_page_before_and_goes_on_without_a_seam() {
    let mut core = reading(MIB, 10_000, 1_000, 50);
    core.view.follow = false;
    core.view.scroll_to_px(&core.ring, 0.0);
    let (first, lines) = core.page_wanted().expect("there are earlier lines");
    assert_eq!(first + lines, 10_000);
    let top = core.ring.row(core.view.top().row).map(|r| r.line);
    core.take_page(page(first, lines, 50));
    assert_eq!(core.ring.row(core.view.top().row).map(|r| r.line), top);
    let numbers: Vec<_> = core.ring.rows_from(core.ring.first_id()).map(|r| r.line).collect();
    assert_eq!(numbers, (first..11_000).collect::<Vec<_>>());
}

#[test]
fn far_back_the_end_is_let_go_and_the_stream_goes_on_there_later() {
    let mut core = reading(MIB, 50_000, 9_000, 100);
    core.view.follow = false;
    core.view.scroll_to_px(&core.ring, 0.0);
    while !core.away {
        let (first, lines) = core.page_wanted().expect("there are earlier lines");
        core.take_page(page(first, lines, 100));
        core.view.scroll_to_px(&core.ring, 0.0);
    }
    assert!(!core.wants_stream_again());
    let last = core.ring.last_line().expect("rows are kept");
    assert!(last < 58_999);
    assert_eq!(core.begin_at().map(|c| c.line), Ok(last));
    core.view.scroll_to_px(&core.ring, f64::MAX);
    assert!(core.wants_stream_again());
    core.intake.begin();
    core.away = false;
    core.take(&frame(last, 50, 100));
    assert_eq!(core.ring.last_line(), Some(last + 49));
}

#[test]
fn a_line_of_the_address_is_shown_as_soon_as_it_is_here() {
    let mut core = Core::new(MIB);
    core.view.follow = false;
    core.goal = Some(Goal::Line(5_000));
    assert_eq!(core.begin_at(), Err(StartAt::Line(4_500)));
    core.intake.begin();
    core.take(&frame(4_500, 100, 10));
    assert_eq!(core.goal, Some(Goal::Line(5_000)));
    for at in (4_600..5_600).step_by(100) {
        core.take(&frame(at, 100, 10));
    }
    assert_eq!(core.goal, None);
    let line = ScreenLine { row: core.ring.row_of_line(5_000).expect("it came"), part: 0 };
    assert!(core.view.shows(&core.ring, line));
    assert!(!core.view.follow);
}

/// A core whose stream began at its goal, in a log of that many lines, and brought nothing.
fn nothing_at(goal: Goal, total_lines: u64) -> Core {
    let mut core = Core::new(MIB);
    core.view.follow = false;
    core.goal = Some(goal);
    core.seekable = true;
    core.total_lines = Some(total_lines);
    core.intake.begin();
    core.init_done = true;
    core
}

#[test]
fn a_goal_past_the_last_line_leads_to_the_end_of_the_log() {
    for (goal, missing) in [(Goal::Time(i64::MAX), None), (Goal::Line(99_998), Some(99_998))] {
        let mut core = nothing_at(goal, 20);
        assert_eq!(core.give_up_goal(), missing);
        assert!(core.past_end);
        core.read_anew();
        assert_eq!(core.begin_at(), Err(StartAt::default()));
        core.intake.begin();
        core.take(&frame(0, 20, 10));
        core.init_done = true;
        assert_eq!(core.give_up_goal(), None);
        assert!(!core.past_end && core.view.follow);
        assert_eq!(core.ring.last_line(), Some(19));
    }
}

#[test]
fn a_log_without_lines_has_no_end_to_lead_to() {
    let mut core = nothing_at(Goal::Time(0), 0);
    core.give_up_goal();
    assert!(!core.past_end);
}

/// Whether the view stays where it is while more lines come.
fn stays_while_lines_come(core: &mut Core) -> bool {
    let top = core.view.top();
    core.take(&frame(core.intake.next_line().unwrap_or(0), 100, 10));
    core.view.settle(&core.ring);
    core.view.top() == top
}

#[test]
fn what_is_selected_from_stays_where_it_is_while_lines_come() {
    let mut core = reading(MIB, 0, 500, 10);
    core.view.settle(&core.ring);
    assert!(!stays_while_lines_come(&mut core));
    let row = core.view.top().row;
    core.select(Some(Selection::row(row)));
    assert!(stays_while_lines_come(&mut core));
    core.view.scroll_to_px(&core.ring, f64::MAX);
    core.scroll_drawing(core.view.line_px);
    assert!(stays_while_lines_come(&mut core));
}

#[test]
fn a_hit_on_the_last_screen_stays_in_view_while_lines_come() {
    let mut core = reading(MIB, 0, 500, 10);
    core.view.settle(&core.ring);
    let hit = ScreenLine { row: core.ring.end_id() - 1, part: 0 };
    core.show_hit(hit);
    assert!(stays_while_lines_come(&mut core));
    assert!(core.view.shows(&core.ring, hit));
}

#[test]
fn nothing_is_paged_where_the_cluster_cannot_seek() {
    let mut core = reading(MIB, 10_000, 1_000, 50);
    core.seekable = false;
    core.view.follow = false;
    core.view.scroll_to_px(&core.ring, 0.0);
    assert_eq!(core.page_wanted(), None);
    assert!(!core.has_earlier());
}

#[test]
fn a_frame_that_is_none_changes_nothing() {
    let mut core = reading(MIB, 0, 10, 10);
    assert_eq!(core.take(b"\x01garbage"), 0);
    assert_eq!(core.take(b""), 0);
    assert_eq!(core.ring.len(), 10);
}
