//! Tabs that are links: the chosen one lives in the address. Arrows move between them.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

/// One tab.
#[derive(Clone)]
pub(crate) struct Tab {
    /// Its word in ids: `tab-{id}` labels `panel`.
    pub(crate) id: &'static str,
    pub(crate) label: Signal<String>,
    pub(crate) href: String,
}

/// The row of tabs above an element with the id `panel`.
#[component]
pub(crate) fn Tabs(
    #[prop(into)] label: Signal<String>,
    tabs: Vec<Tab>,
    #[prop(into)] chosen: Signal<&'static str>,
) -> impl IntoView {
    let list = NodeRef::<html::Div>::new();
    let on_key = move |event: web_sys::KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowRight" => 1,
            "ArrowLeft" => -1,
            _ => return,
        };
        event.prevent_default();
        let Some(all) = list.get_untracked().and_then(|l| l.query_selector_all("[role=tab]").ok()) else { return };
        let count = i32::try_from(all.length()).unwrap_or(0).max(1);
        let at = (0..count)
            .find(|i| {
                let tab = all.get(i.unsigned_abs()).and_then(|n| n.dyn_into::<web_sys::Element>().ok());
                tab.is_some_and(|t| t.get_attribute("aria-selected").as_deref() == Some("true"))
            })
            .unwrap_or(0);
        let next = all.get((at + by).rem_euclid(count).unsigned_abs());
        if let Some(tab) = next.and_then(|n| n.dyn_into::<web_sys::HtmlElement>().ok()) {
            drop(tab.focus());
            tab.click();
        }
    };
    // The chosen tab may lie beyond the edge of a narrow window.
    Effect::new(move || {
        let chosen = chosen.get();
        let Some(tab) = list.get().and_then(|l| l.query_selector(&format!("#tab-{chosen}")).ok().flatten()) else {
            return;
        };
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        options.set_inline(web_sys::ScrollLogicalPosition::Nearest);
        tab.scroll_into_view_with_scroll_into_view_options(&options);
    });
    view! {
        <div class="tabs" role="tablist" aria-label=move || label.get() node_ref=list on:keydown=on_key>
            {tabs
                .into_iter()
                .map(|tab| {
                    let id = tab.id;
                    let is_chosen = move || chosen.get() == id;
                    view! {
                        <a
                            class="tab"
                            role="tab"
                            id=format!("tab-{id}")
                            href=tab.href
                            aria-selected=move || if is_chosen() { "true" } else { "false" }
                            aria-controls="panel"
                            tabindex=move || if is_chosen() { "0" } else { "-1" }
                        >
                            {move || tab.label.get()}
                        </a>
                    }
                })
                .collect_view()}
        </div>
    }
}
