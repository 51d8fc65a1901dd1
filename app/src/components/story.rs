//! What happened to the job, step by step, in plain words.

use crate::components::status::{StatusBadge, reason_phrase};
use crate::i18n::{
    catalogue::{job as words, status},
    format, use_i18n,
};
use crate::queries::jobs::Seen;
use crate::stores::clock::use_clock;
use crate::ui::button::{Button, Kind};
use api::jobs::{JobStatus, Transition};
use leptos::prelude::*;
use std::sync::Arc;

/// Steps shown before somebody asks for all; a job that restarts for days has thousands.
const SHOWN: usize = 30;

/// The timeline.
#[component]
pub(crate) fn Story(seen: Memo<Arc<Seen>>) -> impl IntoView {
    let i18n = use_i18n();
    let all = RwSignal::new(false);
    let steps = Memo::new(move |_| seen.with(|s| s.job.transitions.clone()));
    let skipped = Memo::new(move |_| if all.get() { 0 } else { steps.with(Vec::len).saturating_sub(SHOWN) });
    let each = move || {
        steps.with(|steps| {
            let next = |i: usize| steps.get(i + 1).map(|s| s.time);
            steps.iter().enumerate().skip(skipped.get()).map(|(i, s)| (i, s.clone(), next(i))).collect::<Vec<_>>()
        })
    };
    view! {
        <section class="panel job-section">
            <h2>{i18n.text(words::STORY)}</h2>
            {move || steps.with(Vec::is_empty).then(|| view! { <p class="muted">{i18n.text(words::NO_STORY)}</p> })}
            {move || {
                let n = skipped.get();
                (n > 0)
                    .then(|| {
                        let label = Signal::derive(move || i18n.count(words::EARLIER_STEPS, n as u64));
                        view! { <Button label kind=Kind::Quiet on_click=move |()| all.set(true)/> }
                    })
            }}
            <ol class="story">
                <For each key=|(i, step, next)| (*i, step.time, next.is_some()) let((_, step, next))>
                    <Step step next/>
                </For>
            </ol>
        </section>
    }
}

#[component]
fn Step(
    step: Transition,
    /// When the next step came; None for the last.
    next: Option<jiff::Timestamp>,
) -> impl IntoView {
    let (i18n, clock) = (use_i18n(), use_clock());
    let (time, status) = (step.time, step.status);
    let plain = step
        .reason
        .as_deref()
        .and_then(reason_phrase)
        .or((status == JobStatus::Running).then_some(status::WHY_RUNNING));
    let took = move || {
        let secs = match next {
            Some(next) => Some(next.duration_since(time).as_secs().max(0).unsigned_abs()),
            None => status.is_active().then(|| clock.secs_since(time)),
        };
        secs.map(|secs| format::duration(i18n.lang(), secs))
    };
    view! {
        <li class="step">
            <div class="step-head">
                <StatusBadge status=status past=next.is_some()/>
                {step.reason.map(|reason| view! { <span class="step-reason mono">{reason}</span> })}
                <span class="step-time num">
                    <time datetime=time.to_string() title=move || format::date_time(i18n.lang(), time)>{move || format::time_of_day(i18n.lang(), time)}</time>
                    {move || took().map(|took| view! { <span class="step-took">{took}</span> })}
                </span>
            </div>
            {plain.map(|phrase| view! { <p class="step-words">{i18n.text(phrase)}</p> })}
            {step.description.filter(|d| !d.is_empty()).map(|text| view! { <pre class="step-said">{text}</pre> })}
            {step.exit_code.map(|code| view! { <p class="step-words">{i18n.text(words::EXIT_CODE)} ": " <span class="num">{code}</span></p> })}
        </li>
    }
}
