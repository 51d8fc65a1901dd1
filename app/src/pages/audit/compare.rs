//! What differs between two moments: the facts, and the rights on images that follow from them.

use super::{
    change::{About, BeforeAfter, cut},
    gathering::Gathering,
    moment::{MomentField, moment},
};
use crate::client::{Failure, use_client};
use crate::components::{failed::Failed, stage::use_page_query};
use crate::i18n::{catalogue::audit as words, use_i18n};
use crate::paths::{self, AuditTab};
use crate::queries::{
    audit::{Audit, AuditQuery},
    jobs::Standing,
};
use crate::stores::browser;
use crate::ui::state::{Empty, Note};
use api::Code;
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use platform::{
    Uri,
    permission::{Action, FactChange, PrincipalKind, compare},
};
use std::sync::Arc;

/// Changes of facts, and of rights, that are shown.
const SHOWN: usize = 500;

/// A right that differs: principal, path of the image, before, after.
type Differs = (String, String, Action, Action);

/// The comparison.
#[component]
pub(super) fn Compare() -> impl IntoView {
    let (i18n, client) = (use_i18n(), use_client());
    let (query, navigate) = (use_page_query(), use_navigate());
    let from = Memo::new(move |_| query.with(|query| query.get("from")).unwrap_or_default());
    let to = Memo::new(move |_| query.with(|query| query.get("to")).unwrap_or_default());
    let set = Callback::new(move |(from, to): (String, String)| {
        let pairs = [("from", from), ("to", to)].into_iter().filter(|(_, text)| !text.is_empty());
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        navigate(&paths::audit(AuditTab::Compare, pairs), options);
    });
    let (before, after) = (AuditQuery::new(client), AuditQuery::new(client));
    let asked = Memo::new(move |_| {
        let begin = moment(&from.get()).ok_or(words::COMPARE_CHOOSE)?;
        let end = to.with(|to| (!to.is_empty()).then(|| moment(to)).flatten());
        let now = browser::now_ms() as i64;
        if begin.as_millisecond() > now || end.is_some_and(|end| end.as_millisecond() > now) {
            return Err(words::COMPARE_FUTURE);
        }
        if end.is_some_and(|end| end < begin) {
            return Err(words::COMPARE_TURNED);
        }
        Ok((begin, end))
    });
    let load = Callback::new(move |()| {
        if let Ok((begin, end)) = asked.get_untracked() {
            before.load(Some(begin.to_string()));
            after.load(end.map(|end| end.to_string()));
        }
    });
    Effect::new(move || {
        if asked.get().is_ok() {
            load.run(());
        }
    });
    let failure = Signal::derive(move || match (before.standing.get(), after.standing.get()) {
        (Standing::Failed(failure), _) | (_, Standing::Failed(failure)) => Some(failure),
        _ => None,
    });
    let is_ready =
        Memo::new(move |_| before.standing.get() == Standing::Ready && after.standing.get() == Standing::Ready);
    view! {
        <p class="muted audit-lead">{i18n.text(words::COMPARE_TEXT)}</p>
        <div class="filters audit-history-filters">
            <MomentField
                id="compare-from"
                label=i18n.text(words::COMPARE_FROM)
                value=from
                on_change=move |text| set.run((text, to.get_untracked()))
            />
            <MomentField
                id="compare-to"
                label=i18n.text(words::COMPARE_TO)
                value=to
                on_change=move |text| set.run((from.get_untracked(), text))
            />
        </div>
        {move || {
            if let Err(why) = asked.get() {
                return view! { <Note text=i18n.text(why)/> }.into_any();
            }
            if failure.with(|failure| failure.as_ref().and_then(Failure::code) == Some(Code::NotSupported)) {
                return view! {
                    <div class="panel"><Empty title=i18n.text(words::HISTORY_NONE_TITLE) text=i18n.text(words::HISTORY_NONE_TEXT)/></div>
                }
                .into_any();
            }
            if failure.with(Option::is_some) {
                return view! { <Failed title=i18n.text(words::FAILED_TITLE) failure on_retry=load/> }.into_any();
            }
            match (is_ready.get(), before.audit.get(), after.audit.get()) {
                (true, Some(before), Some(after)) => view! { <Differences before after/> }.into_any(),
                _ => view! { <Gathering progress=after.progress/> }.into_any(),
            }
        }}
    }
}

/// Both lists.
#[component]
fn Differences(before: Arc<Audit>, after: Arc<Audit>) -> impl IntoView {
    let i18n = use_i18n();
    let facts = compare(before.review.policy().facts(), after.review.policy().facts());
    let rights = rights(&before, &after);
    if facts.is_empty() && rights.is_empty() {
        return view! {
            <div class="panel"><Empty title=i18n.text(words::COMPARE_SAME) text=i18n.text(words::COMPARE_SAME_TEXT)/></div>
        }
        .into_any();
    }
    let (fact_count, right_count) = (facts.len(), rights.len());
    view! {
        <section class="panel audit-diff">
            <h2>{i18n.text(words::COMPARE_FACTS)} " " <span class="count num">{move || i18n.count(words::COUNT_CHANGES, fact_count as u64)}</span></h2>
            {move || cut(i18n, fact_count, SHOWN).map(|text| view! { <p class="muted">{text}</p> })}
            <ul class="audit-diff-list">
                {facts
                    .into_iter()
                    .take(SHOWN)
                    .map(|change| {
                        let FactChange { kind, principal, target, before, after } = change;
                        view! {
                            <li>
                                <span><About kind principal target/></span>
                                <BeforeAfter before=before.map(str::to_owned) after=after.map(str::to_owned)/>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </section>
        <section class="panel audit-diff">
            <h2>{i18n.text(words::COMPARE_RIGHTS)} " " <span class="count num">{move || i18n.count(words::COUNT_CHANGES, right_count as u64)}</span></h2>
            {move || cut(i18n, right_count, SHOWN).map(|text| view! { <p class="muted">{text}</p> })}
            {(right_count == 0).then(|| view! { <p class="muted">{i18n.text(words::COMPARE_NO_RIGHTS)}</p> })}
            <ul class="audit-diff-list">
                {rights
                    .into_iter()
                    .take(SHOWN)
                    .map(|(who, image, before, after)| {
                        let word = |action: Action| (action >= Action::Read).then(|| action.as_str().to_owned());
                        view! {
                            <li>
                                <span><a href=paths::audit_of_person(&who)><bdi>{who.clone()}</bdi></a> " " <span class="mono audit-target">{image}</span></span>
                                <BeforeAfter before=word(before) after=word(after)/>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </section>
    }
    .into_any()
}

/// The rights of users on images of today that differ.
fn rights(before: &Audit, after: &Audit) -> Vec<Differs> {
    let uris: Vec<Uri> = after.review.things().iter().map(|thing| thing.uri.clone()).collect();
    let users = |audit: &Audit| {
        let subjects = audit.review.subjects().iter().filter(|subject| subject.kind == PrincipalKind::User);
        subjects.map(|subject| subject.name.clone()).collect::<Vec<_>>()
    };
    let mut names = users(before);
    names.extend(users(after));
    names.sort_unstable();
    names.dedup();
    let (was, is) = (before.review.policy().matrix(&uris, &names), after.review.policy().matrix(&uris, &names));
    let path = |row: usize| uris[row].segments().get(1..).unwrap_or_default().join("/");
    was.differences(&is).map(|(row, column, then, now)| (names[column].clone(), path(row), then, now)).collect()
}
