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

    let content = Memo::new(move |_| {
        let others = any.get() || filter.with(Filter::narrows);
        list.standing.with(|standing| Content::of(standing, visible.with(|v| !v.is_empty()), others))
    });
    let has_failed = Memo::new(move |_| list.standing.with(|standing| matches!(standing, Standing::Failed(_))));
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
            Content::Table | Content::NoMatch | Content::Failed => {
                view! {
                    <Filters list filter set_filter/>
                    {move || has_failed.get().then(|| view! { <ListFailed list/> })}
                    {move || match content.get() {
                        Content::NoMatch => {
                            view! {
                                <div class="panel">
                                    <Empty title=i18n.text(jobs::NO_MATCH_TITLE) text=i18n.text(jobs::NO_MATCH_TEXT)>
                                        <Button label=i18n.text(jobs::CLEAR) on_click=cleared/>
                                    </Empty>
                                </div>
                            }
                            .into_any()
                        }
                        Content::Table => view! { <Table list visible filter set_filter selected/> }.into_any(),
                        Content::Loading | Content::Failed | Content::Empty => ().into_any(),
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

impl Content {
    /// `visible`: some job is to be shown; `others`: there may be jobs that the filter leaves out.
    fn of(standing: &Standing, visible: bool, others: bool) -> Self {
        match standing {
            Standing::Loading | Standing::Failed(_) | Standing::Ready if visible => Self::Table,
            Standing::Loading => Self::Loading,
            Standing::Failed(_) => Self::Failed,
            Standing::Ready if others => Self::NoMatch,
            Standing::Ready => Self::Empty,
        }
    }
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

/// The list could not be fetched; what was there before may still be shown.
#[component]
fn ListFailed(list: JobsList) -> impl IntoView {
    let i18n = use_i18n();
    let failure = Signal::derive(move || match list.standing.get() {
        Standing::Failed(failure) => Some(failure),
        Standing::Loading | Standing::Ready => None,
    });
    let title =
        Signal::derive(move || i18n.now(if list.any() { jobs::STALE_TITLE } else { jobs::FAILED_TITLE }).to_owned());
    view! { <Failed title failure on_retry=move |()| list.retry()/> }
}

/// Older jobs that are not loaded yet. What could not be fetched has none: they would go on from another filter's jobs.
#[component]
fn MoreJobs(list: JobsList) -> impl IntoView {
    let (i18n, toasts) = (use_i18n(), use_toasts());
    move || {
        let has_more = list.next.with(Option::is_some) && list.standing.with(|standing| *standing == Standing::Ready);
        has_more.then(|| {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Failure;

    #[test]
    fn a_list_that_could_not_be_fetched_never_says_that_there_is_nothing() {
        let failed = Standing::Failed(Failure::Network);
        for others in [false, true] {
            assert_eq!(Content::of(&failed, false, others), Content::Failed);
            assert_eq!(Content::of(&failed, true, others), Content::Table);
        }
        assert_eq!(Content::of(&Standing::Ready, false, true), Content::NoMatch);
        assert_eq!(Content::of(&Standing::Ready, false, false), Content::Empty);
    }

    #[test]
    fn jobs_that_are_shown_stay_while_the_list_is_fetched_anew() {
        assert_eq!(Content::of(&Standing::Loading, true, true), Content::Table);
        assert_eq!(Content::of(&Standing::Loading, false, true), Content::Loading);
    }
}
