//! The head of a job's page: name, status and why, times, and what can be done.

use super::actions::Actions;
use crate::components::copy::CopyButton;
use crate::components::{
    feed::{FeedMark, FeedNote},
    page::PageTitle,
    status::{StatusBadge, reason_phrase},
};
use crate::i18n::{catalogue::job as words, format, use_i18n};
use crate::paths;
use crate::queries::{job::JobQuery, jobs::Seen};
use crate::rules::job::{label, life_left_secs, run_time_secs};
use crate::stores::clock::use_clock;
use crate::ui::icon::{BACK, icon};
use api::jobs::JobStatus;
use leptos::prelude::*;
use std::sync::Arc;

/// The head.
#[component]
pub(super) fn Header(query: JobQuery, seen: Memo<Arc<Seen>>) -> impl IntoView {
    let (i18n, clock) = (use_i18n(), use_clock());
    let status = Memo::new(move |_| seen.with(|s| s.job.status));
    let name = Memo::new(move |_| seen.with(|s| label(&s.job)));
    let id = Memo::new(move |_| seen.with(|s| s.job.id.clone()));
    let run_secs = Memo::new(move |_| {
        seen.with(|s| {
            let now = if s.job.status == JobStatus::Running { clock.now_ms() } else { s.received_ms };
            run_time_secs(&s.job, s.received_ms, now)
        })
    });
    // Words for what needs them: a job that waits, one in trouble, and one that ended before its time.
    let why = move || {
        seen.with(|s| {
            let reason = s.job.reason.as_deref().filter(|_| s.job.status != JobStatus::Succeeded)?;
            Some(reason_phrase(reason).map_or_else(|| reason.to_owned(), |phrase| i18n.now(phrase).to_owned()))
        })
    };
    let life = move || {
        seen.with(|s| {
            let left = life_left_secs(&s.job, run_secs.get()).filter(|_| s.job.status.is_active())?;
            Some(if left == 0 {
                i18n.now(words::LIFE_OVER).to_owned()
            } else {
                i18n.fill(words::LIFE_LEFT, &[("time", &format::duration(i18n.lang(), left))])
            })
        })
    };
    view! {
        <a class="back" href=paths::JOBS>{icon(BACK)} {i18n.text(words::BACK)}</a>
        <FeedNote feed=query.feed/>
        <header class="job-head">
            <div class="job-head-main">
                <div class="job-title">
                    <PageTitle title=name/>
                    <StatusBadge status/>
                    <FeedMark feed=query.feed/>
                </div>
                {move || why().map(|why| view! { <p class="job-why">{why}</p> })}
                <div class="job-line">
                    <code class="truncate">{move || id.get()}</code>
                    <CopyButton label=i18n.text(words::COPY_ID) text=id/>
                </div>
            </div>
            <Actions query seen/>
        </header>
        <dl class="job-facts">
            <div><dt>{i18n.text(words::RUN_TIME)}</dt><dd class="num">{move || format::duration(i18n.lang(), run_secs.get())}</dd></div>
            {move || life().map(|life| view! { <div><dt>{i18n.text(words::LIFE_SPAN)}</dt><dd class="num">{life}</dd></div> })}
            {move || {
                seen.with(|s| s.job.exit_code)
                    .map(|code| view! { <div><dt>{i18n.text(words::EXIT_CODE)}</dt><dd class="num">{code}</dd></div> })
            }}
            {move || {
                let restarts = seen.with(|s| s.job.restarts);
                (restarts > 0).then(|| view! { <div><dt>{i18n.text(words::RESTARTS)}</dt><dd class="num">{restarts}</dd></div> })
            }}
            <div><dt>{i18n.text(words::OWNER)}</dt><dd>{move || seen.with(|s| s.job.owner.clone())}</dd></div>
            <div class="job-fact-wide"><dt>{i18n.text(words::IMAGE)}</dt><dd class="mono truncate">{move || seen.with(|s| s.job.container.image.clone())}</dd></div>
        </dl>
    }
}
