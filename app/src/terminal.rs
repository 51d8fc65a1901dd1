//! A terminal in a running job: the platform's channel frames on one side, xterm.js on the other.
//!
//! xterm.js is loaded when the first terminal is opened. What a process writes is a terminal's input, never markup.

mod credit;
mod keys;
mod leaving;
mod player;
mod session;
mod shell;
mod xterm;

use crate::i18n::{
    catalogue::{common, terminal as words},
    use_i18n,
};
use crate::stores::toasts::use_toasts;
use crate::ui::{
    button::Button,
    icon::{self, icon},
    state::Empty,
};
use api::jobs::{Job, JobStatus};
use keys::KeyRow;
use leptos::{html, prelude::*, task::spawn_local};
pub(crate) use player::Player;
use session::{Session, Stage};
use shell::{Shell, ShellChoice};

/// A terminal in one job.
#[component]
pub(crate) fn Terminal(
    /// The job's id.
    id: String,
    /// The job as far as it is known.
    #[prop(into)]
    job: Signal<Option<Job>>,
    /// Whether it is in sight. Out of sight a session goes on, and none begins.
    shown: Signal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let status = Memo::new(move |_| job.with(|job| job.as_ref().map_or(JobStatus::Running, |j| j.status)));
    let id = StoredValue::new(id);
    // A session goes on while the job runs; when it ends, what was on screen stays until the reader leaves.
    let ran = Memo::new(move |ran: Option<&bool>| {
        ran.copied().unwrap_or(false) || shown.get() && status.get() == JobStatus::Running
    });
    move || {
        if ran.get() {
            return view! { <Running id=id.get_value() status shown/> }.into_any();
        }
        let (title, text) = if status.get().is_finished() {
            (words::ENDED_TITLE, words::ENDED_TEXT)
        } else {
            (words::PENDING_TITLE, words::PENDING_TEXT)
        };
        view! { <div class="panel"><Empty title=i18n.text(title) text=i18n.text(text)/></div> }.into_any()
    }
}

/// The terminal of a job that runs, or ran when it was opened.
#[component]
fn Running(id: String, #[prop(into)] status: Signal<JobStatus>, shown: Signal<bool>) -> impl IntoView {
    let (i18n, toasts) = (use_i18n(), use_toasts());
    let shell = RwSignal::new(Shell::remembered());
    let reader = RwSignal::new(false);
    let host = NodeRef::<html::Div>::new();
    let frame = NodeRef::<html::Section>::new();
    crate::logview::reach_down(frame, shown);
    let session = Session::new(id.clone());
    let stage = session.stage;
    let start = Callback::new(move |()| {
        if let Some(host) = host.get_untracked() {
            let command = shell.with_untracked(Shell::command);
            session.start(host.into(), untrack(|| i18n.now(words::LABEL)), reader.get_untracked(), command);
        }
    });
    Effect::new(move |done: Option<()>| {
        if done.is_none() && host.get().is_some() {
            start.run(());
        }
    });
    on_cleanup(move || session.close());
    leaving::guard(session, id);
    Effect::new(move |was: Option<bool>| {
        let shown = shown.get();
        if shown && was == Some(false) {
            // What is still hidden takes no focus.
            request_animation_frame(move || session.focus());
        }
        shown
    });

    let copy = move |_| match session.selection() {
        Some(text) if !text.is_empty() => spawn_local(async move {
            if crate::stores::browser::copy(&text).await.is_err() {
                toasts.bad(untrack(|| i18n.now(common::COPY_FAILED)).to_owned());
            }
        }),
        _ => toasts.bad(untrack(|| i18n.now(words::COPY_NOTHING)).to_owned()),
    };
    let paste = move |_| {
        spawn_local(async move {
            match xterm::clipboard_text().await {
                Some(text) => session.paste(&text),
                None => toasts.bad(untrack(|| i18n.now(words::PASTE_FAILED)).to_owned()),
            }
        });
    };
    let words_of = move || {
        stage.with(|stage| match stage {
            Stage::Loading => i18n.now(words::LOADING).to_owned(),
            Stage::Connecting => i18n.now(words::CONNECTING).to_owned(),
            Stage::Open => i18n.now(words::OPEN).to_owned(),
            Stage::Ended { code, message } => {
                let text = i18n.fill(words::ENDED, &[("code", &code.to_string())]);
                message.as_ref().map_or(text.clone(), |message| format!("{text}: {message}"))
            }
            Stage::Refused(phrase) => i18n.now(*phrase).to_owned(),
            Stage::LoadFailed => i18n.now(words::LOAD_FAILED).to_owned(),
        })
    };
    let tone = move || {
        stage.with(|stage| match stage {
            Stage::Loading | Stage::Connecting => "wait",
            Stage::Open => "live",
            Stage::Ended { code: 0, .. } => "idle",
            Stage::Ended { .. } | Stage::Refused(_) | Stage::LoadFailed => "bad",
        })
    };
    let over =
        Memo::new(move |_| stage.with(|s| matches!(s, Stage::Ended { .. } | Stage::Refused(_) | Stage::LoadFailed)));
    let again = Signal::derive(move || {
        let phrase = stage.with(|s| if matches!(s, Stage::Refused(_)) { words::RECONNECT } else { words::START_NEW });
        i18n.now(phrase).to_owned()
    });
    let refusal =
        Signal::derive(move || (status.get() != JobStatus::Running).then(|| i18n.now(words::NOT_RUNNING).to_owned()));
    view! {
        <section class="term" node_ref=frame aria-label=move || i18n.now(words::LABEL)>
            <div class="log-bar" role="toolbar" aria-label=move || i18n.now(words::TOOLBAR)>
                <ShellChoice shell start/>
                <Button label=again on_click=start refusal/>
                <span class="log-bar-space"></span>
                <button type="button" class="button button-quiet" title=move || i18n.now(words::COPY) on:click=copy>
                    {icon(icon::COPY)}
                    <span class="log-bar-word">{move || i18n.now(common::COPY)}</span>
                </button>
                <button type="button" class="button button-quiet" title="Ctrl+Shift+V" on:click=paste>
                    <span>{move || i18n.now(words::PASTE)}</span>
                </button>
                <button
                    type="button"
                    class="button button-quiet button-icon"
                    aria-pressed=move || if reader.get() { "true" } else { "false" }
                    aria-label=move || i18n.now(words::READER)
                    title=move || i18n.now(words::READER)
                    on:click=move |_| {
                        reader.update(|on| *on = !*on);
                        session.reader(reader.get_untracked());
                    }
                >
                    {icon(icon::EYE)}
                </button>
            </div>
            <div class="term-frame" class:term-over=move || over.get()>
                <div class="term-host" node_ref=host data-own-keys=""></div>
                {move || stage.with(|s| *s == Stage::LoadFailed).then(|| view! {
                    <div class="log-empty">
                        <Empty title=i18n.text(words::LOAD_FAILED) text=i18n.text(words::LOAD_FAILED_TEXT) failed=true>
                            <Button label=i18n.text(common::RETRY) on_click=start/>
                        </Empty>
                    </div>
                })}
            </div>
            <div class="log-status">
                <span class="log-state" data-tone=tone role="status">
                    <span class="log-dot" aria-hidden="true"></span>
                    <span class="truncate">{words_of}</span>
                </span>
                {move || session.recorded.get().then(|| view! {
                    <span class="tag" role="status" title=i18n.text(words::RECORDED_TEXT)>{i18n.text(words::RECORDED)}</span>
                })}
                <span class="log-status-space"></span>
                <KeyRow session/>
            </div>
        </section>
    }
}
