//! The header's mark of a push: how far it is, and the way back to it.

use crate::i18n::{catalogue::push, use_i18n};
use crate::paths;
use crate::rules::push::percent;
use crate::stores::push::{Standing, use_push};
use leptos::prelude::*;

/// Shown as long as there is a push to speak of.
#[component]
pub(crate) fn PushMark() -> impl IntoView {
    let (i18n, store) = (use_i18n(), use_push());
    let percent = Memo::new(move |_| store.progress.with(percent));
    let state = move || {
        store.standing.with(|standing| match standing {
            Standing::Idle => None,
            Standing::Running => Some(i18n.fill(push::MARK_PERCENT, &[("percent", &percent.get().to_string())])),
            Standing::Failed(..) => Some(i18n.now(push::MARK_FAILED).to_owned()),
            Standing::Done(_) => Some(i18n.now(push::MARK_DONE).to_owned()),
        })
    };
    move || {
        state().map(|state| {
            view! {
                <a class="push-mark num" href=paths::IMAGES_PUSH>
                    <span class="wide-only">{i18n.text(push::MARK)} " "</span>
                    {state}
                </a>
            }
        })
    }
}
