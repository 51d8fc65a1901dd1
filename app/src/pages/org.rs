//! One organisation: its projects and its members.

use crate::client::use_client;
use crate::components::{
    lazy::chunk,
    loaded::loaded,
    members::MembersSection,
    named::NameForm,
    page::PageTitle,
    remove::{RemoveButton, Words},
    stage::{Stage, use_place},
};
use crate::i18n::{I18n, catalogue::people as words, use_i18n};
use crate::paths;
use crate::queries::people::{self, At};
use crate::stores::{sharing::use_sharing, toasts::use_toasts};
use crate::ui::{
    icon::{self, icon as draw},
    table::PlainTable,
};
use api::people::Projects;
use futures::FutureExt;
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

chunk!(
    access,
    /// Fetches the page of one organisation.
    fetch,
    OrgPage
);

/// The page.
#[component]
fn OrgPage() -> impl IntoView {
    let name = use_place(|path| paths::org_at(path).filter(|(_, project)| project.is_none()).map(|(org, _)| org));
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
    let may_add =
        Memo::new(move |_| projects.get().and_then(Result::ok).is_some_and(|projects: Projects| projects.can_manage));
    view! {
        <a class="back" href=paths::PEOPLE>{draw(icon::BACK)} {i18n.text(words::BACK)}</a>
        <div class="page-head">
            <PageTitle title=Signal::stored(org.clone())/>
            {move || may_remove.get().then(|| view! { <RemoveOrg org=name.get_value()/> })}
        </div>
        <section class="section">
            <h2>{i18n.text(words::PROJECTS)}</h2>
            {move || may_add.get().then(|| view! { <AddProject org=name.get_value()/> })}
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
    let client = use_client();
    let words = Words {
        act: words::ORG_REMOVE,
        title: words::ORG_REMOVE_TITLE,
        text: words::ORG_REMOVE_TEXT,
        done: words::ORG_REMOVED,
    };
    let name = org.clone();
    let remove = Callback::new(move |()| {
        let org = org.clone();
        async move { people::remove_org(client, &org).await }.boxed_local()
    });
    view! { <div class="page-head-end"><RemoveButton words name to=paths::PEOPLE.to_owned() remove/></div> }
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
    let heads = vec![i18n.text(words::PROJECT), i18n.text(words::YOUR_ROLE)];
    view! { <PlainTable label=i18n.text(words::PROJECTS) heads rows=rows.collect_view().into_any()/> }.into_any()
}
