//! What can be done with the job now; what cannot says why.

use super::links::LinksDialog;
use crate::client::use_client;
use crate::components::{copy::use_copy, job_save::SaveDialog, share::ShareButton};
use crate::i18n::{
    Phrase,
    catalogue::{job as words, jobs, links, transfer},
    format, use_i18n,
};
use crate::paths;
use crate::queries::{
    job::{self, JobQuery},
    jobs::Seen,
};
use crate::rules::{
    cli,
    job::{extend_refusal, http_address, http_refusal, kill_refusal, label, save_refusal, serves_http},
};
use crate::stores::{
    browser,
    confirm::{Question, use_confirm},
    session::use_session,
    toasts::use_toasts,
};
use crate::ui::{
    button::{Button, Kind},
    icon::{self, icon as draw},
    menu::{Menu, MenuItem},
};
use api::jobs::Job;
use leptos::{prelude::*, task::spawn_local};
use std::sync::Arc;

/// Amounts of life span to add.
const AMOUNTS: [(Phrase, u32); 4] =
    [(words::HOUR_1, 60), (words::HOURS_6, 360), (words::DAY_1, 1_440), (words::DAYS_7, 10_080)];

/// The row of actions.
#[component]
pub(super) fn Actions(query: JobQuery, seen: Memo<Arc<Seen>>) -> impl IntoView {
    let (i18n, client, confirm, toasts, copy) = (use_i18n(), use_client(), use_confirm(), use_toasts(), use_copy());
    let session = use_session();
    let line = move || untrack(|| seen.with(|s| cli::run(&cli::again(&s.job), session.session().as_ref())));
    let why_not = move |rule: fn(&Job) -> Option<Phrase>| {
        Signal::derive(move || seen.with(|s| rule(&s.job)).map(|phrase| i18n.now(phrase).to_owned()))
    };
    let id = move || seen.with_untracked(|s| s.job.id.clone());
    let busy = RwSignal::new(false);
    let kill = move |()| {
        let name = seen.with_untracked(|s| label(&s.job));
        let done = name.clone();
        let id = id();
        confirm.ask(Question {
            title: i18n.fill(jobs::KILL_TITLE_ONE, &[("name", &name)]),
            text: i18n.now(jobs::KILL_TEXT_ONE).to_owned(),
            notes: Vec::new(),
            targets: Vec::new(),
            act: i18n.now(jobs::KILL).to_owned(),
            on_yes: Callback::new(move |()| {
                let (id, done) = (id.clone(), done.clone());
                busy.set(true);
                spawn_local(async move {
                    let answer = job::kill(client, &id).await;
                    busy.try_set(false);
                    match answer {
                        Ok(()) => toasts.good(i18n.fill(jobs::KILLED_ONE, &[("name", &done)])),
                        Err(failure) => toasts.failure(i18n, &failure),
                    }
                });
            }),
        });
    };
    let extend = move |minutes: u32| {
        let id = id();
        spawn_local(async move {
            match job::extend(client, &id, minutes).await {
                Ok(job) => {
                    let span = u64::from(job.life_span_minutes.unwrap_or_default()) * 60;
                    toasts.good(i18n.fill(words::EXTENDED, &[("time", &format::duration(i18n.lang(), span))]));
                    query.take(job);
                }
                Err(failure) => toasts.failure(i18n, &failure),
            }
        });
    };
    let served = Memo::new(move |_| seen.with(|s| serves_http(&s.job)));
    let open = |job: &Job| http_address(job).filter(|_| http_refusal(job).is_none()).map(str::to_owned);
    let address = Memo::new(move |_| seen.with(|s| open(&s.job)));
    // A dialog that is open stays open when the job ends under it: what it watches may still come to its end.
    let (saving, sharing) = (RwSignal::new(false), RwSignal::new(false));
    let extendable = Memo::new(move |_| seen.with(|s| extend_refusal(&s.job).is_none()));
    view! {
        <div class="job-actions">
            {move || {
                served
                    .get()
                    .then(|| match address.get() {
                        Some(url) => {
                            view! {
                                <a class="button" href=url target="_blank" rel="noopener noreferrer" aria-label=i18n.text(words::OPEN_HTTP_LABEL)>
                                    {draw(icon::OPEN)}
                                    {i18n.text(words::OPEN_HTTP)}
                                </a>
                            }
                                .into_any()
                        }
                        None => {
                            view! { <Button label=i18n.text(words::OPEN_HTTP) picture=icon::OPEN refusal=why_not(http_refusal) on_click=|()| ()/> }
                                .into_any()
                        }
                    })
            }}
            {move || {
                if extendable.get() {
                    view! {
                        <Menu label=i18n.text(words::EXTEND) picture=icon::CLOCK caption=i18n.text(words::EXTEND)>
                            {AMOUNTS
                                .map(|(phrase, minutes)| view! { <MenuItem label=i18n.text(phrase) on_click=move |()| extend(minutes)/> })
                                .collect_view()}
                        </Menu>
                    }
                        .into_any()
                } else {
                    view! {
                        <Button
                            label=i18n.text(words::EXTEND)
                            kind=Kind::Quiet
                            picture=icon::CLOCK
                            refusal=why_not(extend_refusal)
                            on_click=|()| ()
                        />
                    }
                        .into_any()
                }
            }}
            <a class="button" href=move || seen.with(|s| paths::job_again(&s.job.id))>{draw(icon::AGAIN)} {i18n.text(words::RUN_AGAIN)}</a>
            <ShareButton uri=Signal::derive(move || seen.with(|s| s.job.uri.clone())) name=Signal::derive(move || seen.with(|s| label(&s.job)))/>
            <Button
                label=i18n.text(transfer::SAVE)
                picture=icon::SAVE
                refusal=why_not(save_refusal)
                on_click=move |()| saving.set(true)
            />
            <Button label=i18n.text(words::KILL) kind=Kind::Danger picture=icon::STOP busy refusal=why_not(kill_refusal) on_click=kill/>
            <Menu label=i18n.text(words::MORE) picture=icon::MORE>
                <MenuItem label=i18n.text(links::SHARE) on_click=move |()| sharing.set(true)/>
                <MenuItem
                    label=i18n.text(words::COPY_LINK)
                    on_click=move |()| copy.run(format!("{}{}", browser::origin(), browser::path_and_query()))
                />
                <MenuItem label=i18n.text(words::COPY_ID) on_click=move |()| copy.run(id())/>
                <MenuItem label=i18n.text(words::COPY_URI) on_click=move |()| copy.run(seen.with_untracked(|s| s.job.uri.clone()))/>
                <MenuItem
                    label=i18n.text(words::COPY_CLI)
                    on_click=move |()| copy.run(line())
                />
            </Menu>
        </div>
        {move || {
            saving
                .get()
                .then(|| {
                    let job = seen.with_untracked(|s| s.job.clone());
                    view! { <SaveDialog job on_close=move |()| saving.set(false)/> }
                })
        }}
        {move || {
            sharing
                .get()
                .then(|| {
                    let (id, name) = seen.with_untracked(|s| (StoredValue::new(s.job.id.clone()), label(&s.job)));
                    view! { <LinksDialog id name on_close=move |()| sharing.set(false)/> }
                })
        }}
    }
}
