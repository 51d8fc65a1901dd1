//! The search over everything kept.

use super::Log;
use crate::i18n::{catalogue::logs, format, use_i18n};
use crate::logview::{
    find::Asked,
    told::{Found, Told},
};
use crate::ui::icon::{self, icon};
use leptos::{html, prelude::*};
use web_sys::KeyboardEvent;

/// The bar; there only while it is open.
#[component]
pub(super) fn FindBar(
    log: Log,
    told: Told,
    input: NodeRef<html::Input>,
    #[prop(into)] close: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let asked = RwSignal::new(Asked::default());
    let ask = move |change: fn(&mut Asked, String), value: String| {
        asked.update(|asked| change(asked, value));
        log.with_value(|log| log.find(&asked.get_untracked()));
    };
    // Opened again, the search that was asked before is made again.
    Effect::new(move |was: Option<bool>| {
        let open = told.find_open.get();
        if open && was == Some(false) {
            log.with_value(|log| log.find(&asked.get_untracked()));
        }
        open
    });
    let step = move |forward: bool| log.with_value(|log| log.find_step(forward));
    let on_key = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "Enter" => step(!event.shift_key()),
            "Escape" => close.run(()),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let status = move || {
        told.found.with(|found| match found {
            Found::Nothing => String::new(),
            Found::Invalid(why) => i18n.fill(logs::FIND_BAD, &[("why", why)]),
            Found::Hits { hits: 0, done: true, .. } => i18n.now(logs::FIND_NONE).to_owned(),
            Found::Hits { hits, at, done } => {
                let n = format::integer(i18n.lang(), *hits);
                let n = if *done { n } else { i18n.fill(logs::FIND_MORE, &[("n", &n)]) };
                match at {
                    Some(at) => i18n.fill(logs::FIND_AT, &[("at", &format::integer(i18n.lang(), *at)), ("n", &n)]),
                    None => i18n.fill(logs::FIND_COUNT, &[("n", &n)]),
                }
            }
        })
    };
    let invalid = move || told.found.with(|f| matches!(f, Found::Invalid(_)));
    view! {
        <div class="log-find" role="search" hidden=move || !told.find_open.get() on:keydown=on_key>
            <div class="log-find-field">
                {icon(icon::SEARCH)}
                <input
                    node_ref=input
                    type="text"
                    class="log-find-input"
                    spellcheck="false"
                    autocapitalize="off"
                    autocomplete="off"
                    enterkeyhint="search"
                    aria-label=move || i18n.now(logs::FIND_IN_LOG)
                    placeholder=move || i18n.now(logs::FIND_IN_LOG)
                    aria-invalid=move || invalid().then_some("true")
                    aria-describedby="log-find-status"
                    on:input=move |event| ask(|asked, text| asked.text = text, event_target_value(&event))
                />
                <button
                    type="button"
                    class="log-find-flag"
                    aria-pressed=move || if asked.with(|a| a.case) { "true" } else { "false" }
                    aria-label=move || i18n.now(logs::FIND_CASE)
                    title=move || i18n.now(logs::FIND_CASE)
                    on:click=move |_| ask(|asked, _| asked.case = !asked.case, String::new())
                >
                    "Aa"
                </button>
                <button
                    type="button"
                    class="log-find-flag"
                    aria-pressed=move || if asked.with(|a| a.regex) { "true" } else { "false" }
                    aria-label=move || i18n.now(logs::FIND_REGEX)
                    title=move || i18n.now(logs::FIND_REGEX)
                    on:click=move |_| ask(|asked, _| asked.regex = !asked.regex, String::new())
                >
                    ".*"
                </button>
            </div>
            <span id="log-find-status" class="log-find-status num" class:log-find-bad=invalid role="status">{status}</span>
            <span class="log-find-steps">
                <StepButton label=logs::FIND_PREVIOUS picture=icon::UP on_click=move |()| step(false)/>
                <StepButton label=logs::FIND_NEXT picture=icon::DOWN on_click=move |()| step(true)/>
                <StepButton label=logs::FIND_CLOSE picture=icon::CLOSE on_click=close/>
            </span>
        </div>
    }
}

#[component]
fn StepButton(label: crate::i18n::Phrase, picture: icon::Icon, #[prop(into)] on_click: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <button
            type="button"
            class="button button-quiet button-icon"
            aria-label=move || i18n.now(label)
            title=move || i18n.now(label)
            on:click=move |_| on_click.run(())
        >
            {icon(picture)}
        </button>
    }
}
