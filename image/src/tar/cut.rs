//! Some spans cut out of a stream of bytes that comes in order.

use super::Span;

/// Cuts spans out of a stream: the second pass over a compressed archive, when it is known which files are wanted.
///
/// ```
/// use image::tar::{Span, SpanCutter};
/// let mut cutter = SpanCutter::new(vec![Span { offset: 2, len: 3 }]);
/// let mut found = Vec::new();
/// for piece in [&b"abc"[..], b"def"] {
///     cutter.push(piece, |span, bytes| found.push((span.offset, bytes.to_vec())));
/// }
/// assert_eq!(found, [(2, b"c".to_vec()), (2, b"de".to_vec())]);
/// assert!(cutter.is_done());
/// ```
#[derive(Clone, Debug)]
pub struct SpanCutter {
    /// In order, the next one last.
    spans: Vec<Span>,
    position: u64,
}

impl SpanCutter {
    /// For these spans, in any order; empty ones and repetitions are left out. They must not overlap otherwise.
    #[must_use]
    pub fn new(mut spans: Vec<Span>) -> Self {
        spans.retain(|span| span.len > 0);
        spans.sort_unstable();
        spans.dedup();
        spans.reverse();
        Self { spans, position: 0 }
    }

    /// Whether all spans have passed: the rest of the stream need not be read.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.spans.is_empty()
    }

    /// Takes the next bytes of the stream; `visit` gets the pieces of spans among them, in order.
    pub fn push(&mut self, bytes: &[u8], mut visit: impl FnMut(Span, &[u8])) {
        let (start, end) = (self.position, self.position + bytes.len() as u64);
        while let Some(span) = self.spans.last().copied() {
            if span.offset >= end {
                break;
            }
            let from = span.offset.max(start) - start;
            let to = span.end().min(end) - start;
            // Both lie within `bytes`.
            if let (Ok(from), Ok(to)) = (usize::try_from(from), usize::try_from(to))
                && from < to
            {
                visit(span, &bytes[from..to]);
            }
            if span.end() > end {
                break;
            }
            self.spans.pop();
        }
        self.position = end;
    }
}
