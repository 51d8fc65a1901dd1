//! One project: sharing it, its settings, its members.

use crate::client::use_client;
use crate::components::{
    lazy::chunk,
    loaded::loaded,
    members::MembersSection,
    page::PageTitle,
    remove::{RemoveButton, Words},
    share::ShareButton,
    stage::{Stage, use_place},
};
use crate::i18n::{catalogue::people as words, use_i18n};
use crate::paths;
use crate::queries::people::{self, At};
use crate::stores::{session::use_session, sharing::use_sharing, toasts::use_toasts};
use crate::ui::{
    button::Button,
    icon::{self, icon as draw},
};
use api::people::{Members, Project, ProjectSettings, ProjectUpdate, Projects};
use futures::FutureExt;
use leptos::{prelude::*, task::spawn_local};

const ROLES: [&str; 4] = ["reader", "writer", "manager", "admin"];

chunk!(
    access,
    /// Fetches the page of one project.
    fetch,
    ProjectPage
);

/// The page.
#[component]
fn ProjectPage() -> impl IntoView {
    let place = use_place(|path| paths::org_at(path).and_then(|(org, project)| Some((org, project?))));
    let page = move || {
        let (org, name) = place.get();
        view! { <ProjectView org name/> }
    };
    view! { <Stage page/> }
}

#[component]
fn ProjectView(org: String, name: String) -> impl IntoView {
    let (i18n, client, session) = (use_i18n(), use_client(), use_session());
    let at = At::Project { org: org.clone(), project: name.clone() };
    let cluster = untrack(move || session.session()).map(|session| session.cluster).unwrap_or_default();
    let uri = format!("project://{cluster}/{org}/{name}");
    // Who manages its members manages its settings.
    let asked = (org.clone(), at.clone());
    let found = LocalResource::new(move || {
        let (org, at) = asked.clone();
        async move {
            let (projects, members) = futures::join!(people::projects(client, &org), people::members(client, &at));
            let (projects, members): (Projects, Members) = (projects?, members?);
            Ok((projects, members.can_manage))
        }
    });
    let (back, wanted) = (org.clone(), name.clone());
    view! {
        <a class="back" href=paths::org(&back)>{draw(icon::BACK)} {back.clone()}</a>
        <div class="page-head">
            <PageTitle title=Signal::stored(format!("{org} / {name}"))/>
            <div class="page-head-end"><ShareButton uri=Signal::stored(uri) name=Signal::stored(format!("{org}/{name}"))/></div>
        </div>
        <MembersSection at/>
        {loaded(found, i18n.text(words::PROJECT_FAILED), move |(projects, can_manage): (Projects, bool)| {
            let project = projects.items.into_iter().find(|project| project.name == wanted);
            match project.filter(|_| can_manage) {
                Some(project) => view! { <Settings project/> }.into_any(),
                None => ().into_any(),
            }
        })}
    }
}

#[component]
fn Settings(project: Project) -> impl IntoView {
    let (i18n, client, store, toasts) = (use_i18n(), use_client(), use_sharing(), use_toasts());
    let role = RwSignal::new(project.default_role.clone().unwrap_or_else(|| "writer".to_owned()));
    let is_default = RwSignal::new(project.is_default);
    let busy = RwSignal::new(false);
    let known = StoredValue::new((project.org.clone(), project.name.clone()));
    let seen = StoredValue::new(
        project.default_role.map(|default_role| ProjectSettings { default_role, is_default: project.is_default }),
    );
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let (org, name) = known.get_value();
        let (default_role, is_default) = (role.get_untracked(), is_default.get_untracked());
        let settings = ProjectUpdate { default_role, is_default, from: seen.get_value() };
        spawn_local(async move {
            let answer = people::update_project(client, &org, &name, settings).await;
            // Told also to a reader who has gone on to another page.
            busy.try_set(false);
            match answer {
                Ok(_) => toasts.good(i18n.now(words::SETTINGS_SAVED).to_owned()),
                Err(failure) => toasts.failure(i18n, &failure),
            }
            // After a refusal too: it is not as it was shown.
            store.note_change();
        });
    };
    view! {
        <section class="section" aria-labelledby="settings-title">
            <h2 id="settings-title">{i18n.text(words::SETTINGS)}</h2>
            <form class="panel settings-form" on:submit=submit>
                <div class="field">
                    <label class="field-label" for="default-role">{i18n.text(words::DEFAULT_ROLE)}</label>
                    <select id="default-role" class="input" on:change=move |event| role.set(event_target_value(&event))>
                        {ROLES
                            .map(|one| view! { <option value=one selected=move || role.get() == one>{one}</option> })
                            .collect_view()}
                    </select>
                </div>
                <label class="check">
                    <input type="checkbox" prop:checked=is_default on:change=move |event| is_default.set(event_target_checked(&event))/>
                    {i18n.text(words::IS_DEFAULT)}
                </label>
                <div class="settings-actions">
                    <Button label=i18n.text(words::SAVE) submit=true busy on_click=|()| ()/>
                    <RemoveProject org=project.org name=project.name/>
                </div>
            </form>
        </section>
    }
}

#[component]
fn RemoveProject(org: String, name: String) -> impl IntoView {
    let client = use_client();
    let words = Words {
        act: words::PROJECT_REMOVE,
        title: words::PROJECT_REMOVE_TITLE,
        text: words::PROJECT_REMOVE_TEXT,
        done: words::PROJECT_REMOVED,
    };
    let (to, shown) = (paths::org(&org), name.clone());
    let remove = Callback::new(move |()| {
        let (org, name) = (org.clone(), name.clone());
        async move { people::remove_project(client, &org, &name).await }.boxed_local()
    });
    view! { <RemoveButton words name=shown to remove/> }
}
