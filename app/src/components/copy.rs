//! Copying with one click, and saying so.

use crate::i18n::{catalogue::common, use_i18n};
use crate::stores::{browser, toasts::use_toasts};
use crate::ui::{
    button::{Button, Kind},
    icon,
};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

/// Copies a text; says in the corner that the browser refused.
pub(crate) fn use_copy() -> Callback<String> {
    let (i18n, toasts) = (use_i18n(), use_toasts());
    Callback::new(move |text: String| {
        spawn_local(async move {
            match browser::copy(&text).await {
                Ok(()) => toasts.good(i18n.now(common::COPIED).to_owned()),
                Err(_) => toasts.bad(i18n.now(common::COPY_FAILED).to_owned()),
            }
        });
    })
}

/// An icon button that copies.
#[component]
pub(crate) fn CopyButton(
    /// Says what is copied.
    #[prop(into)]
    label: Signal<String>,
    #[prop(into)] text: Signal<String>,
) -> impl IntoView {
    let (i18n, toasts) = (use_i18n(), use_toasts());
    let done = RwSignal::new(false);
    let on_click = move |()| {
        let text = text.get_untracked();
        spawn_local(async move {
            if browser::copy(&text).await.is_err() {
                return toasts.bad(i18n.now(common::COPY_FAILED).to_owned());
            }
            done.try_set(true);
            set_timeout(
                move || {
                    done.try_set(false);
                },
                Duration::from_secs(2),
            );
        });
    };
    view! {
        // Not drawn anew for the tick: what is drawn within a part that the language draws anew, with a part of its own around the label, reads
        // the label once more when it is gone.
        <Button label on_click kind=Kind::Quiet bare=true picture=icon::COPY done/>
        <span class="visually-hidden" role="status">{move || done.get().then(|| i18n.now(common::COPIED))}</span>
    }
}
