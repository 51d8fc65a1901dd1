//! Status changes for those who listen: at most one sentence at a time.

use crate::components::status::status_phrase;
use crate::i18n::{catalogue::jobs, use_i18n};
use crate::queries::jobs::JobsList;
use crate::rules::job::label;
use leptos::prelude::*;

/// A hidden polite region that says what changed in the last draw.
#[component]
pub(super) fn Announcer(list: JobsList) -> impl IntoView {
    let i18n = use_i18n();
    let words = move || {
        list.changed.with(|changed| match changed.as_slice() {
            [] => None,
            [seen] => Some(i18n.fill(
                jobs::JUST_NOW_STATUS,
                &[("name", &label(&seen.job)), ("status", i18n.now(status_phrase(seen.job.status)))],
            )),
            many => Some(i18n.count(jobs::CHANGED, many.len() as u64)),
        })
    };
    view! { <p class="visually-hidden" aria-live="polite">{words}</p> }
}
