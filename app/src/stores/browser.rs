//! What the console asks of the browser besides fetch and sockets: storage, language, focus, clipboard, document.
//!
//! Storage may be denied (private windows, policies): reads then find nothing and writes are forgotten.

use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlSelectElement, ScrollIntoViewOptions, ScrollLogicalPosition};

/// Milliseconds since the epoch by the reader's clock.
pub(crate) fn now_ms() -> f64 {
    js_sys::Date::now()
}

/// Leaves a mark in the browser's own timeline, where measurements find it.
pub(crate) fn mark(name: &str) {
    if let Some(performance) = window().performance() {
        drop(performance.mark(name));
    }
}

/// A random number from 0 up to 1, for jitter.
pub(crate) fn random() -> f64 {
    js_sys::Math::random()
}

pub(crate) fn stored(key: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(key).ok()?
}

pub(crate) fn store(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        // A full or denied storage costs the reader a remembered choice, nothing more.
        drop(storage.set_item(key, value));
    }
}

/// Storage of this tab.
pub(crate) fn tab_stored(key: &str) -> Option<String> {
    window().session_storage().ok()??.get_item(key).ok()?
}

/// Stores for this tab; None removes.
pub(crate) fn tab_store(key: &str, value: Option<&str>) {
    if let Ok(Some(storage)) = window().session_storage() {
        drop(match value {
            Some(value) => storage.set_item(key, value),
            None => storage.remove_item(key),
        });
    }
}

/// The reader's languages, the dearest first.
pub(crate) fn languages() -> Vec<String> {
    window().navigator().languages().iter().filter_map(|l| l.as_string()).collect()
}

pub(crate) fn set_document_lang(tag: &str) {
    set_root_attribute("lang", Some(tag));
}

/// Sets or removes an attribute of `<html>`.
pub(crate) fn set_root_attribute(name: &str, value: Option<&str>) {
    if let Some(root) = document().document_element() {
        drop(match value {
            Some(value) => root.set_attribute(name, value),
            None => root.remove_attribute(name),
        });
    }
}

pub(crate) fn set_title(title: &str) {
    document().set_title(title);
}

/// Moves the focus to the first such element within the one with this id.
pub(crate) fn focus_in(id: &str, selector: &str) {
    let found = document().get_element_by_id(id).and_then(|element| element.query_selector(selector).ok().flatten());
    if let Some(element) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        drop(element.focus());
    }
}

/// Moves the focus to the element with this id, and brings it into sight.
pub(crate) fn focus_id(id: &str) {
    if let Some(element) = document().get_element_by_id(id).and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
        drop(element.focus());
        // What has the focus already, as a field on a phone whose button was tapped, is not brought into sight by it.
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Whether no element has the focus: what had it may have been drawn anew.
pub(crate) fn is_focus_lost() -> bool {
    document().active_element().is_none_or(|element| element.tag_name() == "BODY")
}

/// Clicks the element with this id.
pub(crate) fn click_id(id: &str) {
    if let Some(element) = document().get_element_by_id(id).and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
        element.click();
    }
}

/// Chooses an option of the `<select>` with this id.
pub(crate) fn choose(id: &str, value: &str) {
    if let Some(select) = document().get_element_by_id(id).and_then(|e| e.dyn_into::<HtmlSelectElement>().ok()) {
        select.set_value(value);
    }
}

/// The id of the element that an event happened in, or of the nearest around it whose id begins so.
pub(crate) fn id_around(event: &web_sys::Event, prefix: &str) -> Option<String> {
    let element = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    Some(element.closest(&format!("[id^='{prefix}']")).ok()??.id())
}

/// Whether a click fell on a link or a control of its own.
pub(crate) fn is_for_control(event: &web_sys::MouseEvent) -> bool {
    let target = event.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|t| t.closest("a, input, label, button").is_ok_and(|e| e.is_some()))
}

/// Whether the reader has selected text.
pub(crate) fn is_selecting() -> bool {
    window().get_selection().ok().flatten().is_some_and(|s| !s.is_collapsed())
}

/// Whether a keystroke is meant for a field, a dialog or a control of its own, so that page shortcuts must let it be.
pub(crate) fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
    event.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()).is_some_and(|e| takes_keys(&e))
}

/// Whether the focus is where keystrokes are meant for.
pub(crate) fn is_in_field() -> bool {
    document().active_element().is_some_and(|e| takes_keys(&e))
}

fn takes_keys(element: &web_sys::Element) -> bool {
    element
        .closest("input, textarea, select, [contenteditable], dialog, [role=menu], [data-own-keys]")
        .is_ok_and(|e| e.is_some())
}

/// Puts text on the clipboard.
pub(crate) async fn copy(text: &str) -> Result<(), JsValue> {
    let clipboard = window().navigator().clipboard();
    if clipboard.is_undefined() {
        // Not a secure context: there is no clipboard to write to.
        return Err(JsValue::UNDEFINED);
    }
    JsFuture::from(clipboard.write_text(text)).await.map(drop)
}

pub(crate) fn is_online() -> bool {
    window().navigator().on_line()
}

pub(crate) fn is_hidden() -> bool {
    document().hidden()
}

/// `http://host` of the page.
pub(crate) fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// The page's host, without its port.
pub(crate) fn host() -> String {
    window().location().hostname().unwrap_or_default()
}

/// Path, query and fragment of the page.
pub(crate) fn path_and_query() -> String {
    let location = window().location();
    [location.pathname(), location.search(), location.hash()].into_iter().filter_map(Result::ok).collect()
}

/// Forgets all that this tab has kept.
pub(crate) fn tab_forget() {
    if let Ok(Some(storage)) = window().session_storage() {
        drop(storage.clear());
    }
}

/// The path in the address bar.
pub(crate) fn path() -> String {
    window().location().pathname().unwrap_or_default()
}

/// The fragment, without `#`.
pub(crate) fn fragment() -> String {
    window().location().hash().unwrap_or_default().trim_start_matches('#').to_owned()
}

/// Replaces the address shown, without loading anything.
pub(crate) fn replace_address(path: &str) {
    if let Ok(history) = window().history() {
        drop(history.replace_state_with_url(&JsValue::NULL, "", Some(path)));
    }
}

/// Puts an address after the one shown into the history, without loading anything.
pub(crate) fn push_address(path: &str) {
    if let Ok(history) = window().history() {
        drop(history.push_state_with_url(&JsValue::NULL, "", Some(path)));
    }
}

/// Goes back as the browser's own button does.
pub(crate) fn go_back() {
    if let Ok(history) = window().history() {
        drop(history.back());
    }
}

/// Clicks a link to that path: so whatever asks before links are followed asks here too.
pub(crate) fn follow_link(path: &str) {
    let link = document().create_element("a").and_then(|link| {
        link.set_attribute("href", path)?;
        document().body().map(|body| body.append_child(&link)).transpose()?;
        Ok(link)
    });
    if let Ok(link) = link.and_then(|link| Ok(link.dyn_into::<web_sys::HtmlElement>()?)) {
        link.click();
        link.remove();
    }
}

/// The value of a parameter in the address's query.
pub(crate) fn query(name: &str) -> Option<String> {
    let search = window().location().search().unwrap_or_default();
    web_sys::UrlSearchParams::new_with_str(&search).ok()?.get(name)
}

/// Leaves the console for another address.
pub(crate) fn leave_for(address: &str) {
    drop(window().location().assign(address));
}

/// A media query that holds now.
pub(crate) fn media(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|m| m.matches())
}
