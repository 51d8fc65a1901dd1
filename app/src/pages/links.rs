//! Links to jobs' statuses: the reader's own, or, for an administrator, all of the cluster; revoked one by one or by a list.

use crate::client::{Failure, use_client};
use crate::components::{
    failed::Failed,
    lazy::chunk,
    link_rows::{LinkRows, LinksLoading, RevokeMany},
    page::PageTitle,
    stage::use_page_query,
};
use crate::i18n::{catalogue::links as words, use_i18n};
use crate::paths;
use crate::queries::links::{list, use_revoke};
use crate::stores::toasts::use_toasts;
use crate::ui::{button::Button, state::Empty};
use api::links::{Link, LinkList};
use leptos::{prelude::*, task::spawn_local};
use std::collections::BTreeSet;

chunk!(
    access,
    /// Fetches the page of links.
    fetch,
    LinksPage
);

/// The page.
#[component]
fn LinksPage() -> impl IntoView {
    let (i18n, client, query, toasts) = (use_i18n(), use_client(), use_page_query(), use_toasts());
    let all = Memo::new(move |_| query.with(|query| query.get("scope").as_deref() == Some("all")));
    let known = RwSignal::new(None::<Result<LinkList, Failure>>);
    let chosen = RwSignal::new(BTreeSet::new());
    let loading_more = RwSignal::new(false);
    // What was asked for before the last load is of another list.
    let turn = StoredValue::new(0u32);
    let load = Callback::new(move |()| {
        let all = all.get_untracked();
        let mine = turn.get_value() + 1;
        turn.set_value(mine);
        known.set(None);
        loading_more.set(false);
        chosen.set(BTreeSet::new());
        spawn_local(async move {
            let answer = list(client, all, None).await;
            if turn.try_get_value() == Some(mine) {
                known.set(Some(answer));
            }
        });
    });
    Effect::new(move || {
        // A memo has to be read to be followed.
        let _scope = all.get();
        untrack(|| load.run(()));
    });
    let more = move |()| {
        let next = known.with_untracked(|known| known.as_ref()?.as_ref().ok()?.next.clone());
        let Some(next) = next else { return };
        loading_more.set(true);
        let (all, mine) = (all.get_untracked(), turn.get_value());
        spawn_local(async move {
            let answer = list(client, all, Some(&next)).await;
            if turn.try_get_value() != Some(mine) {
                return;
            }
            loading_more.set(false);
            match answer {
                Ok(page) => known.update(|known| {
                    if let Some(Ok(known)) = known {
                        known.items.extend(page.items);
                        known.next = page.next;
                    }
                }),
                // What is shown stays.
                Err(failure) => toasts.failure(i18n, &failure),
            }
        });
    };
    let revoke = use_revoke(Callback::new(move |gone: Vec<String>| {
        known.update(|known| {
            if let Some(Ok(known)) = known {
                known.items.retain(|link| !gone.contains(&link.id));
            }
        });
        chosen.update(|chosen| chosen.retain(|id| !gone.contains(id)));
        // Without the first ones, the rest is what comes first.
        if known.with_untracked(is_rest_unseen) {
            load.run(());
        }
    }));
    let items = Signal::derive(move || {
        known.with(|known| known.as_ref().and_then(|known| known.as_ref().ok()).map(|known| known.items.clone()))
    });
    let may_see_all = Memo::new(move |before: Option<&bool>| {
        let now = known.with(|known| known.as_ref().and_then(|k| k.as_ref().ok()).map(|known| known.may_see_all));
        now.or(before.copied()).unwrap_or_default()
    });
    let has_more = Memo::new(move |_| known.with(|k| matches!(k, Some(Ok(LinkList { next: Some(_), .. })))));
    let kind = Memo::new(move |_| {
        known.with(|known| match known {
            None => Kind::Loading,
            Some(Err(_)) => Kind::Failed,
            Some(Ok(known)) if known.items.is_empty() => Kind::Empty,
            Some(Ok(_)) => Kind::Some,
        })
    });
    view! {
        <div class="page-head"><PageTitle title=i18n.text(words::PAGE)/></div>
        {move || may_see_all.get().then(|| view! { <Scopes all/> })}
        {move || match kind.get() {
            Kind::Loading => view! { <div class="panel links-panel"><LinksLoading/></div> }.into_any(),
            Kind::Failed => {
                let failure = Signal::derive(move || known.with(|known| match known {
                    Some(Err(failure)) => Some(failure.clone()),
                    Some(Ok(_)) | None => None,
                }));
                view! { <Failed title=i18n.text(words::FAILED) failure on_retry=load/> }.into_any()
            }
            Kind::Empty => view! {
                <div class="panel">
                    <Empty title=i18n.text(words::NONE) text=i18n.text(words::NONE_TEXT)>
                        <a class="button" href=paths::JOBS>{i18n.text(crate::i18n::catalogue::shell::JOBS)}</a>
                    </Empty>
                </div>
            }
                .into_any(),
            Kind::Some => {
                let links = Signal::derive(move || items.get().unwrap_or_default());
                view! {
                    <Bar links chosen on_revoke=revoke/>
                    <div class="panel links-panel">
                        <LinkRows links of_many_jobs=true chosen on_revoke=move |link| revoke.run(vec![link])/>
                    </div>
                    {move || has_more.get().then(|| view! { <Button label=i18n.text(words::MORE) busy=loading_more on_click=more/> })}
                }
                    .into_any()
            }
        }}
    }
}

/// Whether nothing is shown although there is more.
fn is_rest_unseen(known: &Option<Result<LinkList, Failure>>) -> bool {
    matches!(known, Some(Ok(LinkList { items, next: Some(_), .. })) if items.is_empty())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Loading,
    Failed,
    Empty,
    Some,
}

/// The reader's own, or all.
#[component]
fn Scopes(all: Memo<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let here = move |is_all: bool| move || (all.get() == is_all).then_some("page");
    view! {
        <nav class="links-scopes" aria-label=i18n.text(words::SCOPES)>
            <a class="button button-quiet" href=paths::LINKS aria-current=here(false)>{i18n.text(words::MINE)}</a>
            <a class="button button-quiet" href=paths::links_all() aria-current=here(true)>{i18n.text(words::WHOLE_CLUSTER)}</a>
        </nav>
    }
}

/// Choosing all, and revoking what is chosen.
#[component]
fn Bar(links: Signal<Vec<Link>>, chosen: RwSignal<BTreeSet<String>>, on_revoke: Callback<Vec<Link>>) -> impl IntoView {
    let i18n = use_i18n();
    let count = Memo::new(move |_| chosen.with(BTreeSet::len));
    let all_chosen = move || count.get() > 0 && count.get() == links.with(Vec::len);
    let choose_all = move |event| {
        let all = event_target_checked(&event);
        chosen.set(if all {
            links.with_untracked(|l| l.iter().map(|l| l.id.clone()).collect())
        } else {
            BTreeSet::new()
        });
    };
    let revoke = move |()| {
        let list = links.with_untracked(|links| {
            chosen.with_untracked(|chosen| links.iter().filter(|l| chosen.contains(&l.id)).cloned().collect())
        });
        on_revoke.run(list);
    };
    view! {
        <div class="links-bar">
            <label class="check">
                <input type="checkbox" prop:checked=all_chosen on:change=choose_all/>
                {i18n.text(words::SELECT_ALL)}
            </label>
            {move || (count.get() > 0).then(|| view! { <RevokeMany count=count.into() on_click=revoke/> })}
        </div>
    }
}
