//! One role: what it gives, who has it, giving it, removing it.

use crate::client::use_client;
use crate::components::{
    lazy::chunk,
    loaded::loaded,
    page::PageTitle,
    remove::{RemoveButton, Words},
    stage::{Stage, use_place},
};
use crate::i18n::{I18n, catalogue::sharing as words, use_i18n};
use crate::paths::{self, SharedTab};
use crate::queries::access::{self, use_changer};
use crate::rules::access::word;
use crate::stores::sharing::use_sharing;
use crate::ui::{
    button::{Button, Kind},
    icon::{self, icon as draw},
};
use api::access::{Grant, RoleDetail, Share};
use futures::FutureExt;
use leptos::prelude::*;

chunk!(
    access,
    /// Fetches the page of one role.
    fetch,
    RolePage
);

/// The page.
#[component]
fn RolePage() -> impl IntoView {
    let name = use_place(|path| paths::below(paths::ROLES, path));
    let page = move || view! { <RoleView name=name.get()/> };
    view! { <Stage page/> }
}

#[component]
fn RoleView(name: String) -> impl IntoView {
    let (i18n, client, store) = (use_i18n(), use_client(), use_sharing());
    let asked = name.clone();
    let role = LocalResource::new(move || {
        store.track_changes();
        let name = asked.clone();
        async move { access::role(client, &name).await }
    });
    view! {
        <a class="back" href=paths::shares(SharedTab::Roles)>{draw(icon::BACK)} {i18n.text(words::BACK_ROLES)}</a>
        <div class="page-head">
            <PageTitle title=Signal::stored(name)/>
            {move || role.get().and_then(Result::ok).map(|detail| view! { <Acts detail/> })}
        </div>
        {loaded(role, i18n.text(words::ROLE_FAILED), move |detail: RoleDetail| {
            let can_manage = detail.role.can_manage;
            view! {
                <div class="halves">
                    <section class="panel job-section">
                        <h2>{i18n.text(words::ROLE_HOLDS_TITLE)}</h2>
                        {held(i18n, detail.holds)}
                    </section>
                    <section class="panel job-section">
                        <h2>{i18n.text(words::ROLE_BEARERS_TITLE)}</h2>
                        {bearers(i18n, detail.bearers, can_manage)}
                    </section>
                </div>
            }
                .into_any()
        })}
    }
}

#[component]
fn Acts(detail: RoleDetail) -> impl IntoView {
    let (i18n, client, store) = (use_i18n(), use_client(), use_sharing());
    let (name, uri) = (detail.role.name.clone(), detail.role.uri);
    let refusal = Signal::derive(move || (!detail.role.can_manage).then(|| i18n.now(words::ROLE_NO_MANAGE).to_owned()));
    let (shown, removed) = (name.clone(), name.clone());
    let said = Words {
        act: words::ROLE_REMOVE,
        title: words::ROLE_REMOVE_TITLE,
        text: words::ROLE_REMOVE_TEXT,
        done: words::ROLE_REMOVED,
    };
    let remove = Callback::new(move |()| {
        let name = name.clone();
        async move { access::remove_role(client, &name).await }.boxed_local()
    });
    view! {
        <div class="page-head-end">
            <Button
                label=i18n.text(words::ROLE_GIVE)
                kind=Kind::Primary
                picture=icon::SHARE
                refusal
                on_click=move |()| store.open(uri.clone(), shown.clone())
            />
            <RemoveButton words=said name=removed to=paths::shares(SharedTab::Roles) refusal remove/>
        </div>
    }
}

fn held(i18n: I18n, grants: Vec<Grant>) -> AnyView {
    if grants.is_empty() {
        return view! { <p class="muted">{i18n.text(words::ROLE_HOLDS_NONE)}</p> }.into_any();
    }
    let lines = grants.into_iter().map(|grant| {
        let thing = match paths::of_uri(&grant.uri) {
            Some(href) => view! { <a class="thing" href=href>{grant.uri.clone()}</a> }.into_any(),
            None => view! { <code class="thing">{grant.uri}</code> }.into_any(),
        };
        view! { <li class="pair">{thing} <span class="tag">{i18n.text(word(grant.action))}</span></li> }
    });
    view! { <ul class="pairs">{lines.collect_view()}</ul> }.into_any()
}

fn bearers(i18n: I18n, shares: Vec<Share>, can_manage: bool) -> AnyView {
    if shares.is_empty() {
        return view! { <p class="muted">{i18n.text(words::ROLE_BEARERS_NONE)}</p> }.into_any();
    }
    let changer = use_changer();
    let lines = shares.into_iter().map(|share| {
        let who = share.principal.clone();
        let act = can_manage.then(|| {
            let label = i18n.fill(words::REVOKE_LABEL, &[("who", &who)]);
            let share = share.clone();
            let on_click = move |()| changer.revoke(share.clone());
            view! { <Button label=Signal::stored(label) kind=Kind::Quiet bare=true picture=icon::CLOSE on_click/> }
        });
        view! { <li class="pair"><span>{who.clone()}</span> <span class="tag">{i18n.text(word(share.action))}</span> {act}</li> }
    });
    view! { <ul class="pairs">{lines.collect_view()}</ul> }.into_any()
}
