//! The SQL of manifests and tags.

use sqlx::{Row as _, SqliteConnection};

use super::{bytes, ensure_repository, find_repository, stored, used_bytes};
use crate::{
    registry::{
        digest::Digest,
        manifest::{Descriptor, Kind, Manifest},
        name::{Reference, RepositoryName},
    },
    store::{Store, StoreError},
};

/// A manifest to be stored.
#[derive(Clone, Copy, Debug)]
pub(in crate::registry) struct NewManifest<'a> {
    pub(in crate::registry) name: &'a RepositoryName,
    pub(in crate::registry) digest: &'a Digest,
    pub(in crate::registry) manifest: &'a Manifest,
    pub(in crate::registry) content: &'a [u8],
    /// Of the layers, in order, where the config tells.
    pub(in crate::registry) diff_ids: &'a [String],
    pub(in crate::registry) tags: &'a [String],
    pub(in crate::registry) quota_bytes: Option<u64>,
    pub(in crate::registry) now: i64,
}

/// What became of a manifest.
#[derive(Debug)]
pub(in crate::registry) enum Put {
    Yes,
    NoProject,
    /// It refers to this, which is not there.
    Missing(Digest),
    /// It says another size of this than it has.
    SizeLie {
        digest: Digest,
        said_bytes: u64,
        got_bytes: u64,
    },
    OverQuota(u64),
}

/// Stores a manifest and sets its tags: all or none, and only if everything it refers to is there.
pub(in crate::registry) async fn put(store: &Store, new: NewManifest<'_>) -> Result<Put, StoreError> {
    let mut change = store.begin().await?;
    let Some(repository) = ensure_repository(&mut change, new.name, new.now).await? else { return Ok(Put::NoProject) };
    let mut layers_bytes = 0_u64;
    for (n, blob) in new.manifest.blobs.iter().enumerate() {
        if let Some(refused) = check_blob(&mut change, repository, blob, new.now).await? {
            return Ok(refused);
        }
        if !(n == 0 && new.manifest.has_config) {
            layers_bytes = layers_bytes.saturating_add(blob.size_bytes);
        }
    }
    for child in &new.manifest.children {
        let row: Option<(i64, i64)> =
            sqlx::query_as("SELECT length(content), layers_bytes FROM manifests WHERE repository = ? AND digest = ?")
                .bind(repository)
                .bind(child.digest.as_str())
                .fetch_optional(&mut *change)
                .await?;
        let Some((length, of_layers)) = row else { return Ok(Put::Missing(child.digest.clone())) };
        if let Some(lie) = size_lie(child, bytes(length)) {
            return Ok(lie);
        }
        layers_bytes = layers_bytes.saturating_add(bytes(of_layers));
    }
    let id = insert(&mut change, repository, &new, layers_bytes).await?;
    for tag in new.tags {
        untag(&mut change, repository, tag, new.now).await?;
        sqlx::query(
            "INSERT INTO image_tags (repository, name, manifest, updated_at) VALUES (?, ?, ?, ?)
             ON CONFLICT (repository, name) DO UPDATE SET manifest = excluded.manifest, updated_at = excluded.updated_at",
        )
        .bind(repository)
        .bind(tag)
        .bind(id)
        .bind(new.now)
        .execute(&mut *change)
        .await?;
    }
    if let Some(quota) = new.quota_bytes {
        let used = used_bytes(&mut change, new.name.org(), new.name.project()).await?;
        if used > quota {
            return Ok(Put::OverQuota(used));
        }
    }
    change.commit().await?;
    Ok(Put::Yes)
}

/// What a tag stood for loses it: from now on counts the time that an untagged manifest is kept.
async fn untag(change: &mut SqliteConnection, repository: i64, tag: &str, now: i64) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE manifests SET touched_at = ?
         WHERE id = (SELECT manifest FROM image_tags WHERE repository = ? AND name = ?)",
    )
    .bind(now)
    .bind(repository)
    .bind(tag)
    .execute(change)
    .await?;
    Ok(())
}

fn size_lie(descriptor: &Descriptor, got_bytes: u64) -> Option<Put> {
    (descriptor.size_bytes != got_bytes).then(|| Put::SizeLie {
        digest: descriptor.digest.clone(),
        said_bytes: descriptor.size_bytes,
        got_bytes,
    })
}

async fn check_blob(
    change: &mut SqliteConnection,
    repository: i64,
    blob: &Descriptor,
    now: i64,
) -> Result<Option<Put>, StoreError> {
    let size: Option<i64> = sqlx::query_scalar(
        "UPDATE blob_links SET touched_at = ? WHERE repository = ? AND digest = ?
         RETURNING (SELECT size_bytes FROM blobs WHERE blobs.digest = blob_links.digest)",
    )
    .bind(now)
    .bind(repository)
    .bind(blob.digest.as_str())
    .fetch_optional(change)
    .await?;
    Ok(match size {
        Some(size) => size_lie(blob, bytes(size)),
        None if blob.may_be_absent => None,
        None => Some(Put::Missing(blob.digest.clone())),
    })
}

async fn insert(
    change: &mut SqliteConnection,
    repository: i64,
    new: &NewManifest<'_>,
    layers_bytes: u64,
) -> Result<i64, StoreError> {
    let manifest = new.manifest;
    let annotations = serde_json::to_string(&manifest.annotations).expect("annotations are plain strings");
    // The same bytes sent again are the same manifest, unless it was called another type.
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO manifests
             (repository, digest, media_type, content, layers_bytes, artifact_type, subject, annotations, touched_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (repository, digest) DO UPDATE SET media_type = excluded.media_type, touched_at = excluded.touched_at
         RETURNING id",
    )
    .bind(repository)
    .bind(new.digest.as_str())
    .bind(manifest.kind.media_type())
    .bind(new.content)
    .bind(stored(layers_bytes))
    .bind(&manifest.artifact_type)
    .bind(manifest.subject.as_ref().map(Digest::as_str))
    .bind((!manifest.annotations.is_empty()).then_some(annotations))
    .bind(new.now)
    .fetch_one(&mut *change)
    .await?;
    sqlx::query("DELETE FROM manifest_blobs WHERE manifest = ?").bind(id).execute(&mut *change).await?;
    let first_layer = usize::from(manifest.has_config);
    for (n, blob) in manifest.blobs.iter().enumerate() {
        let diff_id = n.checked_sub(first_layer).and_then(|layer| new.diff_ids.get(layer));
        sqlx::query(
            "INSERT INTO manifest_blobs (manifest, n, digest, size_bytes, media_type, diff_id) VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(id)
        .bind(i64::try_from(n).unwrap_or(i64::MAX))
        .bind(blob.digest.as_str())
        .bind(stored(blob.size_bytes))
        .bind(&blob.media_type)
        .bind(diff_id)
        .execute(&mut *change)
        .await?;
    }
    for child in &manifest.children {
        sqlx::query("INSERT INTO manifest_children (manifest, digest) VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(id)
            .bind(child.digest.as_str())
            .execute(&mut *change)
            .await?;
    }
    Ok(id)
}

/// A stored manifest.
#[derive(Clone, Debug)]
pub(crate) struct StoredManifest {
    pub(in crate::registry) id: i64,
    pub(crate) digest: String,
    pub(crate) media_type: String,
    pub(crate) content: Vec<u8>,
    /// When it was last pulled, microseconds.
    pub(in crate::registry) pulled_at: Option<i64>,
}

impl StoredManifest {
    /// What kind it is.
    pub(crate) fn kind(&self) -> Option<Kind> {
        Kind::parse(&self.media_type)
    }
}

/// The manifest that a tag stands for, or of that digest.
pub(in crate::registry) async fn find(
    store: &Store,
    name: &RepositoryName,
    reference: &Reference,
) -> Result<Option<StoredManifest>, StoreError> {
    let columns = "manifests.id, manifests.digest, manifests.media_type, manifests.content";
    let (query, key) = match reference {
        Reference::Tag(tag) => (
            format!(
                "SELECT {columns}, image_tags.pulled_at FROM repositories
                 JOIN image_tags ON image_tags.repository = repositories.id AND image_tags.name = ?
                 JOIN manifests ON manifests.id = image_tags.manifest WHERE repositories.path = ?"
            ),
            tag.as_str(),
        ),
        Reference::Digest(digest) => (
            format!(
                "SELECT {columns}, manifests.pulled_at FROM repositories
                 JOIN manifests ON manifests.repository = repositories.id AND manifests.digest = ?
                 WHERE repositories.path = ?"
            ),
            digest.as_str(),
        ),
    };
    let row =
        sqlx::query(sqlx::AssertSqlSafe(query)).bind(key).bind(name.as_str()).fetch_optional(store.read()).await?;
    row.map(|row| {
        Ok(StoredManifest {
            id: row.try_get("id")?,
            digest: row.try_get("digest")?,
            media_type: row.try_get("media_type")?,
            content: row.try_get("content")?,
            pulled_at: row.try_get("pulled_at")?,
        })
    })
    .transpose()
}

/// Remembers that a manifest was pulled, by a tag or by its digest.
pub(in crate::registry) async fn pulled(
    store: &Store,
    manifest: i64,
    reference: &Reference,
    now: i64,
) -> Result<(), StoreError> {
    let mut change = store.begin().await?;
    sqlx::query("UPDATE manifests SET pulled_at = ? WHERE id = ?")
        .bind(now)
        .bind(manifest)
        .execute(&mut *change)
        .await?;
    if let Reference::Tag(tag) = reference {
        sqlx::query("UPDATE image_tags SET pulled_at = ? WHERE manifest = ? AND name = ?")
            .bind(now)
            .bind(manifest)
            .bind(tag)
            .execute(&mut *change)
            .await?;
    }
    change.commit().await?;
    Ok(())
}

/// Whether a repository is known, and whether there was something to delete.
#[derive(Debug)]
pub(in crate::registry) enum Deleted {
    Yes,
    Nothing,
    NoRepository,
    /// An index with this tag consists of it.
    NeededBy {
        digest: Digest,
        tag: String,
    },
}

/// A tag of an index that a manifest is part of, in however many steps.
async fn tag_above(
    change: &mut SqliteConnection,
    repository: i64,
    digest: &Digest,
) -> Result<Option<String>, StoreError> {
    let tag = sqlx::query_scalar(
        "WITH RECURSIVE above (id, digest) AS (
             SELECT manifests.id, manifests.digest FROM manifests
             JOIN manifest_children ON manifest_children.manifest = manifests.id AND manifest_children.digest = ?2
             WHERE manifests.repository = ?1
             UNION
             SELECT manifests.id, manifests.digest FROM above
             JOIN manifest_children ON manifest_children.digest = above.digest
             JOIN manifests ON manifests.id = manifest_children.manifest AND manifests.repository = ?1
         )
         SELECT image_tags.name FROM above JOIN image_tags ON image_tags.manifest = above.id ORDER BY image_tags.name LIMIT 1",
    );
    Ok(tag.bind(repository).bind(digest.as_str()).fetch_optional(change).await?)
}

/// Deletes a tag, or a manifest with every tag of it, unless a tagged index would lose a part.
pub(in crate::registry) async fn delete(
    store: &Store,
    name: &RepositoryName,
    reference: &Reference,
    now: i64,
) -> Result<Deleted, StoreError> {
    let mut change = store.begin().await?;
    let Some(repository) = find_repository(&mut change, name).await? else { return Ok(Deleted::NoRepository) };
    if let Reference::Digest(digest) = reference
        && let Some(tag) = tag_above(&mut change, repository, digest).await?
    {
        return Ok(Deleted::NeededBy { digest: digest.clone(), tag });
    }
    let gone = match reference {
        Reference::Tag(tag) => {
            untag(&mut change, repository, tag, now).await?;
            sqlx::query("DELETE FROM image_tags WHERE repository = ? AND name = ?").bind(repository).bind(tag)
        }
        Reference::Digest(digest) => sqlx::query("DELETE FROM manifests WHERE repository = ? AND digest = ?")
            .bind(repository)
            .bind(digest.as_str()),
    }
    .execute(&mut *change)
    .await?
    .rows_affected();
    change.commit().await?;
    Ok(if gone == 0 { Deleted::Nothing } else { Deleted::Yes })
}
