//! A push on its way, or one that stopped: lines as `docker push` shows them, speed, time left, and what can be done about it.

use super::waiting::Waiting;
use crate::i18n::{I18n, Phrase, catalogue::push, format::image_bytes, use_i18n};
use crate::rules::push::{self as rules, fault_text, line, of, pace};
use crate::stores::{
    confirm::{Question, use_confirm},
    push::{Standing, use_push},
};
use crate::ui::{
    button::{Button, Kind},
    state::Note,
};
use archive_protocol::{FaultCode, LayerLine, Stage, Tagged};
use leptos::prelude::*;

/// Progress is read out at each of so many percent.
const SAID_EVERY: u32 = 10;

/// The push.
#[component]
pub(crate) fn UnderWay() -> impl IntoView {
    let (i18n, store) = (use_i18n(), use_push());
    let failed = Memo::new(move |_| {
        store.standing.with(|standing| match standing {
            Standing::Failed(fault, tagged) => Some((fault.clone(), tagged.clone())),
            Standing::Idle | Standing::Running | Standing::Done(_) => None,
        })
    });
    let fault = Memo::new(move |_| failed.get().map(|(fault, _)| fault));
    let stage = Memo::new(move |_| store.progress.with(|progress| progress.stage));
    let count = Memo::new(move |_| store.progress.with(|progress| progress.layers.len()));
    let percent = Memo::new(move |_| store.progress.with(rules::percent));
    let said = Memo::new(move |_| percent.get() / SAID_EVERY * SAID_EVERY);
    let heading = move || i18n.now(if fault.with(Option::is_some) { push::FAILED } else { stage_phrase(stage.get()) });
    let numbers = move || {
        store.progress.with(|progress| {
            let done = of(i18n.lang(), progress.done_bytes, progress.total_bytes);
            let sent = i18n.fill(push::SENT, &[("sent", &image_bytes(i18n.lang(), progress.sent_bytes))]);
            let is_moving = progress.stage == Stage::Pushing && fault.with(Option::is_none);
            match is_moving.then(|| pace(i18n, progress)).flatten() {
                Some(pace) => format!("{done} · {pace} · {sent}"),
                None => format!("{done} · {sent}"),
            }
        })
    };
    view! {
        <section class="panel push-way">
            <div role="status"><h2>{heading}</h2></div>
            {move || {
                store
                    .targets
                    .get()
                    .into_iter()
                    .map(|target| view! { <p class="muted mono push-target">{i18n.fill(push::TO, &[("target", &target)])}</p> })
                    .collect_view()
            }}
            {move || {
                failed
                    .get()
                    .map(|(fault, tagged)| {
                        view! {
                            <Note bad=true text=Signal::derive(move || fault_text(i18n, &fault))/>
                            {tags(i18n, &tagged)}
                        }
                    })
            }}
            <progress
                class="push-bar"
                max="100"
                value=move || percent.get().to_string()
                aria-label=i18n.text(push::PROGRESS)
            ></progress>
            <p class="num push-numbers">{numbers}</p>
            <p class="visually-hidden" role="status">
                {move || i18n.fill(push::SAID, &[("percent", &said.get().to_string())])}
            </p>
            <Waiting/>
            <Acts stage fault=Signal::derive(move || fault.with(|f| f.as_ref().map(|f| f.code)))/>
            <ul class="push-lines" aria-label=i18n.text(push::LAYERS)>
                {move || (0..count.get()).map(|at| view! { <Line at/> }).collect_view()}
            </ul>
        </section>
    }
}

/// What stands in the registry of a push that stopped.
fn tags(i18n: I18n, tagged: &Tagged) -> AnyView {
    let said = |phrase, names: &[String]| {
        let names = names.join(", ");
        (!names.is_empty()).then(|| view! { <p class="muted">{i18n.fill(phrase, &[("names", &names)])}</p> })
    };
    match (said(push::TAGGED, &tagged.set), said(push::TAG_DOUBTFUL, &tagged.doubtful)) {
        (None, None) => view! { <p class="muted">{i18n.text(push::NOTHING_TAGGED)}</p> }.into_any(),
        said => view! { {said} }.into_any(),
    }
}

#[component]
fn Line(at: usize) -> impl IntoView {
    let (i18n, store) = (use_i18n(), use_push());
    let layer = Memo::new(move |_| store.progress.with(|progress| progress.layers.get(at).cloned()));
    let said = Memo::new(move |_| layer.with(|layer| layer.as_ref().map(|layer| line(i18n.lang(), layer))));
    let word = move || said.with(|said| said.as_ref().map(|(word, _)| *word));
    let far = move || said.with(|said| said.as_ref().and_then(|(_, far)| far.clone()));
    let id = move || layer.with(|layer: &Option<LayerLine>| layer.as_ref().map(|layer| layer.id.clone()));
    view! { <li class="push-line"><code>{id}</code> <span>{word}</span> <span>{far}</span></li> }
}

/// Pause, continue, cancel; after a fault, try again or go back, and cancel where what was sent takes the room that is missing.
#[component]
fn Acts(stage: Memo<Stage>, fault: Signal<Option<FaultCode>>) -> impl IntoView {
    let (i18n, store, confirm) = (use_i18n(), use_push(), use_confirm());
    let ask = Callback::new(move |()| {
        confirm.ask(Question {
            title: i18n.now(push::CANCEL_ASK).to_owned(),
            text: i18n.now(push::CANCEL_TEXT).to_owned(),
            notes: Vec::new(),
            targets: Vec::new(),
            act: i18n.now(push::CANCEL).to_owned(),
            on_yes: Callback::new(move |()| {
                confirm.close();
                store.cancel();
            }),
        });
    });
    let paused = Memo::new(move |_| stage.get() == Stage::Paused);
    view! {
        <div class="push-acts">
            {move || match (fault.get(), paused.get()) {
                (Some(code), _) => {
                    view! {
                        {code.passes().then(|| view! { <Button label=i18n.text(push::TRY_AGAIN) kind=Kind::Primary on_click=move |()| store.resume()/> })}
                        {(code == FaultCode::Quota).then(|| view! { <Button label=i18n.text(push::CANCEL) kind=Kind::Danger on_click=ask/> })}
                        <Button label=i18n.text(push::BACK) on_click=move |()| store.back()/>
                    }
                    .into_any()
                }
                (None, true) => {
                    view! {
                        <Button label=i18n.text(push::RESUME) kind=Kind::Primary on_click=move |()| store.resume()/>
                        <Button label=i18n.text(push::CANCEL) kind=Kind::Danger on_click=ask/>
                    }
                    .into_any()
                }
                (None, false) => {
                    view! {
                        <Button label=i18n.text(push::PAUSE) on_click=move |()| store.pause()/>
                        <Button label=i18n.text(push::CANCEL) kind=Kind::Danger on_click=ask/>
                    }
                    .into_any()
                }
            }}
        </div>
    }
}

fn stage_phrase(stage: Stage) -> Phrase {
    match stage {
        Stage::Preparing => push::PREPARING,
        Stage::Pushing => push::PUSHING,
        Stage::Paused => push::PAUSED,
        Stage::Waiting => push::WAITING,
        Stage::Verifying => push::VERIFYING,
    }
}
