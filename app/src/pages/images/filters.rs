//! Which project's images, and which of them.

use crate::components::search::SearchField;
use crate::i18n::{catalogue::images as words, use_i18n};
use crate::rules::images::{ALL_PROJECTS, ImageFilter, Scope};
use crate::stores::session::use_session;
use leptos::prelude::*;

/// Search and project.
#[component]
pub(super) fn Filters(filter: Memo<ImageFilter>, set_filter: Callback<ImageFilter>) -> impl IntoView {
    let (i18n, session) = (use_i18n(), use_session());
    let scopes = Memo::new(move |_| {
        let Some(session) = session.session() else { return Vec::new() };
        let mut scopes = vec![(Scope::Own, i18n.fill(words::SCOPE_OWN, &[("project", &session.project)]))];
        for project in &session.projects {
            let own_org = project.org == session.org;
            if own_org && project.name == session.project {
                continue;
            }
            let (org, label) = match &project.org {
                Some(org) if !own_org => (Some(org.clone()), format!("{org} / {}", project.name)),
                _ => (None, project.name.clone()),
            };
            scopes.push((Scope::Project { org, project: project.name.clone() }, label));
        }
        // An address may name a project that the reader is no member of, but sees an image in.
        let chosen = filter.with(|f| f.scope.clone());
        if let Scope::Project { org, project } = &chosen
            && !scopes.iter().any(|(scope, _)| *scope == chosen)
        {
            let label = org.as_ref().map_or_else(|| project.clone(), |org| format!("{org} / {project}"));
            scopes.push((chosen.clone(), label));
        }
        scopes.push((Scope::All, i18n.now(words::SCOPE_ALL).to_owned()));
        scopes
    });
    let choose = move |word: &str| {
        let scope = scopes.with_untracked(|all| all.iter().find(|(scope, _)| word_of(scope) == word).cloned());
        if let Some((scope, _)) = scope {
            set_filter.run(ImageFilter { scope, ..filter.get_untracked() });
        }
    };
    view! {
        <div class="filters" role="search" aria-label=i18n.text(words::FILTER_LABEL)>
            <SearchField
                id="images-filter"
                label=i18n.text(words::FILTER_LABEL)
                placeholder=i18n.text(words::FILTER_TEXT)
                text=Signal::derive(move || filter.with(|f| f.text.clone()))
                on_settled=move |text: String| set_filter.run(ImageFilter { text, ..filter.get_untracked() })
            />
            <select
                class="input filter-select images-scope"
                aria-label=i18n.text(words::SCOPE)
                on:change=move |event| choose(&event_target_value(&event))
            >
                {move || {
                    let chosen = filter.with(|f| f.scope.clone());
                    scopes
                        .get()
                        .into_iter()
                        .map(|(scope, label)| {
                            let selected = scope == chosen;
                            view! { <option value=word_of(&scope) selected=selected>{label}</option> }
                        })
                        .collect_view()
                }}
            </select>
        </div>
    }
}

/// A scope's value in the list of choices.
fn word_of(scope: &Scope) -> String {
    match scope {
        Scope::Own => String::new(),
        Scope::All => ALL_PROJECTS.to_owned(),
        Scope::Project { org, project } => format!("{}/{project}", org.as_deref().unwrap_or_default()),
    }
}
