//! A list of shares, narrowed by the address.

use crate::client::{Failure, use_client, with_query};
use crate::components::{failed::Failed, search::SearchField, stage::use_page_query, time::TimeAgo};
use crate::i18n::{
    I18n, Phrase,
    catalogue::{common, sharing as words},
    use_i18n,
};
use crate::paths::{self, SharedTab};
use crate::queries::access::{self, use_changer};
use crate::rules::access::word;
use crate::stores::{session::use_session, sharing::use_sharing, toasts::use_toasts};
use crate::ui::{
    button::{Button, Kind},
    icon,
    state::{Empty, Skeleton},
    table::PlainTable,
};
use api::access::Share;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

const KINDS: [(&str, Phrase); 4] =
    [("", words::KIND_ALL), ("image", words::KIND_IMAGE), ("job", words::KIND_JOB), ("role", words::KIND_ROLE)];

/// The list of one tab.
#[component]
pub(super) fn ShareList(tab: SharedTab) -> impl IntoView {
    let (i18n, client, store) = (use_i18n(), use_client(), use_sharing());
    let (query, navigate, toasts) = (use_page_query(), use_navigate(), use_toasts());
    let part = move |key: &'static str| Memo::new(move |_| query.with(|q| q.get(key)).unwrap_or_default());
    let (q, kind) = (part("q"), part("kind"));
    let go = Callback::new(move |(q, kind): (String, String)| {
        let pairs = [("view", tab.word().to_owned()), ("q", q), ("kind", kind)];
        let to = with_query(paths::SHARES, pairs.into_iter().filter(|(_, value)| !value.is_empty()));
        navigate(&to, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    });
    let shares = RwSignal::new(None::<Vec<Share>>);
    let next = RwSignal::new(None::<String>);
    let (failed, busy) = (RwSignal::new(None::<Failure>), RwSignal::new(false));
    let turn = StoredValue::new(0u32);
    let fetch = Callback::new(move |cursor: Option<String>| {
        let mine = turn.get_value() + 1;
        turn.set_value(mine);
        busy.set(true);
        let (q, kind) = (q.get_untracked(), kind.get_untracked());
        spawn_local(async move {
            let more = cursor.is_some();
            let answer = access::shares(client, tab, &kind, &q, cursor).await;
            if turn.try_get_value() != Some(mine) {
                return;
            }
            busy.set(false);
            match answer {
                Ok(page) => {
                    failed.set(None);
                    next.set(page.next);
                    shares.update(|shares| match shares {
                        Some(shares) if more => shares.extend(page.items),
                        _ => *shares = Some(page.items),
                    });
                }
                // What is shown stays.
                Err(failure) if more => toasts.failure(i18n, &failure),
                Err(failure) => failed.set(Some(failure)),
            }
        });
    });
    Effect::new(move || {
        q.track();
        kind.track();
        store.track_changes();
        fetch.run(None);
    });
    let (title, empty, empty_text) = match tab {
        SharedTab::ByMe => (words::BY_ME_FAILED, words::BY_ME_EMPTY, words::BY_ME_EMPTY_TEXT),
        SharedTab::WithMe | SharedTab::Roles => {
            (words::WITH_ME_FAILED, words::WITH_ME_EMPTY, words::WITH_ME_EMPTY_TEXT)
        }
    };
    let narrowed = Memo::new(move |_| !q.with(String::is_empty) || !kind.with(String::is_empty));
    let content = move || {
        if failed.with(Option::is_some) {
            return view! { <Failed title=i18n.text(title) failure=failed on_retry=move |()| fetch.run(None)/> }
                .into_any();
        }
        match shares.get() {
            None => view! {
                <div class="panel run-section" role="status" aria-label=i18n.text(common::LOADING)>
                    <Skeleton class="w-mid"/> <Skeleton class="w-long"/>
                </div>
            }
            .into_any(),
            Some(shares) if shares.is_empty() => {
                let (title, text) =
                    if narrowed.get() { (words::NO_MATCH, words::NO_MATCH_TEXT) } else { (empty, empty_text) };
                view! { <div class="panel"><Empty title=i18n.text(title) text=i18n.text(text)/></div> }.into_any()
            }
            Some(shares) => view! { <Table tab shares/> }.into_any(),
        }
    };
    view! {
        <div class="filters" role="search" aria-label=i18n.text(words::FILTER)>
            <SearchField
                id="shares-filter"
                label=i18n.text(words::FILTER)
                placeholder=i18n.text(words::FILTER)
                text=q
                on_settled=move |text: String| go.run((text, kind.get_untracked()))
            />
            <select
                class="input filter-select"
                aria-label=i18n.text(words::KIND)
                on:change=move |event| go.run((q.get_untracked(), event_target_value(&event)))
            >
                {KINDS
                    .map(|(value, label)| {
                        view! { <option value=value selected=move || kind.get() == value>{i18n.text(label)}</option> }
                    })
                    .collect_view()}
            </select>
        </div>
        {content}
        {move || {
            next.get().filter(|_| failed.with(Option::is_none)).map(|cursor| {
                view! { <div class="table-more"><Button label=i18n.text(words::MORE) busy on_click=move |()| fetch.run(Some(cursor.clone()))/></div> }
            })
        }}
    }
}

#[component]
fn Table(tab: SharedTab, shares: Vec<Share>) -> impl IntoView {
    let i18n = use_i18n();
    let by_me = tab == SharedTab::ByMe;
    let heads = [Some(words::THING), by_me.then_some(words::WHO), Some(words::AS), Some(words::BY), Some(words::WHEN)];
    let heads = heads.into_iter().flatten().map(|head| i18n.text(head)).collect();
    let acts = by_me.then(|| i18n.text(words::ACTS));
    let rows = shares.into_iter().map(|share| row(i18n, by_me, share)).collect_view().into_any();
    view! { <PlainTable label=i18n.text(words::TABS) heads acts rows/> }
}

fn row(i18n: I18n, by_me: bool, share: Share) -> AnyView {
    let changer = use_changer();
    let user = untrack(move || use_session().user());
    let thing = match paths::of_uri(&share.uri) {
        Some(href) => view! { <a href=href class="thing">{share.uri.clone()}</a> }.into_any(),
        None => view! { <code class="thing">{share.uri.clone()}</code> }.into_any(),
    };
    // With the reader by a role of theirs.
    let through = (!by_me && share.principal != user).then(|| {
        let role = share.principal.clone();
        view! { <span class="muted">" " {move || i18n.fill(words::THROUGH, &[("role", &role)])}</span> }
    });
    let who = by_me.then(|| view! { <td>{share.principal.clone()}</td> });
    let act = by_me.then(|| {
        let who = share.principal.clone();
        let label = Signal::derive(move || i18n.fill(words::REVOKE_LABEL, &[("who", &who)]));
        let share = share.clone();
        let on_click = move |()| changer.revoke(share.clone());
        view! { <td class="cell-act"><Button label kind=Kind::Quiet bare=true picture=icon::CLOSE on_click/></td> }
    });
    view! {
        <tr>
            <th scope="row">{thing} {through}</th>
            {who}
            <td><span class="tag">{i18n.text(word(share.action))}</span></td>
            <td class="muted">{share.granted_by}</td>
            <td class="muted">{share.granted_at.map(|at| view! { <TimeAgo time=Signal::stored(at)/> })}</td>
            {act}
        </tr>
    }
    .into_any()
}
