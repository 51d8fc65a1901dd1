//! Fields of forms: label, control, hint, and what is wrong with it.

use super::{
    icon::{ALERT, icon},
    lines::Lines,
};
use crate::i18n::{Text, catalogue::common, t};
use leptos::prelude::*;

/// What every field has around its control.
#[component]
pub(crate) fn Field(
    /// The control's id; `-hint` and `-error` are added for its descriptions.
    id: &'static str,
    #[prop(into)] label: Text,
    #[prop(optional)] optional: bool,
    #[prop(into, optional)] hint: Option<Text>,
    #[prop(into)] error: Signal<Option<String>>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="field">
            <label class="field-label" for=id>
                {move || label.get()}
                {optional.then(|| {
                    let word = t(common::OPTIONAL);
                    view! { <span class="field-optional">" · " {move || word.get()}</span> }
                })}
            </label>
            {children()}
            <FieldError id error/>
            {hint.map(|hint| view! { <p class="field-hint" id=format!("{id}-hint")>{move || hint.get()}</p> })}
        </div>
    }
}

/// What is wrong with a field, read out when it appears.
#[component]
pub(crate) fn FieldError(id: &'static str, #[prop(into)] error: Signal<Option<String>>) -> impl IntoView {
    view! {
        <div id=format!("{id}-error") aria-live="polite">
            {move || error.get().map(|text| view! { <p class="field-error">{icon(ALERT)} {text}</p> })}
        </div>
    }
}

/// A one-line text field.
#[component]
pub(crate) fn TextField(
    id: &'static str,
    #[prop(into)] label: Text,
    value: RwSignal<String>,
    #[prop(into)] error: Signal<Option<String>>,
    #[prop(into, optional)] hint: Option<Text>,
    #[prop(optional)] optional: bool,
    #[prop(optional)] mono: bool,
    #[prop(optional)] secret: bool,
    #[prop(optional)] placeholder: &'static str,
    #[prop(optional)] numeric: bool,
    /// Id of a list of suggestions.
    #[prop(optional)]
    list: Option<&'static str>,
    /// Told when the field is left.
    #[prop(into, optional)]
    on_leave: Option<Callback<()>>,
) -> impl IntoView {
    let described = describe(id, hint.is_some());
    let field = view! {
        <input
            id=id
            name=id
            class=if mono { "input input-mono" } else { "input" }
            type=if secret { "password" } else { "text" }
            inputmode=if numeric { "numeric" } else { "text" }
            placeholder=placeholder
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            list=list
            aria-describedby=described
            aria-invalid=move || error.with(Option::is_some).then_some("true")
            prop:value=move || value.get()
            on:input=move |event| value.set(event_target_value(&event))
            // The focus also leaves a field that is being taken away with what listens.
            on:blur=move |_| {
                let _ = on_leave.and_then(|told| told.try_run(()));
            }
        />
    }
    .into_any();
    labelled(id, label, optional, hint, error, field)
}

/// A field for code of one line or several.
#[component]
pub(crate) fn LinesField(
    id: &'static str,
    #[prop(into)] label: Text,
    value: RwSignal<String>,
    #[prop(into)] error: Signal<Option<String>>,
    #[prop(into)] hint: Text,
    #[prop(optional)] optional: bool,
    /// Told when the field is left.
    #[prop(into)]
    on_leave: Callback<()>,
) -> impl IntoView {
    let field = view! { <Lines id value described=describe(id, true) error on_leave/> }.into_any();
    labelled(id, label, optional, Some(hint), error, field)
}

/// A choice among a few.
#[component]
pub(crate) fn SelectField(
    id: &'static str,
    #[prop(into)] label: Text,
    value: RwSignal<String>,
    /// Values and what they are called.
    options: Vec<(&'static str, Text)>,
    #[prop(into, optional)] hint: Option<Text>,
) -> impl IntoView {
    let described = describe(id, hint.is_some());
    let field = view! {
        <select
            id=id
            class="input"
            aria-describedby=described
            prop:value=move || value.get()
            on:change=move |event| value.set(event_target_value(&event))
        >
            {options
                .into_iter()
                .map(|(word, name)| {
                    view! { <option value=word selected=move || value.get() == word>{move || name.get()}</option> }
                })
                .collect_view()}
        </select>
    }
    .into_any();
    labelled(id, label, false, hint, Signal::from(None::<String>), field)
}

fn labelled(
    id: &'static str,
    label: Text,
    optional: bool,
    hint: Option<Text>,
    error: Signal<Option<String>>,
    field: AnyView,
) -> AnyView {
    match hint {
        Some(hint) => view! { <Field id label optional hint error>{field}</Field> }.into_any(),
        None => view! { <Field id label optional error>{field}</Field> }.into_any(),
    }
}

fn describe(id: &str, has_hint: bool) -> String {
    if has_hint { format!("{id}-error {id}-hint") } else { format!("{id}-error") }
}
