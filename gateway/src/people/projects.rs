//! Projects of an organisation.

use super::places::manages;
use crate::{
    Gateway,
    access::check_principal,
    rescue::Failure,
    session::Session,
    upstream::{self, At},
};
use api::people::{Project, ProjectCreate, ProjectUpdate, Projects};
use platform::{extension::project_settings, permission::ProjectRole};

/// The projects that the asker may see.
pub(crate) async fn projects(gateway: &Gateway, session: &Session, org: &str) -> Result<Projects, Failure> {
    let upstream = gateway.upstream();
    let config = upstream.configuration(&session.tokens.access_token).await?;
    let found = upstream.projects(session, org).await.map_err(Failure::access)?;
    let own = |name: &str| {
        let mine = config.projects.iter().filter(|one| one.cluster_name == session.cluster);
        mine.filter(|one| one.org_name.as_deref() == Some(org)).find(|one| one.name == name).map(|one| one.role.clone())
    };
    let view = |one: upstream::Project| Project {
        org: org.to_owned(),
        role: own(&one.name),
        name: one.name,
        is_default: one.is_default,
        default_role: one.default_role,
    };
    let mut items: Vec<Project> = found.into_iter().map(view).collect();
    items.sort_by(|a, b| a.name.cmp(&b.name));
    let own = config.orgs.iter().find(|one| one.name == org).map(|one| one.role.as_str());
    Ok(Projects { items, can_manage: manages(gateway, session, &At::Org(org.to_owned()), own).await })
}

fn check_role(role: &str) -> Result<(), Failure> {
    let checked: Result<ProjectRole, _> = role.parse();
    checked
        .map(drop)
        .map_err(|_| Failure::invalid("default_role", "The role must be one of: reader, writer, manager, admin."))
}

/// Adds a project; whoever adds it is its first administrator.
pub(crate) async fn add_project(
    gateway: &Gateway,
    session: &Session,
    org: &str,
    input: ProjectCreate,
) -> Result<Project, Failure> {
    let name = check_principal("name", &input.name)?.to_owned();
    check_role(&input.default_role)?;
    let project = upstream::Project { name, is_default: input.is_default, default_role: Some(input.default_role) };
    let added = gateway.upstream().add_project(session, org, &project).await;
    added.map_err(|error| Failure::access_at("name", error))?;
    gateway.upstream().forget_configuration(&session.tokens.access_token);
    Ok(view_of(org, project, Some("admin".to_owned())))
}

/// Changes a project's settings.
pub(crate) async fn update_project(
    gateway: &Gateway,
    session: &Session,
    org: &str,
    name: String,
    input: ProjectUpdate,
) -> Result<Project, Failure> {
    check_role(&input.default_role)?;
    let seen = input.from.map(|from| project_settings(&from.default_role, from.is_default));
    if let Some(seen) = &seen {
        let found = gateway.upstream().projects(session, org).await.map_err(Failure::access)?;
        ensure_as_seen(&found, org, &name, seen)?;
    }
    let project = upstream::Project { name, is_default: input.is_default, default_role: Some(input.default_role) };
    let changed = gateway.upstream().update_project(session, org, &project, seen.as_deref()).await;
    changed.map_err(Failure::access)?;
    Ok(view_of(org, project, None))
}

/// Refuses when the settings are not what their author saw.
fn ensure_as_seen(found: &[upstream::Project], org: &str, name: &str, seen: &str) -> Result<(), Failure> {
    let now = found.iter().find(|project| project.name == name);
    let message = match now.map(|now| now.default_role.as_deref().map(|role| project_settings(role, now.is_default))) {
        Some(Some(now)) if now != seen => format!(
            "Nothing was changed: the settings of project {org}/{name} are \"{now}\" by now, where you saw \"{seen}\". Look again and \
             repeat what you still want."
        ),
        // An older platform says nothing of them.
        Some(_) => return Ok(()),
        None => format!("Nothing was changed: organisation {org} has no project {name} any more."),
    };
    Err(Failure::GrantMoved { message })
}

/// Removes a project in which nothing is left.
pub(crate) async fn remove_project(gateway: &Gateway, session: &Session, org: &str, name: &str) -> Result<(), Failure> {
    gateway.upstream().remove_project(session, org, name).await.map_err(Failure::access)?;
    gateway.upstream().forget_configuration(&session.tokens.access_token);
    Ok(())
}

fn view_of(org: &str, project: upstream::Project, role: Option<String>) -> Project {
    let upstream::Project { name, is_default, default_role } = project;
    Project { org: org.to_owned(), name, is_default, default_role, role }
}
