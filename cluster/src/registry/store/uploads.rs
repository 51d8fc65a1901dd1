//! The SQL of unfinished uploads.

use super::{ensure_repository, used_bytes};
use crate::{
    registry::name::RepositoryName,
    store::{Store, StoreError},
};

/// What became of a new upload.
#[derive(Debug)]
pub(in crate::registry) enum Begun {
    Yes,
    NoProject,
    /// The project has as many as it may.
    TooMany,
}

/// Remembers a new upload.
pub(in crate::registry) async fn begin(
    store: &Store,
    id: &str,
    name: &RepositoryName,
    most: u32,
    now: i64,
) -> Result<Begun, StoreError> {
    let mut change = store.begin().await?;
    let Some(repository) = ensure_repository(&mut change, name, now).await? else { return Ok(Begun::NoProject) };
    let open: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM uploads WHERE repository IN (SELECT id FROM repositories WHERE org = ? AND project = ?)",
    )
    .bind(name.org())
    .bind(name.project())
    .fetch_one(&mut *change)
    .await?;
    if open >= i64::from(most) {
        return Ok(Begun::TooMany);
    }
    sqlx::query("INSERT INTO uploads (id, repository, started_at, touched_at) VALUES (?, ?, ?, ?)")
        .bind(id)
        .bind(repository)
        .bind(now)
        .bind(now)
        .execute(&mut *change)
        .await?;
    change.commit().await?;
    Ok(Begun::Yes)
}

/// Forgets an upload; whether it was there.
pub(in crate::registry) async fn forget(store: &Store, id: &str) -> Result<bool, StoreError> {
    let gone = sqlx::query("DELETE FROM uploads WHERE id = ?").bind(id).execute(store.write()).await?;
    Ok(gone.rows_affected() > 0)
}

/// Remembers that somebody works on an upload.
pub(in crate::registry) async fn touch(store: &Store, id: &str, now: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE uploads SET touched_at = ? WHERE id = ?").bind(now).bind(id).execute(store.write()).await?;
    Ok(())
}

/// Every upload with its repository's name.
pub(in crate::registry) async fn all(store: &Store) -> Result<Vec<(String, String)>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT uploads.id, repositories.path FROM uploads JOIN repositories ON repositories.id = uploads.repository",
    )
    .fetch_all(store.read())
    .await?)
}

/// Uploads that nobody touched since then.
pub(in crate::registry) async fn untouched_since(store: &Store, then: i64) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT id FROM uploads WHERE touched_at < ?").bind(then).fetch_all(store.read()).await?)
}

/// Bytes that a project's finished images take.
pub(in crate::registry) async fn project_bytes(store: &Store, org: &str, project: &str) -> Result<u64, StoreError> {
    let mut connection = store.read().acquire().await?;
    used_bytes(&mut connection, org, project).await
}
