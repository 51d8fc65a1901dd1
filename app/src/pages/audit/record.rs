//! A table of what was done, the newest first: when and by whom, two cells that differ from list to list, and from where.

use crate::components::time::DateTime;
use crate::i18n::{Phrase, catalogue::audit as words, use_i18n};
use jiff::Timestamp;
use leptos::prelude::*;

/// The table; `heads` are those of the actor and of the two cells.
#[component]
pub(super) fn RecordTable(label: Phrase, heads: [Phrase; 3], children: Children) -> impl IntoView {
    let i18n = use_i18n();
    let [actor, first, second] = heads;
    let heads = [words::COL_WHEN, actor, first, second, words::COL_FROM]
        .map(|head| view! { <span role="columnheader">{i18n.text(head)}</span> });
    view! {
        <div class="panel audit-changes" role="table" aria-label=i18n.text(label)>
            <div role="rowgroup">
                <div class="audit-change audit-change-head" role="row">{heads.collect_view()}</div>
            </div>
            <div role="rowgroup">{children()}</div>
        </div>
    }
}

/// One row; `children` are its two cells.
#[component]
pub(super) fn Record(
    at: Timestamp,
    actor: AnyView,
    address: Option<String>,
    request_id: Option<String>,
    children: Children,
) -> impl IntoView {
    let i18n = use_i18n();
    let request = Signal::derive(move || request_id.as_ref().map(|id| i18n.fill(words::REQUEST, &[("id", id)])));
    view! {
        <div class="audit-change" role="row">
            <span role="cell"><DateTime time=Signal::stored(at)/></span>
            <span role="cell" class="truncate">{actor}</span>
            {children()}
            <span role="cell" class="muted truncate" title=move || request.get()>
                {address} " " <span class="audit-request">{move || request.get()}</span>
            </span>
        </div>
    }
}
