//! The SQL of organisations, projects and places in them.

use jiff::Timestamp;
use platform::permission::{OrgRole, ProjectRole};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

use super::{OrgPlace, Project};
use crate::{
    accounts::Membership,
    store::{Store, StoreError},
};

/// Gives a principal a place in a project and in its organisation, making both when they are new. A place in the organisation
/// that is there stays as it is.
pub(crate) async fn seat(
    change: &mut SqliteConnection,
    principal: &str,
    place: &Membership,
    now: Timestamp,
) -> Result<(), StoreError> {
    add_org(change, &place.org, now).await?;
    let project = Project { org: place.org.clone(), name: place.project.clone(), ..Project::default() };
    add_project(change, &project, now).await?;
    sqlx::query("INSERT INTO org_members (principal, org, role) VALUES (?, ?, 'user') ON CONFLICT DO NOTHING")
        .bind(principal)
        .bind(&place.org)
        .execute(&mut *change)
        .await?;
    set_member(change, principal, place).await
}

/// Adds an organisation; false when there is one of the name.
pub(super) async fn add_org(change: &mut SqliteConnection, org: &str, now: Timestamp) -> Result<bool, StoreError> {
    let added = sqlx::query("INSERT INTO orgs (name, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(org)
        .bind(now.as_microsecond())
        .execute(change)
        .await?;
    Ok(added.rows_affected() == 1)
}

/// Adds a project; false when the organisation has one of the name.
pub(super) async fn add_project(
    change: &mut SqliteConnection,
    project: &Project,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let added = sqlx::query(
        "INSERT INTO projects (org, name, created_at, default_role, is_default) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO NOTHING",
    )
    .bind(&project.org)
    .bind(&project.name)
    .bind(now.as_microsecond())
    .bind(project.default_role.as_str())
    .bind(project.is_default)
    .execute(change)
    .await?;
    Ok(added.rows_affected() == 1)
}

/// Changes a project's settings; false when there is none.
pub(super) async fn update_project(change: &mut SqliteConnection, project: &Project) -> Result<(), StoreError> {
    sqlx::query("UPDATE projects SET default_role = ?, is_default = ? WHERE org = ? AND name = ?")
        .bind(project.default_role.as_str())
        .bind(project.is_default)
        .bind(&project.org)
        .bind(&project.name)
        .execute(change)
        .await?;
    Ok(())
}

/// Removes an organisation and every grant on it or below; false when there is none.
pub(super) async fn remove_org(change: &mut SqliteConnection, cluster: &str, org: &str) -> Result<bool, StoreError> {
    let removed = sqlx::query("DELETE FROM orgs WHERE name = ?").bind(org).execute(&mut *change).await?;
    remove_grants_below(change, &format!("{cluster}/{org}")).await?;
    Ok(removed.rows_affected() == 1)
}

/// Removes a project, the places in it and every grant on it or below; false when there is none.
pub(super) async fn remove_project(
    change: &mut SqliteConnection,
    cluster: &str,
    org: &str,
    project: &str,
) -> Result<bool, StoreError> {
    let removed = sqlx::query("DELETE FROM projects WHERE org = ? AND name = ?")
        .bind(org)
        .bind(project)
        .execute(&mut *change)
        .await?;
    remove_grants_below(change, &format!("{cluster}/{org}/{project}")).await?;
    Ok(removed.rows_affected() == 1)
}

/// Nobody may have rights on things of the same name made later. Roles lie in another tree.
async fn remove_grants_below(change: &mut SqliteConnection, path: &str) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM grants WHERE instr(uri, '://') > 0 AND uri NOT LIKE 'role://%' AND uri NOT LIKE 'user://%'
         AND substr(substr(uri, instr(uri, '://') + 3) || '/', 1, length(?1) + 1) = ?1 || '/'",
    )
    .bind(path)
    .execute(change)
    .await?;
    Ok(())
}

/// Jobs of a project that have not ended.
pub(super) async fn active_jobs(change: &mut SqliteConnection, org: &str, project: &str) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT count(*) FROM jobs WHERE org = ? AND project = ? AND status IN ('pending', 'suspended', 'running')",
    )
    .bind(org)
    .bind(project)
    .fetch_one(change)
    .await?)
}

/// Images of a project.
pub(super) async fn images(change: &mut SqliteConnection, org: &str, project: &str) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("SELECT count(*) FROM repositories WHERE org = ? AND project = ?")
        .bind(org)
        .bind(project)
        .fetch_one(change)
        .await?)
}

/// How many projects an organisation has.
pub(super) async fn count_projects(change: &mut SqliteConnection, org: &str) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("SELECT count(*) FROM projects WHERE org = ?").bind(org).fetch_one(change).await?)
}

/// Every organisation, in order.
pub(super) async fn list_orgs(store: &Store) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT name FROM orgs ORDER BY name").fetch_all(store.read()).await?)
}

/// The projects of an organisation, in order.
pub(super) async fn list_projects(store: &Store, org: &str) -> Result<Vec<Project>, StoreError> {
    sqlx::query("SELECT * FROM projects WHERE org = ? ORDER BY name")
        .bind(org)
        .fetch_all(store.read())
        .await?
        .iter()
        .map(project)
        .collect()
}

/// Those of them that new members of the organisation join.
pub(super) async fn default_projects(change: &mut SqliteConnection, org: &str) -> Result<Vec<Project>, StoreError> {
    sqlx::query("SELECT * FROM projects WHERE org = ? AND is_default = 1")
        .bind(org)
        .fetch_all(change)
        .await?
        .iter()
        .map(project)
        .collect()
}

/// One project.
pub(super) async fn find_project(
    change: &mut SqliteConnection,
    org: &str,
    name: &str,
) -> Result<Option<Project>, StoreError> {
    let row = sqlx::query("SELECT * FROM projects WHERE org = ? AND name = ?")
        .bind(org)
        .bind(name)
        .fetch_optional(change)
        .await?;
    row.as_ref().map(project).transpose()
}

/// Whether there is such an organisation.
pub(super) async fn has_org(change: &mut SqliteConnection, org: &str) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM orgs WHERE name = ?)").bind(org).fetch_one(change).await?)
}

/// Whether there is such a user.
pub(super) async fn has_user(change: &mut SqliteConnection, user: &str) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM principals WHERE name = ? AND kind = 'user')")
        .bind(user)
        .fetch_one(change)
        .await?)
}

/// The places in an organisation, by name.
pub(super) async fn org_places(store: &Store, org: &str) -> Result<Vec<OrgPlace>, StoreError> {
    sqlx::query("SELECT * FROM org_members WHERE org = ? ORDER BY principal")
        .bind(org)
        .fetch_all(store.read())
        .await?
        .iter()
        .map(org_place)
        .collect()
}

/// The organisations of a principal, in order.
pub(super) async fn orgs_of(store: &Store, principal: &str) -> Result<Vec<OrgPlace>, StoreError> {
    sqlx::query("SELECT * FROM org_members WHERE principal = ? ORDER BY org")
        .bind(principal)
        .fetch_all(store.read())
        .await?
        .iter()
        .map(org_place)
        .collect()
}

/// A principal's place in an organisation.
pub(super) async fn find_org_place(
    change: &mut SqliteConnection,
    org: &str,
    principal: &str,
) -> Result<Option<OrgPlace>, StoreError> {
    let row = sqlx::query("SELECT * FROM org_members WHERE org = ? AND principal = ?")
        .bind(org)
        .bind(principal)
        .fetch_optional(change)
        .await?;
    row.as_ref().map(org_place).transpose()
}

/// Makes the principal a member of the organisation, or changes its role.
pub(crate) async fn set_org_place(
    change: &mut SqliteConnection,
    org: &str,
    principal: &str,
    role: OrgRole,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO org_members (principal, org, role) VALUES (?, ?, ?)
         ON CONFLICT (principal, org) DO UPDATE SET role = excluded.role",
    )
    .bind(principal)
    .bind(org)
    .bind(role.as_str())
    .execute(change)
    .await?;
    Ok(())
}

/// Takes a place in an organisation away.
pub(super) async fn remove_org_place(
    change: &mut SqliteConnection,
    org: &str,
    principal: &str,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM org_members WHERE org = ? AND principal = ?")
        .bind(org)
        .bind(principal)
        .execute(change)
        .await?;
    Ok(())
}

/// The places in a project with whom they belong to, by name.
pub(super) async fn members(
    change: &mut SqliteConnection,
    org: &str,
    project: &str,
) -> Result<Vec<(String, ProjectRole)>, StoreError> {
    sqlx::query("SELECT principal, role FROM members WHERE org = ? AND project = ? ORDER BY principal")
        .bind(org)
        .bind(project)
        .fetch_all(change)
        .await?
        .iter()
        .map(|row| Ok((row.try_get("principal")?, project_role(row, "role")?)))
        .collect()
}

/// The principal's projects of one organisation.
pub(super) async fn projects_of(
    change: &mut SqliteConnection,
    org: &str,
    principal: &str,
) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT project FROM members WHERE org = ? AND principal = ? ORDER BY project")
        .bind(org)
        .bind(principal)
        .fetch_all(change)
        .await?)
}

/// Makes the principal a member of the project, or changes its role.
pub(super) async fn set_member(
    change: &mut SqliteConnection,
    principal: &str,
    place: &Membership,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO members (principal, org, project, role) VALUES (?, ?, ?, ?)
         ON CONFLICT (principal, org, project) DO UPDATE SET role = excluded.role",
    )
    .bind(principal)
    .bind(&place.org)
    .bind(&place.project)
    .bind(place.role.as_str())
    .execute(change)
    .await?;
    Ok(())
}

/// Takes a place in a project away.
pub(super) async fn remove_member(
    change: &mut SqliteConnection,
    org: &str,
    project: &str,
    principal: &str,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM members WHERE org = ? AND project = ? AND principal = ?")
        .bind(org)
        .bind(project)
        .bind(principal)
        .execute(change)
        .await?;
    Ok(())
}

fn project(row: &SqliteRow) -> Result<Project, StoreError> {
    Ok(Project {
        org: row.try_get("org")?,
        name: row.try_get("name")?,
        default_role: project_role(row, "default_role")?,
        is_default: row.try_get("is_default")?,
    })
}

fn org_place(row: &SqliteRow) -> Result<OrgPlace, StoreError> {
    let role: String = row.try_get("role")?;
    Ok(OrgPlace {
        user: row.try_get("principal")?,
        org: row.try_get("org")?,
        role: OrgRole::parse(&role).ok_or(StoreError::Corrupt { what: "organisation role" })?,
    })
}

fn project_role(row: &SqliteRow, column: &str) -> Result<ProjectRole, StoreError> {
    let role: String = row.try_get(column)?;
    ProjectRole::parse(&role).ok_or(StoreError::Corrupt { what: "project role" })
}
