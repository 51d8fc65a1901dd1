//! A search field whose words go into the address: what is typed is kept here until the typing rests.

use crate::i18n::Text;
use crate::stores::browser;
use crate::ui::icon::{SEARCH, icon};
use leptos::{
    ev,
    leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle},
    prelude::*,
};
use std::time::Duration;

const TYPING: Duration = Duration::from_millis(180);

/// The field; `/` moves the focus to it.
#[component]
pub(crate) fn SearchField(
    id: &'static str,
    #[prop(into)] label: Text,
    #[prop(into)] placeholder: Text,
    /// What the address says.
    #[prop(into)]
    text: Signal<String>,
    /// Told when the typing rests.
    #[prop(into)]
    on_settled: Callback<String>,
    /// Whether it is a second field, to which no key moves the focus.
    #[prop(optional)]
    keyless: bool,
) -> impl IntoView {
    let slash = window_event_listener(ev::keydown, move |event| {
        let plain = !(event.ctrl_key() || event.meta_key() || event.alt_key());
        if plain && !keyless && event.key() == "/" && !browser::is_typing(&event) {
            event.prevent_default();
            browser::focus_id(id);
        }
    });
    let timer = StoredValue::new(None::<TimeoutHandle>);
    on_cleanup(move || {
        slash.remove();
        if let Some(Some(timer)) = timer.try_update_value(Option::take) {
            timer.clear();
        }
    });
    let typed = move |text: String| {
        timer.update_value(|timer| {
            if let Some(timer) = timer.take() {
                timer.clear();
            }
            *timer = set_timeout_with_handle(move || on_settled.run(text), TYPING).ok();
        });
    };
    view! {
        <div class="search">
            {icon(SEARCH)}
            <input
                id=id
                class="input"
                type="search"
                autocomplete="off"
                spellcheck="false"
                aria-label=move || label.get()
                aria-keyshortcuts=(!keyless).then_some("/")
                placeholder=move || placeholder.get()
                prop:value=move || text.get()
                on:input=move |event| typed(event_target_value(&event))
            />
            {(!keyless).then(|| view! { <kbd aria-hidden="true">"/"</kbd> })}
        </div>
    }
}
