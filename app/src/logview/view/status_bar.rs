//! The line under the log: how the stream stands, what is kept, what is not.

use super::Log;
use crate::i18n::{
    Phrase,
    catalogue::{common, logs},
    format, use_i18n,
};
use crate::logview::told::{Stream, Told};
use api::logs::EndReason;
use leptos::prelude::*;

/// The line.
#[component]
pub(super) fn StatusBar(log: Log, told: Told) -> impl IntoView {
    let i18n = use_i18n();
    let number = move |n: u64| format::integer(i18n.lang(), n);
    let state = Memo::new(move |_| {
        let held = told.counts.with(|c| c.held);
        told.stream.with(|s| state_of(s, held))
    });
    let why = move || {
        told.stream.with(|stream| match stream {
            Stream::Waiting(message) => Some(message.clone()),
            Stream::Refused(failure) => Some(failure.message(i18n)),
            Stream::Opening | Stream::CatchingUp | Stream::Live | Stream::Broken | Stream::Ended(_) | Stream::Away => {
                None
            }
        })
    };
    let count = move |value: u64, short: Phrase, long: Phrase| {
        (value > 0).then(|| {
            let n = number(value);
            view! {
                <span class="log-count log-count-lost" title=i18n.fill(long, &[("n", &n)])>
                    {i18n.fill(short, &[("n", &n)])}
                </span>
            }
        })
    };
    let kept = move || {
        let counts = told.counts.get();
        let (n, bytes) = (number(counts.kept_rows), format::bytes(i18n.lang(), counts.kept_bytes));
        view! {
            <span class="log-count" title=i18n.fill(logs::KEPT_LABEL, &[("n", &n), ("bytes", &bytes)])>
                {i18n.fill(logs::KEPT, &[("n", &n)])} " · " {bytes.clone()}
            </span>
        }
    };
    let in_view = move || {
        let counts = told.counts.get();
        counts.in_view.map(|(first, last)| {
            let total = counts.total_lines.map_or_else(|| "?".to_owned(), number);
            i18n.fill(logs::IN_VIEW, &[("first", &number(first)), ("last", &number(last)), ("total", &total)])
        })
    };
    let page_failed = move || {
        log.with_value(|log| {
            // Tracks the counts: they change when a page comes or fails.
            let _ = told.counts.get();
            log.core.borrow().page_failed
        })
    };
    view! {
        <div class="log-status">
            <span class="log-state" data-tone=move || state.get().0 role="status" title=why>
                <span class="log-dot" aria-hidden="true"></span>
                <span class="truncate">{move || i18n.now(state.get().1)}</span>
            </span>
            {move || told.counts.with(|c| c.paging).then(|| view! { <span class="log-count">{i18n.now(logs::EARLIER_LOADING)}</span> })}
            {move || page_failed().then(|| view! {
                <span class="log-count log-count-lost">
                    {i18n.now(logs::EARLIER_FAILED)} " "
                    <button type="button" class="log-link" on:click=move |_| log.with_value(|log| log.retry_page())>
                        {i18n.now(common::RETRY)}
                    </button>
                </span>
            })}
            <span class="log-status-space"></span>
            <span class="log-count log-in-view num">{in_view}</span>
            {move || count(told.counts.with(|c| c.gaps), logs::GAPS, logs::GAPS_LABEL)}
            {move || count(told.counts.with(|c| c.skipped_lines), logs::SKIPPED, logs::SKIPPED_LABEL)}
            {move || count(told.counts.with(|c| c.dropped_rows), logs::DROPPED, logs::DROPPED_LABEL)}
            <span class="num">{kept}</span>
        </div>
    }
}

/// The tone of the dot and the words beside it.
fn state_of(stream: &Stream, held: bool) -> (&'static str, Phrase) {
    match stream {
        Stream::Opening => ("wait", logs::STATE_OPENING),
        Stream::CatchingUp | Stream::Live if held => ("idle", logs::STATE_HELD),
        Stream::CatchingUp => ("wait", logs::STATE_CATCHING_UP),
        Stream::Live => ("live", logs::STATE_LIVE),
        Stream::Waiting(_) => ("wait", logs::STATE_WAITING),
        Stream::Broken => ("bad", logs::STATE_BROKEN),
        Stream::Ended(EndReason::Gone) => ("bad", logs::STATE_GONE),
        Stream::Ended(EndReason::SignedOut) => ("bad", logs::STATE_SIGNED_OUT),
        Stream::Ended(EndReason::Forbidden) => ("bad", logs::STATE_FORBIDDEN),
        Stream::Ended(_) => ("idle", logs::STATE_FINISHED),
        Stream::Refused(_) => ("bad", logs::STATE_REFUSED),
        Stream::Away => ("idle", logs::STATE_AWAY),
    }
}
