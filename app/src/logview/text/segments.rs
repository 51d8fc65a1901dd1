//! Cuts a screen line into segments of one look: log style, search hits and selection merged.

use super::{Style, Visible};
use std::ops::Range;

/// Segments of one screen line that get a look of their own. What lies behind them is shown plainly: a line cannot make
/// the page build thousands of elements.
const SEGMENTS_MAX: usize = 400;

/// What lies over the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overlay {
    Hit,
    CurrentHit,
    Selected,
}

/// A stretch of text of one look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment<'a> {
    pub(crate) text: &'a str,
    pub(crate) style: Style,
    pub(crate) hit: bool,
    pub(crate) current: bool,
    pub(crate) selected: bool,
}

impl Segment<'_> {
    /// Whether it needs no element of its own.
    pub(crate) fn is_bare(&self) -> bool {
        self.style == Style::default() && !self.hit && !self.current && !self.selected
    }
}

/// The segments of `part` (a byte range of the visible text), with overlays given as byte ranges too, each kind in order.
pub(crate) fn segments<'a>(
    visible: &'a Visible,
    part: Range<usize>,
    overlays: &[(Range<usize>, Overlay)],
) -> Vec<Segment<'a>> {
    let runs_from = visible.runs.partition_point(|r| r.range.end <= part.start);
    let runs = visible.runs[runs_from..].iter().take_while(|r| r.range.start < part.end).take(SEGMENTS_MAX);
    let over = overlays.iter().filter(|(r, _)| r.start < part.end && r.end > part.start).take(SEGMENTS_MAX);
    let (runs, over): (Vec<_>, Vec<_>) = (runs.collect(), over.collect());

    let mut cuts = vec![part.start, part.end];
    for range in runs.iter().map(|r| &r.range).chain(over.iter().map(|o| &o.0)) {
        cuts.extend([range.start, range.end].into_iter().filter(|at| part.contains(at)));
    }
    cuts.sort_unstable();
    cuts.dedup();

    let mut out = Vec::with_capacity(cuts.len());
    let mut run = runs.iter().peekable();
    // Overlays of one kind never overlap each other, so the few that cover a cut are found by walking on, not by searching.
    let mut first_over = 0;
    for pair in cuts.windows(2) {
        let (start, end) = (pair[0], pair[1]);
        while run.next_if(|r| r.range.end <= start).is_some() {}
        while over.get(first_over).is_some_and(|(r, _)| r.end <= start) {
            first_over += 1;
        }
        let mut segment = Segment {
            text: &visible.text[start..end],
            style: run.peek().filter(|r| r.range.start <= start).map_or_else(Style::default, |r| r.style),
            hit: false,
            current: false,
            selected: false,
        };
        for (_, overlay) in over[first_over..].iter().filter(|(r, _)| r.start <= start && end <= r.end) {
            match overlay {
                Overlay::Hit => segment.hit = true,
                Overlay::CurrentHit => segment.current = true,
                Overlay::Selected => segment.selected = true,
            }
        }
        out.push(segment);
    }
    out
}
