//! The SQL of the registry.

pub(super) mod blobs;
pub(super) mod lists;
pub(super) mod manifests;
pub(super) mod sweep;
pub(super) mod uploads;

use sqlx::SqliteConnection;

use super::name::RepositoryName;
use crate::store::StoreError;

/// The row of a repository; none when nothing was ever pushed there.
pub(super) async fn find_repository(
    connection: &mut SqliteConnection,
    name: &RepositoryName,
) -> Result<Option<i64>, StoreError> {
    Ok(sqlx::query_scalar("SELECT id FROM repositories WHERE path = ?")
        .bind(name.as_str())
        .fetch_optional(connection)
        .await?)
}

/// The row of a repository, made when it is new; none when there is no such project.
pub(super) async fn ensure_repository(
    connection: &mut SqliteConnection,
    name: &RepositoryName,
    now: i64,
) -> Result<Option<i64>, StoreError> {
    if let Some(id) = find_repository(connection, name).await? {
        return Ok(Some(id));
    }
    Ok(sqlx::query_scalar(
        "INSERT INTO repositories (path, org, project, created_at)
         SELECT ?, org, name, ? FROM projects WHERE org = ? AND name = ? RETURNING id",
    )
    .bind(name.as_str())
    .bind(now)
    .bind(name.org())
    .bind(name.project())
    .fetch_optional(connection)
    .await?)
}

/// Bytes that a project's images take: each blob once, and the manifests.
pub(super) async fn used_bytes(connection: &mut SqliteConnection, org: &str, project: &str) -> Result<u64, StoreError> {
    let used: i64 = sqlx::query_scalar(
        "SELECT (SELECT coalesce(sum(size_bytes), 0) FROM blobs WHERE digest IN (
                   SELECT digest FROM blob_links WHERE repository IN (
                     SELECT id FROM repositories WHERE org = ?1 AND project = ?2)))
              + (SELECT coalesce(sum(length(content)), 0) FROM manifests WHERE repository IN (
                   SELECT id FROM repositories WHERE org = ?1 AND project = ?2))",
    )
    .bind(org)
    .bind(project)
    .fetch_one(connection)
    .await?;
    Ok(bytes(used))
}

/// SQLite's integers are signed; what is stored here never is.
pub(super) fn bytes(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}

/// A size as SQLite stores it; no file is longer than an `i64` can say.
pub(super) fn stored(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
