//! Bytes on disk: records inside checksummed blocks.
//!
//! Owns the format and nothing else. A block is what one append wrote (or a part of it): a fixed header that tells
//! which line it starts at, then records. All numbers are little-endian.
//!
//! ```text
//! block:  magic u32 | payload_len u32 | crc32 u32 | records u32 | newlines u32 | flags u32 | max_time i64 | lines_before u64 | content u64
//! record: len (28 bits) + flags (4 bits) u32 | time_ns i64 | bytes
//! ```

use bytes::Bytes;

/// Which of a container's two outputs a record came from. A terminal has only `Stdout`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A piece of a job's output as the engine gave it: at most one line, perhaps only a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// When the engine read it, nanoseconds since the Unix epoch.
    pub time_ns: i64,
    /// Where the job wrote it.
    pub stream: Stream,
    /// The bytes, with the newline that ended them, if one did.
    pub bytes: Bytes,
}

pub(super) const BLOCK_HEADER: usize = 48;
pub(super) const RECORD_HEADER: usize = 12;
/// A block is closed once its payload has this many bytes.
pub(super) const BLOCK_TARGET: usize = 64 * 1024;
/// Longer pieces are stored as several records of one line.
pub(super) const RECORD_MAX: usize = 64 * 1024;
/// No block that was ever written is longer; a longer length on disk is damage.
pub(super) const BLOCK_MAX: usize = BLOCK_TARGET + RECORD_MAX + RECORD_HEADER;

const MAGIC: u32 = u32::from_le_bytes(*b"RLB1");
const LEN_MASK: u32 = (1 << 28) - 1;
const STDERR: u32 = 1 << 28;
const CONTINUES: u32 = 1 << 29;
const MID_LINE: u32 = 1;

/// What a block's header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlockHead {
    pub(super) payload_len: usize,
    crc: u32,
    pub(super) records: u32,
    pub(super) newlines: u32,
    /// The first record continues a line begun in an earlier block.
    pub(super) mid_line: bool,
    pub(super) max_time: i64,
    /// Complete lines of the job before this block.
    pub(super) lines_before: u64,
    /// Bytes of output in this block.
    pub(super) content: u64,
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes were sliced"))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes were sliced"))
}

fn i64_at(bytes: &[u8], at: usize) -> i64 {
    i64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes were sliced"))
}

impl BlockHead {
    /// Reads a header; `None` when there are too few bytes or they are not a header.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        if bytes.len() < BLOCK_HEADER || u32_at(bytes, 0) != MAGIC {
            return None;
        }
        let payload_len = u32_at(bytes, 4) as usize;
        (payload_len <= BLOCK_MAX).then(|| Self {
            payload_len,
            crc: u32_at(bytes, 8),
            records: u32_at(bytes, 12),
            newlines: u32_at(bytes, 16),
            mid_line: u32_at(bytes, 20) & MID_LINE != 0,
            max_time: i64_at(bytes, 24),
            lines_before: u64_at(bytes, 32),
            content: u64_at(bytes, 40),
        })
    }

    /// The whole block's length in the file.
    pub(super) fn len(&self) -> usize {
        BLOCK_HEADER + self.payload_len
    }

    /// True when `block` (header and payload) is what was written.
    pub(super) fn verify(&self, block: &[u8]) -> bool {
        block.len() == self.len() && crc32fast::hash(&block[12..]) == self.crc
    }
}

/// A record as it lies in a block's payload.
#[derive(Clone, Copy, Debug)]
pub(super) struct RecordRef<'a> {
    pub(super) time_ns: i64,
    pub(super) continues: bool,
    pub(super) bytes: &'a [u8],
}

/// Walks a block's payload. Stops at the first record that does not fit (a verified block has none).
pub(super) struct Records<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = RecordRef<'a>;

    fn next(&mut self) -> Option<RecordRef<'a>> {
        let payload = self.0;
        if payload.len() < RECORD_HEADER {
            return None;
        }
        let word = u32_at(payload, 0);
        let end = RECORD_HEADER + (word & LEN_MASK) as usize;
        let bytes = payload.get(RECORD_HEADER..end)?;
        self.0 = &payload[end..];
        Some(RecordRef { time_ns: i64_at(payload, 4), continues: word & CONTINUES != 0, bytes })
    }
}

/// Builds blocks in a buffer that is reused from batch to batch.
#[derive(Debug, Default)]
pub(super) struct Encoder {
    buffer: Vec<u8>,
    /// Offset of the open block's header in the buffer, and what is known of that block.
    open: Option<(usize, BlockHead)>,
    /// Offset in the buffer and header of every closed block.
    blocks: Vec<(usize, BlockHead)>,
    lines: u64,
    mid_line: bool,
}

impl Encoder {
    /// Starts a batch after `lines` complete lines, `mid_line` when the last one is still open.
    pub(super) fn start(&mut self, lines: u64, mid_line: bool) {
        self.buffer.clear();
        self.blocks.clear();
        self.open = None;
        self.lines = lines;
        self.mid_line = mid_line;
    }

    /// Adds one piece, cut at its newlines so that a record never holds more than one line.
    pub(super) fn push(&mut self, record: &Record) {
        let mut rest: &[u8] = &record.bytes;
        while !rest.is_empty() {
            let window = &rest[..rest.len().min(RECORD_MAX)];
            let end = memchr::memchr(b'\n', window).map_or(window.len(), |at| at + 1);
            self.put(record.time_ns, record.stream, &rest[..end]);
            rest = &rest[end..];
        }
    }

    fn put(&mut self, time_ns: i64, stream: Stream, bytes: &[u8]) {
        let (lines, mid_line, at) = (self.lines, self.mid_line, self.buffer.len());
        let (_, head) = self.open.get_or_insert_with(|| {
            self.buffer.resize(at + BLOCK_HEADER, 0);
            let head = BlockHead {
                payload_len: 0,
                crc: 0,
                records: 0,
                newlines: 0,
                mid_line,
                max_time: i64::MIN,
                lines_before: lines,
                content: 0,
            };
            (at, head)
        });
        let ends_line = bytes.last() == Some(&b'\n');
        let mut word = u32::try_from(bytes.len()).expect("a record is at most RECORD_MAX");
        if stream == Stream::Stderr {
            word |= STDERR;
        }
        if !ends_line {
            word |= CONTINUES;
        }
        self.buffer.extend_from_slice(&word.to_le_bytes());
        self.buffer.extend_from_slice(&time_ns.to_le_bytes());
        self.buffer.extend_from_slice(bytes);
        head.records += 1;
        head.payload_len += RECORD_HEADER + bytes.len();
        head.content += bytes.len() as u64;
        head.max_time = head.max_time.max(time_ns);
        if ends_line {
            head.newlines += 1;
            self.lines += 1;
        }
        self.mid_line = !ends_line;
        if head.payload_len >= BLOCK_TARGET {
            self.close();
        }
    }

    fn close(&mut self) {
        let Some((at, mut head)) = self.open.take() else { return };
        let header = &mut self.buffer[at..at + BLOCK_HEADER];
        header[0..4].copy_from_slice(&MAGIC.to_le_bytes());
        header[4..8].copy_from_slice(&u32::try_from(head.payload_len).expect("bounded by BLOCK_MAX").to_le_bytes());
        header[12..16].copy_from_slice(&head.records.to_le_bytes());
        header[16..20].copy_from_slice(&head.newlines.to_le_bytes());
        header[20..24].copy_from_slice(&(if head.mid_line { MID_LINE } else { 0 }).to_le_bytes());
        header[24..32].copy_from_slice(&head.max_time.to_le_bytes());
        header[32..40].copy_from_slice(&head.lines_before.to_le_bytes());
        header[40..48].copy_from_slice(&head.content.to_le_bytes());
        head.crc = crc32fast::hash(&self.buffer[at + 12..]);
        self.buffer[at + 8..at + 12].copy_from_slice(&head.crc.to_le_bytes());
        self.blocks.push((at, head));
    }

    /// Ends the batch: the bytes to write and where each block lies in them.
    pub(super) fn finish(&mut self) -> (&[u8], &[(usize, BlockHead)]) {
        self.close();
        (&self.buffer, &self.blocks)
    }
}
