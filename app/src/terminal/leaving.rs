//! Asks before a live shell is lost: by a link, by going back, by closing the tab.
//!
//! The router can be neither stopped nor made to wait. So what leads away from the job's page is taken before the router hears
//! of it, and done once the reader agrees.

use super::session::Session;
use crate::i18n::{catalogue::terminal as words, use_i18n};
use crate::paths;
use crate::stores::{
    browser,
    confirm::{Question, use_confirm},
    steps,
};
use leptos::{ev, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use std::rc::Rc;
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{Element, Event, HtmlAnchorElement, MouseEvent};

/// Guards the page of the job with this id, as long as what calls this is there.
pub(super) fn guard(session: Session, id: String) {
    let (i18n, confirm) = (use_i18n(), use_confirm());
    let (here, navigate) = (use_location(), use_navigate());
    let agreed = StoredValue::new(false);
    // Where the reader was about to go: by a link to there, or back.
    let wanted = StoredValue::new(None::<String>);
    let go = Callback::new(move |()| {
        agreed.set_value(true);
        match wanted.get_value() {
            Some(path) => navigate(&path, NavigateOptions::default()),
            None => browser::go_back(),
        }
    });
    let id = StoredValue::new(id);
    let is_lost =
        move |path: &str| session.is_open() && !agreed.get_value() && !id.with_value(|id| paths::is_of_job(path, id));
    let ask = move |way: Option<String>| {
        wanted.set_value(way);
        confirm.ask(Question {
            title: untrack(|| i18n.now(words::LEAVE_TITLE)).to_owned(),
            text: untrack(|| i18n.now(words::LEAVE_TEXT)).to_owned(),
            notes: Vec::new(),
            targets: Vec::new(),
            act: untrack(|| i18n.now(words::LEAVE)).to_owned(),
            on_yes: go,
        });
    };
    let clicked = Before::every_click(move |event| {
        let Some(link) = followed(event).filter(|link| is_lost(&link.pathname())) else { return };
        event.prevent_default();
        ask(Some([link.pathname(), link.search(), link.hash()].concat()));
    });
    steps::guard(Some(Rc::new(move || {
        let keeps = is_lost(&browser::path());
        if keeps {
            let (path, search) = (here.pathname.get_untracked(), here.search.get_untracked());
            browser::push_address(&if search.is_empty() { path } else { format!("{path}?{search}") });
            ask(None);
        }
        keeps
    })));
    let clicked = StoredValue::new_local(clicked);
    // Ctrl+W belongs to the browser and cannot be taken from it, which then asks in words of its own.
    let closing = window_event_listener(ev::beforeunload, move |event| {
        if session.is_open() {
            event.prevent_default();
        }
    });
    on_cleanup(move || {
        clicked.dispose();
        steps::guard(None);
        closing.remove();
    });
}

/// The link within the console that a click follows in this tab.
fn followed(event: &Event) -> Option<HtmlAnchorElement> {
    let click = event.dyn_ref::<MouseEvent>()?;
    if click.button() != 0 || click.ctrl_key() || click.meta_key() || click.alt_key() || click.shift_key() {
        return None;
    }
    let link =
        event.target()?.dyn_into::<Element>().ok()?.closest("a[href]:not([target], [download], [rel~=external])");
    let link = link.ok()??.dyn_into::<HtmlAnchorElement>().ok()?;
    (link.origin() == browser::origin()).then_some(link)
}

/// Hears clicks before all others do, until it is dropped.
struct Before(Closure<dyn FnMut(Event)>);

impl Before {
    fn every_click(mut hear: impl FnMut(&Event) + 'static) -> Self {
        let hear = Closure::<dyn FnMut(Event)>::new(move |event: Event| hear(&event));
        let told = hear.as_ref().unchecked_ref();
        drop(window().add_event_listener_with_callback_and_bool("click", told, true));
        Self(hear)
    }
}

impl Drop for Before {
    fn drop(&mut self) {
        let told = self.0.as_ref().unchecked_ref();
        drop(window().remove_event_listener_with_callback_and_bool("click", told, true));
    }
}
