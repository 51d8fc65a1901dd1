//! One job: what it is, how it stands, and its views.

mod actions;
mod header;
mod links;
mod overview;
mod telemetry;

use crate::client::use_client;
use crate::components::{
    failed::Failed,
    lazy::{PageSkeleton, chunk},
    page::PageTitle,
    stage::{Stage, use_place},
    status::status_phrase,
};
use crate::i18n::{Text, catalogue::job as words, use_i18n};
use crate::logview::LogView;
use crate::pages::not_found::NotFoundPage;
use crate::paths::{self, JobTab, endpoint};
use crate::queries::{
    job::{JobQuery, Standing},
    jobs::Seen,
    top::TopQuery,
};
use crate::terminal::Terminal;
use crate::ui::tabs::{Tab, Tabs};
use header::Header;
use leptos::prelude::*;
use overview::Overview;
use std::sync::Arc;
use telemetry::Telemetry;

chunk!(
    job,
    /// Fetches the page of one job.
    fetch,
    JobPage
);

/// The page of one job.
#[component]
fn JobPage() -> impl IntoView {
    let at = use_place(paths::job_at);
    let id = Memo::new(move |_| at.with(|(id, _)| id.clone()));
    let tab = Memo::new(move |_| at.with(|(_, tab)| *tab));
    let known = Memo::new(move |_| tab.get().is_some());
    let page = move || {
        if !known.get() {
            return view! { <NotFoundPage/> }.into_any();
        }
        view! { <JobView id=id.get() tab=Signal::derive(move || tab.get().unwrap_or(JobTab::Overview))/> }.into_any()
    };
    view! { <Stage page/> }
}

/// A job that is known by its id; drawn anew for another id.
#[component]
fn JobView(id: String, tab: Signal<JobTab>) -> impl IntoView {
    let (i18n, client) = (use_i18n(), use_client());
    let query = JobQuery::open(client, id.clone());
    let kind = Memo::new(move |_| match query.standing.get() {
        Standing::Loading => Kind::Loading,
        Standing::Ready(_) => Kind::Ready,
        Standing::Failed(failure) if failure.is_not_found() => Kind::NotFound,
        Standing::Failed(_) => Kind::Failed,
    });
    let id = StoredValue::new(id);
    move || match kind.get() {
        Kind::Loading => view! { <PageSkeleton/> }.into_any(),
        Kind::NotFound => {
            let text = Signal::derive(move || i18n.fill(words::NOT_FOUND_TEXT, &[("id", &id.get_value())]));
            view! {
                <div class="empty">
                    <PageTitle title=i18n.text(words::NOT_FOUND)/>
                    <p class="empty-text">{move || text.get()}</p>
                    <a class="button button-primary" href=paths::JOBS>{i18n.text(words::BACK)}</a>
                </div>
            }
            .into_any()
        }
        Kind::Failed => {
            let failure = Signal::derive(move || match query.standing.get() {
                Standing::Failed(failure) => Some(failure),
                Standing::Loading | Standing::Ready(_) => None,
            });
            let on_retry = move |()| {
                query.standing.set(Standing::Loading);
                query.load();
            };
            view! { <Failed title=i18n.text(words::FAILED) failure on_retry/> }.into_any()
        }
        Kind::Ready => match query
            .standing
            .with_untracked(|s| if let Standing::Ready(seen) = s { Some(Arc::clone(seen)) } else { None })
        {
            Some(first) => view! { <Known query first tab/> }.into_any(),
            None => ().into_any(),
        },
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Loading,
    Ready,
    NotFound,
    Failed,
}

/// The page once the job is there. `first` is what was seen first; from then on the job never goes missing.
#[component]
fn Known(query: JobQuery, first: Arc<Seen>, tab: Signal<JobTab>) -> impl IntoView {
    let (i18n, client) = (use_i18n(), use_client());
    let id = first.job.id.clone();
    let seen = Memo::new(move |before: Option<&Arc<Seen>>| {
        query.seen().or_else(|| before.cloned()).unwrap_or_else(|| Arc::clone(&first))
    });
    let status = Memo::new(move |_| seen.with(|s| s.job.status));
    // Readings are kept while the page stands, so that looking at the log in between loses none.
    let top = StoredValue::new(None::<TopQuery>);
    let page = Owner::current();
    let top_query = {
        let id = id.clone();
        move || {
            top.get_value().unwrap_or_else(|| {
                let open = || TopQuery::open(client, &id);
                let opened = page.as_ref().map_or_else(open, |page| page.with(open));
                top.set_value(Some(opened));
                opened
            })
        }
    };
    let label = move |tab: JobTab| -> Text {
        i18n.text(match tab {
            JobTab::Overview => words::TAB_OVERVIEW,
            JobTab::Logs => words::TAB_LOGS,
            JobTab::Telemetry => words::TAB_TELEMETRY,
            JobTab::Terminal => words::TAB_TERMINAL,
        })
    };
    let tabs = JobTab::ALL
        .into_iter()
        .map(|tab| Tab { id: tab.word(), label: label(tab), href: paths::job_tab(&id, tab) })
        .collect::<Vec<_>>();
    let announce = Memo::new(move |before: Option<&(api::jobs::JobStatus, bool)>| {
        // Silent for what the page opens with.
        (status.get(), before.is_some_and(|(was, said)| *said || *was != status.get()))
    });
    let job = Signal::derive(move || Some(seen.with(|s| s.job.clone())));
    // Once opened the terminal stays too, out of sight: its shell goes on while one looks at the rest.
    let terminal_shown = Signal::derive(move || tab.get() == JobTab::Terminal);
    let terminal_opened = Memo::new(move |was: Option<&bool>| was.copied().unwrap_or(false) || terminal_shown.get());
    let terminal_id = id.clone();
    view! {
        <Header query seen/>
        <p class="visually-hidden" role="status">
            {move || {
                let (status, say) = announce.get();
                say.then(|| i18n.fill(words::ANNOUNCE, &[("status", i18n.now(status_phrase(status)))]))
            }}
        </p>
        <Tabs label=i18n.text(words::TABS) tabs chosen=Signal::derive(move || tab.get().word())/>
        <section id="panel" class="job-panel" role="tabpanel" aria-labelledby=move || format!("tab-{}", tab.get().word())>
            {move || match tab.get() {
                JobTab::Overview => view! { <Overview seen/> }.into_any(),
                JobTab::Logs => view! { <LogView base=endpoint::job(&id) job/> }.into_any(),
                JobTab::Telemetry => view! { <Telemetry seen top=top_query()/> }.into_any(),
                JobTab::Terminal => ().into_any(),
            }}
            {move || terminal_opened.get().then(|| view! {
                <div hidden=move || !terminal_shown.get()>
                    <Terminal id=terminal_id.clone() job shown=terminal_shown/>
                </div>
            })}
        </section>
    }
}
