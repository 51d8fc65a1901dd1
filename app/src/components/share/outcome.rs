//! What saving would lead to, and why it was refused.

use super::state::{Foreseen, ShareState};
use crate::i18n::{I18n, catalogue::sharing as words, use_i18n};
use crate::rules::access::{because, word};
use crate::ui::state::{Note, Skeleton};
use api::access::{Basis, Effect, Preview};
use leptos::prelude::*;
use std::sync::Arc;

/// Who would gain or lose what.
#[component]
pub(super) fn Outcome(state: ShareState) -> impl IntoView {
    let i18n = use_i18n();
    let foreseen = move || match state.foreseen.get() {
        Foreseen::Nothing => None,
        Foreseen::Coming => Some(
            view! { <div role="status" aria-label=i18n.text(words::CHANGES_COMING)><Skeleton class="w-long"/></div> }
                .into_any(),
        ),
        Foreseen::Failed(failure) => {
            let text = Signal::derive(move || failure.message(i18n));
            Some(view! { <Note text bad=true/> }.into_any())
        }
        Foreseen::Known(preview) => Some(effects(i18n, state, &preview)),
    };
    view! {
        <section class="share-outcome" aria-live="polite" aria-label=i18n.text(words::CHANGES)>
            {move || {
                (!matches!(state.foreseen.get(), Foreseen::Nothing))
                    .then(|| view! { <h3 class="share-heading">{i18n.text(words::CHANGES)}</h3> })
            }}
            {foreseen}
        </section>
        <div aria-live="assertive">
            {move || {
                state
                    .failed
                    .get()
                    .map(|failure| {
                        let detail = failure.detail(i18n).map(|d| format!(" {d}")).unwrap_or_default();
                        view! { <p class="dialog-error">{failure.message(i18n)} {detail}</p> }
                    })
            }}
        </div>
    }
}

fn effects(i18n: I18n, state: ShareState, preview: &Arc<Preview>) -> AnyView {
    if preview.effects.is_empty() {
        return view! { <p class="muted">{i18n.text(words::CHANGES_NONE)}</p> }.into_any();
    }
    let own = state.with(|sharing| sharing.uri.clone());
    let lines = preview.effects.iter().map(|effect| line(i18n, effect, &own)).collect_view();
    let more = preview.partial.then(|| view! { <p class="muted">{i18n.text(words::CHANGES_PARTIAL)}</p> });
    let basis =
        (preview.basis != Basis::Facts).then(|| view! { <p class="muted">{i18n.text(words::BASIS_GRANTS)}</p> });
    view! { <ul class="effects">{lines}</ul> {more} {basis} }.into_any()
}

fn line(i18n: I18n, effect: &Effect, own: &str) -> AnyView {
    let effect = effect.clone();
    let gains = effect.after > effect.before;
    let elsewhere = effect.uri != own;
    let text = move || {
        let said = |action| i18n.now(word(action));
        let who = ("who", effect.principal.as_str());
        let mut text = match (effect.before, effect.after) {
            (None, Some(after)) => i18n.fill(words::GAINS, &[who, ("after", said(after))]),
            (Some(before), Some(after)) if gains => {
                i18n.fill(words::GAINS_MORE, &[who, ("before", said(before)), ("after", said(after))])
            }
            (Some(before), Some(after)) => {
                i18n.fill(words::KEEPS, &[who, ("before", said(before)), ("after", said(after))])
            }
            (Some(before), None) => i18n.fill(words::LOSES, &[who, ("before", said(before))]),
            (None, None) => String::new(),
        };
        if elsewhere {
            text = format!("{text} {}", i18n.fill(words::ON, &[("uri", &effect.uri)]));
        }
        // What they keep has another source, which is worth knowing.
        if let Some(reason) = effect.because.as_ref().filter(|_| !gains || effect.before.is_none()) {
            let why = because(i18n, reason, std::slice::from_ref(&effect.uri));
            if !reason.via.is_empty() || !gains {
                text = format!("{text} ({why})");
            }
        }
        text
    };
    view! { <li class=if gains { "effect effect-gain" } else { "effect effect-loss" }>{text}</li> }.into_any()
}
