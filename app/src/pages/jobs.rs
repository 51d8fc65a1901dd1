//! All jobs the reader may see: filtered and ordered by the address, live, and fluid with ten thousand of them.

mod empty;
mod filters;
mod kill;
mod listen;
mod table;

use crate::client::{use_client, with_query};
use crate::components::{
    failed::Failed,
    feed::{FeedMark, FeedNote},
    lazy::{LazyPage, LazyPart, fetch_ahead},
    page::PageTitle,
    stage::use_page_query,
};
use crate::i18n::{catalogue::jobs, use_i18n};
use crate::paths;
use crate::queries::jobs::{JobsList, Row, Standing};
use crate::rules::filter::Filter;
use crate::stores::toasts::use_toasts;
use crate::ui::{
    button::Button,
    icon::{PLUS, icon},
    state::Empty,
};
use filters::Filters;
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use std::collections::BTreeSet;
use table::{LoadingRows, Table};

/// The jobs list.
#[component]
pub(crate) fn JobsPage() -> impl IntoView {
    let (i18n, client) = (use_i18n(), use_client());
    let list = JobsList::open(client);
    let (filter, set_filter) = use_filter();
    Effect::new(move || {
        list.standing.track();
        list.follow(&filter.get());
    });
    let selected = RwSignal::new(BTreeSet::<String>::new());
    let visible = Memo::new(move |_| {
        let filter = filter.get();
        let rows: Vec<_> = list
            .rows()
            .into_iter()
            .map(|row| (row.seen.get_untracked(), row))
            .filter(|(seen, _)| filter.admits(&seen.job))
            .collect();
        filter.sort(rows, |(seen, _)| &seen.job).into_iter().map(|(_, row)| row).collect::<Vec<Row>>()
    });
    provide_context(kill::Selection { list, visible, selected });
    let any_selected = Memo::new(move |_| selected.with(|ids| !ids.is_empty()));
    let any = Memo::new(move |_| list.any());
    let cleared = Callback::new(move |()| set_filter.run(filter.get_untracked().cleared()));

    let content = Memo::new(move |_| match list.standing.get() {
        Standing::Loading => Content::Loading,
        Standing::Failed(_) if !any.get() => Content::Failed,
        Standing::Failed(_) | Standing::Ready if visible.with(|v| !v.is_empty()) => Content::Table,
        Standing::Failed(_) | Standing::Ready if any.get() || filter.with(Filter::narrows) => Content::NoMatch,
        Standing::Failed(_) | Standing::Ready => Content::Empty,
    });
    Effect::new(move |ahead: Option<bool>| {
        let ready = content.get() != Content::Loading;
        if ready && ahead != Some(true) {
            fetch_ahead(&[kill::fetch, super::job::fetch, super::job_new::fetch]);
        }
        ready || ahead == Some(true)
    });
    view! {
        <div class="page-head">
            <PageTitle title=i18n.text(jobs::TITLE)/>
            {move || {
                matches!(content.get(), Content::Table | Content::NoMatch)
                    .then(|| view! { <span class="count">{move || i18n.count(jobs::COUNT, visible.with(Vec::len) as u64)}</span> })
            }}
            <FeedMark feed=list.feed/>
            <div class="page-head-end">
                <a class="button button-primary" href=paths::JOB_NEW>{icon(PLUS)} {i18n.text(jobs::NEW)}</a>
            </div>
        </div>
        <FeedNote feed=list.feed/>
        <listen::Announcer list/>
        {move || match content.get() {
            Content::Loading => view! { <LoadingRows/> }.into_any(),
            Content::Empty => view! { <LazyPage page=empty::fetch/> }.into_any(),
            Content::Failed => view! { <ListFailed list/> }.into_any(),
            Content::Table | Content::NoMatch => {
                view! {
                    <Filters list filter set_filter/>
                    {move || {
                        if content.get() == Content::NoMatch {
                            view! {
                                <div class="panel">
                                    <Empty title=i18n.text(jobs::NO_MATCH_TITLE) text=i18n.text(jobs::NO_MATCH_TEXT)>
                                        <Button label=i18n.text(jobs::CLEAR) on_click=cleared/>
                                    </Empty>
                                </div>
                            }
                            .into_any()
                        } else {
                            view! { <Table list visible filter set_filter selected/> }.into_any()
                        }
                    }}
                    <MoreJobs list/>
                    {move || any_selected.get().then(|| view! { <LazyPart part=kill::fetch/> })}
                }
                .into_any()
            }
        }}
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Loading,
    Failed,
    Empty,
    NoMatch,
    Table,
}

/// The filter of the address, and how to change it. Each change replaces the address: Back leaves the list, as people expect.
fn use_filter() -> (Memo<Filter>, Callback<Filter>) {
    let (query, navigate) = (use_page_query(), use_navigate());
    let filter = Memo::new(move |_| {
        query.with(|query| {
            // The map knows each key with all its values, in its own order; the filter's own order is restored on reading.
            let keys = ["status", "owner", "tag", "org", "q", "sort"];
            let pairs: Vec<(&str, String)> = keys
                .into_iter()
                .flat_map(|key| query.get_all(key).unwrap_or_default().into_iter().map(move |value| (key, value)))
                .collect();
            Filter::from_pairs(pairs.iter().map(|(k, v)| (*k, v.as_str())))
        })
    });
    let set = Callback::new(move |next: Filter| {
        let to = with_query(paths::JOBS, next.to_pairs());
        navigate(&to, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    });
    (filter, set)
}

/// The list could not be fetched.
#[component]
fn ListFailed(list: JobsList) -> impl IntoView {
    let i18n = use_i18n();
    let failure = Signal::derive(move || match list.standing.get() {
        Standing::Failed(failure) => Some(failure),
        Standing::Loading | Standing::Ready => None,
    });
    view! { <Failed title=i18n.text(jobs::FAILED_TITLE) failure on_retry=move |()| list.retry()/> }
}

/// Older jobs that are not loaded yet.
#[component]
fn MoreJobs(list: JobsList) -> impl IntoView {
    let (i18n, toasts) = (use_i18n(), use_toasts());
    move || {
        list.next.get().map(|_| {
            view! {
                <div class="more-jobs">
                    <span class="muted">{i18n.text(jobs::MORE_EXIST)}</span>
                    <Button
                        label=i18n.text(jobs::LOAD_MORE)
                        busy=list.loading_more
                        on_click=move |()| list.load_more(move |failure| toasts.failure(i18n, failure))
                    />
                </div>
            }
        })
    }
}
