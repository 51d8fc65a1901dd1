//! Who has access, through what, and what is noted to be changed about it.

use super::state::ShareState;
use crate::i18n::{I18n, catalogue::sharing as words, use_i18n};
use crate::paths;
use crate::rules::access::{because, changed_at, granted_alike, word};
use crate::stores::{browser, session::use_session, sharing::use_sharing};
use crate::ui::{
    button::{Button, Kind},
    icon,
};
use api::access::{Action, Holder, PrincipalKind};
use leptos::prelude::*;
use std::sync::Arc;

/// The list: those who have access, and those who are to get it.
#[component]
pub(super) fn Holders(state: ShareState, can_manage: bool) -> impl IntoView {
    let i18n = use_i18n();
    let rows = Memo::new(move |_| {
        let turn = state.turn.get();
        let mut rows: Vec<(u32, Arc<Holder>)> =
            state.with(|sharing| sharing.holders.iter().map(|holder| (turn, Arc::new(holder.clone()))).collect());
        state.draft.with(|draft| {
            for wish in draft.wishes() {
                if !rows.iter().any(|(_, holder)| holder.principal == wish.principal) {
                    rows.push((turn, Arc::new(nobody_yet(&wish.principal))));
                }
            }
        });
        rows
    });
    view! {
        <section aria-labelledby="share-holders">
            <h3 id="share-holders" class="share-heading">{i18n.text(words::HAS_ACCESS)}</h3>
            {move || rows.with(Vec::is_empty).then(|| view! { <p class="muted">{i18n.text(words::NO_HOLDERS)}</p> })}
            <ul class="holders">
                <For each=move || rows.get() key=|(turn, holder)| (*turn, holder.principal.clone()) let((_, holder))>
                    <Row state holder can_manage/>
                </For>
            </ul>
        </section>
    }
}

/// Somebody who is to get access.
fn nobody_yet(principal: &str) -> Holder {
    let (principal, kind) = (principal.to_owned(), PrincipalKind::Unknown);
    Holder { principal, kind, action: None, grants: Vec::new(), reasons: Vec::new() }
}

#[component]
fn Row(state: ShareState, holder: Arc<Holder>, can_manage: bool) -> impl IntoView {
    let (i18n, session) = (use_i18n(), use_session());
    let who = StoredValue::new(holder.principal.clone());
    let has_grant = !holder.grants.is_empty();
    let held = granted_alike(&holder.grants, state.with(|sharing| sharing.targets.len()));
    let is_new = holder.action.is_none() && holder.reasons.is_empty() && !has_grant;
    let wish = Memo::new(move |_| state.draft.with(|draft| who.with_value(|who| draft.find(who).cloned())));
    let is_me = untrack(move || session.user()) == holder.principal;
    let mark = move || {
        let wish = wish.get()?;
        Some(match wish.action {
            None => view! { <span class="tag tag-going">{i18n.text(words::GOING)}</span> },
            Some(_) if is_new => view! { <span class="tag tag-new">{i18n.text(words::NEW)}</span> },
            Some(_) => view! { <span class="tag tag-new">{i18n.text(words::CHANGED)}</span> },
        })
    };
    let action = holder.action;
    let label_with = move |phrase| Signal::derive(move || i18n.fill(phrase, &[("who", &who.get_value())]));
    let control = move || {
        let noted = wish.get();
        let going = noted.as_ref().is_some_and(|wish| wish.action.is_none());
        if !can_manage || going || !(has_grant || noted.is_some()) {
            let text = match action {
                Some(action) => i18n.now(word(action)),
                None => i18n.now(words::NOT_ALL),
            };
            return view! { <span class="tag">{text}</span> }.into_any();
        }
        let chosen = noted.and_then(|wish| wish.action).or(held).or(action).unwrap_or(Action::Read);
        let label = label_with(words::AS);
        let choose = move |event| {
            let chosen = event_target_value(&event);
            let action = Action::ALL.into_iter().find(|one| one.as_str() == chosen);
            state.wish(&who.get_value(), action);
        };
        view! {
            <select class="input holder-as" aria-label=move || format!("{} · {}", who.get_value(), label.get()) on:change=choose>
                {Action::ALL
                    .map(|one| view! { <option value=one.as_str() selected=one == chosen>{i18n.text(word(one))}</option> })
                    .collect_view()}
            </select>
        }
        .into_any()
    };
    // One button takes the other's place.
    let id = format!("holder-{}", holder.principal);
    let acting = StoredValue::new(id.clone());
    let refocus = move || {
        let id = acting.get_value();
        request_animation_frame(move || browser::focus_in(&id, "button"));
    };
    let act = move || {
        if !can_manage {
            return None;
        }
        if wish.with(Option::is_some) {
            let keep = move |()| {
                state.draft.update(|draft| draft.forget(&who.get_value()));
                refocus();
            };
            let label = label_with(words::KEEP_LABEL);
            return Some(
                view! { <Button label kind=Kind::Quiet bare=true picture=icon::UNDO on_click=keep/> }.into_any(),
            );
        }
        has_grant.then(|| {
            let label = label_with(words::REVOKE_LABEL);
            let revoke = move |()| {
                state.wish(&who.get_value(), None);
                refocus();
            };
            view! { <Button label kind=Kind::Quiet bare=true picture=icon::CLOSE on_click=revoke/> }.into_any()
        })
    };
    let reasons = reasons(i18n, state, &holder);
    view! {
        <li id=id class="holder" class:holder-going=move || wish.with(|wish| wish.as_ref().is_some_and(|w| w.action.is_none()))>
            <div class="holder-who">
                <span class="holder-name">{holder.principal.clone()}</span>
                {(holder.kind == PrincipalKind::Role).then(|| view! { <span class="muted">{i18n.text(words::ROLE)}</span> })}
                {is_me.then(|| view! { <span class="muted">{i18n.text(words::YOU)}</span> })}
                {mark}
            </div>
            {reasons}
            <div class="holder-control">{control} {act}</div>
        </li>
    }
}

/// Through what they have it; what comes from elsewhere leads there.
fn reasons(i18n: I18n, state: ShareState, holder: &Holder) -> AnyView {
    let (session, store) = (use_session(), use_sharing());
    let targets = state.with(|sharing| sharing.targets.clone());
    let cluster = untrack(move || session.session()).map(|session| session.cluster).unwrap_or_default();
    let lines = holder.reasons.iter().map(|reason| {
        let href = changed_at(reason, &targets, &cluster).and_then(|uri| paths::of_uri(&uri));
        let (reason, targets) = (reason.clone(), targets.clone());
        let text = move || format!("{}: {}", i18n.now(word(reason.action)), because(i18n, &reason, &targets));
        let link = href.map(|href| {
            view! { " " <a href=href on:click=move |_| store.close()>{i18n.text(words::CHANGE_THERE)}</a> }
        });
        view! { <li>{text} {link}</li> }
    });
    let lines = lines.collect_view();
    view! { <ul class="holder-why">{lines}</ul> }.into_any()
}
