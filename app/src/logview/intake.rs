//! Takes the stream's frames into the ring: what is new, what was had before, what is missing.
//!
//! Owns the place in the stream (line and piece), the sums the gateway is answered with, and the counts of what is missing.
//! Knows no socket. A stream that is resumed may begin before the place it was resumed at; what was had is left out by
//! number, so that a reconnection neither doubles nor loses a row, and a jump in the numbers is shown as a gap.

use super::store::{Marker, Ring};
use api::logs::{CONTINUES, Cursor, Frame};

/// Frame bytes that may stay unanswered before the page answers; far below [`api::logs::WINDOW_BYTES`].
const ANSWER_EVERY_BYTES: u64 = 512 * 1024;

/// A place in the log: the line, and how many of its rows were passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    line: u64,
    pieces: u32,
}

/// How far the stream has come, and what is missing from it.
#[derive(Debug, Default)]
pub(crate) struct Intake {
    /// The last row kept.
    have: Option<Place>,
    last_time_ns: i64,
    /// The last row that this connection brought.
    at: Option<Place>,
    jump_is_told: bool,
    taken_bytes: u64,
    answered_bytes: u64,
    /// Lines that were begun here, ever.
    pub(crate) lines: u64,
    /// Lines known to be missing: jumped over, or skipped by the gateway.
    pub(crate) missing_lines: u64,
    /// Lines the gateway left out because this page was slow.
    pub(crate) skipped_lines: u64,
    /// Places where continuity could not be proven.
    pub(crate) gaps: u64,
}

impl Intake {
    /// A connection begins: it counts its bytes and rows anew.
    pub(crate) fn begin(&mut self) {
        self.at = None;
        self.taken_bytes = 0;
        self.answered_bytes = 0;
    }

    /// Forgets everything: the next row is the first.
    pub(crate) fn restart(&mut self) {
        *self = Self::default();
    }

    /// The ring was cut at its end: what comes next is the row after `ring`'s last.
    pub(crate) fn cut_back_to(&mut self, ring: &Ring) {
        let Some(last) = ring.row(ring.end_id() - 1) else { return self.restart() };
        let pieces = (ring.first_id()..ring.end_id())
            .rev()
            .map_while(|id| ring.row(id))
            .take_while(|r| r.line == last.line && r.marker.is_none())
            .count();
        self.have = Some(Place { line: last.line, pieces: pieces.try_into().unwrap_or(u32::MAX) });
        self.last_time_ns = last.time_ns;
    }

    /// Takes a frame of `size` bytes. Returns how many rows were new.
    pub(crate) fn take(&mut self, ring: &mut Ring, frame: &Frame<'_>, size: u64) -> usize {
        self.taken_bytes += size;
        let mut new = 0;
        for row in frame.rows() {
            let continues = row.flags & CONTINUES != 0;
            let place = self.place_of(row.line, continues);
            self.at = Some(place);
            if self.have.is_some_and(|have| (place.line, place.pieces) <= (have.line, have.pieces)) {
                continue;
            }
            self.note_jump(ring, place, row.time_ns);
            self.lines += u64::from(place.pieces == 1);
            ring.append(row.line, row.time_ns, continues, row.text);
            self.have = Some(place);
            self.last_time_ns = row.time_ns;
            new += 1;
        }
        new
    }

    /// The gateway says that continuity could not be proven here.
    pub(crate) fn gap(&mut self, ring: &mut Ring, lines: Option<u64>) {
        self.gaps += 1;
        self.missing_lines += lines.unwrap_or(0);
        self.mark(ring, Marker::Gap(lines));
    }

    /// The gateway says that this page was too slow.
    pub(crate) fn skipped(&mut self, ring: &mut Ring, lines: u64) {
        self.skipped_lines += lines;
        self.missing_lines += lines;
        self.mark(ring, Marker::Skipped(lines));
    }

    /// Number of the next line that is wanted.
    pub(crate) fn next_line(&self) -> Option<u64> {
        self.have.map(|have| have.line + 1)
    }

    /// Where to resume. The last line may go on, so it is asked for again; what was had of it is left out.
    pub(crate) fn cursor(&self) -> Option<Cursor> {
        self.have.map(|have| Cursor { line: have.line, time_ns: self.last_time_ns })
    }

    /// The sum to answer with now, when it is time to answer.
    pub(crate) fn answer(&mut self) -> Option<u64> {
        if self.taken_bytes - self.answered_bytes < ANSWER_EVERY_BYTES {
            return None;
        }
        self.answered_bytes = self.taken_bytes;
        Some(self.taken_bytes)
    }

    fn place_of(&self, line: u64, continues: bool) -> Place {
        match (self.at, continues) {
            (Some(at), true) => Place { line, pieces: at.pieces + 1 },
            // The connection begins within a line: it goes on where the last one stopped.
            (None, true) => Place { line, pieces: self.have.filter(|h| h.line == line).map_or(1, |h| h.pieces + 1) },
            (_, false) => Place { line, pieces: 1 },
        }
    }

    fn note_jump(&mut self, ring: &mut Ring, place: Place, time_ns: i64) {
        let told = std::mem::take(&mut self.jump_is_told);
        let Some(have) = self.have else { return };
        let missing = place.line.saturating_sub(have.line + 1);
        if missing > 0 && !told {
            self.gaps += 1;
            self.missing_lines += missing;
            ring.append_marker(Marker::Gap(Some(missing)), place.line, time_ns);
        }
    }

    fn mark(&mut self, ring: &mut Ring, marker: Marker) {
        self.jump_is_told = true;
        let line = self.have.map_or(0, |have| have.line);
        ring.append_marker(marker, line, self.last_time_ns);
    }
}

#[cfg(test)]
mod tests;
