//! What stands where the log would be while there is no line of it: each reason has its own words.

use super::Log;
use crate::i18n::{
    Phrase,
    catalogue::{common, logs},
    use_i18n,
};
use crate::logview::told::{Stream, Told};
use crate::ui::{button::Button, state::Empty};
use api::{
    jobs::{Job, JobStatus},
    logs::EndReason,
};
use leptos::prelude::*;

/// Why there is nothing to see.
#[derive(Clone, Debug, PartialEq)]
enum Why {
    Something,
    Opening,
    Quiet(Phrase, Phrase),
    Failed(Phrase),
    Refused(crate::client::Failure),
}

/// The words over an empty log.
#[component]
pub(super) fn Placeholder(log: Log, told: Told, job: Signal<Option<Job>>) -> impl IntoView {
    let i18n = use_i18n();
    let why = Memo::new(move |_| {
        if told.counts.with(|c| c.kept_rows > 0) {
            return Why::Something;
        }
        let status = job.with(|job| job.as_ref().map(|j| j.status));
        // Of a log that has lines nothing is here yet.
        let none_written = told.counts.with(|c| c.total_lines.unwrap_or(0) == 0);
        told.stream.with(|stream| match stream {
            Stream::Refused(failure) => Why::Refused(failure.clone()),
            Stream::Ended(EndReason::Gone) => Why::Failed(logs::STATE_GONE),
            Stream::Ended(EndReason::SignedOut) => Why::Failed(logs::STATE_SIGNED_OUT),
            Stream::Ended(EndReason::Forbidden) => Why::Failed(logs::STATE_FORBIDDEN),
            Stream::Ended(_) if none_written => Why::Quiet(logs::EMPTY_FINISHED, logs::EMPTY_FINISHED_TEXT),
            Stream::Waiting(_) | Stream::Broken => Why::Failed(logs::EMPTY_BROKEN_TEXT),
            _ if matches!(status, Some(JobStatus::Pending | JobStatus::Suspended)) => {
                Why::Quiet(logs::EMPTY_PENDING, logs::EMPTY_PENDING_TEXT)
            }
            Stream::CatchingUp | Stream::Live | Stream::Away if none_written => {
                Why::Quiet(logs::EMPTY_RUNNING, logs::EMPTY_RUNNING_TEXT)
            }
            Stream::Opening | Stream::CatchingUp | Stream::Live | Stream::Away | Stream::Ended(_) => Why::Opening,
        })
    });
    let retry = move |()| log.with_value(|log| log.retry());
    view! {
        {move || match why.get() {
            Why::Something => ().into_any(),
            Why::Opening => {
                view! { <div class="log-empty log-opening" role="status">{move || i18n.now(logs::EMPTY_OPENING)}</div> }.into_any()
            }
            Why::Quiet(title, text) => {
                view! { <div class="log-empty"><Empty title=i18n.text(title) text=i18n.text(text)/></div> }.into_any()
            }
            Why::Failed(text) => {
                view! {
                    <div class="log-empty">
                        <Empty title=i18n.text(logs::EMPTY_FAILED) text=i18n.text(text) failed=true>
                            <Button label=i18n.text(common::RETRY) on_click=retry/>
                        </Empty>
                    </div>
                }
                    .into_any()
            }
            Why::Refused(failure) => {
                let text = Signal::derive(move || failure.message(i18n));
                view! {
                    <div class="log-empty">
                        <Empty title=i18n.text(logs::EMPTY_FAILED) text failed=true>
                            <Button label=i18n.text(common::RETRY) on_click=retry/>
                        </Empty>
                    </div>
                }
                    .into_any()
            }
        }}
    }
}
