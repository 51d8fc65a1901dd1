//! A field of the audit's filters.

use leptos::prelude::*;

/// The field.
#[component]
pub(super) fn Field(
    id: &'static str,
    #[prop(into)] label: Signal<String>,
    /// What the browser asks for: a text, or date and time of the reader's clock.
    #[prop(default = "text")]
    kind: &'static str,
    /// As the address has it.
    #[prop(into)]
    value: Signal<String>,
    #[prop(into)] on_change: Callback<String>,
) -> impl IntoView {
    view! {
        <label class="audit-field" for=id>
            <span class="field-label">{move || label.get()}</span>
            <input
                id=id
                class="input"
                type=kind
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                prop:value=move || value.get()
                on:change=move |event| on_change.run(event_target_value(&event))
            />
        </label>
    }
}
