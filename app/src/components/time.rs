//! Times as people read them, with the exact one at hand.

use crate::i18n::{format, use_i18n};
use crate::stores::clock::use_clock;
use jiff::Timestamp;
use leptos::prelude::*;

/// How long ago, counting on; the exact time on hover.
#[component]
pub(crate) fn TimeAgo(#[prop(into)] time: Signal<Timestamp>) -> impl IntoView {
    let (i18n, clock) = (use_i18n(), use_clock());
    // A memo, so that a page of rows touches the document only where the words change.
    let words = Memo::new(move |_| format::ago(i18n.lang(), clock.secs_since(time.get())));
    view! {
        <time class="num" datetime=move || time.get().to_string() title=move || format::date_time(i18n.lang(), time.get())>
            {move || words.get()}
        </time>
    }
}

/// Date and time in full.
#[component]
pub(crate) fn DateTime(#[prop(into)] time: Signal<Timestamp>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <time class="num" datetime=move || time.get().to_string()>{move || format::date_time(i18n.lang(), time.get())}</time>
    }
}
