//! Find over everything kept: counted in slices, navigated in order.
//!
//! Owns what was found (a bit a row and a count a chunk, never a list of places) and where the reader stands in it. A pattern
//! without an engine of its own (regular expressions, case folding beyond ASCII) is put to the browser's `RegExp`.

mod pattern;

pub(crate) use pattern::{Asked, InvalidPattern, Pattern};

use super::store::{Chunk, Ring, RowId, RowView};
use super::text::Visible;
use std::collections::HashMap;
use std::ops::Range;

/// A hit: its row, and which of the row's hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) row: RowId,
    pub(crate) nth: u32,
}

/// What was found in one chunk.
#[derive(Debug, Default)]
struct Marks {
    scanned: usize,
    hits: u64,
    rows: Vec<u64>,
}

impl Marks {
    fn mark(&mut self, row: usize, hits: u64) {
        self.hits += hits;
        if self.rows.len() <= row / 64 {
            self.rows.resize(row / 64 + 1, 0);
        }
        self.rows[row / 64] |= 1 << (row % 64);
    }

    fn has(&self, row: usize) -> bool {
        self.rows.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }
}

/// A search over a ring.
#[derive(Debug)]
pub(crate) struct Find {
    pattern: Pattern,
    marks: HashMap<u64, Marks>,
    /// The hit the reader stands on.
    pub(crate) current: Option<Hit>,
}

impl Find {
    pub(crate) fn new(pattern: Pattern) -> Self {
        Self { pattern, marks: HashMap::new(), current: None }
    }

    /// Searches rows not yet searched until `enough` says so. Returns whether all are searched now.
    pub(crate) fn search(&mut self, ring: &Ring, mut enough: impl FnMut() -> bool) -> bool {
        if self.marks.len() > ring.chunks().len() + 64 {
            let kept: std::collections::HashSet<u64> = ring.chunks().iter().map(|c| c.id).collect();
            self.marks.retain(|id, _| kept.contains(id));
        }
        for chunk in ring.chunks() {
            let marks = self.marks.entry(chunk.id).or_default();
            if marks.scanned == chunk.len() {
                continue;
            }
            if enough() {
                return false;
            }
            search_chunk(&self.pattern, chunk, marks, &mut enough);
            if marks.scanned < chunk.len() {
                return false;
            }
        }
        true
    }

    /// Hits in what is kept and was searched, and the rows searched of those kept.
    pub(crate) fn counted(&self, ring: &Ring) -> (u64, usize) {
        ring.chunks()
            .iter()
            .filter_map(|c| self.marks.get(&c.id))
            .fold((0, 0), |(hits, rows), m| (hits + m.hits, rows + m.scanned))
    }

    /// Byte ranges of the hits in a row's visible text.
    pub(crate) fn hits(&self, row: &RowView<'_>) -> Vec<Range<usize>> {
        if row.marker.is_some() { Vec::new() } else { row_hits(&self.pattern, row) }
    }

    /// Goes to the next hit after the current one, or at or after `from` when there is none; around the end to the first.
    pub(crate) fn next(&mut self, ring: &Ring, from: RowId) -> Option<Hit> {
        if let Some(here) = self.current
            && let Some(row) = ring.row(here.row)
            && (here.nth as usize) + 1 < self.hits(&row).len()
        {
            self.current = Some(Hit { row: here.row, nth: here.nth + 1 });
            return self.current;
        }
        let from = self.current.map_or(from, |c| c.row + 1);
        let row = self.row_from(ring, from).or_else(|| self.row_from(ring, ring.first_id()));
        self.current = row.map(|row| Hit { row, nth: 0 });
        self.current
    }

    /// Goes to the hit before the current one, or before `from` when there is none; around the start to the last.
    pub(crate) fn previous(&mut self, ring: &Ring, from: RowId) -> Option<Hit> {
        if let Some(here) = self.current
            && here.nth > 0
        {
            self.current = Some(Hit { row: here.row, nth: here.nth - 1 });
            return self.current;
        }
        let before = self.current.map_or(from, |c| c.row);
        let row = self.row_before(ring, before).or_else(|| self.row_before(ring, ring.end_id()));
        self.current = row.map(|row| {
            let last = ring.row(row).map_or(0, |r| self.hits(&r).len().saturating_sub(1));
            Hit { row, nth: last as u32 }
        });
        self.current
    }

    /// Which of all hits the current one is, from 1.
    pub(crate) fn ordinal(&self, ring: &Ring) -> Option<u64> {
        let here = self.current?;
        let at = ring.chunk_of(here.row)?;
        let before: u64 = ring.chunks().range(..at).filter_map(|c| self.marks.get(&c.id)).map(|m| m.hits).sum();
        let chunk = &ring.chunks()[at];
        let marks = self.marks.get(&chunk.id)?;
        let rows = usize::try_from(here.row - chunk.first).ok()?;
        let within: usize = (0..rows).filter(|i| marks.has(*i)).map(|i| self.hits(&chunk.row(i)).len()).sum();
        Some(before + within as u64 + u64::from(here.nth) + 1)
    }

    fn row_from(&self, ring: &Ring, from: RowId) -> Option<RowId> {
        let from = from.max(ring.first_id());
        let at = ring.chunk_of(from)?;
        ring.chunks().range(at..).find_map(|c| {
            let marks = self.marks.get(&c.id).filter(|m| m.hits > 0)?;
            (usize::try_from(from - c.first).unwrap_or(0)..c.len())
                .find(|i| marks.has(*i))
                .map(|i| c.first + i as RowId)
        })
    }

    fn row_before(&self, ring: &Ring, before: RowId) -> Option<RowId> {
        let at = ring.chunk_of(before.min(ring.end_id()) - 1)?;
        ring.chunks().range(..=at).rev().find_map(|c| {
            let marks = self.marks.get(&c.id).filter(|m| m.hits > 0)?;
            let end = usize::try_from(before - c.first).unwrap_or(0).min(c.len());
            (0..end).rev().find(|i| marks.has(*i)).map(|i| c.first + i as RowId)
        })
    }
}

/// Rows between two looks at the clock.
const ROWS_A_LOOK: usize = 64;

fn search_chunk(pattern: &Pattern, chunk: &Chunk, marks: &mut Marks, enough: &mut impl FnMut() -> bool) {
    if chunk.is_marker() {
        marks.scanned = chunk.len();
        return;
    }
    if chunk.all_plain() && pattern.is_bytes() {
        // All rows' text at once; a hit that reaches into the next row is none.
        let mut at = chunk.start_of(marks.scanned);
        while let Some(hit) = pattern.find_bytes(&chunk.text()[at..]) {
            let (start, end) = (at + hit.start, at + hit.end);
            let row = chunk.row_at_offset(start);
            if end <= chunk.end_of(row) {
                marks.mark(row, 1);
                at = end;
            } else {
                at = start + 1;
            }
        }
        marks.scanned = chunk.len();
        return;
    }
    while marks.scanned < chunk.len() {
        let hits = row_hits(pattern, &chunk.row(marks.scanned)).len();
        if hits > 0 {
            marks.mark(marks.scanned, hits as u64);
        }
        marks.scanned += 1;
        if marks.scanned.is_multiple_of(ROWS_A_LOOK) && enough() {
            return;
        }
    }
}

fn row_hits(pattern: &Pattern, row: &RowView<'_>) -> Vec<Range<usize>> {
    if row.plain && pattern.is_bytes() {
        return pattern.hits_bytes(row.text);
    }
    pattern.hits(&Visible::of(row.text).text)
}

#[cfg(test)]
mod tests;
