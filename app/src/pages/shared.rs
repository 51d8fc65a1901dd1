//! The public page of a job, for whoever has a link to it: signed in or not, mostly on a phone. Calm, and nothing but what the
//! link shows.

mod frame;

use crate::client::use_client;
use crate::components::{
    failed::Failed,
    feed::FeedMark,
    lazy::chunk,
    page::PageTitle,
    status::{StatusBadge, reason_phrase, status_phrase},
    story::Story,
};
use crate::i18n::{
    Phrase,
    catalogue::{job as words, links, shared},
    format, use_i18n,
};
use crate::logview::LogView;
use crate::paths;
use crate::queries::{
    events::Feed,
    shared::{SharedQuery, Shown, Standing},
};
use crate::rules::job::run_time_secs;
use crate::stores::clock::use_clock;
use crate::ui::state::{Empty, Note, Skeleton};
use api::{
    jobs::JobStatus,
    links::{LinkScope, SharedJob},
};
use frame::Frame;
use jiff::Timestamp;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use std::sync::Arc;

chunk!(
    access,
    /// Fetches the public page.
    fetch,
    SharedPage
);

/// The public page.
#[component]
fn SharedPage() -> impl IntoView {
    let location = use_location();
    let token = Memo::new(move |before: Option<&String>| {
        let token = location.pathname.with(|path| paths::shared_token_at(path).map(str::to_owned));
        token.or_else(|| before.cloned()).unwrap_or_default()
    });
    view! { <Frame>{move || view! { <Behind token=token.get()/> }}</Frame> }
}

/// What is behind a link; drawn anew for another.
#[component]
fn Behind(token: String) -> impl IntoView {
    let i18n = use_i18n();
    let query = SharedQuery::open(use_client(), token.clone());
    let kind = Memo::new(move |_| {
        query.standing.with(|standing| match standing {
            Standing::Loading => Kind::Loading,
            Standing::Ready(_) => Kind::Ready,
            Standing::Nothing => Kind::Nothing,
            Standing::Failed(_) => Kind::Failed,
        })
    });
    move || match kind.get() {
        Kind::Loading => view! {
            <div class="panel shared-card" aria-busy="true"><Skeleton class="w-title"/><Skeleton class="w-mid"/></div>
        }
        .into_any(),
        Kind::Nothing => view! {
            <PageTitle title=i18n.text(shared::TITLE)/>
            <div class="panel"><Empty title=i18n.text(shared::NOTHING) text=i18n.text(shared::NOTHING_TEXT)/></div>
        }
        .into_any(),
        Kind::Failed => {
            let failure = Signal::derive(move || match query.standing.get() {
                Standing::Failed(failure) => Some(failure),
                Standing::Loading | Standing::Ready(_) | Standing::Nothing => None,
            });
            view! {
                <PageTitle title=i18n.text(shared::TITLE)/>
                <Failed title=i18n.text(shared::FAILED) failure on_retry=move |()| query.load()/>
            }
            .into_any()
        }
        Kind::Ready => {
            let first = query.standing.with_untracked(|standing| match standing {
                Standing::Ready(shown) => Some(Arc::clone(shown)),
                Standing::Loading | Standing::Nothing | Standing::Failed(_) => None,
            });
            first.map(|first| view! { <Known query first base=paths::shared(&token)/> }).into_any()
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Loading,
    Ready,
    Nothing,
    Failed,
}

/// The page once the job is there.
#[component]
fn Known(query: SharedQuery, first: Arc<Shown>, base: String) -> impl IntoView {
    let i18n = use_i18n();
    let shows_log = first.shared.scope == LinkScope::Log;
    let shown = Memo::new(move |before: Option<&Arc<Shown>>| {
        let now = query.standing.with(|standing| match standing {
            Standing::Ready(shown) => Some(Arc::clone(shown)),
            Standing::Loading | Standing::Nothing | Standing::Failed(_) => None,
        });
        now.or_else(|| before.cloned()).unwrap_or_else(|| Arc::clone(&first))
    });
    let seen = Memo::new(move |_| shown.with(|shown| Arc::clone(&shown.seen)));
    let waiting = move || matches!(query.feed.get(), Feed::Waiting(_));
    view! {
        {move || waiting().then(|| view! { <Note text=i18n.text(shared::WAITING)/> })}
        <Card shown feed=query.feed/>
        <Story seen/>
        {shows_log
            .then(|| {
                let job = Signal::derive(move || Some(seen.with(|seen| seen.job.clone())));
                view! {
                    <h2 class="shared-heading">{i18n.text(shared::LOG)}</h2>
                    <LogView base=base.clone() job/>
                }
            })}
        <Until shown/>
    }
}

/// Name, status, times, and what was chosen to be shown.
#[component]
fn Card(shown: Memo<Arc<Shown>>, #[prop(into)] feed: Signal<Feed>) -> impl IntoView {
    let (i18n, clock) = (use_i18n(), use_clock());
    let of = move |get: fn(&SharedJob) -> Option<String>| Memo::new(move |_| shown.with(|s| get(&s.shared)));
    let name = Memo::new(move |_| shown.with(|s| s.shared.name.clone()));
    let status = Memo::new(move |_| shown.with(|s| s.shared.status));
    let run_secs = Memo::new(move |_| {
        shown.with(|s| {
            let now = if s.shared.status == JobStatus::Running { clock.now_ms() } else { s.seen.received_ms };
            run_time_secs(&s.seen.job, s.seen.received_ms, now)
        })
    });
    // Words for what needs them: a job that waits, and one that ended badly.
    let why = move || {
        let reason = shown.with(|s| s.shared.reason.clone())?;
        let needs = !matches!(status.get(), JobStatus::Running | JobStatus::Succeeded);
        needs.then(|| reason_phrase(&reason).map_or(reason, |phrase| i18n.now(phrase).to_owned()))
    };
    let announce = Memo::new(move |before: Option<&(JobStatus, bool)>| {
        // Silent for what the page opens with.
        (status.get(), before.is_some_and(|(was, said)| *said || *was != status.get()))
    });
    let code = Memo::new(move |_| shown.with(|s| s.shared.exit_code));
    let restarts = Memo::new(move |_| shown.with(|s| s.shared.restarts));
    view! {
        <section class="panel shared-card">
            <div class="shared-title">
                <PageTitle title=name/>
                <FeedMark feed/>
            </div>
            <div class="shared-status"><StatusBadge status/></div>
            {move || why().map(|why| view! { <p class="shared-why">{why}</p> })}
            <p class="visually-hidden" role="status">
                {move || {
                    let (status, say) = announce.get();
                    say.then(|| i18n.fill(words::ANNOUNCE, &[("status", i18n.now(status_phrase(status)))]))
                }}
            </p>
            <dl class="shared-facts">
                <div><dt>{i18n.text(words::RUN_TIME)}</dt><dd class="num">{move || format::duration(i18n.lang(), run_secs.get())}</dd></div>
                <When label=shared::CREATED time=Memo::new(move |_| shown.with(|s| Some(s.shared.created_at)))/>
                <When label=shared::STARTED time=Memo::new(move |_| shown.with(|s| s.shared.started_at))/>
                <When label=shared::FINISHED time=Memo::new(move |_| shown.with(|s| s.shared.finished_at))/>
                {move || code.get().map(|code| view! { <div><dt>{i18n.text(words::EXIT_CODE)}</dt><dd class="num">{code}</dd></div> })}
                {move || {
                    let n = restarts.get();
                    (n > 0).then(|| view! { <div><dt>{i18n.text(words::RESTARTS)}</dt><dd class="num">{n}</dd></div> })
                }}
                <Chosen label=links::FIELD_OWNER text=of(|job| job.owner.clone())/>
                <Chosen label=links::FIELD_PROJECT text=of(|job| job.project.clone())/>
                <Chosen label=links::FIELD_IMAGE text=of(|job| job.image.clone())/>
                <Chosen label=links::FIELD_PRESET text=of(|job| job.preset.clone())/>
                <Chosen label=links::FIELD_DESCRIPTION text=of(|job| job.description.clone())/>
                <Chosen label=links::FIELD_TAGS text=of(|job| (!job.tags.is_empty()).then(|| job.tags.join(", ")))/>
            </dl>
        </section>
    }
}

#[component]
fn When(label: Phrase, time: Memo<Option<Timestamp>>) -> impl IntoView {
    let i18n = use_i18n();
    move || {
        time.get().map(|time| {
            view! {
                <div>
                    <dt>{i18n.text(label)}</dt>
                    <dd class="num"><time datetime=time.to_string()>{move || format::date_time(i18n.lang(), time)}</time></dd>
                </div>
            }
        })
    }
}

#[component]
fn Chosen(label: Phrase, text: Memo<Option<String>>) -> impl IntoView {
    let i18n = use_i18n();
    move || text.get().map(|text| view! { <div><dt>{i18n.text(label)}</dt><dd class="shared-text">{text}</dd></div> })
}

#[component]
fn Until(shown: Memo<Arc<Shown>>) -> impl IntoView {
    let i18n = use_i18n();
    let until = Memo::new(move |_| shown.with(|s| s.shared.expires_at));
    view! {
        <p class="shared-until muted">
            {move || i18n.fill(shared::UNTIL, &[("time", &format::date_time(i18n.lang(), until.get()))])}
        </p>
    }
}
