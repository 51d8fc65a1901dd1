//! The SQL of principals and sign-in secrets.

use jiff::Timestamp;
use sqlx::{Row, SqliteConnection};

use super::{Membership, ProjectRole};
use crate::store::{Store, StoreError};

/// Users and roles share one name space: both can be granted to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    User,
    Role,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Role => "role",
        }
    }
}

/// Adds a principal; false when the name is taken.
pub(super) async fn add_principal(
    change: &mut SqliteConnection,
    name: &str,
    kind: Kind,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let added = sqlx::query("INSERT INTO principals (name, kind, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
        .bind(name)
        .bind(kind.as_str())
        .bind(now.as_microsecond())
        .execute(change)
        .await?;
    Ok(added.rows_affected() == 1)
}

/// What kind of principal has this name.
pub(crate) async fn find_principal(store: &Store, name: &str) -> Result<Option<Kind>, StoreError> {
    let kind: Option<String> = sqlx::query_scalar("SELECT kind FROM principals WHERE name = ?")
        .bind(name)
        .fetch_optional(store.read())
        .await?;
    Ok(kind.map(|kind| if kind == "role" { Kind::Role } else { Kind::User }))
}

/// Every user's name, in order.
pub(crate) async fn list_users(store: &Store) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT name FROM principals WHERE kind = 'user' ORDER BY name")
        .fetch_all(store.read())
        .await?)
}

/// Every role below a name, in order.
pub(crate) async fn list_roles_below(store: &Store, name: &str) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT name FROM principals
         WHERE kind = 'role' AND substr(name, 1, length(?1) + 1) = ?1 || '/' ORDER BY name",
    )
    .bind(name)
    .fetch_all(store.read())
    .await?)
}

/// A role below a name, if there is any.
pub(super) async fn find_role_below(change: &mut SqliteConnection, name: &str) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT name FROM principals
         WHERE kind = 'role' AND substr(name, 1, length(?1) + 1) = ?1 || '/' ORDER BY name LIMIT 1",
    )
    .bind(name)
    .fetch_optional(change)
    .await?)
}

/// Whether the organisation has such a project.
pub(crate) async fn project_exists(store: &Store, org: &str, project: &str) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM projects WHERE org = ? AND name = ?)")
        .bind(org)
        .bind(project)
        .fetch_one(store.read())
        .await?)
}

/// Whether there is such an organisation.
pub(crate) async fn org_exists(store: &Store, org: &str) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM orgs WHERE name = ?)")
        .bind(org)
        .fetch_one(store.read())
        .await?)
}

/// The principal's projects, ordered by organisation and name.
pub(crate) async fn memberships(store: &Store, principal: &str) -> Result<Vec<Membership>, StoreError> {
    sqlx::query("SELECT org, project, role FROM members WHERE principal = ? ORDER BY org, project")
        .bind(principal)
        .fetch_all(store.read())
        .await?
        .into_iter()
        .map(|row| {
            let role: String = row.try_get("role")?;
            Ok(Membership {
                org: row.try_get("org")?,
                project: row.try_get("project")?,
                role: ProjectRole::parse(&role).ok_or(StoreError::Corrupt { what: "project role" })?,
            })
        })
        .collect()
}
