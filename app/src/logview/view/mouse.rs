//! What the mouse does in the log, and copying.

use super::Log;
use crate::i18n::{
    I18n,
    catalogue::{common, logs},
    format,
};
use crate::logview::{
    address,
    pointer::{self, Over},
    selection::TooLarge,
};
use crate::stores::{browser, toasts::Toasts};
use leptos::{ev, prelude::*, task::spawn_local};
use std::ops::RangeInclusive;
use web_sys::{ClipboardEvent, MouseEvent};

/// A button went down: on a number it links to the line, on text it begins a selection.
pub(super) fn mouse_down(log: Log, toasts: Toasts, event: &MouseEvent) {
    let over = log.with_value(|log| log.over(event));
    if let Some(Over::Number(line)) = over {
        event.prevent_default();
        return mark_line(log, toasts, line, event.shift_key());
    }
    if !log.with_value(|log| log.on_mouse_down(event)) {
        return;
    }
    let at = StoredValue::new_local(Some((f64::from(event.client_x()), f64::from(event.client_y()))));
    let moved = window_event_listener(ev::mousemove, move |event: MouseEvent| {
        at.set_value(Some((f64::from(event.client_x()), f64::from(event.client_y()))));
    });
    let moved = StoredValue::new_local(Some(moved));
    let released = StoredValue::new_local(None::<WindowListenerHandle>);
    released.set_value(Some(window_event_listener(ev::mouseup, move |_| {
        at.try_set_value(None);
        for listener in [moved, released] {
            if let Some(Some(listener)) = listener.try_update_value(Option::take) {
                listener.remove();
            }
        }
    })));
    if event.detail() <= 1 {
        log.with_value(|log| pointer::keep_drawing(log, at));
    }
}

/// Marks a line, or with Shift the lines from the marked one to it; the address names them, and so does the clipboard.
fn mark_line(log: Log, toasts: Toasts, line: u64, extend: bool) {
    let lines: RangeInclusive<u64> = log.with_value(|log| {
        let mut core = log.core.borrow_mut();
        let lines = match core.marked.as_ref().filter(|_| extend) {
            Some(old) if line < *old.start() => line..=*old.end(),
            Some(old) => *old.start()..=line,
            None => line..=line,
        };
        core.marked = Some(lines.clone());
        core.hold_still();
        lines
    });
    log.with_value(|log| log.queue_frame());
    let link = address::mark(Some(&lines));
    let i18n = log.with_value(|log| log.ground.i18n);
    let (first, last) = (lines.start() + 1, lines.end() + 1);
    spawn_local(async move {
        match browser::copy(&link).await {
            Ok(()) => toasts.good(said_link(i18n, first, last)),
            // The link stands in the address bar all the same.
            Err(_) => toasts.bad(i18n.now(common::COPY_FAILED).to_owned()),
        }
    });
}

fn said_link(i18n: I18n, first: u64, last: u64) -> String {
    untrack(|| {
        let number = |n| format::integer(i18n.lang(), n);
        if first == last {
            i18n.fill(logs::COPIED_LINK, &[("n", &number(first))])
        } else {
            i18n.fill(logs::COPIED_LINKS, &[("first", &number(first)), ("last", &number(last))])
        }
    })
}

/// Copies our selection, unless the reader made one of the browser's own.
pub(super) fn copy(log: Log, toasts: Toasts, event: &ClipboardEvent) {
    let own = window().get_selection().ok().flatten().is_some_and(|s| !s.is_collapsed());
    let text = log.with_value(|log| {
        let core = log.core.borrow();
        core.selection.filter(|s| !s.is_empty() && !own).map(|s| s.text(&core.ring))
    });
    let Some(text) = text else { return };
    event.prevent_default();
    match (text, event.clipboard_data()) {
        (Ok(text), Some(data)) => drop(data.set_data("text/plain", &text)),
        (Ok(_), None) => {}
        (Err(TooLarge), _) => {
            let i18n = log.with_value(|log| log.ground.i18n);
            toasts.bad(untrack(|| i18n.now(logs::COPY_TOO_LARGE)).to_owned());
        }
    }
}
