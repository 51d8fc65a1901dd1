//! The sparse index of a segment: where to start reading for a line or a time.
//!
//! Owns the entries, their search and their file. An entry stands for one block in every [`SPACING`] bytes; the rest
//! is found by walking blocks from there. A lost or damaged index file is rebuilt from the segment, never trusted.

use std::fs;
use std::io;
use std::path::Path;

use super::record::BlockHead;

/// Bytes of segment between two entries.
pub(super) const SPACING: u64 = 32 * 1024;

const MAGIC: &[u8; 8] = b"RSLIDX\x01\n";
const ENTRY: usize = 40;
const HEAD: usize = 56;

/// What is known at the start of one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Offset of the block in the segment's file.
    pub(super) offset: u64,
    /// Complete lines of the job before it.
    pub(super) lines_before: u64,
    /// It starts inside a line.
    pub(super) mid_line: bool,
    /// The latest time of any record before it.
    pub(super) max_time_before: i64,
    /// Bytes of output of the job before it.
    pub(super) bytes_before: u64,
}

/// Where a log stands after its last block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// Length of the segment's file.
    pub(super) len: u64,
    /// Complete lines of the job.
    pub(super) lines: u64,
    /// The last line has no newline yet.
    pub(super) mid_line: bool,
    /// The latest time of any record; `i64::MIN` when there is none.
    pub(super) max_time: i64,
    /// Bytes of output of the job.
    pub(super) bytes: u64,
}

impl End {
    /// Moves past one more block.
    pub(super) fn advance(&mut self, head: &BlockHead, ends_mid_line: bool) {
        self.len += head.len() as u64;
        self.lines += u64::from(head.newlines);
        self.mid_line = ends_mid_line;
        self.max_time = self.max_time.max(head.max_time);
        self.bytes += head.content;
    }
}

/// Adds an entry for the block at `end` if the last entry is far enough behind.
pub(super) fn note(entries: &mut Vec<Entry>, end: &End) {
    if entries.last().is_none_or(|last| end.len >= last.offset + SPACING) {
        entries.push(Entry {
            offset: end.len,
            lines_before: end.lines,
            mid_line: end.mid_line,
            max_time_before: end.max_time,
            bytes_before: end.bytes,
        });
    }
}

/// The last entry from which a forward walk meets the start of `line`.
pub(super) fn for_line(entries: &[Entry], line: u64) -> usize {
    entries.partition_point(|e| e.lines_before < line || (e.lines_before == line && !e.mid_line)).saturating_sub(1)
}

/// The last entry from which a forward walk meets every record of `time_ns` or later.
pub(super) fn for_time(entries: &[Entry], time_ns: i64) -> usize {
    entries.partition_point(|e| e.max_time_before < time_ns).saturating_sub(1)
}

/// Writes the index beside its segment.
pub(super) fn save(path: &Path, entries: &[Entry], end: &End) -> io::Result<()> {
    let mut out = Vec::with_capacity(HEAD + entries.len() * ENTRY);
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&[0; 8]); // checksum, filled below
    for number in [end.len, end.lines, u64::from(end.mid_line), end.max_time.cast_unsigned(), end.bytes] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    for e in entries {
        for number in
            [e.offset, e.lines_before, u64::from(e.mid_line), e.max_time_before.cast_unsigned(), e.bytes_before]
        {
            out.extend_from_slice(&number.to_le_bytes());
        }
    }
    let crc = crc32fast::hash(&out[16..]);
    out[8..12].copy_from_slice(&crc.to_le_bytes());
    fs::write(path, out)
}

/// Reads an index; `None` when it is absent, damaged, or of another length than the segment's file.
pub(super) fn load(path: &Path, segment_len: u64) -> Option<(Vec<Entry>, End)> {
    let bytes = fs::read(path).ok()?;
    if bytes.len() < HEAD || &bytes[..8] != MAGIC || !(bytes.len() - HEAD).is_multiple_of(ENTRY) {
        return None;
    }
    let crc = u32::from_le_bytes(bytes[8..12].try_into().expect("four bytes were sliced"));
    if crc32fast::hash(&bytes[16..]) != crc {
        return None;
    }
    let mut numbers =
        bytes[16..].chunks_exact(8).map(|n| u64::from_le_bytes(n.try_into().expect("chunks of eight bytes")));
    let mut five = || -> Option<[u64; 5]> {
        Some([numbers.next()?, numbers.next()?, numbers.next()?, numbers.next()?, numbers.next()?])
    };
    let [len, lines, mid_line, max_time, bytes_total] = five()?;
    let end = End { len, lines, mid_line: mid_line != 0, max_time: max_time.cast_signed(), bytes: bytes_total };
    let mut entries = Vec::with_capacity((bytes.len() - HEAD) / ENTRY);
    while let Some([offset, lines_before, mid_line, max_time_before, bytes_before]) = five() {
        entries.push(Entry {
            offset,
            lines_before,
            mid_line: mid_line != 0,
            max_time_before: max_time_before.cast_signed(),
            bytes_before,
        });
    }
    (end.len == segment_len).then_some((entries, end))
}
