//! The list of grants that is about to be taken back, frozen as it was read; what that takes from whom; and what became of each.

use super::why::{right_class, right_word};
use crate::client::{Failure, Leash, use_client};
use crate::i18n::{
    I18n, Phrase,
    catalogue::{audit as words, common},
    use_i18n,
};
use crate::queries::audit;
use crate::rules::audit::Loss;
use crate::ui::{
    button::{Button, Kind},
    dialog::Dialog,
    state::Note,
};
use api::audit::{Revocation, RevocationEvent, RevocationOutcome};
use leptos::{prelude::*, task::spawn_local};
use std::collections::BTreeMap;

/// How far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    Reviewing,
    Revoking,
    Done { revoked: u32 },
    Broken(Failure),
}

/// What is about to be taken back.
#[derive(Clone)]
pub(super) struct Frozen {
    pub(super) items: Vec<Revocation>,
    /// What that takes from whom.
    pub(super) lost: Loss,
    /// Whether all are taken back or none.
    pub(super) is_atomic: bool,
}

/// What became of a row: its outcome, and why.
type Outcomes = BTreeMap<u32, (RevocationOutcome, Option<String>)>;

/// The dialog.
#[component]
pub(super) fn Review(
    frozen: Frozen,
    /// Told whether anything may have changed.
    on_close: Callback<bool>,
) -> impl IntoView {
    let (i18n, client) = (use_i18n(), use_client());
    let Frozen { items, lost, is_atomic } = frozen;
    let stage = RwSignal::new(Stage::Reviewing);
    let outcomes = RwSignal::new(Outcomes::new());
    let leash = Leash::new();
    let count = items.len() as u64;
    let list = StoredValue::new(items.clone());
    let close = Callback::new(move |()| match stage.get_untracked() {
        // What is under way is not left alone: nobody would know how it ended.
        Stage::Revoking => {}
        Stage::Reviewing => on_close.run(false),
        Stage::Done { .. } | Stage::Broken(_) => on_close.run(true),
    });
    let go = move |()| {
        stage.set(Stage::Revoking);
        spawn_local(async move {
            let done = audit::revoke(client, list.get_value(), leash, |event| {
                if let RevocationEvent::Row { index, outcome, problem, .. } = event {
                    let why = problem.map(|problem| problem.message);
                    drop(outcomes.try_update(|outcomes| outcomes.insert(index, (outcome, why))));
                }
            });
            let end = match done.await {
                Ok(revoked) => Stage::Done { revoked },
                Err(failure) => Stage::Broken(failure),
            };
            drop(stage.try_set(end));
        });
    };
    let what_is_lost = move || {
        if lost.rights == 0 {
            return i18n.now(words::REVIEW_NO_LOSS).to_owned();
        }
        let rights = i18n.count(words::LOST_RIGHTS, lost.rights as u64);
        format!("{rights} {}", i18n.count(words::LOST_PEOPLE, lost.people as u64))
    };
    let how = if is_atomic { words::REVIEW_ATOMIC } else { words::REVIEW_ONE_BY_ONE };
    let is_reviewing = Memo::new(move |_| stage.get() == Stage::Reviewing);
    let rows = items.into_iter().zip(0..).map(|(item, index)| view! { <Row item index outcomes/> }).collect_view();
    view! {
        <Dialog title=i18n.text(words::REVIEW_TITLE) on_close=close>
            {move || {
                is_reviewing
                    .get()
                    .then(|| {
                        view! {
                            <p class="dialog-text">{i18n.text(words::REVIEW_TEXT)} " " {i18n.text(how)}</p>
                            <p class="dialog-text" role="status">{what_is_lost}</p>
                            {lost.own.then(|| view! { <Note text=i18n.text(words::REVIEW_OWN)/> })}
                        }
                    })
            }}
            <div aria-live="polite">{move || said(i18n, &stage.get())}</div>
            <ul class="dialog-list audit-review" tabindex="0" aria-label=i18n.text(words::REVIEW_LIST)>{rows}</ul>
            <div class="dialog-actions">
                {move || {
                    if matches!(stage.get(), Stage::Done { .. } | Stage::Broken(_)) {
                        view! { <Button label=i18n.text(common::CLOSE) on_click=close/> }.into_any()
                    } else {
                        let busy = Signal::derive(move || stage.get() == Stage::Revoking);
                        let refusal = Signal::derive(move || busy.get().then(|| i18n.now(words::REVOKING).to_owned()));
                        view! {
                            <Button label=i18n.text(common::CANCEL) refusal on_click=close/>
                            <Button
                                label=Signal::derive(move || i18n.count(words::REVOKE_N, count))
                                kind=Kind::DangerSolid
                                busy
                                refusal
                                on_click=go
                            />
                        }
                            .into_any()
                    }
                }}
            </div>
        </Dialog>
    }
}

/// How it ended.
fn said(i18n: I18n, stage: &Stage) -> Option<AnyView> {
    let (text, is_bad) = match stage {
        Stage::Reviewing | Stage::Revoking => return None,
        Stage::Broken(failure) => (failure.message(i18n), true),
        Stage::Done { revoked: 0 } => {
            (format!("{} {}", i18n.now(words::RESULT_NONE), i18n.now(words::RESULT_LOOK)), true)
        }
        Stage::Done { revoked } => (i18n.count(words::RESULT_REVOKED, u64::from(*revoked)), false),
    };
    let text = Signal::stored(text);
    Some(view! { <Note text bad=is_bad/> }.into_any())
}

/// One grant of the list.
#[component]
fn Row(item: Revocation, index: u32, outcomes: RwSignal<Outcomes>) -> impl IntoView {
    let i18n = use_i18n();
    let outcome = Memo::new(move |_| outcomes.with(|outcomes| outcomes.get(&index).cloned()));
    view! {
        <li class="audit-review-row">
            <span class="truncate"><bdi>{item.principal}</bdi></span>
            <span class=format!("audit-right {}", right_class(item.action))>{i18n.text(right_word(item.action))}</span>
            <span class="mono muted audit-review-uri">{item.uri.to_string()}</span>
            {move || {
                outcome
                    .get()
                    .map(|(outcome, why)| {
                        let is_good = outcome == RevocationOutcome::Revoked;
                        view! {
                            <span class="tag" class:audit-tag-good=is_good class:audit-tag-bad=!is_good>{i18n.text(word(outcome))}</span>
                            {why.map(|why| view! { <span class="field-hint audit-review-why">{why}</span> })}
                        }
                    })
            }}
        </li>
    }
}

fn word(outcome: RevocationOutcome) -> Phrase {
    match outcome {
        RevocationOutcome::Revoked => words::OUTCOME_REVOKED,
        RevocationOutcome::Changed => words::OUTCOME_CHANGED,
        RevocationOutcome::Failed => words::OUTCOME_FAILED,
        RevocationOutcome::Kept | RevocationOutcome::Unknown => words::OUTCOME_KEPT,
    }
}
