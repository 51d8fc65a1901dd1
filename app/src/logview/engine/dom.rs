//! The elements a log view is painted into, their sizes, and painting.

use super::Engine;
use crate::i18n::{catalogue::logs, format};
use crate::logview::{
    painter::{Look, Painter, Paper},
    store::{Marker, ScreenLine},
    viewport::Viewport,
};
use leptos::prelude::*;
use web_sys::HtmlElement;

/// Views narrower than this write the time of day without the date, px.
const NARROW_PX: f64 = 720.0;
/// Room kept free at the right of wrapped text, px.
const RIGHT_PX: f64 = 16.0;

/// The elements.
pub(crate) struct Dom {
    /// Scrolls.
    pub(crate) scroller: HtmlElement,
    /// As tall as everything.
    canvas: HtmlElement,
    /// A span of a hundred digits.
    probe: HtmlElement,
    pub(crate) painter: Painter,
    pub(crate) measure_due: bool,
    pub(crate) char_px: f64,
    narrow: bool,
    /// Where the view scrolled itself to, px; anything else is the reader's doing.
    expected_top: f64,
    canvas_px: f64,
    margin: (u32, u32),
}

impl Dom {
    pub(crate) fn new(scroller: HtmlElement, canvas: HtmlElement, sheet: HtmlElement, probe: HtmlElement) -> Self {
        Self {
            scroller,
            canvas,
            probe,
            painter: Painter::new(sheet, document()),
            measure_due: true,
            char_px: 8.0,
            narrow: false,
            expected_top: 0.0,
            canvas_px: -1.0,
            margin: (0, 0),
        }
    }

    fn measure(&mut self, view: &mut Viewport, wrap: bool) {
        let rect = self.probe.get_bounding_client_rect();
        // A view that is not shown has no size; keep what was.
        if rect.width() <= 0.0 || self.scroller.client_height() == 0 {
            return;
        }
        self.measure_due = false;
        self.char_px = rect.width() / 100.0;
        view.line_px = rect.height();
        view.height_px = f64::from(self.scroller.client_height());
        self.narrow = f64::from(self.scroller.client_width()) < NARROW_PX;
        self.columns(view, wrap);
    }

    fn columns(&self, view: &mut Viewport, wrap: bool) {
        let text_left = self.painter.ends().map_or(0.0, |(slot, _)| {
            slot.text.get_bounding_client_rect().left() - self.scroller.get_bounding_client_rect().left()
                + f64::from(self.scroller.scroll_left())
        });
        let room = f64::from(self.scroller.client_width()) - text_left - RIGHT_PX;
        view.columns = wrap.then(|| (room / self.char_px).floor().max(8.0) as u32);
    }

    /// Width of the margin, in characters; when it changes the text begins elsewhere.
    fn set_margin(&mut self, number: u32, time: u32) -> bool {
        if self.margin == (number, time) {
            return false;
        }
        self.margin = (number, time);
        let style = self.canvas.style();
        drop(style.set_property("--log-number-width", &format!("{number}ch")));
        drop(style.set_property("--log-time-width", &format!("{time}ch")));
        self.canvas.toggle_attribute_with_force("data-times", time > 0).unwrap_or_default();
        self.canvas.toggle_attribute_with_force("data-numbers", number > 0).unwrap_or_default();
        true
    }

    fn sync_scroll(&mut self, core_view: &Viewport, ring: &crate::logview::store::Ring) {
        let canvas_px = core_view.canvas_px(ring);
        let resized = (canvas_px - self.canvas_px).abs() > 0.01;
        if resized {
            self.canvas_px = canvas_px;
            drop(self.canvas.style().set_property("height", &format!("{canvas_px}px")));
        }
        let top = core_view.scrolled_px(ring) / core_view.ratio(ring);
        if resized || (top - self.expected_top).abs() > 0.5 {
            if (top - self.expected_top).abs() > 0.5 {
                self.scroller.set_scroll_top(top.round() as i32);
            }
            // The browser may have stopped it short; where it stands then is not the reader's doing.
            self.expected_top = self.scroll_top().unwrap_or(top);
        }
    }

    fn scroll_top(&self) -> Option<f64> {
        js_sys::Reflect::get(&self.scroller, &"scrollTop".into()).ok()?.as_f64()
    }

    /// Whether the reader scrolled, and to where, px of the scroll bar.
    pub(crate) fn scrolled_to(&mut self) -> Option<f64> {
        let top = self.scroll_top()?;
        let moved = (top - self.expected_top).abs() > 1.5;
        self.expected_top = if moved { top } else { self.expected_top };
        moved.then_some(top)
    }
}

impl Engine {
    pub(super) fn paint(&self) {
        let mut dom = self.dom.borrow_mut();
        let Some(dom) = dom.as_mut() else { return };
        let mut guard = self.core.borrow_mut();
        let core = &mut *guard;
        let wishes = self.told.wishes.get_untracked();
        let clock = self.clock.borrow();

        let digits = core.ring.last_line().map_or(1, |l| (l + 1).ilog10() + 1).max(3);
        let number = if wishes.numbers { digits } else { 0 };
        let margin_moved = dom.set_margin(number, clock.columns(dom.narrow));
        if dom.measure_due {
            dom.measure(&mut core.view, wishes.wrap);
        }
        core.view.settle(&core.ring);
        let lang = untrack(|| self.ground.i18n.lang());
        let paper_no = self.paper_number();
        let search = if core.find.is_some() { self.search_no.get() } else { 0 };
        let paper = Paper {
            columns: core.view.columns,
            numbers: wishes.numbers,
            clock: &clock,
            origin_ns: self.origin_ns.get().or_else(|| core.ring.first_time_ns()).unwrap_or_default(),
            narrow: dom.narrow,
            find: core.find.as_ref(),
            note: &|marker| match marker {
                Marker::Gap(None) => logs::NOTE_GAP.in_lang(lang).to_owned(),
                Marker::Gap(Some(n)) => logs::NOTE_GAP_LINES.fill(lang, &[("n", &format::integer(lang, n))]),
                Marker::Skipped(n) => logs::NOTE_SKIPPED.fill(lang, &[("n", &format::integer(lang, n))]),
            },
            more: &|n| logs::NOTE_MORE.fill(lang, &[("n", &format::integer(lang, n as u64))]),
        };
        let look = |line: ScreenLine| Look {
            selected: core.selection.and_then(|s| s.columns(line.row)),
            search,
            current: core.find.as_ref().and_then(|f| f.current).filter(|c| c.row == line.row).map(|c| c.nth),
            marked: core.marked.as_ref().is_some_and(|m| core.ring.row(line.row).is_some_and(|r| m.contains(&r.line))),
            paper: paper_no,
        };
        dom.painter.paint(&core.ring, &core.view, &paper, look);
        // After the rows, so that asking where the scroll bar stands costs the one layout that is due anyway.
        dom.sync_scroll(&core.view, &core.ring);
        if margin_moved && wishes.wrap {
            // The text begins elsewhere, so another number of columns fits: measure with the new margin in the next frame.
            dom.measure_due = true;
            drop(guard);
            self.repaper();
        }
    }

    /// The wheel turned. Up stops following before the next rows come. On a proportional scroll bar one notch would jump over
    /// whole screens, so the log scrolls itself; returns whether it did.
    pub(crate) fn on_wheel(&self, event: &web_sys::WheelEvent) -> bool {
        if event.ctrl_key() || event.delta_y() == 0.0 {
            return false;
        }
        let mut core = self.core.borrow_mut();
        if event.delta_y() < 0.0 && core.view.content_px(&core.ring) > core.view.height_px {
            core.view.follow = false;
        }
        if core.view.ratio(&core.ring) <= 1.0 {
            return false;
        }
        let unit = match event.delta_mode() {
            web_sys::WheelEvent::DOM_DELTA_LINE => core.view.line_px,
            web_sys::WheelEvent::DOM_DELTA_PAGE => core.view.height_px,
            _ => 1.0,
        };
        drop(core);
        self.move_view(|core| core.view.scroll_by_px(&core.ring, event.delta_y() * unit));
        true
    }

    /// The reader moved the scroll bar.
    pub(crate) fn on_scroll(&self) {
        let moved = self.dom.borrow_mut().as_mut().and_then(Dom::scrolled_to);
        if let Some(top) = moved {
            self.move_view(|core| {
                let y = top * core.view.ratio(&core.ring);
                core.view.scroll_to_px(&core.ring, y);
            });
        }
    }
}
