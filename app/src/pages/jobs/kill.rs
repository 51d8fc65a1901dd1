//! Killing what is selected: an explicit list, frozen and reviewed before anything is done.

use crate::client::Client;
use crate::components::{lazy::chunk, status::status_phrase};
use crate::i18n::{I18n, catalogue::jobs, use_i18n};
use crate::queries::{
    job::kill,
    jobs::{JobsList, Row},
};
use crate::rules::job::{kill_refusal, label};
use crate::stores::{
    confirm::{Question, Target, use_confirm},
    toasts::{Toasts, use_toasts},
};
use crate::ui::{
    button::{Button, Kind},
    icon,
};
use futures::future::join_all;
use leptos::{prelude::*, task::spawn_local};
use std::collections::BTreeSet;

/// Kills at one time.
const AT_ONCE: usize = 6;
/// Failures spelled out in the notice.
const SPELLED_OUT: usize = 3;

/// What is selected of which list, in context.
#[derive(Clone, Copy)]
pub(super) struct Selection {
    pub(super) list: JobsList,
    pub(super) visible: Memo<Vec<Row>>,
    pub(super) selected: RwSignal<BTreeSet<String>>,
}

chunk!(
    small,
    /// Fetches the bar.
    fetch,
    SelectionBar
);

/// How many are selected and what can be done with them.
#[component]
fn SelectionBar() -> impl IntoView {
    let Selection { list, visible, selected } = expect_context();
    let (i18n, confirm, toasts, client) = (use_i18n(), use_confirm(), use_toasts(), crate::client::use_client());
    let rows = move || -> Vec<Row> { selected.with(|ids| ids.iter().filter_map(|id| list.row(id)).collect()) };
    let refusal = Signal::derive(move || {
        visible.track();
        let none = rows().iter().all(|row| row.seen.with(|seen| kill_refusal(&seen.job).is_some()));
        none.then(|| i18n.now(jobs::NOTHING_TO_KILL).to_owned())
    });
    let ask = Callback::new(move |()| {
        let (active, ended): (Vec<_>, Vec<_>) =
            rows().into_iter().map(|row| row.seen.get_untracked()).partition(|seen| kill_refusal(&seen.job).is_none());
        let targets: Vec<Target> = active
            .iter()
            .map(|seen| Target {
                id: seen.job.id.clone(),
                label: label(&seen.job),
                note: i18n.now(status_phrase(seen.job.status)).to_owned(),
            })
            .collect();
        let frozen = targets.clone();
        let mut notes = vec![i18n.now(jobs::KILL_ALREADY_DONE).to_owned()];
        if !ended.is_empty() {
            notes.push(i18n.count(jobs::SKIPPED_FINISHED, ended.len() as u64));
        }
        confirm.ask(Question {
            title: i18n.count(jobs::KILL_TITLE, targets.len() as u64),
            text: i18n.now(jobs::KILL_TEXT).to_owned(),
            notes,
            targets,
            act: i18n.now(jobs::KILL).to_owned(),
            on_yes: Callback::new(move |()| {
                selected.set(BTreeSet::new());
                spawn_local(kill_all(client, i18n, toasts, frozen.clone()));
            }),
        });
    });
    move || {
        let count = selected.with(BTreeSet::len) as u64;
        (count > 0).then(|| {
            view! {
                <div class="selection" role="region" aria-label=i18n.count(jobs::SELECTED, count)>
                    <strong role="status">{i18n.count(jobs::SELECTED, count)}</strong>
                    <Button label=i18n.text(jobs::SELECTION_CLEAR) kind=Kind::Quiet on_click=move |()| selected.set(BTreeSet::new())/>
                    <Button label=i18n.text(jobs::KILL_SELECTED) kind=Kind::Danger picture=icon::STOP refusal on_click=ask/>
                </div>
            }
        })
    }
}

async fn kill_all(client: Client, i18n: I18n, toasts: Toasts, targets: Vec<Target>) {
    let mut failed = Vec::new();
    for some in targets.chunks(AT_ONCE) {
        let answers = join_all(some.iter().map(|target| kill(client, &target.id))).await;
        failed.extend(some.iter().zip(answers).filter_map(|(target, answer)| Some((target, answer.err()?))));
    }
    let killed = (targets.len() - failed.len()) as u64;
    if killed > 0 {
        toasts.good(i18n.count(jobs::KILLED, killed));
    }
    if !failed.is_empty() {
        let spelled: Vec<_> = failed
            .iter()
            .take(SPELLED_OUT)
            .map(|(target, failure)| format!("{}: {}", target.label, failure.message(i18n)))
            .collect();
        toasts.bad(format!("{} {}", i18n.count(jobs::KILL_FAILED, failed.len() as u64), spelled.join(" ")));
    }
}
