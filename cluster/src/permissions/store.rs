//! The SQL of grants, and of reading everything that decides rights at one moment.

use jiff::Timestamp;
use platform::{
    Uri,
    permission::{Action, Facts, Grant, Member, OrgMember, OrgRole, Permission, Principal, PrincipalKind, ProjectRole},
};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

use crate::{
    history,
    store::{Store, StoreError},
};

/// The number of the last change of anything that decides rights.
pub(super) async fn revision(store: &Store) -> Result<i64, StoreError> {
    history::store::revision(&mut *store.read().acquire().await?).await
}

/// Everything that decides rights, and the number of the last change in it.
pub(super) async fn facts(store: &Store, cluster: &str) -> Result<(i64, Facts), StoreError> {
    // One transaction: a change that comes in between is in all of it or in nothing.
    let mut reading = store.read().begin().await?;
    let revision = history::store::revision(&mut reading).await?;
    Ok((revision, facts_now(&mut reading, cluster).await?))
}

/// The same in a transaction that is under way.
pub(super) async fn facts_now(reading: &mut SqliteConnection, cluster: &str) -> Result<Facts, StoreError> {
    Ok(Facts {
        cluster: cluster.to_owned(),
        principals: all(reading, "SELECT name, kind FROM principals ORDER BY name", principal).await?,
        grants: all(reading, "SELECT * FROM grants ORDER BY uri, principal", grant).await?,
        members: all(reading, "SELECT * FROM members ORDER BY org, project, principal", member).await?,
        org_members: all(reading, "SELECT * FROM org_members ORDER BY org, principal", org_member).await?,
    })
}

async fn all<T>(
    reading: &mut SqliteConnection,
    sql: &'static str,
    read: impl Fn(&SqliteRow) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    sqlx::query(sql).fetch_all(reading).await?.iter().map(read).collect()
}

/// Whether there is such an organisation, or such a project of it.
pub(super) async fn has_place(store: &Store, org: &str, project: Option<&str>) -> Result<bool, StoreError> {
    let found = match project {
        None => sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM orgs WHERE name = ?)").bind(org),
        Some(project) => sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM projects WHERE org = ? AND name = ?)")
            .bind(org)
            .bind(project),
    };
    Ok(found.fetch_one(store.read()).await?)
}

/// What exactly this principal was granted on exactly this URI.
pub(super) async fn held(
    change: &mut SqliteConnection,
    principal: &str,
    uri: &Uri,
) -> Result<Option<Action>, StoreError> {
    let word: Option<String> = sqlx::query_scalar("SELECT action FROM grants WHERE principal = ? AND uri = ?")
        .bind(principal)
        .bind(uri.to_string())
        .fetch_optional(change)
        .await?;
    word.as_deref().map(granted).transpose()
}

/// Makes a grant, or sets what an existing one says.
pub(super) async fn put(
    change: &mut SqliteConnection,
    principal: &str,
    want: &Permission,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO grants (principal, uri, action, granted_by, granted_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (principal, uri) DO UPDATE
         SET action = excluded.action, granted_by = excluded.granted_by, granted_at = excluded.granted_at",
    )
    .bind(principal)
    .bind(want.uri.to_string())
    .bind(want.action.as_str())
    .bind(by)
    .bind(now.as_microsecond())
    .execute(change)
    .await?;
    Ok(())
}

/// Takes a grant back; false when there was none.
pub(super) async fn remove(change: &mut SqliteConnection, principal: &str, uri: &Uri) -> Result<bool, StoreError> {
    let removed = sqlx::query("DELETE FROM grants WHERE principal = ? AND uri = ?")
        .bind(principal)
        .bind(uri.to_string())
        .execute(change)
        .await?;
    Ok(removed.rows_affected() > 0)
}

/// Removes a role, what was granted to it, and whoever has it from it; false when there is none.
pub(super) async fn remove_role(change: &mut SqliteConnection, name: &str, uri: &Uri) -> Result<bool, StoreError> {
    let removed =
        sqlx::query("DELETE FROM principals WHERE name = ? AND kind = 'role'").bind(name).execute(&mut *change).await?;
    // Nobody may inherit from a role of the same name made later.
    sqlx::query("DELETE FROM grants WHERE uri = ?").bind(uri.to_string()).execute(change).await?;
    Ok(removed.rows_affected() == 1)
}

fn principal(row: &SqliteRow) -> Result<Principal, StoreError> {
    let kind: String = row.try_get("kind")?;
    let kind = if kind == "role" { PrincipalKind::Role } else { PrincipalKind::User };
    Ok(Principal { name: row.try_get("name")?, kind })
}

fn grant(row: &SqliteRow) -> Result<Grant, StoreError> {
    let (uri, action): (String, String) = (row.try_get("uri")?, row.try_get("action")?);
    Ok(Grant {
        principal: row.try_get("principal")?,
        uri: uri.parse().map_err(|_| StoreError::Corrupt { what: "granted URI" })?,
        action: granted(&action)?,
        granted_by: row.try_get("granted_by")?,
        granted_at: Timestamp::from_microsecond(row.try_get("granted_at")?).ok(),
    })
}

fn member(row: &SqliteRow) -> Result<Member, StoreError> {
    let role: String = row.try_get("role")?;
    Ok(Member {
        principal: row.try_get("principal")?,
        org: row.try_get("org")?,
        project: row.try_get("project")?,
        role: ProjectRole::parse(&role).ok_or(StoreError::Corrupt { what: "project role" })?,
    })
}

fn org_member(row: &SqliteRow) -> Result<OrgMember, StoreError> {
    let role: String = row.try_get("role")?;
    Ok(OrgMember {
        principal: row.try_get("principal")?,
        org: row.try_get("org")?,
        role: OrgRole::parse(&role).ok_or(StoreError::Corrupt { what: "organisation role" })?,
    })
}

fn granted(word: &str) -> Result<Action, StoreError> {
    let action = Action::parse(word).filter(|action| *action >= Action::Read);
    action.ok_or(StoreError::Corrupt { what: "granted action" })
}
