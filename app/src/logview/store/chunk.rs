//! One chunk of the ring: text, row ends, times and flags in columns.
//!
//! Owns the layout of a few hundred rows. Knows nothing of its neighbours.

use super::{RowId, RowView, wrapped::Wrapped};
use std::cell::Cell;

/// Text a chunk takes, bytes, unless one row alone is longer.
pub(super) const TEXT_MAX: usize = 64 * 1024;
/// Rows a chunk takes.
pub(crate) const ROWS_MAX: usize = 2_048;
/// What a row costs beside its text, bytes.
pub(super) const ROW_WEIGHT: usize = 9;
/// What a chunk costs beside its rows, bytes.
pub(super) const CHUNK_WEIGHT: usize = 256;

const FLAG_CONTINUES: u8 = 1;
const FLAG_PLAIN: u8 = 2;

/// A note between rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marker {
    /// Continuity could not be proven; how many lines are missing, where known.
    Gap(Option<u64>),
    /// This viewer was too slow and these lines were left out.
    Skipped(u64),
}

#[derive(Debug)]
pub(crate) struct Chunk {
    /// Differs for every chunk a view ever had, so that what was worked out about a chunk can be kept beside it.
    pub(crate) id: u64,
    pub(crate) first: RowId,
    pub(crate) first_line: u64,
    lines_after_first: u32,
    base_ns: i64,
    text: Vec<u8>,
    ends: Vec<u32>,
    times_us: Vec<u32>,
    flags: Vec<u8>,
    all_plain: bool,
    continued: bool,
    sealed: bool,
    marker: Option<Marker>,
    /// See [`super::wrapped`].
    pub(super) wrapped: Cell<Wrapped>,
}

impl Chunk {
    pub(super) fn open(id: u64, first: RowId, first_line: u64, base_ns: i64) -> Self {
        Self {
            id,
            first,
            first_line,
            lines_after_first: 0,
            base_ns,
            text: Vec::with_capacity(TEXT_MAX),
            ends: Vec::with_capacity(64),
            times_us: Vec::with_capacity(64),
            flags: Vec::with_capacity(64),
            all_plain: true,
            continued: false,
            sealed: false,
            marker: None,
            wrapped: Cell::default(),
        }
    }

    pub(super) fn marker(id: u64, first: RowId, line: u64, time_ns: i64, marker: Marker) -> Self {
        let mut chunk = Self::open(id, first, line, time_ns);
        chunk.push(time_ns, false, b"");
        chunk.marker = Some(marker);
        chunk.seal();
        chunk
    }

    /// Whether such a row fits behind the last one.
    pub(super) fn takes(&self, line: u64, time_ns: i64, continues: bool, len: usize) -> bool {
        let line_fits = match (self.is_empty(), continues) {
            (true, _) => line == self.first_line,
            (false, true) => line == self.last_line(),
            (false, false) => line == self.last_line() + 1,
        };
        let after_ns = time_ns.saturating_sub(self.base_ns);
        !self.sealed
            && line_fits
            && self.len() < ROWS_MAX
            && self.text.len() + len <= TEXT_MAX
            && (0..=i64::from(u32::MAX) * 1_000).contains(&after_ns)
    }

    pub(super) fn push(&mut self, time_ns: i64, continues: bool, text: &[u8]) {
        let plain = is_plain(text);
        if !self.is_empty() {
            self.lines_after_first += u32::from(!continues);
            self.continued |= continues;
        }
        self.all_plain &= plain;
        self.text.extend_from_slice(text);
        self.ends.push(u32::try_from(self.text.len()).expect("a row is far shorter than 4 GiB"));
        let after_us = time_ns.saturating_sub(self.base_ns) / 1_000;
        self.times_us.push(u32::try_from(after_us).expect("the chunk takes only times that fit"));
        self.flags.push(if continues { FLAG_CONTINUES } else { 0 } | if plain { FLAG_PLAIN } else { 0 });
    }

    /// No row will follow: give spare memory back.
    pub(super) fn seal(&mut self) {
        if !self.sealed {
            self.sealed = true;
            self.text.shrink_to_fit();
            self.ends.shrink_to_fit();
            self.times_us.shrink_to_fit();
            self.flags.shrink_to_fit();
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Rows that are the log's own.
    pub(super) fn log_rows(&self) -> usize {
        if self.marker.is_some() { 0 } else { self.len() }
    }

    /// The id after the last row.
    pub(crate) fn end(&self) -> RowId {
        self.first + self.len() as RowId
    }

    pub(super) fn last_line(&self) -> u64 {
        self.first_line + u64::from(self.lines_after_first)
    }

    pub(super) fn last_time_ns(&self) -> i64 {
        self.time_ns(self.len().saturating_sub(1))
    }

    pub(crate) fn text_len(&self) -> usize {
        self.text.len()
    }

    /// All rows' text, one after the other without anything between.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Whether every row is plain (see [`RowView::plain`]).
    pub(crate) fn all_plain(&self) -> bool {
        self.all_plain
    }

    /// Whether it is a note, not rows of the log.
    pub(crate) fn is_marker(&self) -> bool {
        self.marker.is_some()
    }

    pub(super) fn weight(&self) -> usize {
        CHUNK_WEIGHT + self.text.len() + self.len() * ROW_WEIGHT
    }

    #[cfg(test)]
    pub(super) fn allocated(&self) -> usize {
        size_of::<Self>()
            + self.text.capacity()
            + (self.ends.capacity() + self.times_us.capacity()) * 4
            + self.flags.capacity()
    }

    /// Where row `i`'s text begins.
    pub(crate) fn start_of(&self, i: usize) -> usize {
        if i == 0 { 0 } else { self.ends[i - 1] as usize }
    }

    /// Where row `i`'s text ends.
    pub(crate) fn end_of(&self, i: usize) -> usize {
        self.ends[i] as usize
    }

    /// The row whose text holds the byte at that offset.
    pub(crate) fn row_at_offset(&self, offset: usize) -> usize {
        self.ends.partition_point(|end| *end as usize <= offset)
    }

    pub(crate) fn row(&self, i: usize) -> RowView<'_> {
        RowView {
            id: self.first + i as RowId,
            line: self.line_of(i),
            time_ns: self.time_ns(i),
            text: &self.text[self.start_of(i)..self.end_of(i)],
            continues: self.flags[i] & FLAG_CONTINUES != 0,
            plain: self.flags[i] & FLAG_PLAIN != 0,
            marker: self.marker,
        }
    }

    pub(super) fn row_of_line(&self, line: u64) -> Option<RowId> {
        let after = usize::try_from(line.checked_sub(self.first_line)?).ok()?;
        if self.is_marker() {
            return None;
        }
        if !self.continued {
            return (after < self.len()).then_some(self.first + after as RowId);
        }
        let mut at = self.first_line;
        for (i, flags) in self.flags.iter().enumerate() {
            at += u64::from(i > 0 && flags & FLAG_CONTINUES == 0);
            if at == line {
                return Some(self.first + i as RowId);
            }
        }
        None
    }

    pub(super) fn row_at_time(&self, time_ns: i64) -> RowId {
        let i = (0..self.len()).find(|i| self.time_ns(*i) >= time_ns).unwrap_or(self.len());
        self.first + i as RowId
    }

    fn line_of(&self, i: usize) -> u64 {
        if !self.continued {
            return self.first_line + i as u64;
        }
        self.first_line + self.flags[..=i].iter().skip(1).filter(|f| **f & FLAG_CONTINUES == 0).count() as u64
    }

    fn time_ns(&self, i: usize) -> i64 {
        self.base_ns.saturating_add(self.times_us.get(i).map_or(0, |us| i64::from(*us) * 1_000))
    }
}

/// Whether all bytes are printable ASCII. Eight at a time: this runs over every byte that ever arrives.
fn is_plain(text: &[u8]) -> bool {
    const ONES: u64 = u64::MAX / 255;
    let mut words = text.chunks_exact(8);
    let mut odd = 0;
    for word in &mut words {
        let w = u64::from_le_bytes(word.try_into().expect("eight bytes"));
        // A byte under 0x20 borrows into its high bit; 0x7f carries into it; anything from 0x80 has it set.
        odd |= (w.wrapping_sub(ONES * 0x20) | w.wrapping_add(ONES) | w) & (ONES * 0x80);
    }
    odd == 0 && words.remainder().iter().all(|b| (0x20..0x7f).contains(b))
}
