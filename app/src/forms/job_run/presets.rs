//! The preset cards.

use crate::client::use_client;
use crate::i18n::{
    I18n,
    catalogue::{common, run, units},
    format, use_i18n,
};
use crate::queries::presets::presets;
use crate::ui::{
    button::Button,
    state::{Note, Skeleton},
};
use api::presets::Preset;
use leptos::prelude::*;

/// A radio group of presets; the first is chosen where none is.
#[component]
pub(super) fn PresetCards(chosen: RwSignal<String>) -> impl IntoView {
    let (i18n, query) = (use_i18n(), presets(use_client()));
    move || {
        match query.get() {
        None => view! {
            <div class="presets" role="status" aria-label=i18n.text(common::LOADING)>
                {(0..3).map(|_| view! { <div class="preset"><Skeleton class="w-mid"/> <Skeleton class="w-long"/></div> }).collect_view()}
            </div>
        }
        .into_any(),
        Some(Err(failure)) => {
            let text = Signal::derive(move || format!("{}: {}", i18n.now(run::PRESETS_FAILED), failure.message(i18n)));
            view! {
                <div class="presets-failed">
                    <Note text bad=true/>
                    <Button label=i18n.text(common::RETRY) on_click=move |()| query.refetch()/>
                </div>
            }
            .into_any()
        }
        Some(Ok(presets)) => {
            let first = presets.first().map(|p| p.name.clone()).unwrap_or_default();
            view! {
                <div class="presets" role="radiogroup" aria-label=i18n.text(run::SECTION_SIZE)>
                    {presets.into_iter().map(|preset| view! { <Card preset first=first.clone() chosen/> }).collect_view()}
                </div>
            }
            .into_any()
        }
    }
    }
}

#[component]
fn Card(preset: Preset, first: String, chosen: RwSignal<String>) -> impl IntoView {
    let i18n = use_i18n();
    let name = preset.name.clone();
    let is_first = first == name;
    let on = {
        let name = name.clone();
        Memo::new(move |_| chosen.with(|chosen| *chosen == name || (chosen.is_empty() && is_first)))
    };
    let size = move || size_of(i18n, &preset);
    let value = StoredValue::new(name.clone());
    view! {
        <label class="preset" class:preset-on=on>
            <input
                type="radio"
                name="preset"
                class="preset-input"
                value=name.clone()
                prop:checked=on
                on:change=move |_| chosen.set(value.get_value())
            />
            <span class="preset-name">{name} {is_first.then(|| view! { <span class="field-optional">" · " {i18n.text(run::PRESET_DEFAULT)}</span> })}</span>
            <span class="preset-size">{size}</span>
        </label>
    }
}

/// What a preset gives, in one line.
fn size_of(i18n: I18n, preset: &Preset) -> String {
    let lang = i18n.lang();
    let cores = if preset.cpu.fract() == 0.0 {
        i18n.count(units::CORES, preset.cpu as u64)
    } else {
        // A fraction takes the form for many in English, and for a few in Russian.
        units::CORES.for_count(lang, 2).replace("{n}", &format::decimal(lang, preset.cpu, 2))
    };
    let mut parts = vec![cores, i18n.fill(run::PRESET_MEMORY, &[("size", &format::bytes(lang, preset.memory_bytes))])];
    if let Some(gpu) = &preset.gpu {
        parts.push(format!("{} × {}", gpu.count, gpu.model.as_deref().unwrap_or("GPU")));
    }
    if preset.credits_per_hour.parse::<f64>().is_ok_and(|credits| credits > 0.0) {
        parts.push(i18n.fill(run::PRESET_PRICE, &[("credits", &preset.credits_per_hour)]));
    }
    parts.join(" · ")
}
