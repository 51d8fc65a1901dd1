//! What was done in and to jobs that their logs do not tell: who, when, from where, in which job. For administrators.

use super::asked::{WordField, Words, use_words, word};
use super::record::{Record, RecordTable};
use crate::client::use_client;
use crate::components::pages::{Pages, Said};
use crate::i18n::{Phrase, catalogue::audit as words, format, use_i18n};
use crate::paths::{self, AuditTab};
use crate::queries::audit;
use crate::rules::job::short_id;
use api::audit::ActsSelector;
use leptos::prelude::*;
use platform::audit::{Act, ActKind};

/// Words of the address.
const KEYS: [&str; 2] = ["job", "actor"];

const SAID: Said = Said {
    failed: words::ACTS_FAILED,
    not_kept: Some((words::ACTS_NONE_TITLE, words::ACTS_NONE_TEXT)),
    closed: Some((words::ACTS_CLOSED_TITLE, words::ACTS_CLOSED_TEXT)),
    empty: (words::ACTS_EMPTY_TITLE, words::ACTS_EMPTY_TEXT),
};

/// The acts.
#[component]
pub(super) fn ActsView() -> impl IntoView {
    let (i18n, client) = (use_i18n(), use_client());
    let (filter, set) = use_words(AuditTab::Acts, KEYS);
    let pages = Pages::follow(filter, move |filter, cursor| {
        let selector = selector(filter, cursor);
        Some(async move { audit::acts(client, &selector).await })
    });
    view! {
        <p class="muted audit-about">{i18n.text(words::ACTS_ABOUT)}</p>
        <div class="filters audit-history-filters" role="search" aria-label=i18n.text(words::FILTERS)>
            <WordField id="acts-actor" key="actor" label=words::A_ACTOR filter set/>
            <WordField id="acts-job" key="job" label=words::A_JOB filter set/>
        </div>
        {pages.show(SAID, move || view! { <Acts acts=pages.entries/> }.into_any())}
    }
}

fn selector(filter: &Words, cursor: Option<String>) -> ActsSelector {
    ActsSelector { job: word(filter, "job"), actor: word(filter, "actor"), limit: None, cursor }
}

#[component]
fn Acts(acts: RwSignal<Vec<Act>>) -> impl IntoView {
    view! {
        <RecordTable label=words::ACTS_LIST heads=[words::A_ACTOR, words::COL_ACT, words::COL_JOB]>
            <For each=move || acts.get() key=|act| act.seq let(act)>
                <ActRow act/>
            </For>
        </RecordTable>
    }
}

#[component]
fn ActRow(act: Act) -> impl IntoView {
    let i18n = use_i18n();
    let Act { seq, at, actor, request_id, address, kind, job, detail, recording_bytes } = act;
    let recording = recording_bytes.map(|size_bytes| {
        let (what, job, who) = (detail.clone(), short_id(&job).to_owned(), actor.clone());
        let label = move || {
            let size = format::bytes(i18n.lang(), size_bytes);
            let what = if what.is_empty() { i18n.now(kind_word(kind)) } else { &what };
            i18n.fill(words::RECORDING_OF, &[("size", &size), ("what", what), ("job", &job), ("who", &who)])
        };
        view! {
            " "
            <a class="audit-recording" href=paths::recording(seq) aria-label=label>{i18n.text(words::RECORDING)}</a>
        }
    });
    let of_actor = paths::audit(AuditTab::Acts, [("actor", &actor)]);
    let actor = view! { <a href=of_actor><bdi>{actor}</bdi></a> }.into_any();
    view! {
        <Record at actor address request_id>
            <span role="cell">
                <span class="tag">{i18n.text(kind_word(kind))}</span>
                {(!detail.is_empty()).then(|| view! { " " <span class="mono audit-target">{detail}</span> })}
                {recording}
            </span>
            <span role="cell" class="truncate">
                <a href=paths::job(&job) class="mono" title=job.clone()>{short_id(&job).to_owned()}</a>
            </span>
        </Record>
    }
}

fn kind_word(kind: ActKind) -> Phrase {
    match kind {
        ActKind::Exec => words::ACT_EXEC,
        ActKind::Attach => words::ACT_ATTACH,
        ActKind::PortForward => words::ACT_PORT_FORWARD,
        ActKind::Kill => words::ACT_KILL,
        ActKind::Cancel => words::ACT_CANCEL,
        ActKind::Save => words::ACT_SAVE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_narrows_by_who_and_by_job_and_blank_words_do_not() {
        let filter = vec![("job", " job-1 ".to_owned()), ("actor", "  ".to_owned())];
        let asked = selector(&filter, Some("7".to_owned()));
        assert_eq!(asked.to_pairs(), [("job", "job-1".to_owned()), ("cursor", "7".to_owned())]);
    }
}
