//! One organisation: its projects and its members.

use crate::client::use_client;
use crate::components::{
    lazy::chunk, loaded::loaded, members::MembersSection, named::NameForm, page::PageTitle, stage::Stage,
};
use crate::i18n::{I18n, catalogue::people as words, use_i18n};
use crate::paths;
use crate::queries::people::{self, At};
use crate::stores::{
    confirm::{Question, use_confirm},
    sharing::use_sharing,
    toasts::use_toasts,
};
use crate::ui::{
    button::{Button, Kind},
    icon::{self, icon as draw},
};
use api::people::Projects;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};

chunk!(
    access,
    /// Fetches the page of one organisation.
    fetch,
    OrgPage
);

/// The page.
#[component]
fn OrgPage() -> impl IntoView {
    let location = use_location();
    let name = Memo::new(move |before: Option<&String>| {
        let found = location.pathname.with(|path| paths::org_at(path)).filter(|(_, project)| project.is_none());
        found.map(|(org, _)| org).or_else(|| before.cloned()).unwrap_or_default()
    });
    let page = move || view! { <OrgView org=name.get()/> };
    view! { <Stage page/> }
}

#[component]
fn OrgView(org: String) -> impl IntoView {
    let (i18n, client, store) = (use_i18n(), use_client(), use_sharing());
    let asked = org.clone();
    let projects = LocalResource::new(move || {
        store.track_changes();
        let org = asked.clone();
        async move { people::projects(client, &org).await }
    });
    let orgs = LocalResource::new(move || people::orgs(client));
    let may_remove = Memo::new(move |_| orgs.get().and_then(Result::ok).is_some_and(|orgs| orgs.can_manage));
    let name = StoredValue::new(org.clone());
    view! {
        <a class="back" href=paths::PEOPLE>{draw(icon::BACK)} {i18n.text(words::BACK)}</a>
        <div class="page-head">
            <PageTitle title=Signal::stored(org.clone())/>
            {move || may_remove.get().then(|| view! { <RemoveOrg org=name.get_value()/> })}
        </div>
        <section class="section">
            <h2>{i18n.text(words::PROJECTS)}</h2>
            {move || {
                let may_add = projects.get().and_then(Result::ok).is_some_and(|projects: Projects| projects.can_manage);
                may_add.then(|| view! { <AddProject org=name.get_value()/> })
            }}
            {loaded(projects, i18n.text(words::PROJECTS_FAILED), move |projects| table(i18n, projects))}
        </section>
        <MembersSection at=At::Org(org)/>
    }
}

#[component]
fn AddProject(org: String) -> impl IntoView {
    let (i18n, client, toasts, navigate) = (use_i18n(), use_client(), use_toasts(), use_navigate());
    let add = move |name: String| {
        let (org, navigate) = (org.clone(), navigate.clone());
        async move {
            let project = people::add_project(client, &org, &name, "writer".to_owned()).await?;
            toasts.good(i18n.fill(words::PROJECT_ADDED, &[("name", &project.name)]));
            navigate(&paths::project(&project.org, &project.name), NavigateOptions::default());
            Ok(())
        }
    };
    view! {
        <NameForm id="project-name" label=i18n.text(words::PROJECT_NAME) hint=i18n.text(words::NAME_HINT) submit=i18n.text(words::PROJECT_ADD) add/>
    }
}

#[component]
fn RemoveOrg(org: String) -> impl IntoView {
    let (i18n, client, toasts, confirm, navigate) =
        (use_i18n(), use_client(), use_toasts(), use_confirm(), use_navigate());
    let ask = move |()| {
        let (org, navigate) = (org.clone(), navigate.clone());
        confirm.ask(Question {
            title: i18n.fill(words::ORG_REMOVE_TITLE, &[("name", &org)]),
            text: i18n.now(words::ORG_REMOVE_TEXT).to_owned(),
            notes: Vec::new(),
            targets: Vec::new(),
            act: i18n.now(words::ORG_REMOVE).to_owned(),
            on_yes: Callback::new(move |()| {
                let (org, navigate) = (org.clone(), navigate.clone());
                spawn_local(async move {
                    match people::remove_org(client, &org).await {
                        Ok(()) => {
                            toasts.good(i18n.fill(words::ORG_REMOVED, &[("name", &org)]));
                            navigate(paths::PEOPLE, NavigateOptions::default());
                        }
                        Err(failure) => toasts.failure(i18n, &failure),
                    }
                });
            }),
        });
    };
    view! {
        <div class="page-head-end"><Button label=i18n.text(words::ORG_REMOVE) kind=Kind::Danger picture=icon::TRASH on_click=ask/></div>
    }
}

fn table(i18n: I18n, projects: Projects) -> AnyView {
    if projects.items.is_empty() {
        return view! { <p class="muted">{i18n.text(words::PROJECTS_NONE)}</p> }.into_any();
    }
    let rows = projects.items.into_iter().map(|project| {
        view! {
            <tr>
                <th scope="row"><a href=paths::project(&project.org, &project.name)>{project.name.clone()}</a></th>
                <td>{project.role.map(|role| view! { <span class="tag">{role}</span> })}</td>
            </tr>
        }
    });
    view! {
        <div class="panel table-scroll" tabindex="0" role="region" aria-label=i18n.text(words::PROJECTS)>
            <table class="plain-table">
                <thead>
                    <tr>
                        <th scope="col">{i18n.text(words::PROJECT)}</th>
                        <th scope="col">{i18n.text(words::YOUR_ROLE)}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
