//! Somebody and their places.

use crate::client::use_client;
use crate::components::{
    lazy::chunk,
    loaded::loaded,
    page::PageTitle,
    stage::{Stage, use_place},
};
use crate::i18n::{I18n, catalogue::people as words, use_i18n};
use crate::paths;
use crate::queries::people;
use crate::ui::icon::{BACK, EYE, icon};
use api::people::Person;
use leptos::prelude::*;

chunk!(
    access,
    /// Fetches the page of one person.
    fetch,
    PersonPage
);

/// The page.
#[component]
fn PersonPage() -> impl IntoView {
    let name = use_place(|path| paths::below(paths::PEOPLE, path));
    let page = move || view! { <PersonView name=name.get()/> };
    view! { <Stage page/> }
}

#[component]
fn PersonView(name: String) -> impl IntoView {
    let (i18n, client) = (use_i18n(), use_client());
    let (asked, audit) = (name.clone(), paths::audit_of_person(&name));
    let person = LocalResource::new(move || {
        let name = asked.clone();
        async move { people::person(client, &name).await }
    });
    view! {
        <a class="back" href=paths::PEOPLE>{icon(BACK)} {i18n.text(words::BACK)}</a>
        <div class="page-head">
            <PageTitle title=Signal::stored(name)/>
            <div class="page-head-end">
                <a class="button button-default" href=audit>{icon(EYE)} {i18n.text(words::AUDIT_LINK)}</a>
            </div>
        </div>
        {loaded(person, i18n.text(words::PERSON_FAILED), move |person: Person| view! { <Places person/> }.into_any())}
    }
}

#[component]
fn Places(person: Person) -> impl IntoView {
    let i18n = use_i18n();
    let orgs = person.orgs.into_iter().map(|place| (paths::org(&place.org), place.org, place.role)).collect();
    let projects = person.projects.into_iter().map(|place| match place.org {
        Some(org) => (paths::project(&org, &place.project), format!("{org} / {}", place.project), place.role),
        None => (String::new(), place.project, place.role),
    });
    view! {
        {person.email.map(|email| view! { <p class="muted">{email}</p> })}
        {person.reads_links.then(|| view! { <p class="muted">{i18n.text(words::READS_LINKS)}</p> })}
        <div class="halves">
            <section class="panel job-section">
                <h2>{i18n.text(words::ORGS)}</h2>
                {places(i18n, orgs)}
            </section>
            <section class="panel job-section">
                <h2>{i18n.text(words::PROJECTS)}</h2>
                {places(i18n, projects.collect())}
            </section>
        </div>
    }
}

/// Address, name, role.
fn places(i18n: I18n, places: Vec<(String, String, String)>) -> AnyView {
    if places.is_empty() {
        return view! { <p class="muted">{i18n.text(words::PLACES_NONE)}</p> }.into_any();
    }
    let lines = places.into_iter().map(|(href, name, role)| {
        let name = if href.is_empty() {
            view! { <span>{name}</span> }.into_any()
        } else {
            view! { <a href=href>{name}</a> }.into_any()
        };
        view! { <li class="pair">{name} <span class="tag">{role}</span></li> }
    });
    view! { <ul class="pairs">{lines.collect_view()}</ul> }.into_any()
}
