//! The log view's state and its rules, without a browser: what comes in, what is let go, what is asked for, where the view goes.

use super::{
    find::Find,
    intake::Intake,
    selection::Selection,
    store::{Ring, RowId, ScreenLine},
    told::Counts,
    viewport::Viewport,
};
use api::logs::{Cursor, Frame, StartAt};
use std::ops::RangeInclusive;

/// Rows from the first kept one at which earlier rows are asked for.
const NEAR_ROWS: i64 = 400;
/// Bytes kept before and behind what a reader looks at who does not follow.
const AROUND_BYTES: usize = 24 * 1024 * 1024;
/// Bytes read ahead of a reader who does not follow, before the gateway is held.
const AHEAD_BYTES: usize = 64 * 1024 * 1024;
/// Bytes asked for in one page, about.
const PAGE_BYTES: u64 = 384 * 1024;
/// Lines before a wanted one that are read with it.
const CONTEXT_LINES: u64 = 500;

/// Where the reader wants to be as soon as the rows are here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// That line, from 0.
    Line(u64),
    /// The first row of that moment, ns.
    Time(i64),
}

/// State of one log view.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) ring: Ring,
    pub(crate) intake: Intake,
    pub(crate) view: Viewport,
    pub(crate) find: Option<Find>,
    pub(crate) selection: Option<Selection>,
    /// Lines of the address, from 0.
    pub(crate) marked: Option<RangeInclusive<u64>>,
    pub(crate) goal: Option<Goal>,
    /// Whether pages can be read and numbers are the job's own.
    pub(crate) seekable: bool,
    pub(crate) total_lines: Option<u64>,
    /// Whether the end of the ring is not where the stream goes on: rows were let go at the end.
    pub(crate) away: bool,
    /// Whether the goal lay past the last line, so that the stream began there and brought none of those there are.
    pub(crate) past_end: bool,
    pub(crate) paging: bool,
    pub(crate) page_failed: bool,
    pub(crate) held: bool,
    pub(crate) new_lines: u64,
    pub(crate) init_done: bool,
}

impl Core {
    pub(crate) fn new(budget: usize) -> Self {
        Self {
            ring: Ring::new(budget),
            intake: Intake::default(),
            view: Viewport::new(),
            find: None,
            selection: None,
            marked: None,
            goal: None,
            seekable: false,
            total_lines: None,
            away: false,
            past_end: false,
            paging: false,
            page_failed: false,
            held: false,
            new_lines: 0,
            init_done: false,
        }
    }

    /// Where a connection begins: at the cursor, at the goal, or near the end.
    pub(crate) fn begin_at(&self) -> Result<Cursor, StartAt> {
        if let Some(cursor) = self.intake.cursor() {
            return Ok(cursor);
        }
        Err(match self.goal {
            Some(Goal::Line(line)) => StartAt::Line(line.saturating_sub(CONTEXT_LINES)),
            Some(Goal::Time(ns)) => api_time(ns).map_or_else(StartAt::default, StartAt::Time),
            None => StartAt::default(),
        })
    }

    /// Takes a frame. Returns how many rows were new.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> usize {
        // A kind of frame this page does not know, or a broken one: nothing to show, but it was taken in.
        let Ok(frame) = Frame::parse(bytes) else { return 0 };
        let before = self.intake.lines;
        let new = self.intake.take(&mut self.ring, &frame, bytes.len() as u64);
        // What was there when the stream was opened is not new.
        if !self.view.follow && self.init_done {
            self.new_lines += self.intake.lines - before;
        }
        self.make_room();
        self.try_goal();
        new
    }

    /// The sum of bytes to answer the gateway with, when it may send more now.
    pub(crate) fn answer(&mut self) -> Option<u64> {
        self.held = !self.view.follow && self.is_full_ahead();
        if self.held { None } else { self.intake.answer() }
    }

    /// Lets rows go at the front: any while following, only distant ones while somebody reads.
    pub(crate) fn make_room(&mut self) {
        let keep_from = if self.view.follow {
            RowId::MAX
        } else {
            self.ring.far_before(self.view.top().row, AROUND_BYTES.min(self.ring.half_budget() / 2))
        };
        if self.ring.evict_front(|end| end <= keep_from) > 0 {
            self.page_failed = false;
        }
    }

    /// The page to ask for now: first line wanted, and how many.
    pub(crate) fn page_wanted(&self) -> Option<(u64, u64)> {
        let first = self.ring.first_line()?;
        let near = self.view.top().row - self.ring.first_id() < NEAR_ROWS;
        if !self.seekable || self.paging || self.page_failed || !near || self.view.follow && self.ring.is_over() {
            return None;
        }
        let want = if self.begins_within_a_line() { first + 1 } else { first };
        (want > 0).then(|| {
            let a_line = (self.ring.text_bytes() as u64 / self.ring.len().max(1) as u64).max(1) + 9;
            let lines = (PAGE_BYTES / a_line).clamp(20, 3_000).min(want);
            (want - lines, lines)
        })
    }

    /// Whether earlier lines exist that can be read.
    pub(crate) fn has_earlier(&self) -> bool {
        self.seekable && self.ring.first_line().is_some_and(|first| first > 0)
    }

    /// Puts a page before what is kept. It must reach up to the first kept row; what is there already is left out.
    pub(crate) fn take_page(&mut self, mut page: Vec<(u64, i64, bool, Vec<u8>)>) {
        let Some(first) = self.ring.first_line() else { return };
        if self.begins_within_a_line() {
            let kept = self.ring.rows_from(self.ring.first_id()).take_while(|r| r.line == first).count();
            let pieces = page.iter().filter(|r| r.0 == first).count();
            let whole = page.iter().filter(|r| r.0 < first).count();
            page.truncate(whole + pieces.saturating_sub(kept));
        }
        let mut before = Ring::new(usize::MAX / 2);
        for (line, time_ns, continues, text) in &page {
            before.append(*line, *time_ns, *continues, text);
        }
        self.ring.regained_front(before.len() as u64, before.text_bytes() as u64);
        self.ring.prepend(before);
        let bottom = self.view.bottom_row(&self.ring);
        let far = AROUND_BYTES.min(self.ring.half_budget() / 2);
        let mut went = 0;
        while self.ring.is_over() && self.ring.bytes_after(bottom) > far {
            let rows = self.ring.evict_back(|first| first > bottom);
            if rows == 0 {
                break;
            }
            went += rows;
        }
        if went > 0 {
            self.away = true;
            self.intake.cut_back_to(&self.ring);
        }
        self.view.settle(&self.ring);
        self.try_goal();
    }

    /// Whether the reader came near the end of rows that were cut, so that the stream must go on there.
    pub(crate) fn wants_stream_again(&self) -> bool {
        self.away && self.ring.end_id() - self.view.bottom_row(&self.ring) < NEAR_ROWS
    }

    /// Goes to the goal when it is here.
    pub(crate) fn try_goal(&mut self) {
        let row = match self.goal {
            None => return,
            Some(Goal::Line(line)) => self.ring.row_of_line(line),
            Some(Goal::Time(ns)) => Some(self.ring.row_at_time(ns)).filter(|row| *row < self.ring.end_id()),
        };
        if let Some(row) = row {
            self.goal = None;
            self.view.follow = false;
            let line = ScreenLine { row, part: 0 };
            self.view.place(&self.ring, line, (self.view.lines() / 3) as i64);
        }
    }

    /// All there was came: a goal that was not among it is given up, and the end is shown. Returns a line that is not there.
    pub(crate) fn give_up_goal(&mut self) -> Option<u64> {
        let goal = self.goal.take()?;
        self.past_end = self.seekable && self.ring.is_empty() && self.total_lines > Some(0);
        self.follow();
        match goal {
            Goal::Line(line) => Some(line),
            Goal::Time(_) => None,
        }
    }

    /// Forgets what is kept: the next stream begins at the goal, or near the end.
    pub(crate) fn read_anew(&mut self) {
        self.ring.clear();
        self.intake.restart();
        self.away = false;
        self.past_end = false;
        self.init_done = false;
        self.selection = None;
    }

    /// Follows the end again.
    pub(crate) fn follow(&mut self) {
        self.view.follow = true;
        self.new_lines = 0;
        self.make_room();
        self.view.settle(&self.ring);
    }

    /// What the reader pointed at or was led to stays where it is, also where the end is in view.
    pub(crate) fn hold_still(&mut self) {
        self.view.follow = false;
    }

    /// Brings a hit into view.
    pub(crate) fn show_hit(&mut self, line: ScreenLine) {
        self.hold_still();
        self.view.reveal(&self.ring, line);
    }

    /// Begins a selection, or draws on the one there is.
    pub(crate) fn select(&mut self, selection: Option<Selection>) {
        self.hold_still();
        self.selection = selection;
    }

    /// Scrolls while a selection is drawn past an edge.
    pub(crate) fn scroll_drawing(&mut self, by_px: f64) {
        self.hold_still();
        self.goal = None;
        self.view.scroll_by_px(&self.ring, by_px);
    }

    /// The view was moved by the reader: it follows where the end is in view.
    pub(crate) fn moved(&mut self) {
        self.view.follow = !self.away && self.view.is_at_end(&self.ring);
        if self.view.follow {
            self.new_lines = 0;
        }
    }

    pub(crate) fn note_gap(&mut self, lines: Option<u64>) {
        self.intake.gap(&mut self.ring, lines);
    }

    pub(crate) fn note_skipped(&mut self, lines: u64) {
        self.intake.skipped(&mut self.ring, lines);
    }

    pub(crate) fn counts(&self) -> Counts {
        let (front, back) = self.ring.dropped();
        let line_of = |row| self.ring.row(row).map(|r| r.line + 1);
        let last = self.view.bottom_row(&self.ring).min(self.ring.end_id() - 1);
        Counts {
            kept_rows: self.ring.len() as u64,
            kept_bytes: self.ring.text_bytes() as u64,
            dropped_rows: front.rows + back.rows,
            skipped_lines: self.intake.skipped_lines,
            missing_lines: self.intake.missing_lines,
            gaps: self.intake.gaps,
            in_view: line_of(self.view.top().row).zip(line_of(last)),
            total_lines: self.total_lines.max(self.intake.next_line()).filter(|_| self.init_done || self.seekable),
            paging: self.paging,
            earlier: self.has_earlier(),
            held: self.held,
        }
    }

    fn begins_within_a_line(&self) -> bool {
        self.ring.row(self.ring.first_id()).is_some_and(|r| r.continues)
    }

    fn is_full_ahead(&self) -> bool {
        let ahead = self.ring.bytes_after(self.view.bottom_row(&self.ring));
        self.ring.is_over() || (self.seekable && ahead > AHEAD_BYTES.min(self.ring.half_budget()))
    }
}

fn api_time(ns: i64) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_nanosecond(i128::from(ns)).ok()
}

#[cfg(test)]
mod tests;
