//! The project that the job goes to.

use crate::i18n::{catalogue::run, use_i18n};
use crate::rules::project::{projects, written};
use crate::stores::session::use_session;
use crate::ui::field::Field;
use leptos::prelude::*;

/// The field; nothing where there is no choice.
#[component]
pub(super) fn ProjectField(
    org: RwSignal<String>,
    project: RwSignal<String>,
    #[prop(into)] error: Signal<Option<String>>,
) -> impl IntoView {
    let (i18n, session) = (use_i18n(), use_session());
    let session = untrack(|| session.session())?;
    let own_org = session.org.clone();
    let mut all = projects(&session);
    // A job that is run again may be of a project that the reader is no member of.
    let first = untrack(|| written(&session, &org.get(), &project.get()));
    if !all.contains(&first) {
        all.push(first);
    }
    if all.len() == 1 {
        return None;
    }
    let chosen = Memo::new(move |_| written(&session, &org.get(), &project.get()).to_string());
    let options = all.iter().map(|path| {
        let value = path.to_string();
        let is_chosen = {
            let value = value.clone();
            move || chosen.with(|chosen| *chosen == value)
        };
        view! { <option value=value selected=is_chosen>{path.label(own_org.as_deref())}</option> }
    });
    let options = options.collect_view();
    let choose = move |event| {
        let value = event_target_value(&event);
        if let Some(path) = all.iter().find(|path| path.to_string() == value) {
            org.set(path.org.clone().unwrap_or_default());
            project.set(path.project.clone());
        }
    };
    Some(view! {
        <Field id="project" label=i18n.text(run::PROJECT) error>
            <select
                id="project"
                class="input"
                aria-describedby="project-error"
                prop:value=move || chosen.get()
                on:change=choose
            >
                {options}
            </select>
        </Field>
    })
}
