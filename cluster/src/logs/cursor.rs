//! Walking the blocks of a log. All of it blocks; `reader` runs it where it may.
//!
//! Owns a position and its moves. Knows nothing of rendering or waiting.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use super::index;
use super::job_log::JobLog;
use super::record::{BLOCK_HEADER, BlockHead, RecordRef, Records};
use super::segment::{SEGMENT_HEADER, Segment};
use super::{LogError, LogStart};

const READ_BYTES: usize = 256 * 1024;

/// A place between two records.
#[derive(Debug)]
pub(super) struct Cursor {
    log: Arc<JobLog>,
    at: Option<(Arc<Segment>, File)>,
    /// The next block's offset in the segment.
    offset: u64,
    /// Records of that block already passed.
    passed: usize,
    /// Complete lines before the place.
    pub(super) line: u64,
    /// The place is inside a line.
    pub(super) mid_line: bool,
    /// Lines that retention took away under the cursor since this was last asked.
    pub(super) skipped: u64,
    buffer: Vec<u8>,
    /// Offset in the file and length of what the buffer holds.
    held: (u64, usize),
}

/// What the visitor of a record wants next.
pub(super) enum Step {
    On,
    /// Stop before this record.
    StopBefore,
    /// Stop after this record.
    StopAfter,
}

impl Cursor {
    /// Stands at the record where reading begins. `Last` is counted from what is stored now.
    pub(super) fn seek(log: Arc<JobLog>, start: LogStart) -> Result<Self, LogError> {
        let totals = log.totals();
        let mut cursor = Self {
            log,
            at: None,
            offset: 0,
            passed: 0,
            line: 0,
            mid_line: false,
            skipped: 0,
            buffer: Vec::new(),
            held: (0, 0),
        };
        match start {
            LogStart::Line(line) => cursor.seek_line(line)?,
            LogStart::Last(lines) => cursor.seek_line(totals.lines.saturating_sub(lines))?,
            LogStart::Time(time) => cursor.seek_time(time)?,
        }
        cursor.skipped = 0;
        Ok(cursor)
    }

    fn segments(&self) -> Vec<Arc<Segment>> {
        self.log.segments.read().expect("holders of the segment list do not panic").clone()
    }

    fn seek_line(&mut self, line: u64) -> Result<(), LogError> {
        let segments = self.segments();
        let which = segments.partition_point(|s| s.start.lines < line || (s.start.lines == line && !s.start.mid_line));
        let Some(segment) = segments.get(which.saturating_sub(1)) else { return Ok(()) };
        self.enter_at(segment, |entries| index::for_line(entries, line))?;
        self.walk(|place, _| if place.0 >= line && !place.1 { Step::StopBefore } else { Step::On }).map(drop)
    }

    fn seek_time(&mut self, time: i64) -> Result<(), LogError> {
        let segments = self.segments();
        let which = segments.partition_point(|s| s.start.max_time < time);
        let Some(segment) = segments.get(which.saturating_sub(1)) else { return Ok(()) };
        self.enter_at(segment, |entries| index::for_time(entries, time))?;
        self.walk(|(_, mid_line), record| if record.time_ns >= time && !mid_line { Step::StopBefore } else { Step::On })
            .map(drop)
    }

    fn enter_at(
        &mut self,
        segment: &Arc<Segment>,
        choose: impl FnOnce(&[index::Entry]) -> usize,
    ) -> Result<(), LogError> {
        let failed = |source| LogError::Read { path: segment.path.clone(), source };
        let entry = segment.with_index(|entries| entries.get(choose(entries)).copied()).map_err(failed)?;
        self.enter(segment)?;
        if let Some(entry) = entry {
            (self.offset, self.line, self.mid_line) = (entry.offset, entry.lines_before, entry.mid_line);
        }
        Ok(())
    }

    fn enter(&mut self, segment: &Arc<Segment>) -> Result<(), LogError> {
        let file = File::open(&segment.path).map_err(|source| LogError::Read { path: segment.path.clone(), source })?;
        self.at = Some((Arc::clone(segment), file));
        self.offset = SEGMENT_HEADER;
        self.passed = 0;
        self.held = (0, 0);
        self.skipped += segment.start.lines.saturating_sub(self.line);
        (self.line, self.mid_line) = (segment.start.lines, segment.start.mid_line);
        Ok(())
    }

    /// Moves to the next segment if there is one; false at the very end.
    fn next_segment(&mut self) -> Result<bool, LogError> {
        loop {
            let here = self.at.as_ref().map(|(segment, _)| segment.number);
            let next = self.segments().into_iter().find(|segment| here.is_none_or(|here| segment.number > here));
            let Some(next) = next else { return Ok(false) };
            match self.enter(&next) {
                // Retention took it between the look and the opening: look again.
                Err(LogError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                    if self.segments().iter().any(|segment| segment.number == next.number) {
                        return Err(LogError::Read { path: next.path.clone(), source });
                    }
                }
                other => return other.map(|()| true),
            }
        }
    }

    /// Shows `visit` every record from here on, with (complete lines before it, is inside a line), until it says stop
    /// or the stored end is reached. True when `visit` stopped it.
    pub(super) fn walk(&mut self, mut visit: impl FnMut((u64, bool), RecordRef<'_>) -> Step) -> Result<bool, LogError> {
        loop {
            // Look for a later segment before looking at the length: a writer publishes in the other order.
            let last = self.segments().last().map(|segment| segment.number);
            let Some((segment, _)) = &self.at else {
                if self.next_segment()? {
                    continue;
                }
                return Ok(false);
            };
            let published = segment.published();
            if self.offset >= published {
                if last.is_some_and(|last| last > segment.number) && self.next_segment()? {
                    continue;
                }
                return Ok(false);
            }
            let head = self.load(published)?;
            let from = usize::try_from(self.offset - self.held.0).expect("inside the buffer");
            let payload = &self.buffer[from + BLOCK_HEADER..from + head.len()];
            let mut seen = 0;
            for record in Records(payload) {
                seen += 1;
                if seen <= self.passed {
                    continue;
                }
                let step = visit((self.line, self.mid_line), record);
                if matches!(step, Step::StopBefore) {
                    return Ok(true);
                }
                self.passed = seen;
                self.line += u64::from(!record.continues);
                self.mid_line = record.continues;
                if matches!(step, Step::StopAfter) {
                    return Ok(true);
                }
            }
            self.offset += head.len() as u64;
            self.passed = 0;
        }
    }

    /// Has the whole block at `offset` in the buffer.
    fn load(&mut self, published: u64) -> Result<BlockHead, LogError> {
        let (segment, file) = self.at.as_ref().expect("load follows enter");
        let path = || segment.path.clone();
        let mut need = BLOCK_HEADER;
        loop {
            let end = self.held.0 + self.held.1 as u64;
            if self.offset < self.held.0 || self.offset + need as u64 > end {
                let len = (READ_BYTES.max(need) as u64).min(published - self.offset);
                if len < need as u64 {
                    return Err(LogError::Damaged { path: path() });
                }
                let len = usize::try_from(len).expect("bounded by READ_BYTES or a block");
                if self.buffer.len() < len {
                    self.buffer.resize(len, 0);
                }
                self.held = (self.offset, 0);
                file.read_exact_at(&mut self.buffer[..len], self.offset)
                    .map_err(|source| LogError::Read { path: path(), source })?;
                self.held.1 = len;
            }
            let from = usize::try_from(self.offset - self.held.0).expect("inside the buffer");
            let head = BlockHead::parse(&self.buffer[from..self.held.1]).ok_or(LogError::Damaged { path: path() })?;
            if from + head.len() <= self.held.1 {
                return Ok(head);
            }
            need = head.len();
        }
    }
}

pub(super) fn times_since(log: &Arc<JobLog>, time_ns: i64) -> Result<Vec<i64>, LogError> {
    let mut cursor = Cursor::seek(Arc::clone(log), LogStart::Line(u64::MAX))?;
    let segments = cursor.segments();
    let which = segments.partition_point(|s| s.start.max_time < time_ns);
    let Some(segment) = segments.get(which.saturating_sub(1)) else { return Ok(Vec::new()) };
    cursor.enter_at(segment, |entries| index::for_time(entries, time_ns))?;
    let mut times = Vec::new();
    cursor.walk(|_, record| {
        if record.time_ns >= time_ns {
            times.push(record.time_ns);
        }
        Step::On
    })?;
    Ok(times)
}

pub(super) fn times_after(log: &Arc<JobLog>, bytes: u64) -> Result<Vec<i64>, LogError> {
    let mut cursor = Cursor::seek(Arc::clone(log), LogStart::Line(u64::MAX))?;
    let segments = cursor.segments();
    let which = segments.partition_point(|s| s.start.bytes <= bytes);
    let Some(segment) = segments.get(which.saturating_sub(1)) else { return Ok(Vec::new()) };
    cursor.enter(segment)?;
    let mut before = segment.start.bytes;
    let mut times = Vec::new();
    cursor.walk(|_, record| {
        if before >= bytes {
            times.push(record.time_ns);
        }
        before += record.bytes.len() as u64;
        Step::On
    })?;
    Ok(times)
}
