//! The mouse: where in the log it points, selecting with it, and links to lines.

use super::{
    engine::Engine,
    painter::Slot,
    selection::{Point, Selection},
    text,
};
use leptos::prelude::*;
use std::rc::{Rc, Weak};
use wasm_bindgen::JsCast;
use web_sys::{Element, MouseEvent, Node};

/// Lines a second that the view moves while a selection is drawn past its edge, per px past it.
const EDGE_LINES_A_PX: f64 = 0.02;

/// What the pointer is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    /// The number of a line, from 0.
    Number(u64),
    /// Text.
    Text(Point),
}

impl Engine {
    /// What is at that place of the window, where anything is.
    pub(crate) fn over(&self, event: &MouseEvent) -> Option<Over> {
        let number = event
            .target()
            .and_then(|t| t.dyn_into::<Element>().ok())
            .is_some_and(|t| t.class_list().contains("log-number"));
        let point = self.point_at(f64::from(event.client_x()), f64::from(event.client_y()))?;
        if number {
            let core = self.core.borrow();
            return core.ring.row(point.row).map(|r| Over::Number(r.line));
        }
        Some(Over::Text(point))
    }

    /// The place between characters nearest to that place of the window.
    pub(crate) fn point_at(&self, x: f64, y: f64) -> Option<Point> {
        let dom = self.dom.borrow();
        let dom = dom.as_ref()?;
        let core = self.core.borrow();
        let top = dom.scroller.get_bounding_client_rect().top();
        let (first, last) = dom.painter.ends()?;
        let slot = match dom.painter.slot_at(y - top, &core.view) {
            Some(slot) if y >= top => slot,
            _ if y < top => first,
            _ => last,
        };
        let line = slot.line()?;
        let left = slot.text.get_bounding_client_rect().left();
        let within = if slot.plain && slot.text.child_element_count() == 0 {
            let length = slot.text.text_content().map_or(0, |t| t.len()) as f64;
            ((x - left) / dom.char_px).round().clamp(0.0, length) as u32
        } else {
            column_in(slot, x)
        };
        Some(Point { row: line.row, column: slot.first_column + within })
    }

    /// A button went down over the text. Returns whether the log takes it.
    pub(crate) fn on_mouse_down(&self, event: &MouseEvent) -> bool {
        // Other buttons have menus.
        if event.button() != 0 {
            return false;
        }
        let Some(Over::Text(point)) = self.over(event) else { return false };
        self.with(|core| {
            let row = core.ring.row(point.row);
            let selection = match (event.detail().max(1), event.shift_key(), core.selection) {
                (_, true, Some(old)) => Some(Selection { focus: point, ..old }),
                (2, _, _) => row.map(|row| Selection::word(&row, point.column)),
                (3.., _, _) => Some(Selection::row(point.row)),
                _ => Some(Selection::at(point)),
            };
            core.select(selection);
        });
        true
    }

    /// The selection is drawn to that place of the window. A pointer that rests within the log draws nothing.
    pub(crate) fn draw_selection_to(&self, (x, y): (f64, f64), rests: bool) {
        let beyond = {
            let dom = self.dom.borrow();
            let Some(rect) = dom.as_ref().map(|d| d.scroller.get_bounding_client_rect()) else { return };
            (y - rect.bottom()).max(0.0) - (rect.top() - y).max(0.0)
        };
        if beyond != 0.0 {
            self.with(|core| core.scroll_drawing(beyond * EDGE_LINES_A_PX * core.view.line_px));
        } else if rests {
            return;
        }
        if let Some(point) = self.point_at(x, y) {
            self.with(|core| {
                if let Some(selection) = &mut core.selection {
                    selection.focus = point;
                }
            });
        }
    }
}

/// UTF-16 column within a slot's text nearest to a place, asked of the browser, which alone knows its glyphs' widths.
fn column_in(slot: &Slot, x: f64) -> u32 {
    let Ok(range) = document().create_range() else { return 0 };
    let mut column = 0;
    let mut stack: Vec<Node> = vec![slot.text.clone().unchecked_into()];
    while let Some(node) = stack.pop() {
        if node.node_type() != Node::TEXT_NODE {
            let children = node.child_nodes();
            stack.extend((0..children.length()).rev().filter_map(|i| children.get(i)));
            continue;
        }
        let length = text::utf16_len(&node.text_content().unwrap_or_default());
        let right_of = |units: u32| {
            drop(range.set_start(&node, 0));
            drop(range.set_end(&node, units));
            range.get_bounding_client_rect().right()
        };
        if length == 0 || right_of(length) < x {
            column += length;
            continue;
        }
        // The first unit whose right edge is past the place.
        let (mut low, mut high) = (0, length);
        while low < high {
            let middle = (low + high) / 2;
            if right_of(middle + 1) > x { high = middle } else { low = middle + 1 }
        }
        let (left, right) = (if low == 0 { f64::MIN } else { right_of(low) }, right_of((low + 1).min(length)));
        let nearer_right = left > f64::MIN && x - left > right - x;
        return column + low + u32::from(nearer_right);
    }
    column
}

/// Draws a selection as the pointer moves, and goes on while it rests past an edge. Rows that pass under a pointer that rests
/// within the log were not chosen by anybody.
pub(crate) fn keep_drawing(engine: &Rc<Engine>, at: StoredValue<Option<(f64, f64)>, LocalStorage>) {
    type Place = (f64, f64);
    fn step(engine: &Weak<Engine>, at: StoredValue<Option<Place>, LocalStorage>, drawn_to: Place) {
        let (Some(live), Some(Some(place))) = (engine.upgrade(), at.try_get_value()) else { return };
        live.draw_selection_to(place, place == drawn_to);
        let engine = engine.clone();
        request_animation_frame(move || step(&engine, at, place));
    }
    let (engine, begun) = (Rc::downgrade(engine), at.get_value());
    if let Some(begun) = begun {
        request_animation_frame(move || step(&engine, at, begun));
    }
}
