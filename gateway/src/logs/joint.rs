//! The joint of two connections to the same log: what the new one repeats is left out, and a gap is told where continuity cannot
//! be proven. Sans I/O.

use super::splitter::Piece;

/// Where the last connection ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Position {
    /// Number of the line that comes next or is unfinished.
    pub(crate) line: u64,
    /// Bytes of that line that are out already.
    pub(crate) open_bytes: u64,
    /// Time of that line, if a part of it is out.
    pub(crate) open_time_ns: i64,
    /// Time of the last finished line.
    pub(crate) time_ns: i64,
    /// How many finished lines at the end have exactly that time.
    pub(crate) same_time: u64,
}

impl Position {
    /// Counts a piece that went out.
    pub(crate) fn advance(&mut self, piece: &Piece<'_>) {
        if !piece.ends {
            self.open_bytes += piece.text.len() as u64;
            self.open_time_ns = piece.time_ns;
            return;
        }
        self.line += 1;
        self.open_bytes = 0;
        self.same_time = if piece.time_ns == self.time_ns { self.same_time + 1 } else { 1 };
        self.time_ns = piece.time_ns;
    }
}

/// What to do with a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is out already.
    Drop,
    /// It goes out, without its first bytes, which are out already.
    Keep {
        /// How many bytes to leave out.
        skip: usize,
    },
    /// It goes out after a gap.
    KeepAfterGap,
}

/// The filter between a new connection and what is already out.
#[derive(Debug)]
pub(crate) enum Joint {
    /// Everything passes.
    Open,
    /// The new connection counts lines: `next` is the number of the line it sends next.
    ByLine {
        /// Number of the line that comes.
        next: u64,
        /// The first line wanted.
        want: u64,
        /// Bytes of that line that are out already.
        open_bytes: u64,
    },
    /// The new connection was asked for everything since the last finished line's time.
    ByTime {
        /// That time.
        time_ns: i64,
        /// Finished lines of that time that are still to be left out.
        same_time: u64,
        /// The unfinished line: its time and the bytes that are out.
        open: Option<(i64, u64)>,
    },
    /// Bytes of the line that is coming are still to be left out.
    Inside {
        /// How many.
        bytes: u64,
    },
    /// The rest of a line is left out.
    Dropping(Box<Joint>),
}

impl Joint {
    /// By line number.
    pub(crate) fn by_line(next: u64, want: u64, open_bytes: u64) -> Self {
        Self::ByLine { next, want, open_bytes }
    }

    /// By time, after `position`.
    pub(crate) fn by_time(position: &Position) -> Self {
        let open = (position.open_bytes > 0).then_some((position.open_time_ns, position.open_bytes));
        if position.same_time == 0 && open.is_none() {
            return Self::Open;
        }
        Self::ByTime { time_ns: position.time_ns, same_time: position.same_time, open }
    }

    /// Judges the next piece.
    pub(crate) fn admit(&mut self, piece: &Piece<'_>) -> Verdict {
        match self {
            Self::Open => Verdict::Keep { skip: 0 },
            Self::Inside { bytes } => {
                let skip = usize::try_from(*bytes).unwrap_or(usize::MAX).min(piece.text.len());
                *bytes -= skip as u64;
                if *bytes == 0 || piece.ends {
                    *self = Self::Open;
                }
                if skip == piece.text.len() && !piece.ends { Verdict::Drop } else { Verdict::Keep { skip } }
            }
            Self::Dropping(after) => {
                if piece.ends {
                    *self = std::mem::replace(after, Self::Open);
                }
                Verdict::Drop
            }
            Self::ByLine { next, want, open_bytes } => {
                if *next < *want {
                    *next += 1;
                    let (next, want, open_bytes) = (*next, *want, *open_bytes);
                    self.dropping(piece, Self::ByLine { next, want, open_bytes });
                    return Verdict::Drop;
                }
                // A connection that begins later than wanted was told of before; this is about the unfinished line only.
                *self = Self::Inside { bytes: if next == want { *open_bytes } else { 0 } };
                self.admit(piece)
            }
            Self::ByTime { time_ns, same_time, open } => {
                let (at, same, open) = (*time_ns, *same_time, *open);
                if piece.time_ns < at && (same > 0 || open.is_some()) {
                    self.dropping(piece, Self::ByTime { time_ns: at, same_time: same, open });
                    return Verdict::Drop;
                }
                if same > 0 {
                    if piece.time_ns == at {
                        self.dropping(piece, Self::ByTime { time_ns: at, same_time: same - 1, open });
                        return Verdict::Drop;
                    }
                    // A later line before all known ones of that time were seen: what lies between is not known.
                    *self = Self::Open;
                    return Verdict::KeepAfterGap;
                }
                match open {
                    Some((open_time, bytes)) if piece.time_ns == open_time => {
                        *self = Self::Inside { bytes };
                        self.admit(piece)
                    }
                    Some(_) => {
                        *self = Self::Open;
                        Verdict::KeepAfterGap
                    }
                    None => {
                        *self = Self::Open;
                        Verdict::Keep { skip: 0 }
                    }
                }
            }
        }
    }

    fn dropping(&mut self, piece: &Piece<'_>, then: Self) {
        *self = if piece.ends { then } else { Self::Dropping(Box::new(then)) };
    }
}

#[cfg(test)]
mod tests;
