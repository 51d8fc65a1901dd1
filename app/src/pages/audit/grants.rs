//! The grants themselves: a list to choose from, for taking back what was chosen.

use super::{
    Facts, Shared,
    filters::{Filters, clear},
    long_table::{LongTable, head},
    revoke::{Frozen, Review},
    why::{right_class, right_word},
};
use crate::components::time::TimeAgo;
use crate::i18n::{catalogue::audit as words, format, use_i18n};
use crate::paths;
use crate::queries::audit::Audit;
use crate::rules::audit::{loss, may_revoke};
use crate::stores::session::use_session;
use crate::ui::{
    button::{Button, Kind},
    icon,
    state::Empty,
};
use api::audit::{REVOCATIONS_MAX, Revocation};
use leptos::prelude::*;
use platform::permission::{Grant, PrincipalKind, is_everywhere};
use std::{collections::BTreeSet, sync::Arc};

/// The list, and the dialog above it. What that is about stays as it was read, whatever comes or fails behind it.
#[component]
pub(super) fn GrantsView(shared: Shared) -> impl IntoView {
    let frozen = RwSignal::new(None::<Frozen>);
    let on_close = Callback::new(move |is_done: bool| {
        frozen.set(None);
        if is_done {
            shared.reload();
        }
    });
    view! {
        <Facts shared view=move |audit| view! { <Grants shared audit frozen/> }.into_any()/>
        {move || frozen.get().map(|frozen| view! { <Review frozen on_close/> })}
    }
}

/// The list of one audit.
#[component]
fn Grants(shared: Shared, audit: Arc<Audit>, frozen: RwSignal<Option<Frozen>>) -> impl IntoView {
    let (i18n, session) = (use_i18n(), use_session());
    let reader = StoredValue::new(session.user());
    let narrowing = Memo::new(move |_| shared.asked.get().narrowing);
    let shown = {
        let audit = audit.clone();
        Memo::new(move |_| narrowing.with(|narrowing| audit.review.grants(narrowing)))
    };
    // By place in the facts; a newer audit is a newer list, with nothing chosen.
    let chosen = RwSignal::new(BTreeSet::<u32>::new());
    let total = Signal::derive(move || shown.with(Vec::len));
    let count = Memo::new(move |_| chosen.with(BTreeSet::len));
    let refusal = Signal::derive(move || match count.get() {
        0 => Some(i18n.now(words::SELECT_SOME).to_owned()),
        n if n > REVOCATIONS_MAX => {
            let most = format::integer(i18n.lang(), REVOCATIONS_MAX as u64);
            Some(i18n.fill(words::TOO_MANY_SELECTED, &[("n", &most)]))
        }
        _ => None,
    });
    let review = {
        let audit = audit.clone();
        move |()| {
            let grants = &audit.review.policy().facts().grants;
            let items = chosen.get_untracked().into_iter().map(|n| {
                let Grant { principal, uri, action, .. } = grants[n as usize].clone();
                Revocation { principal, uri, action }
            });
            let items: Vec<_> = items.collect();
            let lost = loss(&audit.review, &reader.get_value(), &items);
            frozen.set(Some(Frozen { items, lost, is_atomic: audit.capability.atomic }));
        }
    };
    let select_all = {
        let audit = audit.clone();
        move |()| {
            let policy = audit.review.policy();
            let mine = reader.get_value();
            let own = |n: &u32| may_revoke(policy, &mine, &policy.facts().grants[*n as usize]);
            chosen.set(shown.with_untracked(|shown| shown.iter().copied().filter(own).collect()));
        }
    };
    let has_any = !audit.review.policy().facts().grants.is_empty();
    let of_rows = audit.clone();
    let heads = view! {
        {head(view! { <span class="visually-hidden">{i18n.text(words::SELECT_ALL)}</span> })}
        {[words::COL_WHO, words::COL_ACTION, words::COL_ON, words::COL_GIVEN].map(|phrase| head(i18n.text(phrase))).collect_view()}
    }
    .into_any();
    view! {
        <Filters shared/>
        <Narrowed shared/>
        <div class="audit-acts">
            <span class="count num" role="status">
                {move || i18n.count(words::COUNT_GRANTS, total.get() as u64)}
                {move || (count.get() > 0).then(|| format!(" · {}", i18n.count(words::COUNT_SELECTED, count.get() as u64)))}
            </span>
            <Button label=i18n.text(words::SELECT_ALL) kind=Kind::Quiet on_click=select_all/>
            <Button label=i18n.text(words::SELECT_NONE) kind=Kind::Quiet on_click=move |()| chosen.set(BTreeSet::new())/>
            <Button
                label=Signal::derive(move || match count.get() {
                    0 => i18n.now(words::REVOKE).to_owned(),
                    n => i18n.count(words::REVOKE_N, n as u64),
                })
                kind=Kind::Danger
                picture=icon::TRASH
                refusal
                on_click=review
            />
        </div>
        {move || {
            (total.get() == 0)
                .then(|| {
                    if has_any {
                        view! {
                            <div class="panel">
                                <Empty title=i18n.text(words::NO_MATCH_TITLE) text=i18n.text(words::NO_MATCH_TEXT)>
                                    <Button label=i18n.text(words::CLEAR) on_click=move |()| clear(shared)/>
                                </Empty>
                            </div>
                        }
                            .into_any()
                    } else {
                        view! { <div class="panel"><Empty title=i18n.text(words::NO_GRANTS_TITLE) text=i18n.text(words::NO_GRANTS_TEXT)/></div> }
                            .into_any()
                    }
                })
        }}
        <LongTable
            class="audit-grants"
            label=i18n.text(words::GRANTS_TABLE)
            heads
            items=shown
            row=move |grant| view! { <GrantRow audit=of_rows.clone() grant chosen reader/> }.into_any()
            is_marked=Callback::new(move |grant| chosen.with(|chosen| chosen.contains(&grant)))
        />
    }
}

/// Of whom or of what these are, where the address names one; and the way back to all.
#[component]
fn Narrowed(shared: Shared) -> impl IntoView {
    let i18n = use_i18n();
    move || {
        let narrowing = shared.asked.get().narrowing;
        let uri = narrowing.thing.map(|uri| uri.to_string());
        let is_any = uri.is_some() || narrowing.principal.is_some();
        is_any.then(|| {
            view! {
                <div class="audit-about">
                    <button type="button" class="button button-quiet" on:click=move |_| clear(shared)>
                        {icon::icon(icon::BACK)} {i18n.text(words::ALL_OF_THEM)}
                    </button>
                    {narrowing.principal.map(|name| view! { <a href=paths::audit_of_person(&name)>{name.clone()}</a> })}
                    {uri.map(|uri| view! { <a class="mono truncate" href=paths::audit_of_image(&uri)>{uri.clone()}</a> })}
                </div>
            }
        })
    }
}

/// One grant.
#[component]
fn GrantRow(
    audit: Arc<Audit>,
    grant: u32,
    chosen: RwSignal<BTreeSet<u32>>,
    reader: StoredValue<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    let policy = audit.review.policy();
    let Grant { principal, uri, action, granted_by, granted_at } = policy.facts().grants[grant as usize].clone();
    let subject = audit.review.subject(&principal);
    let is_role = subject.is_some_and(|subject| subject.kind == PrincipalKind::Role);
    let has_left = subject.is_some_and(|subject| subject.has_left);
    let is_whole = uri.scheme() == "image" && is_everywhere(&uri);
    let may = may_revoke(policy, &reader.get_value(), &policy.facts().grants[grant as usize]);
    let is_chosen = Memo::new(move |_| chosen.with(|chosen| chosen.contains(&grant)));
    let uri = uri.to_string();
    let label = {
        let (who, uri) = (principal.clone(), uri.clone());
        move || i18n.fill(words::SELECT, &[("who", &who), ("uri", &uri)])
    };
    let toggle = move |_| {
        chosen.update(|chosen| {
            if !chosen.remove(&grant) {
                chosen.insert(grant);
            }
        });
    };
    view! {
            <span role="cell" class="audit-grant-pick">
                <input
                    type="checkbox"
                    aria-label=label
                    prop:checked=move || is_chosen.get()
                    disabled=!may
                    title=move || (!may).then(|| i18n.now(words::NOT_YOURS))
                    on:change=toggle
                />
            </span>
            <span role="cell" class="audit-reach-name">
                <a class="truncate" href=paths::audit_of_person(&principal)><bdi>{principal.clone()}</bdi></a>
                {is_role.then(|| view! { <span class="tag">{i18n.text(words::ROLE)}</span> })}
                {has_left.then(|| view! { <span class="tag audit-tag-bad">{i18n.text(words::HAS_LEFT)}</span> })}
            </span>
            <span role="cell">
                <span class=format!("audit-right {}", right_class(action))>{i18n.text(right_word(action))}</span>
            </span>
            <span role="cell" class="audit-reach-why">
                <span class="mono truncate" title=uri.clone()>{uri.clone()}</span>
                {is_whole.then(|| view! { <span class="tag audit-tag-bad">{i18n.text(words::WHOLE_CLUSTER)}</span> })}
            </span>
            <span role="cell" class="audit-reach-used muted truncate">
                {granted_by.map(|by| view! { <bdi>{by}</bdi> " " })}
                {granted_at.map(|at| view! { <TimeAgo time=Signal::stored(at)/> })}
            </span>
    }
}
