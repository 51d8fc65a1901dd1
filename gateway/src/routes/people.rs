//! `/api/v1/people` and `/api/v1/orgs`: everybody of the cluster, organisations, projects, and places in them.

use crate::{
    Gateway,
    edge::{Input, Queried},
    people::{self, OfMember, OfOrg, OfPrincipal, OfProject},
    rescue::Failure,
    session::SignedIn,
    upstream::At,
};
use api::{
    access::Items,
    people::{
        Member, MemberCreate, MemberUpdate, Members, Org, OrgCreate, Orgs, Person, Project, ProjectCreate,
        ProjectUpdate, Projects,
    },
};
use axum::{Json, extract::State};
use http::StatusCode;

/// `GET /people`
pub(crate) async fn people_list(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
) -> Result<Json<Items<Person>>, Failure> {
    Ok(Json(Items { items: people::persons(&gateway, &session).await? }))
}

/// `GET /people/{user}`
pub(crate) async fn person_get(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    OfPrincipal(user): OfPrincipal,
) -> Result<Json<Person>, Failure> {
    Ok(Json(people::person(&gateway, &session, &user).await?))
}

/// `GET /orgs`
pub(crate) async fn orgs_list(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
) -> Result<Json<Orgs>, Failure> {
    Ok(Json(people::orgs(&gateway, &session).await?))
}

/// `POST /orgs`
pub(crate) async fn org_add(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Input(org): Input<OrgCreate>,
) -> Result<(StatusCode, Json<Org>), Failure> {
    Ok((StatusCode::CREATED, Json(people::add_org(&gateway, &session, org).await?)))
}

/// `DELETE /orgs/{org}`
pub(crate) async fn org_remove(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    OfOrg(org): OfOrg,
) -> Result<StatusCode, Failure> {
    people::remove_org(&gateway, &session, &org).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /orgs/{org}/projects`
pub(crate) async fn projects_list(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    OfOrg(org): OfOrg,
) -> Result<Json<Projects>, Failure> {
    Ok(Json(people::projects(&gateway, &session, &org).await?))
}

/// `POST /orgs/{org}/projects`
pub(crate) async fn project_add(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    OfOrg(org): OfOrg,
    Input(project): Input<ProjectCreate>,
) -> Result<(StatusCode, Json<Project>), Failure> {
    Ok((StatusCode::CREATED, Json(people::add_project(&gateway, &session, &org, project).await?)))
}

/// `PUT /orgs/{org}/projects/{project}`
pub(crate) async fn project_update(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    OfProject { org, project }: OfProject,
    Input(settings): Input<ProjectUpdate>,
) -> Result<Json<Project>, Failure> {
    Ok(Json(people::update_project(&gateway, &session, &org, project, settings).await?))
}

/// `DELETE /orgs/{org}/projects/{project}`
pub(crate) async fn project_remove(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    OfProject { org, project }: OfProject,
) -> Result<StatusCode, Failure> {
    people::remove_project(&gateway, &session, &org, &project).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /orgs/{org}/members`
pub(crate) async fn org_members_list(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    OfOrg(org): OfOrg,
) -> Result<Json<Members>, Failure> {
    Ok(Json(people::list(&gateway, &session, &At::Org(org)).await?))
}

/// `POST /orgs/{org}/members`
pub(crate) async fn org_member_add(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    OfOrg(org): OfOrg,
    Input(member): Input<MemberCreate>,
) -> Result<(StatusCode, Json<Member>), Failure> {
    Ok((StatusCode::CREATED, Json(people::add(&gateway, &session, &At::Org(org), member).await?)))
}

/// `GET /orgs/{org}/projects/{project}/members`
pub(crate) async fn project_members_list(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    OfProject { org, project }: OfProject,
) -> Result<Json<Members>, Failure> {
    Ok(Json(people::list(&gateway, &session, &At::Project { org, project }).await?))
}

/// `POST /orgs/{org}/projects/{project}/members`
pub(crate) async fn project_member_add(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    OfProject { org, project }: OfProject,
    Input(member): Input<MemberCreate>,
) -> Result<(StatusCode, Json<Member>), Failure> {
    let at = At::Project { org, project };
    Ok((StatusCode::CREATED, Json(people::add(&gateway, &session, &at, member).await?)))
}

/// `PUT .../members/{user}`, of an organisation or a project.
pub(crate) async fn member_update(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    OfMember { at, user }: OfMember,
    Input(update): Input<MemberUpdate>,
) -> Result<Json<Member>, Failure> {
    Ok(Json(people::change(&gateway, &session, &at, &user, update).await?))
}

/// `DELETE .../members/{user}?from=`, of an organisation or a project.
pub(crate) async fn member_remove(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    OfMember { at, user }: OfMember,
    query: Queried,
) -> Result<StatusCode, Failure> {
    let [from] = query.only(["from"])?;
    let from = from.ok_or_else(|| Failure::invalid("from", "Say the role you saw: ?from=ROLE."))?;
    people::remove(&gateway, &session, &at, &user, &from).await?;
    Ok(StatusCode::NO_CONTENT)
}
