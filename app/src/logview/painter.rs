//! Puts rows on screen: a pool of elements as large as the view, reused in order.
//!
//! Text only ever goes through `textContent`; colours through class names and the CSS object model. Elements keep the order of
//! the rows, so that a screen reader or a finger's selection meets them as they are read.

mod severity;
mod slot;

pub(crate) use slot::{Look, Paper, Slot};

use super::store::{Ring, ScreenLine, parts};
use super::viewport::Viewport;
use std::collections::VecDeque;
use web_sys::{Document, HtmlElement};

/// The pool.
#[derive(Debug)]
pub(crate) struct Painter {
    sheet: HtmlElement,
    document: Document,
    slots: VecDeque<Slot>,
}

impl Painter {
    /// Paints into `sheet`, which must stay at the top of the view.
    pub(crate) fn new(sheet: HtmlElement, document: Document) -> Self {
        Self { sheet, document, slots: VecDeque::new() }
    }

    /// Brings the elements in line with the rows in view. `look` says what lies over a row.
    pub(crate) fn paint(&mut self, ring: &Ring, view: &Viewport, paper: &Paper<'_>, look: impl Fn(ScreenLine) -> Look) {
        let wanted = wanted(ring, view);
        self.align(&wanted);
        while self.slots.len() < wanted.len() {
            let slot = Slot::new(&self.document);
            drop(self.sheet.append_child(&slot.root));
            self.slots.push_back(slot);
        }
        for slot in self.slots.iter_mut().skip(wanted.len()) {
            slot.hide();
        }
        for (slot, line) in self.slots.iter_mut().zip(&wanted) {
            slot.show(ring, *line, look(*line), paper);
        }
        let shift = format!("translateY({}px)", -view.offset_px());
        drop(self.sheet.style().set_property("transform", &shift));
    }

    /// The slot at that many px under the top of the view.
    pub(crate) fn slot_at(&self, y: f64, view: &Viewport) -> Option<&Slot> {
        let at = ((y + view.offset_px()) / view.line_px).floor().max(0.0) as usize;
        self.slots.iter().filter(|s| s.line().is_some()).nth(at)
    }

    /// First and last slot that show something.
    pub(crate) fn ends(&self) -> Option<(&Slot, &Slot)> {
        let mut shown = self.slots.iter().filter(|s| s.line().is_some());
        let first = shown.next()?;
        Some((first, shown.next_back().unwrap_or(first)))
    }

    /// Rotates the pool so that rows still in view keep their element.
    fn align(&mut self, wanted: &[ScreenLine]) {
        let (Some(first), Some(have)) = (wanted.first(), self.slots.front().and_then(Slot::line)) else { return };
        if have < *first {
            let past = self.slots.iter().take_while(|s| s.line().is_some_and(|l| l < *first)).count();
            if past == self.slots.len() {
                return;
            }
            for _ in 0..past {
                let slot = self.slots.pop_front().expect("there are that many");
                drop(self.sheet.append_child(&slot.root));
                self.slots.push_back(slot);
            }
        } else if have > *first {
            let before = wanted.iter().take_while(|l| **l < have).count();
            if before >= self.slots.len() {
                return;
            }
            for _ in 0..before {
                let slot = self.slots.pop_back().expect("there are that many");
                drop(self.sheet.insert_before(&slot.root, self.sheet.first_child().as_ref()));
                self.slots.push_front(slot);
            }
        }
    }
}

/// The screen lines in view, and one more.
fn wanted(ring: &Ring, view: &Viewport) -> Vec<ScreenLine> {
    let mut out = Vec::with_capacity(view.lines() as usize + 1);
    if ring.is_empty() {
        return out;
    }
    let mut part = view.top().part;
    for row in ring.rows_from(view.top().row) {
        let rows_parts = parts(&row, view.columns);
        while part < rows_parts {
            out.push(ScreenLine { row: row.id, part });
            if out.len() as u64 > view.lines() {
                return out;
            }
            part += 1;
        }
        part = 0;
    }
    out
}
