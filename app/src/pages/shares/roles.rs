//! The roles the reader has or looks after, and adding one.

use crate::client::use_client;
use crate::components::{loaded::loaded, named::NameForm};
use crate::i18n::{catalogue::sharing as words, use_i18n};
use crate::paths;
use crate::queries::access;
use crate::stores::{session::use_session, sharing::use_sharing, toasts::use_toasts};
use crate::ui::{state::Empty, table::PlainTable};
use api::access::Role;
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// The list.
#[component]
pub(super) fn Roles() -> impl IntoView {
    let (i18n, client, store, session) = (use_i18n(), use_client(), use_sharing(), use_session());
    let (toasts, navigate) = (use_toasts(), use_navigate());
    let roles = LocalResource::new(move || {
        store.track_changes();
        access::roles(client)
    });
    let hint = Signal::derive(move || i18n.fill(words::ROLE_NAME_HINT, &[("user", &session.user())]));
    let start = untrack(move || format!("{}/roles/", session.user()));
    let add = move |name: String| {
        let navigate = navigate.clone();
        async move {
            let role = access::add_role(client, &name).await?;
            toasts.good(i18n.fill(words::ROLE_ADDED, &[("name", &role.name)]));
            navigate(&paths::role(&role.name), NavigateOptions::default());
            Ok(())
        }
    };
    view! {
        <p class="muted lead">{i18n.text(words::ROLES_TEXT)}</p>
        <div class="lead"><NameForm id="role-name" label=i18n.text(words::ROLE_NAME) hint submit=i18n.text(words::ROLE_ADD) start add/></div>
        {loaded(roles, i18n.text(words::ROLES_FAILED), move |roles| {
            if roles.is_empty() {
                let text = Signal::stored(String::new());
                view! { <div class="panel"><Empty title=i18n.text(words::ROLES_EMPTY) text/></div> }.into_any()
            } else {
                view! { <Table roles/> }.into_any()
            }
        })}
    }
}

#[component]
fn Table(roles: Vec<Role>) -> impl IntoView {
    let i18n = use_i18n();
    let rows = roles
        .into_iter()
        .map(|role| {
            view! {
                <tr>
                    <th scope="row"><a class="thing" href=paths::role(&role.name)>{role.name.clone()}</a></th>
                    <td class="num">{role.bearer_count}</td>
                    <td class="num">{role.grant_count}</td>
                </tr>
            }
        })
        .collect_view();
    let heads = vec![i18n.text(words::ROLE_COL), i18n.text(words::ROLE_BEARERS), i18n.text(words::ROLE_HOLDS)];
    view! { <PlainTable label=i18n.text(words::ROLES) heads rows=rows.into_any()/> }
}
