//! The project that short names mean.

use crate::i18n::{catalogue::push, use_i18n};
use crate::rules::project::ProjectPath;
use crate::stores::push::use_push;
use leptos::prelude::*;

/// The field. The first of the projects is the session's own.
#[component]
pub(crate) fn ProjectField(projects: Vec<ProjectPath>) -> impl IntoView {
    let (i18n, store) = (use_i18n(), use_push());
    let own = projects.first().cloned();
    let own_org = own.as_ref().and_then(|own| own.org.clone());
    let chosen = Memo::new(move |_| store.project.get().or_else(|| own.clone()));
    let value = move || chosen.with(|path| path.as_ref().map(ToString::to_string));
    let options = projects.iter().map(|path| {
        let (label, path) = (path.label(own_org.as_deref()), path.clone());
        let is_chosen = {
            let path = path.clone();
            move || chosen.with(|chosen| chosen.as_ref() == Some(&path))
        };
        view! { <option value=path.to_string() selected=is_chosen>{label}</option> }
    });
    let options = options.collect_view();
    let choose = move |event| {
        let value = event_target_value(&event);
        store.project.set(projects.iter().find(|path| path.to_string() == value).cloned());
    };
    view! {
        <div class="field">
            <label class="field-label" for="push-project">{i18n.text(push::PROJECT)}</label>
            <select id="push-project" class="input" prop:value=value on:change=choose>
                {options}
            </select>
        </div>
    }
}
