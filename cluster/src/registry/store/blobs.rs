//! The SQL of blobs and of who may reach them.

use super::{bytes, ensure_repository, find_repository, stored, used_bytes};
use crate::{
    registry::{digest::Digest, name::RepositoryName},
    store::{Store, StoreError},
};

/// What became of a link.
#[derive(Debug)]
pub(in crate::registry) enum Linked {
    /// The repository has the blob now.
    Yes,
    /// There is no such project.
    NoProject,
    /// There is nothing to link to.
    NoBlob,
    /// The project would have more than it may: this much.
    OverQuota(u64),
}

/// A blob that a repository has.
#[derive(Clone, Copy, Debug)]
pub(in crate::registry) struct Found {
    pub(in crate::registry) size_bytes: u64,
    pub(in crate::registry) touched_at: i64,
}

/// A blob of a repository.
pub(in crate::registry) async fn find(
    store: &Store,
    name: &RepositoryName,
    digest: &Digest,
) -> Result<Option<Found>, StoreError> {
    let row: Option<(i64, i64)> = sqlx::query_as(
        "SELECT blobs.size_bytes, blob_links.touched_at FROM repositories
         JOIN blob_links ON blob_links.repository = repositories.id AND blob_links.digest = ?
         JOIN blobs ON blobs.digest = blob_links.digest
         WHERE repositories.path = ?",
    )
    .bind(digest.as_str())
    .bind(name.as_str())
    .fetch_optional(store.read())
    .await?;
    Ok(row.map(|(size, touched_at)| Found { size_bytes: bytes(size), touched_at }))
}

/// Names of repositories that have a blob.
pub(in crate::registry) async fn repositories_with(
    store: &Store,
    digest: &Digest,
    most: u32,
) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT repositories.path FROM blob_links JOIN repositories ON repositories.id = blob_links.repository
         WHERE blob_links.digest = ? ORDER BY repositories.path LIMIT ?",
    )
    .bind(digest.as_str())
    .bind(most)
    .fetch_all(store.read())
    .await?)
}

/// Whether a blob is known at all.
pub(in crate::registry) async fn is_known(store: &Store, digest: &Digest) -> Result<bool, StoreError> {
    let found: Option<i64> = sqlx::query_scalar("SELECT 1 FROM blobs WHERE digest = ?")
        .bind(digest.as_str())
        .fetch_optional(store.write())
        .await?;
    Ok(found.is_some())
}

/// Remembers that a client counts on a blob's being here. Whether it still is.
pub(in crate::registry) async fn touch(
    store: &Store,
    name: &RepositoryName,
    digest: &Digest,
    now: i64,
) -> Result<bool, StoreError> {
    let touched = sqlx::query(
        "UPDATE blob_links SET touched_at = ? WHERE digest = ?
         AND repository = (SELECT id FROM repositories WHERE path = ?)",
    )
    .bind(now)
    .bind(digest.as_str())
    .bind(name.as_str())
    .execute(store.write())
    .await?;
    Ok(touched.rows_affected() > 0)
}

/// A blob to be linked to a repository.
#[derive(Clone, Copy, Debug)]
pub(in crate::registry) struct Link<'a> {
    pub(in crate::registry) to: &'a RepositoryName,
    pub(in crate::registry) digest: &'a Digest,
    /// Most bytes of the project.
    pub(in crate::registry) quota_bytes: Option<u64>,
    pub(in crate::registry) now: i64,
}

/// A finished upload: the blob's row, the link, and the upload's end, all or none.
pub(in crate::registry) async fn add(
    store: &Store,
    link: Link<'_>,
    size_bytes: u64,
    upload: &str,
) -> Result<Linked, StoreError> {
    let mut change = store.begin().await?;
    let known =
        sqlx::query("INSERT INTO blobs (digest, size_bytes, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
    known.bind(link.digest.as_str()).bind(stored(size_bytes)).bind(link.now).execute(&mut *change).await?;
    sqlx::query("DELETE FROM uploads WHERE id = ?").bind(upload).execute(&mut *change).await?;
    let linked = insert(&mut change, link).await?;
    if matches!(linked, Linked::Yes) {
        change.commit().await?;
    }
    Ok(linked)
}

/// Links a blob that another repository has.
pub(in crate::registry) async fn mount(
    store: &Store,
    link: Link<'_>,
    from: &RepositoryName,
) -> Result<Linked, StoreError> {
    let mut change = store.begin().await?;
    let there: Option<i64> = match find_repository(&mut change, from).await? {
        None => None,
        Some(from) => {
            sqlx::query_scalar("SELECT 1 FROM blob_links WHERE repository = ? AND digest = ?")
                .bind(from)
                .bind(link.digest.as_str())
                .fetch_optional(&mut *change)
                .await?
        }
    };
    if there.is_none() {
        return Ok(Linked::NoBlob);
    }
    let linked = insert(&mut change, link).await?;
    if matches!(linked, Linked::Yes) {
        change.commit().await?;
    }
    Ok(linked)
}

async fn insert(change: &mut sqlx::SqliteConnection, link: Link<'_>) -> Result<Linked, StoreError> {
    let Some(repository) = ensure_repository(change, link.to, link.now).await? else { return Ok(Linked::NoProject) };
    sqlx::query(
        "INSERT INTO blob_links (repository, digest, touched_at) VALUES (?, ?, ?)
         ON CONFLICT (repository, digest) DO UPDATE SET touched_at = excluded.touched_at",
    )
    .bind(repository)
    .bind(link.digest.as_str())
    .bind(link.now)
    .execute(&mut *change)
    .await?;
    if let Some(quota) = link.quota_bytes {
        let used = used_bytes(change, link.to.org(), link.to.project()).await?;
        if used > quota {
            return Ok(Linked::OverQuota(used));
        }
    }
    Ok(Linked::Yes)
}

/// What became of taking a link away.
#[derive(Debug)]
pub(in crate::registry) enum Unlinked {
    Yes,
    NoBlob,
    /// This manifest needs it.
    NeededBy(String),
}

/// Takes a blob from a repository, unless a manifest there needs it.
pub(in crate::registry) async fn unlink(
    store: &Store,
    name: &RepositoryName,
    digest: &Digest,
) -> Result<Unlinked, StoreError> {
    let mut change = store.begin().await?;
    let Some(repository) = find_repository(&mut change, name).await? else { return Ok(Unlinked::NoBlob) };
    let user: Option<String> = sqlx::query_scalar(
        "SELECT manifests.digest FROM manifest_blobs JOIN manifests ON manifests.id = manifest_blobs.manifest
         WHERE manifest_blobs.digest = ? AND manifests.repository = ? LIMIT 1",
    )
    .bind(digest.as_str())
    .bind(repository)
    .fetch_optional(&mut *change)
    .await?;
    if let Some(manifest) = user {
        return Ok(Unlinked::NeededBy(manifest));
    }
    let gone = sqlx::query("DELETE FROM blob_links WHERE repository = ? AND digest = ?")
        .bind(repository)
        .bind(digest.as_str())
        .execute(&mut *change)
        .await?
        .rows_affected();
    change.commit().await?;
    Ok(if gone == 0 { Unlinked::NoBlob } else { Unlinked::Yes })
}
