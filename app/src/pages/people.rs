//! Organisations one may see, and everybody of the cluster for administrators.

use crate::client::use_client;
use crate::components::{
    lazy::chunk, loaded::loaded, named::NameForm, page::PageTitle, search::SearchField, stage::use_page_query,
};
use crate::i18n::{I18n, catalogue::people as words, use_i18n};
use crate::paths;
use crate::queries::people;
use crate::stores::{sharing::use_sharing, toasts::use_toasts};
use crate::ui::{
    icon::{EYE, icon},
    table::PlainTable,
};
use api::people::{Orgs, Person};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

chunk!(
    access,
    /// Fetches the page of people.
    fetch,
    PeoplePage
);

/// The page.
#[component]
fn PeoplePage() -> impl IntoView {
    let (i18n, client, store) = (use_i18n(), use_client(), use_sharing());
    let orgs = LocalResource::new(move || {
        store.track_changes();
        people::orgs(client)
    });
    let sees_all = Memo::new(move |_| orgs.get().and_then(Result::ok).map(|orgs: Orgs| orgs.can_manage));
    view! {
        <div class="page-head"><PageTitle title=i18n.text(words::TITLE)/></div>
        <section class="section">
            <h2>{i18n.text(words::ORGS)}</h2>
            {move || (sees_all.get() == Some(true)).then(|| view! { <AddOrg/> })}
            {loaded(orgs, i18n.text(words::ORGS_FAILED), move |orgs| org_table(i18n, orgs))}
        </section>
        <section class="section">
            <h2>{i18n.text(words::EVERYBODY)}</h2>
            {move || match sees_all.get() {
                Some(true) => view! { <Everybody/> }.into_any(),
                Some(false) => view! { <p class="muted">{i18n.text(words::EVERYBODY_ADMINS)}</p> }.into_any(),
                None => ().into_any(),
            }}
        </section>
    }
}

#[component]
fn AddOrg() -> impl IntoView {
    let (i18n, client, toasts, navigate) = (use_i18n(), use_client(), use_toasts(), use_navigate());
    let add = move |name: String| {
        let navigate = navigate.clone();
        async move {
            let org = people::add_org(client, &name).await?;
            toasts.good(i18n.fill(words::ORG_ADDED, &[("name", &org.name)]));
            navigate(&paths::org(&org.name), NavigateOptions::default());
            Ok(())
        }
    };
    view! {
        <NameForm id="org-name" label=i18n.text(words::ORG_NAME) hint=i18n.text(words::NAME_HINT) submit=i18n.text(words::ORG_ADD) add/>
    }
}

fn org_table(i18n: I18n, orgs: Orgs) -> AnyView {
    if orgs.items.is_empty() {
        return view! { <p class="muted">{i18n.text(words::ORGS_NONE)}</p> }.into_any();
    }
    let rows = orgs.items.into_iter().map(|org| {
        view! {
            <tr>
                <th scope="row"><a href=paths::org(&org.name)>{org.name.clone()}</a></th>
                <td>{org.role.map(|role| view! { <span class="tag">{role}</span> })}</td>
            </tr>
        }
    });
    let heads = vec![i18n.text(words::ORG), i18n.text(words::YOUR_ROLE)];
    view! { <PlainTable label=i18n.text(words::ORGS) heads rows=rows.collect_view().into_any()/> }.into_any()
}

#[component]
fn Everybody() -> impl IntoView {
    let (i18n, client, query, navigate) = (use_i18n(), use_client(), use_page_query(), use_navigate());
    let q = Memo::new(move |_| query.with(|query| query.get("q")).unwrap_or_default());
    let everybody = LocalResource::new(move || people::people(client));
    let settled = move |text: String| {
        let to = if text.is_empty() {
            paths::PEOPLE.to_owned()
        } else {
            crate::client::with_query(paths::PEOPLE, [("q", text)])
        };
        navigate(&to, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    };
    view! {
        <div class="filters" role="search" aria-label=i18n.text(words::FILTER)>
            <SearchField id="people-filter" label=i18n.text(words::FILTER) placeholder=i18n.text(words::FILTER) text=q on_settled=settled/>
        </div>
        {loaded(everybody, i18n.text(words::FAILED), move |people: Vec<Person>| {
            let people = StoredValue::new(people);
            let rows = move || {
                let q = q.get().to_lowercase();
                people.with_value(|people| {
                    let fits = |person: &&Person| person.name.to_lowercase().contains(&q);
                    people.iter().filter(fits).cloned().collect::<Vec<_>>()
                })
            };
            view! { <PersonTable rows=Signal::derive(rows)/> }.into_any()
        })}
    }
}

#[component]
fn PersonTable(rows: Signal<Vec<Person>>) -> impl IntoView {
    let i18n = use_i18n();
    let heads = vec![i18n.text(words::PERSON), i18n.text(words::PLACES)];
    let drawn = view! {
        <For each=move || rows.get() key=|person| person.name.clone() let(person)>
            <PersonRow person/>
        </For>
    };
    view! {
        <p><span class="count" role="status">{move || i18n.count(words::COUNT, rows.with(Vec::len) as u64)}</span></p>
        <PlainTable label=i18n.text(words::EVERYBODY) heads acts=Some(i18n.text(words::AUDIT_LINK)) rows=drawn.into_any()/>
    }
}

#[component]
fn PersonRow(person: Person) -> impl IntoView {
    let i18n = use_i18n();
    let Person { name, email, orgs, reads_links, .. } = person;
    let (href, audit) = (paths::person(&name), paths::audit_of_person(&name));
    let places = if orgs.is_empty() {
        view! { <span class="muted">{i18n.text(words::NO_PLACE)}</span> }.into_any()
    } else {
        let places = orgs.iter().map(|place| format!("{} · {}", place.org, place.role));
        view! { {places.collect::<Vec<_>>().join(", ")} }.into_any()
    };
    let shown = name.clone();
    let label = Signal::derive(move || i18n.fill(words::AUDIT_OF, &[("user", &name)]));
    view! {
        <tr>
            <th scope="row">
                <a href=href>{shown}</a>
                {email.map(|email| view! { <span class="muted">" " {email}</span> })}
                {reads_links.then(|| view! { <span class="muted">" " {i18n.text(words::READS_LINKS)}</span> })}
            </th>
            <td>{places}</td>
            <td class="cell-act">
                <span class="tip">
                    <a class="button button-quiet button-icon" href=audit aria-label=label>{icon(EYE)}</a>
                    <span class="tip-text" aria-hidden="true">{label}</span>
                </span>
            </td>
        </tr>
    }
}
