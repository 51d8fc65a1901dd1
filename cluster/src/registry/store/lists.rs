//! The SQL of listings: catalog, tags, referrers, and what the extension tells in one call.

use futures::TryStreamExt as _;
use jiff::Timestamp;
use sqlx::Row as _;

use super::bytes;
use crate::{
    registry::{digest::Digest, name::RepositoryName},
    store::{Store, StoreError},
};

/// Names of repositories that have a tag, after `last`, in order.
pub(in crate::registry) async fn repositories(store: &Store, last: &str, most: u32) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT path FROM repositories WHERE path > ?
         AND EXISTS (SELECT 1 FROM image_tags WHERE image_tags.repository = repositories.id)
         ORDER BY path LIMIT ?",
    )
    .bind(last)
    .bind(most)
    .fetch_all(store.read())
    .await?)
}

/// The row of a repository.
pub(in crate::registry) async fn repository(store: &Store, name: &RepositoryName) -> Result<Option<i64>, StoreError> {
    let mut connection = store.read().acquire().await?;
    super::find_repository(&mut connection, name).await
}

/// Tags after `last`, in order.
pub(in crate::registry) async fn tags(
    store: &Store,
    repository: i64,
    last: &str,
    most: u32,
) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT name FROM image_tags WHERE repository = ? AND name > ? ORDER BY name LIMIT ?")
        .bind(repository)
        .bind(last)
        .bind(most)
        .fetch_all(store.read())
        .await?)
}

/// A tag and what it stands for.
#[derive(Clone, Debug)]
pub(crate) struct TagRow {
    pub(crate) name: String,
    pub(crate) digest: String,
    pub(crate) media_type: String,
    pub(crate) layers_bytes: u64,
    pub(crate) updated_at: Timestamp,
    pub(crate) pulled_at: Option<Timestamp>,
}

/// The same with what they stand for.
pub(in crate::registry) async fn tag_rows(
    store: &Store,
    repository: i64,
    last: &str,
    most: u32,
) -> Result<Vec<TagRow>, StoreError> {
    sqlx::query(
        "SELECT image_tags.name, image_tags.updated_at, image_tags.pulled_at,
             manifests.digest, manifests.media_type, manifests.layers_bytes
         FROM image_tags JOIN manifests ON manifests.id = image_tags.manifest
         WHERE image_tags.repository = ? AND image_tags.name > ? ORDER BY image_tags.name LIMIT ?",
    )
    .bind(repository)
    .bind(last)
    .bind(most)
    .fetch_all(store.read())
    .await?
    .iter()
    .map(|row| {
        Ok(TagRow {
            name: row.try_get("name")?,
            digest: row.try_get("digest")?,
            media_type: row.try_get("media_type")?,
            layers_bytes: bytes(row.try_get("layers_bytes")?),
            updated_at: time(row.try_get("updated_at")?)?,
            pulled_at: row.try_get::<Option<i64>, _>("pulled_at")?.map(time).transpose()?,
        })
    })
    .collect()
}

/// An image of a project with what a list shows of it.
#[derive(Clone, Debug)]
pub(crate) struct RepositoryRow {
    pub(crate) path: String,
    pub(crate) tag_count: u64,
    pub(crate) updated_at: Timestamp,
    pub(crate) pulled_at: Option<Timestamp>,
}

/// Images after `last`, in order.
pub(in crate::registry) async fn repository_rows(
    store: &Store,
    last: &str,
    most: u32,
) -> Result<Vec<RepositoryRow>, StoreError> {
    sqlx::query(
        "SELECT path, count(*) AS tag_count, max(image_tags.updated_at) AS updated_at, max(image_tags.pulled_at) AS pulled_at
         FROM repositories JOIN image_tags ON image_tags.repository = repositories.id
         WHERE path > ? GROUP BY path ORDER BY path LIMIT ?",
    )
    .bind(last)
    .bind(most)
    .fetch_all(store.read())
    .await?
    .iter()
    .map(|row| {
        Ok(RepositoryRow {
            path: row.try_get("path")?,
            tag_count: bytes(row.try_get("tag_count")?),
            updated_at: time(row.try_get("updated_at")?)?,
            pulled_at: row.try_get::<Option<i64>, _>("pulled_at")?.map(time).transpose()?,
        })
    })
    .collect()
}

/// A manifest about another.
#[derive(Clone, Debug)]
pub(crate) struct Referrer {
    pub(crate) digest: String,
    pub(crate) media_type: String,
    pub(crate) size_bytes: u64,
    pub(crate) artifact_type: Option<String>,
    /// As JSON.
    pub(crate) annotations: Option<String>,
}

/// Manifests about a subject after `last`, in order of their digests, until `most` or `most_bytes` of annotations.
/// The second value tells whether there are more.
pub(in crate::registry) async fn referrers(
    store: &Store,
    repository: i64,
    subject: &Digest,
    artifact_type: Option<&str>,
    last: &str,
    (most, most_bytes): (usize, usize),
) -> Result<(Vec<Referrer>, bool), StoreError> {
    let mut rows = sqlx::query(
        "SELECT digest, media_type, length(content) AS size, artifact_type, annotations FROM manifests
         WHERE repository = ?1 AND subject = ?2 AND digest > ?3 AND (?4 IS NULL OR artifact_type = ?4) ORDER BY digest",
    )
    .bind(repository)
    .bind(subject.as_str())
    .bind(last)
    .bind(artifact_type)
    .fetch(store.read());
    let (mut found, mut held) = (Vec::new(), 0);
    while let Some(row) = rows.try_next().await? {
        if found.len() >= most || held > most_bytes {
            return Ok((found, true));
        }
        let referrer = Referrer {
            digest: row.try_get("digest")?,
            media_type: row.try_get("media_type")?,
            size_bytes: bytes(row.try_get("size")?),
            artifact_type: row.try_get("artifact_type")?,
            annotations: row.try_get("annotations")?,
        };
        held += referrer.annotations.as_ref().map_or(0, String::len);
        found.push(referrer);
    }
    Ok((found, false))
}

/// A layer whose uncompressed form is known.
#[derive(Clone, Debug)]
pub(crate) struct LayerRow {
    pub(crate) diff_id: String,
    pub(crate) digest: String,
    pub(crate) size_bytes: u64,
    pub(crate) media_type: String,
    pub(crate) repository: String,
}

/// Layers of a project's images that are here, the ones pushed last first.
pub(in crate::registry) async fn layers(
    store: &Store,
    org: &str,
    project: &str,
    most: u32,
) -> Result<Vec<LayerRow>, StoreError> {
    sqlx::query(
        "SELECT manifest_blobs.diff_id, manifest_blobs.digest, manifest_blobs.size_bytes, manifest_blobs.media_type,
             repositories.path, max(manifests.touched_at) AS touched_at
         FROM repositories
         JOIN manifests ON manifests.repository = repositories.id
         JOIN manifest_blobs ON manifest_blobs.manifest = manifests.id AND manifest_blobs.diff_id IS NOT NULL
         JOIN blob_links ON blob_links.repository = repositories.id AND blob_links.digest = manifest_blobs.digest
         WHERE repositories.org = ? AND repositories.project = ?
         GROUP BY manifest_blobs.diff_id, repositories.path ORDER BY touched_at DESC LIMIT ?",
    )
    .bind(org)
    .bind(project)
    .bind(most)
    .fetch_all(store.read())
    .await?
    .iter()
    .map(|row| {
        Ok(LayerRow {
            diff_id: row.try_get("diff_id")?,
            digest: row.try_get("digest")?,
            size_bytes: bytes(row.try_get("size_bytes")?),
            media_type: row.try_get("media_type")?,
            repository: row.try_get("path")?,
        })
    })
    .collect()
}

fn time(micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros).map_err(|_| StoreError::Corrupt { what: "time of an image" })
}
