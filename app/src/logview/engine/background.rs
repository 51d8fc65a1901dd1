//! Work that takes longer than a frame may, done in slices between frames: searching, and counting wrapped lines.

use super::{Engine, now_ms};
use crate::logview::{
    find::{Asked, Find, InvalidPattern, Pattern},
    store::ScreenLine,
    told::{Found, tell},
};
use leptos::prelude::*;
use std::time::Duration;

/// Longest slice; well under what is felt.
const SLICE_MS: f64 = 12.0;

impl Engine {
    /// Looks for something else, or for nothing.
    pub(crate) fn find(&self, asked: &Asked) {
        let found = if asked.text.is_empty() { None } else { Some(Pattern::new(asked)) };
        let mut core = self.core.borrow_mut();
        core.find = None;
        match found {
            None => tell(self.told.found, Found::Nothing),
            Some(Err(InvalidPattern(words))) => tell(self.told.found, Found::Invalid(words)),
            Some(Ok(pattern)) => {
                core.find = Some(Find::new(pattern));
                tell(self.told.found, Found::Hits { hits: 0, at: None, done: false });
            }
        }
        drop(core);
        self.search_no.set(self.search_no.get().wrapping_add(1).max(1));
        self.queue_frame();
    }

    /// Goes to the next hit, or back.
    pub(crate) fn find_step(&self, forward: bool) {
        let mut guard = self.core.borrow_mut();
        let core = &mut *guard;
        let Some(find) = &mut core.find else { return };
        let top = core.view.top().row;
        let hit = if forward { find.next(&core.ring, top) } else { find.previous(&core.ring, top) };
        if let Some(hit) = hit {
            let part = core.ring.row(hit.row).map_or(0, |row| {
                let hits = find.hits(&row);
                hits.get(hit.nth as usize).map_or(0, |range| part_of(&row, range.start, core.view.columns))
            });
            core.show_hit(ScreenLine { row: hit.row, part });
        }
        drop(guard);
        self.tell_found();
        self.queue_frame();
    }

    /// Searches on when there is something left to search.
    pub(super) fn queue_search(&self) {
        let left = {
            let core = self.core.borrow();
            core.find.as_ref().is_some_and(|find| find.counted(&core.ring).1 < core.ring.len())
                || !core.ring.measure(core.view.columns, || true)
        };
        if !left || self.searching.replace(true) {
            return;
        }
        let me = self.me.clone();
        set_timeout(
            move || {
                if let Some(engine) = me.upgrade() {
                    engine.searching.set(false);
                    engine.work_a_slice();
                }
            },
            Duration::ZERO,
        );
    }

    fn work_a_slice(&self) {
        let until = now_ms() + SLICE_MS;
        let enough = || now_ms() > until;
        {
            let mut guard = self.core.borrow_mut();
            let core = &mut *guard;
            if let Some(find) = &mut core.find {
                find.search(&core.ring, enough);
            }
            core.ring.measure(core.view.columns, enough);
        }
        self.tell_found();
        self.queue_frame();
    }

    fn tell_found(&self) {
        let core = self.core.borrow();
        if let Some(find) = &core.find {
            let (hits, searched) = find.counted(&core.ring);
            let at = find.ordinal(&core.ring);
            tell(self.told.found, Found::Hits { hits, at, done: searched == core.ring.len() });
        }
    }
}

/// Which screen line of a row a byte of its text stands in.
fn part_of(row: &crate::logview::store::RowView<'_>, byte: usize, columns: Option<u32>) -> u32 {
    let Some(_) = columns else { return 0 };
    let visible = crate::logview::text::Visible::of(row.text);
    let parts = crate::logview::store::parts(row, columns);
    (0..parts).rev().find(|part| visible.part(*part, columns).start <= byte).unwrap_or(0)
}
