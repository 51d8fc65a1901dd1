//! What stands there while an audit is gathered, and what it could not learn.

use crate::i18n::{Phrase, catalogue::audit as words, format, use_i18n};
use crate::queries::audit::Progress;
use crate::ui::{
    icon::{ALERT, icon},
    state::Skeleton,
};
use api::audit::AuditGap;
use leptos::prelude::*;

/// How far the gathering has come.
#[component]
pub(super) fn Gathering(progress: RwSignal<Progress>) -> impl IntoView {
    let i18n = use_i18n();
    let number = move |n| format::integer(i18n.lang(), n);
    let images = move || i18n.fill(words::GATHERING_IMAGES, &[("n", &number(progress.get().images))]);
    let people = move || {
        let Progress { people, people_total, .. } = progress.get();
        i18n.fill(words::GATHERING_PEOPLE, &[("n", &number(people)), ("total", &number(people_total))])
    };
    view! {
        <div class="panel pages-loading">
            <div role="status">
                <p><strong>{i18n.text(words::GATHERING)}</strong></p>
                <p class="muted num">{images}</p>
                {move || (progress.get().people_total > 0).then(|| view! { <p class="muted num">{people}</p> })}
            </div>
            <Skeleton class="w-long"/>
            <Skeleton class="w-mid"/>
            <Skeleton class="w-long"/>
        </div>
    }
}

/// What an audit does not know, so that nobody takes silence for safety.
#[component]
pub(super) fn Gaps(gaps: Vec<AuditGap>) -> impl IntoView {
    let i18n = use_i18n();
    (!gaps.is_empty()).then(|| {
        view! {
            <div class="note note-wait audit-gaps" role="status">
                {icon(ALERT)}
                <div>
                    <p>{i18n.text(words::GAPS)}</p>
                    <ul>{gaps.into_iter().map(|gap| view! { <li>{i18n.text(phrase(gap))}</li> }).collect_view()}</ul>
                </div>
            </div>
        }
    })
}

fn phrase(gap: AuditGap) -> Phrase {
    match gap {
        AuditGap::Pulls => words::GAP_PULLS,
        AuditGap::Jobs => words::GAP_JOBS,
        AuditGap::People => words::GAP_PEOPLE,
        AuditGap::Places => words::GAP_PLACES,
        AuditGap::Grants => words::GAP_GRANTS,
        AuditGap::TooManyPeople => words::GAP_TOO_MANY_PEOPLE,
        AuditGap::TooManyImages => words::GAP_TOO_MANY_IMAGES,
        AuditGap::Unknown => words::GAP_UNKNOWN,
    }
}

/// What is said of an image without a known use.
pub(super) fn unused_word(gaps: &[AuditGap]) -> Phrase {
    let is_known = !gaps.iter().any(|gap| matches!(gap, AuditGap::Pulls | AuditGap::Jobs));
    if is_known { words::NEVER } else { words::UNKNOWN_USE }
}
