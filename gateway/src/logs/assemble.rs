//! Pieces into blocks: numbered, in frames ready to be sent to any number of viewers. Sans I/O.

use super::{
    joint::{Joint, Position, Verdict},
    splitter::Piece,
};
use api::logs::{Batch, CONTINUES, Frame};
use bytes::Bytes;

/// Frames are cut at this size; large enough for a page to catch up quickly, small enough for many viewers' buffers.
const BLOCK_BYTES: usize = 64 * 1024;

/// A frame and what must be known of it without reading it.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// The frame (`api::logs::Frame`), shared by all viewers.
    pub(crate) frame: Bytes,
    /// Number of the first row's line.
    pub(crate) first_line: u64,
    /// Whether the first row continues a line of the block before.
    pub(crate) begins_mid: bool,
    /// Where the next block begins: line number, and bytes of that line that are out.
    pub(crate) next_line: u64,
    pub(crate) open_bytes: u64,
}

impl Block {
    /// The block without the rows of lines before `line`; None when nothing is left.
    pub(crate) fn since_line(&self, line: u64) -> Option<Self> {
        if self.first_line >= line {
            return Some(self.clone());
        }
        let frame = Frame::parse(&self.frame).expect("a block holds a frame of our own making");
        let mut batch = Batch::new(line);
        for row in frame.rows().filter(|row| row.line >= line) {
            // Times within a block fit its base; a later base only brings them nearer.
            let fits = batch.push(row.time_ns, row.flags, row.text);
            debug_assert!(fits, "the rows of one block fit one batch");
        }
        (!batch.is_empty()).then(|| Self { frame: batch.encode().into(), first_line: line, begins_mid: false, ..*self })
    }
}

/// What comes out, in order.
#[derive(Clone, Debug)]
pub(crate) enum Out {
    /// Rows.
    Block(Block),
    /// Continuity could not be proven here.
    Gap,
}

/// Puts blocks together.
#[derive(Debug)]
pub(crate) struct Assembler {
    position: Position,
    batch: Batch,
    begins_mid: bool,
    out: Vec<Out>,
}

impl Assembler {
    /// Goes on at `position`.
    pub(crate) fn new(position: Position) -> Self {
        Self { position, batch: Batch::new(position.line), begins_mid: position.open_bytes > 0, out: Vec::new() }
    }

    /// Where the next piece goes.
    pub(crate) fn position(&self) -> Position {
        self.position
    }

    /// Goes on at the beginning of another line.
    pub(crate) fn go_to_line(&mut self, line: u64) {
        self.cut();
        self.position = Position { line, ..Position::default() };
        self.batch = Batch::new(line);
        self.begins_mid = false;
    }

    /// Takes a piece, if the joint lets it pass.
    pub(crate) fn take(&mut self, piece: &Piece<'_>, joint: &mut Joint) {
        match joint.admit(piece) {
            Verdict::Drop => return,
            Verdict::Keep { skip } => self.row(&Piece { text: &piece.text[skip..], ..*piece }),
            Verdict::KeepAfterGap => {
                self.cut();
                if self.position.open_bytes > 0 {
                    // The line that was unfinished will never be finished here.
                    self.position.line += 1;
                    self.position.open_bytes = 0;
                }
                self.out.push(Out::Gap);
                self.row(piece);
            }
        }
        if self.batch.size_bytes() >= BLOCK_BYTES {
            self.cut();
        }
    }

    fn row(&mut self, piece: &Piece<'_>) {
        let flags = if self.position.open_bytes > 0 { CONTINUES } else { 0 };
        // An end that brings no bytes ends the line and shows nothing.
        let shows = !piece.text.is_empty() || flags == 0;
        if shows && self.batch.is_empty() {
            self.batch = Batch::new(self.position.line);
            self.begins_mid = flags == CONTINUES;
        }
        if shows && !self.batch.push(piece.time_ns, flags, piece.text) {
            self.cut();
            self.begins_mid = flags == CONTINUES;
            let fits = self.batch.push(piece.time_ns, flags, piece.text);
            debug_assert!(fits, "a first row always fits");
        }
        self.position.advance(piece);
    }

    /// Ends the current block.
    pub(crate) fn cut(&mut self) {
        let batch = std::mem::take(&mut self.batch);
        if !batch.is_empty() {
            let frame = Bytes::from(batch.encode());
            let first_line = Frame::parse(&frame).expect("a frame of our own making").first_line;
            let Position { line, open_bytes, .. } = self.position;
            let block = Block { frame, first_line, begins_mid: self.begins_mid, next_line: line, open_bytes };
            self.out.push(Out::Block(block));
        }
        self.batch = Batch::new(self.position.line);
        self.begins_mid = self.position.open_bytes > 0;
    }

    /// Whether a block is under way.
    pub(crate) fn is_empty(&self) -> bool {
        self.batch.is_empty() && self.out.is_empty()
    }

    /// Whether a block is complete.
    pub(crate) fn is_ready(&self) -> bool {
        !self.out.is_empty()
    }

    /// What is complete.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = Out> + '_ {
        self.out.drain(..)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(assembler: &mut Assembler) -> Vec<(u64, u8, Vec<u8>)> {
        assembler.cut();
        let blocks = assembler.drain().filter_map(|out| match out {
            Out::Block(block) => Some(block),
            Out::Gap => None,
        });
        blocks
            .flat_map(|b| {
                let frame = Frame::parse(&b.frame).expect("a frame");
                frame.rows().map(|r| (r.line, r.flags, r.text.to_vec())).collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn a_gap_ends_the_unfinished_line() {
        let mut assembler = Assembler::new(Position::default());
        let open = Piece { time_ns: 1, begins: true, ends: false, text: b"half" };
        assembler.take(&open, &mut Joint::Open);
        let mut joint = Joint::by_time(&assembler.position());
        assembler.take(&Piece { time_ns: 9, begins: true, ends: true, text: b"later" }, &mut joint);
        assert_eq!(rows(&mut assembler), [(0, 0, b"half".to_vec()), (1, 0, b"later".to_vec())]);
    }

    #[test]
    fn lines_hours_apart_make_two_blocks() {
        let mut assembler = Assembler::new(Position { line: 5, ..Position::default() });
        for time_ns in [0, 10_000_000_000_000] {
            assembler.take(&Piece { time_ns, begins: true, ends: true, text: b"x" }, &mut Joint::Open);
        }
        assembler.cut();
        let lines: Vec<_> = assembler
            .drain()
            .map(|o| match o {
                Out::Block(b) => (b.first_line, b.next_line),
                Out::Gap => (0, 0),
            })
            .collect();
        assert_eq!(lines, [(5, 6), (6, 7)]);
    }

    proptest! {
        #[test]
        fn blocks_carry_every_row_with_its_number(
            lines in prop::collection::vec(prop::collection::vec(0usize..3000, 1..4), 1..80), from in 0u64..100,
        ) {
            let mut assembler = Assembler::new(Position { line: 10, ..Position::default() });
            let mut expected = Vec::new();
            for (n, pieces) in lines.iter().enumerate() {
                for (i, len) in pieces.iter().enumerate() {
                    // Pieces other than a whole line are never empty (see the splitter).
                    let text = vec![b'a'; len + usize::from(pieces.len() > 1)];
                    let piece = Piece { time_ns: 5, begins: i == 0, ends: i + 1 == pieces.len(), text: &text };
                    assembler.take(&piece, &mut Joint::Open);
                    expected.push((10 + n as u64, u8::from(i > 0), text));
                }
            }
            assembler.cut();
            let blocks: Vec<Block> = assembler.drain().map(|o| match o { Out::Block(b) => b, Out::Gap => panic!("no gap") }).collect();
            prop_assert!(blocks.windows(2).all(|w| w[0].next_line == w[1].first_line || w[1].begins_mid));
            let read = |b: &Block| Frame::parse(&b.frame).expect("a frame").rows().map(|r| (r.line, r.flags, r.text.to_vec())).collect::<Vec<_>>();
            let all: Vec<_> = blocks.iter().flat_map(read).collect();
            prop_assert_eq!(&all, &expected);
            let late: Vec<_> = blocks.iter().filter_map(|b| b.since_line(from)).flat_map(|b| read(&b)).collect();
            expected.retain(|(line, _, _)| *line >= from);
            prop_assert_eq!(late, expected);
        }
    }
}
