//! Whether what is on screen is live, and what the gateway says when it cannot be.

use crate::i18n::{catalogue::jobs, use_i18n};
use crate::queries::events::Feed;
use crate::ui::state::Note;
use leptos::prelude::*;

/// A mark beside a heading.
#[component]
pub(crate) fn FeedMark(#[prop(into)] feed: Signal<Feed>) -> impl IntoView {
    let i18n = use_i18n();
    move || {
        match feed.get() {
        Feed::Live => Some(view! { <span class="feed">{i18n.text(jobs::LIVE)}</span> }.into_any()),
        Feed::Broken | Feed::Refused(_) => Some(
            view! { <span class="feed feed-broken" role="status" title=i18n.text(jobs::RECONNECTING)>{i18n.text(jobs::LIVE_OFF)}</span> }
                .into_any(),
        ),
        Feed::Opening | Feed::Waiting(_) | Feed::Over => None,
    }
    }
}

/// Why nothing new can be told: the gateway's words while the cluster cannot be reached, or what refuses the stream.
#[component]
pub(crate) fn FeedNote(#[prop(into)] feed: Signal<Feed>) -> impl IntoView {
    let i18n = use_i18n();
    move || {
        let message = match feed.get() {
            Feed::Waiting(message) => message,
            Feed::Refused(failure) => failure.message(i18n),
            Feed::Opening | Feed::Live | Feed::Broken | Feed::Over => return None,
        };
        Some(view! { <div class="page-note"><Note text=Signal::stored(message)/></div> })
    }
}
