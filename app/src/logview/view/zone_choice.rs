//! How times are written: a native list, because it holds hundreds of zones and every device knows how to search one.

use super::{Log, wish};
use crate::i18n::{Phrase, catalogue::logs, use_i18n};
use crate::logview::{
    clock::{self, Zone},
    told::Told,
};
use crate::ui::icon::{CLOCK, icon};
use leptos::prelude::*;

const USUAL: [(&str, Phrase); 4] = [
    ("off", logs::TIMES_OFF),
    ("relative", logs::TIMES_RELATIVE),
    ("local", logs::TIMES_LOCAL),
    ("utc", logs::TIMES_UTC),
];

/// The list.
#[component]
pub(super) fn ZoneChoice(log: Log, told: Told) -> impl IntoView {
    let i18n = use_i18n();
    let chosen = Memo::new(move |_| told.wishes.with(|w| w.zone.to_string()));
    let caption = move || {
        let word = chosen.get();
        USUAL.iter().find(|(w, _)| *w == word).map_or_else(
            || word.rsplit('/').next().unwrap_or_default().replace('_', " "),
            |(w, phrase)| i18n.now(if *w == "off" { logs::TIMES } else { *phrase }).to_owned(),
        )
    };
    view! {
        <label class="button button-quiet log-zone" title=move || i18n.now(logs::TIMES_LABEL)>
            {icon(CLOCK)}
            <span class="log-bar-word" aria-hidden="true">{caption}</span>
            <select
                class="log-zone-list"
                aria-label=move || i18n.now(logs::TIMES_LABEL)
                prop:value=move || chosen.get()
                on:change=move |event| wish(log, |w| w.zone = Zone::parse(&event_target_value(&event)))
            >
                <optgroup label=move || i18n.now(logs::TIMES_USUAL)>
                    {USUAL
                        .iter()
                        .map(|(word, phrase)| view! {
                            <option value=*word selected=move || chosen.get() == *word>{i18n.text(*phrase)}</option>
                        })
                        .collect_view()}
                </optgroup>
                <optgroup label=move || i18n.now(logs::TIMES_ZONES)>
                    {clock::zones()
                        .into_iter()
                        .map(|name| {
                            let (value, own) = (name.clone(), name.clone());
                            view! { <option value=value selected=move || chosen.get() == own>{name}</option> }
                        })
                        .collect_view()}
                </optgroup>
            </select>
        </label>
    }
}
