//! The rows a log view keeps: a bounded ring in WASM memory.
//!
//! Owns the bytes, their line numbers and times, and what had to be let go. Knows no browser, no stream and no screen.
//!
//! Rows are named by an absolute [`RowId`] that never changes while a row is kept: appending counts up from 0, prepending
//! counts down. Text lives in chunks of at most [`chunk::TEXT_MAX`] bytes with three compact columns beside it, so that a
//! 100-byte line costs about 1.1 bytes for each of its own, and letting go means dropping a chunk at one end.

mod chunk;
mod wrapped;

pub(crate) use chunk::{Chunk, Marker};
use std::collections::VecDeque;
pub(crate) use wrapped::{ScreenLine, parts};

/// Name of a kept row; stable as long as the row is kept.
pub(crate) type RowId = i64;

/// Memory a ring may fill by default: text and columns, bytes.
pub(crate) const DEFAULT_BUDGET_BYTES: usize = 192 * 1024 * 1024;

/// A row as it lies in the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowView<'a> {
    pub(crate) id: RowId,
    /// Number of the line it belongs to, from 0.
    pub(crate) line: u64,
    /// ns since the epoch, to the µs.
    pub(crate) time_ns: i64,
    pub(crate) text: &'a [u8],
    /// Whether it is a later piece of the line of the row before it.
    pub(crate) continues: bool,
    /// Whether every byte is printable ASCII, so that columns are bytes.
    pub(crate) plain: bool,
    /// Not a row of the log, but a note about rows that are missing.
    pub(crate) marker: Option<Marker>,
}

/// What was let go to make room, since the ring was last cleared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dropped {
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
}

/// The ring.
#[derive(Debug)]
pub(crate) struct Ring {
    chunks: VecDeque<Chunk>,
    budget: usize,
    weight: usize,
    text_bytes: usize,
    dropped_front: Dropped,
    dropped_back: Dropped,
    next_chunk: u64,
}

impl Ring {
    pub(crate) fn new(budget: usize) -> Self {
        Self {
            chunks: VecDeque::new(),
            budget: budget.max(4 * chunk::TEXT_MAX),
            weight: 0,
            text_bytes: 0,
            dropped_front: Dropped::default(),
            dropped_back: Dropped::default(),
            next_chunk: 0,
        }
    }

    /// Lets everything go and counts from nothing again.
    pub(crate) fn clear(&mut self) {
        let next_chunk = self.next_chunk;
        *self = Self::new(self.budget);
        self.next_chunk = next_chunk;
    }

    /// Appends one row at the end. `line` is the number of its line.
    pub(crate) fn append(&mut self, line: u64, time_ns: i64, continues: bool, text: &[u8]) {
        if !self.chunks.back().is_some_and(|c| c.takes(line, time_ns, continues, text.len())) {
            self.open_chunk(line, time_ns);
        }
        let chunk = self.chunks.back_mut().expect("a chunk was just opened");
        chunk.push(time_ns, continues, text);
        self.weight += chunk::ROW_WEIGHT + text.len();
        self.text_bytes += text.len();
    }

    /// Appends a note between rows.
    pub(crate) fn append_marker(&mut self, marker: Marker, line: u64, time_ns: i64) {
        self.seal_last();
        let id = self.next_id();
        let chunk = Chunk::marker(self.next_chunk, id, line, time_ns, marker);
        self.next_chunk += 1;
        self.weight += chunk.weight();
        self.chunks.push_back(chunk);
    }

    /// Puts the rows of `page` before all others. They must end where the ring begins; the caller has checked that.
    pub(crate) fn prepend(&mut self, mut page: Ring) {
        page.seal_last();
        while let Some(mut chunk) = page.chunks.pop_back() {
            chunk.id = self.next_chunk;
            self.next_chunk += 1;
            chunk.first = self.first_id() - chunk.len() as RowId;
            self.weight += chunk.weight();
            self.text_bytes += chunk.text_len();
            self.chunks.push_front(chunk);
        }
    }

    /// Lets chunks go at the front while the ring is over its budget and `may_go` agrees (it is given the id after the
    /// chunk's last row). Returns how many rows went.
    pub(crate) fn evict_front(&mut self, may_go: impl Fn(RowId) -> bool) -> usize {
        let mut rows = 0;
        while self.weight > self.budget && self.chunks.len() > 1 && may_go(self.chunks[0].end()) {
            let chunk = self.chunks.pop_front().expect("more than one chunk");
            rows += chunk.len();
            self.weight -= chunk.weight();
            self.text_bytes -= chunk.text_len();
            self.dropped_front.rows += chunk.log_rows() as u64;
            self.dropped_front.bytes += chunk.text_len() as u64;
        }
        rows
    }

    /// Lets chunks go at the end while the ring is over its budget. Returns how many rows went.
    pub(crate) fn evict_back(&mut self, may_go: impl Fn(RowId) -> bool) -> usize {
        let mut rows = 0;
        while self.weight > self.budget && self.chunks.len() > 1 && may_go(self.chunks.back().expect("not empty").first)
        {
            let chunk = self.chunks.pop_back().expect("more than one chunk");
            rows += chunk.len();
            self.weight -= chunk.weight();
            self.text_bytes -= chunk.text_len();
            self.dropped_back.rows += chunk.log_rows() as u64;
            self.dropped_back.bytes += chunk.text_len() as u64;
        }
        rows
    }

    /// Whether the ring holds more than its budget.
    pub(crate) fn is_over(&self) -> bool {
        self.weight > self.budget
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Rows kept, notes included.
    pub(crate) fn len(&self) -> usize {
        usize::try_from(self.end_id() - self.first_id()).expect("ids only grow towards the end")
    }

    /// Bytes of text kept.
    pub(crate) fn text_bytes(&self) -> usize {
        self.text_bytes
    }

    /// What was let go before the first kept row, and after the last.
    pub(crate) fn dropped(&self) -> (Dropped, Dropped) {
        (self.dropped_front, self.dropped_back)
    }

    /// Rows that were let go at the front came back (a page was read again).
    pub(crate) fn regained_front(&mut self, rows: u64, bytes: u64) {
        self.dropped_front.rows = self.dropped_front.rows.saturating_sub(rows);
        self.dropped_front.bytes = self.dropped_front.bytes.saturating_sub(bytes);
    }

    /// Rows that were let go at the end are being read again.
    pub(crate) fn forget_dropped_back(&mut self) {
        self.dropped_back = Dropped::default();
    }

    /// Id of the first row.
    pub(crate) fn first_id(&self) -> RowId {
        self.chunks.front().map_or(0, |c| c.first)
    }

    /// The id after the last row.
    pub(crate) fn end_id(&self) -> RowId {
        self.chunks.back().map_or(0, Chunk::end)
    }

    /// Number of the line of the first row.
    pub(crate) fn first_line(&self) -> Option<u64> {
        self.chunks.front().map(|c| c.first_line)
    }

    /// Number of the line of the last row.
    pub(crate) fn last_line(&self) -> Option<u64> {
        self.chunks.back().map(Chunk::last_line)
    }

    /// The row of that id.
    pub(crate) fn row(&self, id: RowId) -> Option<RowView<'_>> {
        let chunk = &self.chunks[self.chunk_of(id)?];
        Some(chunk.row(usize::try_from(id - chunk.first).expect("the chunk holds the id")))
    }

    /// Rows from `from` on.
    pub(crate) fn rows_from(&self, from: RowId) -> impl Iterator<Item = RowView<'_>> {
        let from = from.max(self.first_id());
        let at = self.chunk_of(from).unwrap_or(self.chunks.len());
        self.chunks
            .range(at..)
            .flat_map(move |c| (usize::try_from(from - c.first).unwrap_or(0)..c.len()).map(move |i| c.row(i)))
    }

    /// First row of the line of that number, where it is kept.
    pub(crate) fn row_of_line(&self, line: u64) -> Option<RowId> {
        let at = self.chunks.partition_point(|c| c.last_line() < line);
        self.chunks.range(at..).take_while(|c| c.first_line <= line).find_map(|c| c.row_of_line(line))
    }

    /// First row written at that time or later; the end when there is none.
    pub(crate) fn row_at_time(&self, time_ns: i64) -> RowId {
        let at = self.chunks.partition_point(|c| c.last_time_ns() < time_ns);
        self.chunks.get(at).map_or(self.end_id(), |c| c.row_at_time(time_ns))
    }

    /// Time of the first row, ns.
    pub(crate) fn first_time_ns(&self) -> Option<i64> {
        self.chunks.front().filter(|c| !c.is_empty()).map(|c| c.row(0).time_ns)
    }

    /// The chunks in order, for what is cheaper by the chunk: searching and measuring.
    pub(crate) fn chunks(&self) -> &VecDeque<Chunk> {
        &self.chunks
    }

    /// Index of the chunk that holds the row.
    pub(crate) fn chunk_of(&self, id: RowId) -> Option<usize> {
        if id < self.first_id() || id >= self.end_id() {
            return None;
        }
        Some(self.chunks.partition_point(|c| c.end() <= id))
    }

    /// The row so far before `row` that at least `bytes` lie between; rows before it are out of its neighbourhood.
    pub(crate) fn far_before(&self, row: RowId, bytes: usize) -> RowId {
        let Some(at) = self.chunk_of(row.clamp(self.first_id(), (self.end_id() - 1).max(self.first_id()))) else {
            return self.first_id();
        };
        let mut sum = 0;
        let far = self.chunks.range(..at).rev().find(|c| {
            sum += c.weight();
            sum >= bytes
        });
        far.map_or(self.first_id(), |c| c.first)
    }

    /// Bytes kept behind the chunk that `row` is in.
    pub(crate) fn bytes_after(&self, row: RowId) -> usize {
        self.chunks.iter().rev().take_while(|c| c.first > row).map(Chunk::weight).sum()
    }

    /// Half of what may be kept.
    pub(crate) fn half_budget(&self) -> usize {
        self.budget / 2
    }

    /// Bytes allocated for rows.
    #[cfg(test)]
    pub(crate) fn allocated_bytes(&self) -> usize {
        self.chunks.iter().map(Chunk::allocated).sum()
    }

    fn next_id(&self) -> RowId {
        self.end_id()
    }

    fn seal_last(&mut self) {
        if let Some(chunk) = self.chunks.back_mut() {
            chunk.seal();
        }
    }

    fn open_chunk(&mut self, line: u64, time_ns: i64) {
        self.seal_last();
        let chunk = Chunk::open(self.next_chunk, self.next_id(), line, time_ns);
        self.next_chunk += 1;
        self.weight += chunk::CHUNK_WEIGHT;
        self.chunks.push_back(chunk);
    }
}

#[cfg(test)]
mod tests;
