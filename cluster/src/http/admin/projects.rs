//! Projects and who belongs to them.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use platform::{
    extension::EXPECTED_SETTINGS_HEADER,
    permission::{Action, ProjectRole},
};
use serde::Deserialize;

use super::{
    ensure_this, org_uri, project_uri, require_org,
    view::{MemberView, ProjectView, info},
};
use crate::{
    accounts::{
        AccountError,
        places::{Project, Seat, Seen},
    },
    http::{
        Api, Problem,
        caller::Caller,
        input::{Expected, Query, Segments, Sent},
    },
};

/// Cluster, organisation, project; and a user.
type OfProject = (String, String, String);
type OfMember = (String, String, String, String);

#[derive(Deserialize)]
pub(in crate::http) struct NewProject {
    name: String,
    #[serde(flatten)]
    settings: Settings,
}

#[derive(Deserialize)]
pub(in crate::http) struct Settings {
    #[serde(default)]
    is_default: bool,
    default_role: Option<String>,
    #[serde(default)]
    has_virtual_kube: bool,
}

#[derive(Deserialize)]
pub(in crate::http) struct NewMember {
    user_name: String,
    role: Option<String>,
}

#[derive(Deserialize)]
pub(in crate::http) struct MemberUpdate {
    role: String,
}

fn role(word: &str) -> Result<ProjectRole, Problem> {
    word.parse().map_err(|why: platform::permission::InvalidRole| Problem::field("role", why.to_string()))
}

fn project(org: String, name: String, settings: &Settings) -> Result<Project, Problem> {
    if settings.has_virtual_kube {
        return Err(Problem::field(
            "has_virtual_kube",
            "this cluster runs containers without Kubernetes; leave it away",
        ));
    }
    let default_role = settings.default_role.as_deref().map_or(Ok(ProjectRole::Writer), role)?;
    Ok(Project { org, name, default_role, is_default: settings.is_default })
}

fn view(api: &Api, project: Project) -> ProjectView {
    ProjectView {
        name: project.name,
        cluster_name: api.config.cluster_name.clone(),
        org_name: project.org,
        is_default: project.is_default,
        default_role: project.default_role.as_str(),
    }
}

fn member_view(place: (String, String, String), user: String, role: ProjectRole, with_info: bool) -> MemberView {
    let (cluster_name, org_name, project_name) = place;
    let user_info = info(with_info);
    MemberView { user_name: user, project_name, cluster_name, org_name, role: role.as_str(), user_info }
}

/// Refuses unless the caller may do that with the project's people and settings.
fn require(api: &Api, caller: &Caller, (cluster, org, project): &OfProject, action: Action) -> Result<(), Problem> {
    ensure_this(api, cluster)?;
    caller.require(&project_uri(api, org, project)?, action)
}

/// The projects of an organisation that the caller may look into.
pub(super) async fn projects_list(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments((cluster, org)): Segments<(String, String)>,
) -> Result<Json<Vec<ProjectView>>, Problem> {
    ensure_this(&api, &cluster)?;
    let mut projects = api.accounts.projects(&org).await.map_err(|error| hide(&api, &caller, &org, error))?;
    let sees = |name: &str| project_uri(&api, &org, name).is_ok_and(|uri| caller.rights.allow(&uri, Action::Read));
    projects.retain(|project| sees(&project.name));
    if projects.is_empty() {
        require_org(&api, &caller, &org, Action::Read)?;
    }
    Ok(Json(projects.into_iter().map(|project| view(&api, project)).collect()))
}

/// Who may not look into an organisation does not learn whether there is one.
fn hide(api: &Api, caller: &Caller, org: &str, error: AccountError) -> Problem {
    match org_uri(api, org).and_then(|uri| caller.require(&uri, Action::Read)) {
        Ok(()) => error.into(),
        Err(refused) => refused,
    }
}

pub(super) async fn project_add(
    State(api): State<Arc<Api>>,
    Segments((cluster, org)): Segments<(String, String)>,
    Sent(caller, new): Sent<NewProject>,
) -> Result<(StatusCode, Json<ProjectView>), Problem> {
    ensure_this(&api, &cluster)?;
    require_org(&api, &caller, &org, Action::Manage)?;
    let project = project(org, new.name, &new.settings)?;
    api.accounts.add_project(&project, &caller.by(&api)).await?;
    Ok((StatusCode::CREATED, Json(view(&api, project))))
}

pub(super) async fn project_get(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(place): Segments<OfProject>,
) -> Result<Json<ProjectView>, Problem> {
    require(&api, &caller, &place, Action::Read)?;
    Ok(Json(view(&api, api.accounts.project(&place.1, &place.2).await?)))
}

pub(super) async fn project_update(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    Segments(place): Segments<OfProject>,
    Sent(caller, settings): Sent<Settings>,
) -> Result<Json<ProjectView>, Problem> {
    require(&api, &caller, &place, Action::Manage)?;
    let (_, org, name) = place;
    let project = project(org, name, &settings)?;
    let seen = headers.get(EXPECTED_SETTINGS_HEADER).map(|seen| seen.to_str().map(str::to_owned)).transpose();
    let seen = seen.map_err(|_| Problem::field(EXPECTED_SETTINGS_HEADER, "must be the settings in words"))?;
    api.accounts.update_project(&project, &Seen(seen), &caller.by(&api)).await?;
    Ok(Json(view(&api, project)))
}

pub(super) async fn project_remove(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(place): Segments<OfProject>,
) -> Result<StatusCode, Problem> {
    require(&api, &caller, &place, Action::Manage)?;
    let (cluster, org, name) = place;
    api.accounts.remove_project(&cluster, &org, &name, &caller.by(&api)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn members_list(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(place): Segments<OfProject>,
    query: Query,
) -> Result<Json<Vec<MemberView>>, Problem> {
    require(&api, &caller, &place, Action::Read)?;
    let with_info = query.flag("with_user_info", false)?;
    let members = api.accounts.members(&place.1, &place.2).await?;
    let view = |(user, role)| member_view(place.clone(), user, role, with_info);
    Ok(Json(members.into_iter().map(view).collect()))
}

pub(super) async fn member_get(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments((cluster, org, project, user)): Segments<OfMember>,
    query: Query,
) -> Result<Json<MemberView>, Problem> {
    let place = (cluster, org, project);
    require(&api, &caller, &place, Action::Read)?;
    let members = api.accounts.members(&place.1, &place.2).await?;
    let Some((user, role)) = members.into_iter().find(|(member, _)| *member == user) else {
        let place = format!("project {}/{}", place.1, place.2);
        return Err(AccountError::NotMember { user, place }.into());
    };
    Ok(Json(member_view(place, user, role, query.flag("with_user_info", false)?)))
}

pub(super) async fn member_add(
    State(api): State<Arc<Api>>,
    Segments(place): Segments<OfProject>,
    query: Query,
    Sent(caller, new): Sent<NewMember>,
) -> Result<(StatusCode, Json<MemberView>), Problem> {
    require(&api, &caller, &place, Action::Manage)?;
    let wanted = new.role.as_deref().map(role).transpose()?;
    let of = (place.1.as_str(), place.2.as_str());
    let role = api.accounts.set_member(of, &new.user_name, wanted, Seat::Add, &caller.by(&api)).await?;
    let view = member_view(place, new.user_name, role, query.flag("with_user_info", false)?);
    Ok((StatusCode::CREATED, Json(view)))
}

pub(super) async fn member_update(
    State(api): State<Arc<Api>>,
    Expected(seen): Expected,
    Segments((cluster, org, project, user)): Segments<OfMember>,
    Sent(caller, update): Sent<MemberUpdate>,
) -> Result<Json<MemberView>, Problem> {
    let place = (cluster, org, project);
    require(&api, &caller, &place, Action::Manage)?;
    let wanted = Some(role(&update.role)?);
    let of = (place.1.as_str(), place.2.as_str());
    let role = api.accounts.set_member(of, &user, wanted, Seat::Change(&seen), &caller.by(&api)).await?;
    Ok(Json(member_view(place, user, role, false)))
}

pub(super) async fn member_remove(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Expected(seen): Expected,
    Segments((cluster, org, project, user)): Segments<OfMember>,
) -> Result<StatusCode, Problem> {
    let place = (cluster, org, project);
    require(&api, &caller, &place, Action::Manage)?;
    api.accounts.remove_member((&place.1, &place.2), &user, &seen, &caller.by(&api)).await?;
    Ok(StatusCode::NO_CONTENT)
}
