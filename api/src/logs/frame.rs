//! The binary frame: a batch of rows in columns, so that a reader copies three arrays and one text.
//!
//! Little-endian: `u8` kind (1) · `u8[3]` zero · `u32` rows n · `u64` number of the first row's line · `i64` base time, ns since
//! the epoch · `u8[n]` flags · `u32[n]` time after the base, µs · `u32[n]` text length · text, concatenated.
//! Times never run backwards by more than the clock does: a row older than the base says 0 (the base).

use super::CONTINUES;

const KIND_ROWS: u8 = 1;
const HEAD: usize = 24;
const PER_ROW: usize = 9;

/// Builds a frame row by row.
#[derive(Debug, Default)]
pub struct Batch {
    first_line: u64,
    base_ns: i64,
    flags: Vec<u8>,
    times: Vec<u32>,
    lens: Vec<u32>,
    text: Vec<u8>,
}

impl Batch {
    /// A batch whose first row belongs to line `first_line` (counted from 0).
    #[must_use]
    pub fn new(first_line: u64) -> Self {
        Self { first_line, ..Self::default() }
    }

    /// Adds a row. `time_ns` is ns since the epoch. Returns false, and adds nothing, when the row's time is too far after
    /// the first one's for the frame (71 minutes): begin a new batch.
    #[must_use]
    pub fn push(&mut self, time_ns: i64, flags: u8, text: &[u8]) -> bool {
        if self.flags.is_empty() {
            self.base_ns = time_ns;
        }
        let after_us = time_ns.saturating_sub(self.base_ns).max(0) / 1_000;
        let (Ok(after_us), Ok(len)) = (u32::try_from(after_us), u32::try_from(text.len())) else { return false };
        self.flags.push(flags);
        self.times.push(after_us);
        self.lens.push(len);
        self.text.extend_from_slice(text);
        true
    }

    /// Rows so far.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.flags.len()
    }

    /// Whether no row was pushed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.flags.is_empty()
    }

    /// Bytes the frame would have now.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        HEAD + self.flags.len() * PER_ROW + self.text.len()
    }

    /// The frame's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.size_bytes());
        out.extend_from_slice(&[KIND_ROWS, 0, 0, 0]);
        let rows = u32::try_from(self.flags.len()).expect("a batch is cut long before 2^32 rows");
        out.extend_from_slice(&rows.to_le_bytes());
        out.extend_from_slice(&self.first_line.to_le_bytes());
        out.extend_from_slice(&self.base_ns.to_le_bytes());
        out.extend_from_slice(&self.flags);
        for t in &self.times {
            out.extend_from_slice(&t.to_le_bytes());
        }
        for l in &self.lens {
            out.extend_from_slice(&l.to_le_bytes());
        }
        out.extend_from_slice(&self.text);
        out
    }
}

/// A frame read in place.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Number of the line the first row belongs to.
    pub first_line: u64,
    /// ns since the epoch that row times count from.
    pub base_ns: i64,
    /// One byte of flags a row.
    pub flags: &'a [u8],
    times: &'a [u8],
    lens: &'a [u8],
    /// All rows' text, one after the other.
    pub text: &'a [u8],
}

/// One row of a [`Frame`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// Number of the line it belongs to, from 0.
    pub line: u64,
    /// ns since the epoch.
    pub time_ns: i64,
    /// See [`CONTINUES`].
    pub flags: u8,
    /// The job's bytes.
    pub text: &'a [u8],
}

/// Why bytes are not a [`Frame`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidFrame {
    /// The first byte names a kind this reader does not know; skip the frame.
    UnknownKind(u8),
    /// The head says more than there is, or less.
    Length,
}

impl std::fmt::Display for InvalidFrame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownKind(kind) => write!(f, "log frame of unknown kind {kind}"),
            Self::Length => f.write_str("log frame whose length does not match its head"),
        }
    }
}

impl std::error::Error for InvalidFrame {}

impl<'a> Frame<'a> {
    /// Reads a frame without copying.
    ///
    /// # Errors
    /// [`InvalidFrame`] when the bytes are of another kind or do not add up.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, InvalidFrame> {
        let head = bytes.get(..HEAD).ok_or(InvalidFrame::Length)?;
        if head[0] != KIND_ROWS {
            return Err(InvalidFrame::UnknownKind(head[0]));
        }
        let rows = u32_at(head, 4) as usize;
        let table = rows.checked_mul(PER_ROW).and_then(|t| t.checked_add(HEAD)).ok_or(InvalidFrame::Length)?;
        if bytes.len() < table {
            return Err(InvalidFrame::Length);
        }
        let (flags, rest) = bytes[HEAD..].split_at(rows);
        let (times, rest) = rest.split_at(rows * 4);
        let (lens, text) = rest.split_at(rows * 4);
        let sum: u64 = lens.chunks_exact(4).map(|c| u64::from(u32_at(c, 0))).sum();
        if sum != text.len() as u64 {
            return Err(InvalidFrame::Length);
        }
        let first_line = u64::from_le_bytes(head[8..16].try_into().expect("eight bytes"));
        let base_ns = i64::from_le_bytes(head[16..24].try_into().expect("eight bytes"));
        Ok(Self { first_line, base_ns, flags, times, lens, text })
    }

    /// Rows in the frame.
    #[must_use]
    pub fn rows_len(&self) -> usize {
        self.flags.len()
    }

    /// Time of row `i` after the base, µs.
    #[must_use]
    pub fn time_after_us(&self, i: usize) -> u32 {
        u32_at(self.times, i * 4)
    }

    /// Length of row `i`'s text, bytes.
    #[must_use]
    pub fn len_of(&self, i: usize) -> u32 {
        u32_at(self.lens, i * 4)
    }

    /// The rows in order, with their line numbers counted on.
    pub fn rows(&self) -> impl Iterator<Item = Row<'a>> + use<'a> {
        let this = *self;
        let mut offset = 0;
        let mut line = this.first_line;
        (0..this.rows_len()).map(move |i| {
            if i > 0 && this.flags[i] & CONTINUES == 0 {
                line += 1;
            }
            let end = offset + this.len_of(i) as usize;
            let text = &this.text[offset..end];
            offset = end;
            let time_ns = this.base_ns.saturating_add(i64::from(this.time_after_us(i)) * 1_000);
            Row { line, time_ns, flags: this.flags[i], text }
        })
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_a_batch_takes_a_frame_gives_back(
            first in 0u64..1 << 50,
            rows in prop::collection::vec((0i64..4_000_000_000, any::<bool>(), prop::collection::vec(any::<u8>(), 0..40)), 1..50),
        ) {
            let mut batch = Batch::new(first);
            let base = 1_700_000_000_000_000_000;
            let mut at = base;
            let mut expected = Vec::new();
            let mut line = first;
            for (i, (step, continues, text)) in rows.iter().enumerate() {
                at += step / 1_000 * 1_000;
                let flags = if *continues { CONTINUES } else { 0 };
                prop_assert!(batch.push(at, flags, text));
                if i > 0 && !continues { line += 1; }
                expected.push((line, at, flags, text.clone()));
            }
            let bytes = batch.encode();
            prop_assert_eq!(bytes.len(), batch.size_bytes());
            let got: Vec<_> = Frame::parse(&bytes).expect("own frame").rows()
                .map(|r| (r.line, r.time_ns, r.flags, r.text.to_vec())).collect();
            prop_assert_eq!(got, expected);
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), kind in any::<bool>()) {
            let mut bytes = bytes;
            if kind && !bytes.is_empty() { bytes[0] = 1; }
            if let Ok(frame) = Frame::parse(&bytes) {
                prop_assert_eq!(frame.rows().count(), frame.rows_len());
            }
        }
    }

    #[test]
    fn a_row_too_far_after_the_base_is_refused_not_bent() {
        let mut batch = Batch::new(0);
        assert!(batch.push(0, 0, b"a"));
        assert!(!batch.push(5_000_000_000_000, 0, b"b"));
        assert_eq!(batch.rows(), 1);
    }
}
