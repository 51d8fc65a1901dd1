//! Where the view stands: which screen line is at the top, whether it follows the end, how that maps to a scroll bar.
//!
//! Pure arithmetic over the ring. The place is held as a row and an offset into it, never as pixels from the top, so that
//! rows may come and go at both ends without anything moving under the reader's eyes.

use super::store::{Ring, RowId, ScreenLine};

/// Tallest canvas, px. Chromium stops at about 33.5 million; above this the scroll bar becomes proportional.
const CANVAS_MAX: f64 = 30_000_000.0;

/// The place and size of the view.
#[derive(Clone, Debug)]
pub(crate) struct Viewport {
    /// Height of one screen line, px.
    pub(crate) line_px: f64,
    /// Height of the view, px.
    pub(crate) height_px: f64,
    /// Columns to wrap at.
    pub(crate) columns: Option<u32>,
    /// Whether the end stays in view as rows come.
    pub(crate) follow: bool,
    top: ScreenLine,
    /// How far the top screen line is scrolled out, px.
    offset_px: f64,
}

impl Viewport {
    pub(crate) fn new() -> Self {
        Self {
            line_px: 20.0,
            height_px: 400.0,
            columns: None,
            follow: true,
            top: ScreenLine { row: 0, part: 0 },
            offset_px: 0.0,
        }
    }

    /// Screen lines that fit.
    pub(crate) fn lines(&self) -> u64 {
        (self.height_px / self.line_px).ceil().max(1.0) as u64
    }

    /// The screen line at the top.
    pub(crate) fn top(&self) -> ScreenLine {
        self.top
    }

    /// How far the top screen line is scrolled out, px.
    pub(crate) fn offset_px(&self) -> f64 {
        self.offset_px
    }

    /// Height of everything, px, as if there were no limit.
    pub(crate) fn content_px(&self, ring: &Ring) -> f64 {
        ring.screen_lines(self.columns) as f64 * self.line_px
    }

    /// Height of the scrolled element, px.
    pub(crate) fn canvas_px(&self, ring: &Ring) -> f64 {
        self.content_px(ring).min(CANVAS_MAX)
    }

    /// Content px to a scroll bar px.
    pub(crate) fn ratio(&self, ring: &Ring) -> f64 {
        let content = self.content_px(ring);
        if content <= CANVAS_MAX { 1.0 } else { (content - self.height_px) / (CANVAS_MAX - self.height_px) }
    }

    /// Content px above the top of the view.
    pub(crate) fn scrolled_px(&self, ring: &Ring) -> f64 {
        ring.position(self.top, self.columns) as f64 * self.line_px + self.offset_px
    }

    /// Puts content px `y` at the top of the view, as near as the ends allow.
    pub(crate) fn scroll_to_px(&mut self, ring: &Ring, y: f64) {
        let last = (self.content_px(ring) - self.height_px).max(0.0);
        let y = y.clamp(0.0, last);
        let at = (y / self.line_px).floor();
        if let Some(line) = ring.locate(at as u64, self.columns) {
            self.top = line;
            self.offset_px = y - at * self.line_px;
        }
    }

    /// Moves by px, stopped at both ends.
    pub(crate) fn scroll_by_px(&mut self, ring: &Ring, by: f64) {
        let y = self.offset_px + by;
        let lines = (y / self.line_px).floor();
        let was = self.top;
        if let Some(line) = ring.step(was, lines as i64, self.columns) {
            let stopped = ring.step(line, -lines as i64, self.columns) != Some(was);
            self.top = line;
            self.offset_px = if stopped && lines < 0.0 { 0.0 } else { y - lines * self.line_px };
        }
        self.settle(ring);
    }

    /// Brings a row into view, a third from the top, unless it is in view already.
    pub(crate) fn reveal(&mut self, ring: &Ring, line: ScreenLine) {
        if self.shows(ring, line) {
            return;
        }
        self.place(ring, line, (self.lines() / 3) as i64);
    }

    /// Puts a screen line `below` lines under the top of the view.
    pub(crate) fn place(&mut self, ring: &Ring, line: ScreenLine, below: i64) {
        if let Some(top) = ring.step(line, -below, self.columns) {
            self.top = top;
            self.offset_px = 0.0;
        }
        self.settle(ring);
    }

    /// Whether the whole screen line is in view.
    pub(crate) fn shows(&self, ring: &Ring, line: ScreenLine) -> bool {
        let first = if self.offset_px > 0.5 { ring.step(self.top, 1, self.columns) } else { Some(self.top) };
        let whole = ((self.height_px + 0.5) / self.line_px).floor() as i64;
        let last = ring.step(self.top, (whole - 1).max(0), self.columns);
        first.is_some_and(|f| line >= f) && last.is_some_and(|l| line <= l)
    }

    /// Keeps the place valid after rows came or went, and at the end when following.
    pub(crate) fn settle(&mut self, ring: &Ring) {
        if ring.is_empty() {
            self.top = ScreenLine { row: ring.first_id(), part: 0 };
            self.offset_px = 0.0;
            return;
        }
        if self.top.row < ring.first_id() {
            self.top = ScreenLine { row: ring.first_id(), part: 0 };
            self.offset_px = 0.0;
        }
        let Some(end) = self.end_place(ring) else { return };
        let beyond = (self.top, self.offset_px) > end;
        if self.follow || beyond {
            (self.top, self.offset_px) = end;
        }
    }

    /// Whether the end of the log is in view.
    pub(crate) fn is_at_end(&self, ring: &Ring) -> bool {
        self.end_place(ring)
            .is_none_or(|(top, offset)| self.top > top || (self.top == top && self.offset_px + 1.0 >= offset))
    }

    /// Last row that is at least partly in view.
    pub(crate) fn bottom_row(&self, ring: &Ring) -> RowId {
        ring.step(self.top, self.lines() as i64, self.columns).map_or(ring.first_id(), |l| l.row)
    }

    /// Top and offset that put the last screen line at the bottom of the view.
    fn end_place(&self, ring: &Ring) -> Option<(ScreenLine, f64)> {
        let last = ring.last_screen_line(self.columns)?;
        let lines = (self.height_px / self.line_px).ceil().max(1.0);
        let top = ring.step(last, 1 - lines as i64, self.columns)?;
        let all_fit = ring.step(last, -(lines as i64), self.columns) == Some(top)
            && (ring.screen_lines(self.columns) as f64) * self.line_px <= self.height_px;
        let offset = if all_fit { 0.0 } else { (lines * self.line_px - self.height_px).max(0.0) };
        Some((top, offset))
    }
}

#[cfg(test)]
mod tests;
