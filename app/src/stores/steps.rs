//! Steps back and forward in the browser's history, which a page may want to be asked about first.
//!
//! The window's own events reach its listeners in the order in which these were added, whether or not they capture. So what is to hear
//! of a step before the router does must have been there before it.

use leptos::{ev, prelude::window_event_listener};
use std::cell::RefCell;
use std::rc::Rc;

/// Says whether a step is kept from the router.
type Guard = Rc<dyn Fn() -> bool>;

thread_local! {
    static GUARD: RefCell<Option<Guard>> = const { RefCell::new(None) };
}

/// Listens as long as the console is there. To be called before there is a router.
pub(crate) fn listen() {
    let _stays = window_event_listener(ev::popstate, |event| {
        // Out of the cell, for the guard may see to it that there is another one.
        let guard = GUARD.with_borrow(Clone::clone);
        if guard.is_some_and(|keeps| keeps()) {
            event.stop_immediate_propagation();
        }
    });
}

/// Asks this guard at each step, or nobody.
pub(crate) fn guard(guard: Option<Guard>) {
    GUARD.set(guard);
}
