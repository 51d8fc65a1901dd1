//! The SQL of garbage collection.

use sqlx::SqliteConnection;

use crate::{
    registry::{
        digest::Digest,
        sweep::{Graph, Member, mark},
    },
    store::{Store, StoreError},
};

/// Every repository's row.
pub(in crate::registry) async fn repositories(store: &Store) -> Result<Vec<i64>, StoreError> {
    Ok(sqlx::query_scalar("SELECT id FROM repositories ORDER BY id").fetch_all(store.read()).await?)
}

/// What one repository lost.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::registry) struct Lost {
    pub(in crate::registry) manifests: u64,
    pub(in crate::registry) links: u64,
}

/// Clears one repository in one transaction, so that a push sees it before or after and never between: manifests that
/// nothing leads to and nobody touched since `untagged_since`, then links that no manifest needs and nobody touched
/// since `links_since`. Links stay while an upload is under way. A repository with nothing left goes as well.
pub(in crate::registry) async fn repository(
    store: &Store,
    repository: i64,
    untagged_since: Option<i64>,
    links_since: i64,
) -> Result<Lost, StoreError> {
    let mut change = store.begin().await?;
    let mut lost = Lost::default();
    if let Some(since) = untagged_since {
        for dead in mark(&graph(&mut change, repository).await?, since) {
            let gone = sqlx::query("DELETE FROM manifests WHERE id = ?").bind(dead).execute(&mut *change).await?;
            lost.manifests += gone.rows_affected();
        }
    }
    lost.links = sqlx::query(
        "DELETE FROM blob_links WHERE repository = ?1 AND touched_at < ?2
         AND NOT EXISTS (SELECT 1 FROM uploads WHERE uploads.repository = ?1)
         AND NOT EXISTS (SELECT 1 FROM manifest_blobs JOIN manifests ON manifests.id = manifest_blobs.manifest
                         WHERE manifest_blobs.digest = blob_links.digest AND manifests.repository = ?1)",
    )
    .bind(repository)
    .bind(links_since)
    .execute(&mut *change)
    .await?
    .rows_affected();
    sqlx::query(
        "DELETE FROM repositories WHERE id = ?1 AND created_at < ?2
         AND NOT EXISTS (SELECT 1 FROM manifests WHERE repository = ?1)
         AND NOT EXISTS (SELECT 1 FROM blob_links WHERE repository = ?1)
         AND NOT EXISTS (SELECT 1 FROM uploads WHERE repository = ?1)",
    )
    .bind(repository)
    .bind(links_since)
    .execute(&mut *change)
    .await?;
    change.commit().await?;
    Ok(lost)
}

async fn graph(change: &mut SqliteConnection, repository: i64) -> Result<Graph, StoreError> {
    let rows: Vec<(i64, String, Option<String>, i64, bool)> = sqlx::query_as(
        "SELECT id, digest, subject, max(touched_at, coalesce(pulled_at, 0)),
             EXISTS (SELECT 1 FROM image_tags WHERE image_tags.manifest = manifests.id)
         FROM manifests WHERE repository = ?",
    )
    .bind(repository)
    .fetch_all(&mut *change)
    .await?;
    let children: Vec<(i64, String)> = sqlx::query_as(
        "SELECT manifest_children.manifest, manifest_children.digest FROM manifest_children
         JOIN manifests ON manifests.id = manifest_children.manifest WHERE manifests.repository = ?",
    )
    .bind(repository)
    .fetch_all(&mut *change)
    .await?;
    let members = rows
        .into_iter()
        .map(|(id, digest, subject, touched_at, is_tagged)| Member { id, digest, subject, touched_at, is_tagged })
        .collect();
    Ok(Graph { members, children })
}

/// Takes the rows of blobs that no repository has and that were not made since then; at most `most`.
pub(in crate::registry) async fn take_unlinked(
    store: &Store,
    made_before: i64,
    most: u32,
) -> Result<Vec<Digest>, StoreError> {
    let texts: Vec<String> = sqlx::query_scalar(
        "DELETE FROM blobs WHERE digest IN (
             SELECT digest FROM blobs WHERE created_at < ?
             AND NOT EXISTS (SELECT 1 FROM blob_links WHERE blob_links.digest = blobs.digest) LIMIT ?)
         RETURNING digest",
    )
    .bind(made_before)
    .bind(most)
    .fetch_all(store.write())
    .await?;
    texts.iter().map(|text| text.parse::<Digest>().map_err(|_| StoreError::Corrupt { what: "digest" })).collect()
}
