//! The row of filters above the list. The address holds what is chosen.

use crate::components::{search::SearchField, status::status_phrase};
use crate::i18n::{Phrase, catalogue::jobs, use_i18n};
use crate::queries::jobs::JobsList;
use crate::rules::filter::Filter;
use crate::stores::session::use_session;
use crate::ui::button::{Button, Kind};
use api::jobs::{Job, JobStatus};
use leptos::prelude::*;
use std::collections::BTreeSet;

const SEARCH_ID: &str = "jobs-filter";

/// Search, statuses, owner, tag, organisation.
#[component]
pub(super) fn Filters(list: JobsList, filter: Memo<Filter>, set_filter: Callback<Filter>) -> impl IntoView {
    let (i18n, session) = (use_i18n(), use_session());
    let owners =
        Memo::new(move |_| distinct(list, filter.get().owner.as_slice(), |job| std::slice::from_ref(&job.owner)));
    let tags = Memo::new(move |_| distinct(list, filter.get().tag.as_slice(), |job| &job.tags));
    let orgs = Memo::new(move |_| {
        let projects = session.session().map(|session| session.projects).unwrap_or_default();
        let own: Vec<String> = projects.into_iter().filter_map(|project| project.org).chain(filter.get().org).collect();
        distinct(list, &own, |job| job.org.as_slice())
    });
    let change = move |act: &dyn Fn(&mut Filter)| {
        let mut next = filter.get_untracked();
        act(&mut next);
        set_filter.run(next);
    };
    let owner_name = move |owner: String| {
        if owner == session.user() { i18n.fill(jobs::OWNER_ME, &[("user", &owner)]) } else { owner }
    };
    view! {
        <div class="filters" role="search" aria-label=i18n.text(jobs::FILTER_LABEL)>
            <SearchField
                id=SEARCH_ID
                label=i18n.text(jobs::FILTER_LABEL)
                placeholder=i18n.text(jobs::FILTER_TEXT)
                text=Signal::derive(move || filter.with(|f| f.text.clone()))
                on_settled=move |text: String| change(&|f| f.text.clone_from(&text))
            />
            <div class="chips" role="group" aria-label=i18n.text(jobs::STATUS)>
                <Chip
                    label=i18n.text(jobs::STATUS_ALL)
                    on=Signal::derive(move || filter.with(|f| f.statuses.is_empty()))
                    on_click=move |()| change(&|f| f.statuses.clear())
                />
                {JobStatus::ALL
                    .into_iter()
                    .filter(|s| *s != JobStatus::Suspended)
                    .map(|status| {
                        view! {
                            <Chip
                                label=i18n.text(status_phrase(status))
                                on=Signal::derive(move || filter.with(|f| f.statuses.contains(&status)))
                                on_click=move |()| change(&|f| toggle(&mut f.statuses, status))
                            />
                        }
                    })
                    .collect_view()}
            </div>
            <Choice
                label=jobs::OWNER
                all=jobs::OWNER_ALL
                values=owners
                chosen=Signal::derive(move || filter.get().owner)
                name=Callback::new(owner_name)
                on_choose={move |owner: Option<String>| change(&|f| f.owner.clone_from(&owner))}
            />
            <Choice
                label=jobs::TAG
                all=jobs::TAG_ALL
                values=tags
                least=1
                chosen=Signal::derive(move || filter.get().tag)
                on_choose={move |tag: Option<String>| change(&|f| f.tag.clone_from(&tag))}
            />
            <Choice
                label=jobs::ORG
                all=jobs::ORG_ALL
                values=orgs
                least=2
                chosen=Signal::derive(move || filter.get().org)
                on_choose={move |org: Option<String>| change(&|f| f.org.clone_from(&org))}
            />
            {move || {
                filter
                    .with(Filter::narrows)
                    .then(|| {
                        view! {
                            <Button
                                label=i18n.text(jobs::CLEAR)
                                kind=Kind::Quiet
                                on_click=move |()| set_filter.run(filter.get_untracked().cleared())
                            />
                        }
                    })
            }}
        </div>
    }
}

/// A filter that is on or off.
#[component]
fn Chip(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] on: Signal<bool>,
    #[prop(into)] on_click: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="chip"
            aria-pressed=move || if on.get() { "true" } else { "false" }
            on:click=move |_| on_click.run(())
        >
            {move || label.get()}
        </button>
    }
}

/// A filter that takes one value, or all.
#[component]
fn Choice(
    label: Phrase,
    /// What is chosen where none is.
    all: Phrase,
    values: Memo<Vec<String>>,
    /// Of fewer values there is nothing to choose.
    #[prop(optional)]
    least: usize,
    chosen: Signal<Option<String>>,
    /// What a value is called, where that is not the value itself.
    #[prop(optional)]
    name: Option<Callback<String, String>>,
    #[prop(into)] on_choose: Callback<Option<String>>,
) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <select
            class="input filter-select"
            aria-label=i18n.text(label)
            hidden=move || values.with(|values| values.len() < least)
            prop:value=move || chosen.get().unwrap_or_default()
            on:change=move |event| on_choose.run(Some(event_target_value(&event)).filter(|value| !value.is_empty()))
        >
            <option value="">{i18n.text(all)}</option>
            {move || {
                let chosen = chosen.get();
                values
                    .get()
                    .into_iter()
                    .map(|value| {
                        let text = name.map_or_else(|| value.clone(), |name| name.run(value.clone()));
                        let selected = chosen.as_ref() == Some(&value);
                        view! { <option value=value selected=selected>{text}</option> }
                    })
                    .collect_view()
            }}
        </select>
    }
}

fn toggle(statuses: &mut Vec<JobStatus>, status: JobStatus) {
    match statuses.iter().position(|s| *s == status) {
        Some(at) => drop(statuses.remove(at)),
        None => statuses.push(status),
    }
    // In the order of the row of chips.
    *statuses = JobStatus::ALL.into_iter().filter(|status| statuses.contains(status)).collect();
}

/// The values to choose from: those of the loaded jobs, and those known besides, as the one the address names.
fn distinct(list: JobsList, known: &[String], of: fn(&Job) -> &[String]) -> Vec<String> {
    let mut all: BTreeSet<String> = known.iter().cloned().collect();
    list.each(|job| {
        for value in of(job) {
            // Thousands of jobs have a handful of values.
            if !all.contains(value) {
                all.insert(value.clone());
            }
        }
    });
    all.into_iter().collect()
}
