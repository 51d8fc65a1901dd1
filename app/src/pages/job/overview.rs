//! Everything about the job: its story, its details, its container, and the commands that show the same.

use crate::components::story::Story;
use crate::components::{copy::CopyButton, time::DateTime};
use crate::forms::job_run::restart_phrase;
use crate::i18n::{
    I18n, Phrase,
    catalogue::{common, job as words, units},
    format, use_i18n,
};
use crate::queries::jobs::Seen;
use crate::rules::cli::{self, Forward};
use crate::stores::session::use_session;
use crate::ui::{
    button::{Button, Kind},
    icon::EYE,
};
use api::jobs::{Job, JobCreate, JobStatus};
use leptos::prelude::*;
use std::sync::Arc;

/// The tab.
#[component]
pub(super) fn Overview(seen: Memo<Arc<Seen>>) -> impl IntoView {
    let i18n = use_i18n();
    // Drawn anew when something of the job changes but its times, which have places of their own.
    let job = Memo::new(move |_| {
        let mut job = seen.with(|s| s.job.clone());
        job.observed_at = job.created_at;
        job.run_time_secs = 0.0;
        job
    });
    let revealed = RwSignal::new(false);
    view! {
        <div class="job-columns">
            <div class="job-column">
                <Story seen/>
                <Commands job revealed/>
            </div>
            <div class="job-column">
                {move || job.with(|job| details(i18n, job))}
                {move || job.with(|job| container(i18n, job))}
                <Env job revealed/>
            </div>
        </div>
    }
}

fn row(i18n: I18n, name: Phrase, value: impl IntoView + 'static) -> AnyView {
    view! { <div class="fact"><dt>{i18n.text(name)}</dt><dd>{value}</dd></div> }.into_any()
}

fn copied(i18n: I18n, name: Phrase, value: String) -> AnyView {
    row(
        i18n,
        name,
        view! {
            <code class="fact-code">{value.clone()}</code>
            <CopyButton label=i18n.text(common::COPY) text=Signal::stored(value)/>
        },
    )
}

fn details(i18n: I18n, job: &Job) -> impl IntoView + use<> {
    let lang = i18n.lang();
    let place = match &job.org {
        Some(org) => format!("{org} / {}", job.project),
        None => job.project.clone(),
    };
    let minutes = |m: u32| format::duration(lang, u64::from(m) * 60);
    let unlimited = || i18n.now(common::UNLIMITED).to_owned();
    view! {
        <section class="panel job-section">
            <h2>{i18n.text(words::DETAILS)}</h2>
            <dl class="facts">
                {job.description.clone().map(|text| row(i18n, words::DESCRIPTION, text))}
                {(!job.tags.is_empty())
                    .then(|| {
                        let tags = job.tags.iter().map(|tag| view! { <span class="tag">{tag.clone()}</span> }).collect_view();
                        row(i18n, words::TAGS, view! { <span class="tags">{tags}</span> })
                    })}
                {copied(i18n, words::URI, job.uri.clone())}
                {row(i18n, words::WHERE, place)}
                {row(i18n, words::CLUSTER, job.cluster.clone())}
                {row(i18n, words::CREATED, view! { <DateTime time=job.created_at/> })}
                {job.started_at.map(|time| row(i18n, words::STARTED, view! { <DateTime time=time/> }))}
                {job.finished_at.map(|time| row(i18n, words::FINISHED, view! { <DateTime time=time/> }))}
                {row(i18n, words::LIFE_SPAN, job.life_span_minutes.map_or_else(unlimited, minutes))}
                {row(i18n, words::SCHEDULE_TIMEOUT, job.schedule_timeout_secs.map_or_else(unlimited, |s| format::duration(lang, s as u64)))}
                {row(i18n, words::RESTART_POLICY, i18n.text(restart_phrase(job.restart_policy)))}
                {row(i18n, words::PRICE, job.total_price_credits.clone())}
            </dl>
        </section>
    }
}

fn container(i18n: I18n, job: &Job) -> impl IntoView + use<> {
    let lang = i18n.lang();
    let container = &job.container;
    let own = |text: &Option<String>, name: Phrase| match text {
        Some(text) => copied(i18n, name, text.clone()),
        None => row(i18n, name, view! { <span class="muted">{i18n.text(words::IMAGE_OWN)}</span> }),
    };
    let cpu = format::decimal(lang, container.resources.cpu, 2);
    let cores = units::CORES
        .for_count(lang, if container.resources.cpu == 1.0 { 1 } else { container.resources.cpu.ceil() as u64 });
    let http = match (&job.http_url, container.http_port) {
        (Some(url), Some(port)) => {
            Some(format!("{url} ({})", i18n.fill(words::HTTP_PORT, &[("port", &port.to_string())])))
        }
        (None, Some(port)) => Some(match Forward::of(job).filter(|_| job.status == JobStatus::Running) {
            Some(Forward { command, url }) => {
                let parts = [("port", port.to_string()), ("command", command), ("url", url)];
                i18n.fill(words::HTTP_FORWARD, &parts.each_ref().map(|(name, text)| (*name, text.as_str())))
            }
            None => i18n.fill(words::HTTP_PORT, &[("port", &port.to_string())]),
        }),
        (url, None) => url.clone(),
    };
    view! {
        <section class="panel job-section">
            <h2>{i18n.text(words::CONTAINER)}</h2>
            <dl class="facts">
                {copied(i18n, words::IMAGE, container.image.clone())}
                {own(&container.command, words::COMMAND)}
                {own(&container.entrypoint, words::ENTRYPOINT)}
                {container.working_dir.clone().map(|dir| copied(i18n, words::WORKING_DIR, dir))}
                {job.preset.clone().map(|preset| row(i18n, words::PRESET, preset))}
                {row(i18n, words::CPU, cores.replace("{n}", &cpu))}
                {row(i18n, words::MEMORY, format::bytes(lang, container.resources.memory_bytes))}
                {http.map(|http| row(i18n, words::HTTP, http))}
                {row(i18n, words::TTY, i18n.text(if container.tty { words::YES } else { words::NO }))}
            </dl>
        </section>
    }
}

/// The environment; values stay hidden until asked for, for they are often secrets and screens are often shared.
#[component]
fn Env(
    job: Memo<Job>,
    /// Whether values are shown, here and in the commands.
    revealed: RwSignal<bool>,
) -> impl IntoView {
    let (i18n, shown) = (use_i18n(), revealed);
    let env = Memo::new(move |_| job.with(|j| j.container.env.clone()));
    let label =
        Signal::derive(move || i18n.now(if shown.get() { words::ENV_HIDE } else { words::ENV_REVEAL }).to_owned());
    view! {
        <section class="panel job-section">
            <div class="section-head">
                <h2>{i18n.text(words::ENV)}</h2>
                {move || {
                    (!env.with(std::collections::BTreeMap::is_empty))
                        .then(|| view! { <Button label kind=Kind::Quiet picture=EYE on_click=move |()| shown.update(|s| *s = !*s)/> })
                }}
            </div>
            {move || {
                if env.with(std::collections::BTreeMap::is_empty) {
                    return view! { <p class="muted">{i18n.text(words::ENV_NONE)}</p> }.into_any();
                }
                let rows = env
                    .get()
                    .into_iter()
                    .map(|(name, value)| {
                        let value = if shown.get() {
                            view! { <code class="fact-code">{value}</code> }.into_any()
                        } else {
                            view! {
                                <span class="muted" aria-hidden="true">"••••••"</span>
                                <span class="visually-hidden">{i18n.text(words::HIDDEN_VALUE)}</span>
                            }
                                .into_any()
                        };
                        view! { <div class="fact"><dt class="mono">{name}</dt><dd>{value}</dd></div> }
                    })
                    .collect_view();
                view! { <dl class="facts">{rows}</dl> }.into_any()
            }}
        </section>
    }
}

/// The platform CLI's commands for what this page shows.
#[component]
fn Commands(job: Memo<Job>, revealed: RwSignal<bool>) -> impl IntoView {
    let (i18n, session) = (use_i18n(), use_session());
    let lines = move || {
        job.with(|job| {
            let mut lines: Vec<_> = cli::watch(job).into_iter().map(|line| (line.clone(), line)).collect();
            let again = cli::again(job);
            let session = session.session();
            let line = |create: &JobCreate| cli::run(create, session.as_ref());
            let seen = if revealed.get() { line(&again) } else { line(&cli::masked(again.clone())) };
            lines.push((seen, line(&again)));
            lines
        })
    };
    view! {
        <section class="panel job-section">
            <h2>{i18n.text(words::AS_CLI)}</h2>
            {move || {
                lines()
                    .into_iter()
                    .map(|(seen, line)| {
                        view! {
                            <div class="command">
                                <code tabindex="0">{seen}</code>
                                <CopyButton label=i18n.text(common::COPY) text=Signal::stored(line)/>
                            </div>
                        }
                    })
                    .collect_view()
            }}
        </section>
    }
}
