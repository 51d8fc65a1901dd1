//! The SQL of grants.

use jiff::Timestamp;
use platform::{
    Uri,
    permission::{Action, Permission},
};
use sqlx::{Row, sqlite::SqliteRow};

use crate::{
    accounts::{Membership, ProjectRole},
    store::{Store, StoreError},
};

/// Everybody whose rights a principal has: itself, and each role it was given, and each role those were given.
const WHO: &str = "WITH RECURSIVE who (name) AS (
    SELECT ? UNION
    SELECT substr(grants.uri, 8) FROM grants JOIN who ON grants.principal = who.name
    WHERE grants.uri LIKE 'role://%'
)";

/// A grant and whom it is made to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Grant {
    pub(crate) principal: String,
    pub(crate) permission: Permission,
}

/// What was granted to the principal or to a role it has.
pub(super) async fn inherited(store: &Store, principal: &str) -> Result<Vec<Permission>, StoreError> {
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "{WHO} SELECT uri, action FROM grants JOIN who ON grants.principal = who.name"
    )))
    .bind(principal)
    .fetch_all(store.read())
    .await?
    .iter()
    .map(permission)
    .collect()
}

/// The projects the principal or a role it has is a member of.
pub(super) async fn memberships(store: &Store, principal: &str) -> Result<Vec<Membership>, StoreError> {
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "{WHO} SELECT org, project, role FROM members JOIN who ON members.principal = who.name"
    )))
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

/// What was granted to exactly this principal.
pub(super) async fn own(store: &Store, principal: &str) -> Result<Vec<Permission>, StoreError> {
    sqlx::query("SELECT uri, action FROM grants WHERE principal = ? ORDER BY uri")
        .bind(principal)
        .fetch_all(store.read())
        .await?
        .iter()
        .map(permission)
        .collect()
}

/// Every grant, with whom it is made to.
pub(super) async fn all(store: &Store) -> Result<Vec<Grant>, StoreError> {
    sqlx::query("SELECT principal, uri, action FROM grants ORDER BY uri, principal")
        .fetch_all(store.read())
        .await?
        .iter()
        .map(|row| Ok(Grant { principal: row.try_get("principal")?, permission: permission(row)? }))
        .collect()
}

/// Grants, all or none. A grant that exists is raised, and with `lower` also lowered. Returns what holds then.
pub(super) async fn put(
    store: &Store,
    principal: &str,
    wanted: &[Permission],
    by: &str,
    now: Timestamp,
    lower: bool,
) -> Result<Vec<Permission>, StoreError> {
    let mut change = store.begin().await?;
    let mut effective = Vec::with_capacity(wanted.len());
    for want in wanted {
        let uri = want.uri.to_string();
        let held = sqlx::query("SELECT uri, action FROM grants WHERE principal = ? AND uri = ?")
            .bind(principal)
            .bind(&uri)
            .fetch_optional(&mut *change)
            .await?;
        if let Some(row) = &held {
            let held = permission(row)?;
            if held.action >= want.action && !lower {
                effective.push(held);
                continue;
            }
        }
        sqlx::query(
            "INSERT INTO grants (principal, uri, action, granted_by, granted_at) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (principal, uri) DO UPDATE
             SET action = excluded.action, granted_by = excluded.granted_by, granted_at = excluded.granted_at",
        )
        .bind(principal)
        .bind(&uri)
        .bind(word(want.action))
        .bind(by)
        .bind(now.as_microsecond())
        .execute(&mut *change)
        .await?;
        effective.push(want.clone());
    }
    change.commit().await?;
    Ok(effective)
}

/// Takes grants back, all or none; the number that existed.
pub(super) async fn remove(store: &Store, principal: &str, uris: &[Uri]) -> Result<u64, StoreError> {
    let mut change = store.begin().await?;
    let mut removed = 0;
    for uri in uris {
        removed += sqlx::query("DELETE FROM grants WHERE principal = ? AND uri = ?")
            .bind(principal)
            .bind(uri.to_string())
            .execute(&mut *change)
            .await?
            .rows_affected();
    }
    change.commit().await?;
    Ok(removed)
}

fn permission(row: &SqliteRow) -> Result<Permission, StoreError> {
    let (uri, action): (String, String) = (row.try_get("uri")?, row.try_get("action")?);
    Ok(Permission {
        uri: uri.parse().map_err(|_| StoreError::Corrupt { what: "granted URI" })?,
        action: grantable(&action).ok_or(StoreError::Corrupt { what: "granted action" })?,
    })
}

fn grantable(word: &str) -> Option<Action> {
    match word {
        "read" => Some(Action::Read),
        "write" => Some(Action::Write),
        "manage" => Some(Action::Manage),
        _ => None,
    }
}

/// The stored word of an action. Nothing lower than read is ever stored: see [`super::Permissions::grant`].
fn word(action: Action) -> &'static str {
    match action {
        Action::Deny => "deny",
        Action::List => "list",
        Action::Read => "read",
        Action::Write => "write",
        Action::Manage => "manage",
    }
}
