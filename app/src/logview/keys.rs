//! What keys do while the log has the focus.

use super::{
    clock::Zone,
    engine::Engine,
    selection::{Point, Selection},
    store::ScreenLine,
};
use web_sys::KeyboardEvent;

/// What a key asks of the page around the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Nothing; the key was used here.
    Done,
    OpenFind,
    CloseFind,
    FindStep(bool),
    ToggleWrap,
    NextZone,
    /// The key means nothing here.
    None,
}

impl Engine {
    /// Does what a key means.
    pub(crate) fn on_key(&self, event: &KeyboardEvent) -> Act {
        let command = event.ctrl_key() || event.meta_key();
        let key = event.key();
        if command {
            return match key.as_str() {
                "a" | "A" => {
                    self.select_all();
                    Act::Done
                }
                "Home" => self.to_first(),
                "End" => self.to_last(),
                _ => Act::None,
            };
        }
        if event.alt_key() {
            return Act::None;
        }
        match key.as_str() {
            "/" => Act::OpenFind,
            "n" => Act::FindStep(true),
            "N" => Act::FindStep(false),
            "w" => Act::ToggleWrap,
            "t" => Act::NextZone,
            "g" => self.to_first(),
            "G" => self.to_last(),
            "Escape" => {
                let had = self.core.borrow().selection.is_some_and(|s| !s.is_empty());
                self.with(|core| core.selection = None);
                if had { Act::Done } else { Act::CloseFind }
            }
            _ => self.on_move(&key, event.shift_key()),
        }
    }

    fn on_move(&self, key: &str, shift: bool) -> Act {
        let page = self.core.borrow().view.lines().saturating_sub(2).max(1) as i64;
        let lines = match key {
            "ArrowUp" => -1,
            "ArrowDown" => 1,
            "PageUp" => -page,
            "PageDown" => page,
            " " => {
                if shift {
                    -page
                } else {
                    page
                }
            }
            "Home" | "End" if shift => i64::from(i32::MAX) * if key == "Home" { -1 } else { 1 },
            "Home" => return self.to_first(),
            "End" => return self.to_last(),
            "ArrowLeft" | "ArrowRight" if shift => return self.extend_columns(if key == "ArrowLeft" { -1 } else { 1 }),
            _ => return Act::None,
        };
        if shift && key != " " {
            return self.extend_rows(lines);
        }
        self.move_view(|core| {
            let by = lines as f64 * core.view.line_px;
            core.view.scroll_by_px(&core.ring, by);
        });
        Act::Done
    }

    /// Selects everything kept.
    pub(crate) fn select_all(&self) {
        self.with(|core| core.selection = (!core.ring.is_empty()).then(|| Selection::all(&core.ring)));
    }

    /// Goes to the first line: of the log where that can be read, else of what is kept.
    pub(crate) fn to_start(&self) {
        if self.core.borrow().has_earlier() {
            self.go_to(super::core::Goal::Line(0));
        } else {
            self.move_view(|core| core.view.scroll_to_px(&core.ring, 0.0));
        }
    }

    fn to_first(&self) -> Act {
        self.to_start();
        Act::Done
    }

    fn to_last(&self) -> Act {
        self.to_latest();
        Act::Done
    }

    fn extend_rows(&self, by: i64) -> Act {
        self.extend(|selection, core| {
            let focus = selection.focus;
            let row = (focus.row + by).clamp(core.ring.first_id(), core.ring.end_id() - 1);
            let column = if row == focus.row { if by < 0 { 0 } else { u32::MAX } } else { focus.column };
            Point { row, column }
        })
    }

    fn extend_columns(&self, by: i64) -> Act {
        self.extend(|selection, core| {
            let focus = selection.focus;
            let length = core
                .ring
                .row(focus.row)
                .map_or(0, |row| super::text::utf16_len(&super::text::Visible::of(row.text).text));
            let column = (i64::from(focus.column.min(length)) + by).clamp(0, i64::from(length));
            Point { row: focus.row, column: column as u32 }
        })
    }

    fn extend(&self, to: impl FnOnce(&Selection, &super::core::Core) -> Point) -> Act {
        if self.core.borrow().ring.is_empty() {
            return Act::None;
        }
        self.move_view(|core| {
            let begun = core.selection.unwrap_or_else(|| Selection::at(Point { row: core.view.top().row, column: 0 }));
            let focus = to(&begun, core);
            core.selection = Some(Selection { focus, ..begun });
            core.view.reveal(&core.ring, ScreenLine { row: focus.row, part: 0 });
        });
        Act::Done
    }
}

/// The zone after this one, for the key that steps through them.
pub(crate) fn step_zone(zone: &Zone) -> Zone {
    zone.next()
}
