//! `GET images/{image}/tags`: a page of an image's tags and what they stand for.

use super::{
    name::NameCursor,
    repository::{Repository, few_at_once},
};
use crate::{Gateway, rescue::Failure, session::Session, upstream::UpstreamError};
use api::{Page, images::Tag};
use futures::FutureExt;
use image::{Digest, manifest::Document};
use std::collections::BTreeMap;

/// Images of an index whose manifests are read for its size.
const CHILDREN_MAX: usize = 32;
/// Tags compared by their digest alone, where the cluster does not tell more.
const COMPARED_MAX: usize = 200;
const UPSTREAM_PAGE: usize = 1000;
const PAGES_MAX: usize = 10;

/// A page.
pub(crate) async fn tags(
    gateway: &Gateway,
    session: &Session,
    repository: &str,
    limit: usize,
    cursor: Option<&str>,
) -> Result<Page<Tag>, Failure> {
    let last = NameCursor::parse(cursor)?.0;
    let upstream = gateway.upstream();
    if let Some(page) = upstream.extension_tags(session, repository, limit, &last).await? {
        let items: Vec<Tag> = page.items.into_iter().map(view).collect();
        return Ok(cut(items, page.has_more));
    }
    let repository = Repository::open(gateway, session, repository).await?;
    let mut page = upstream.tags(&repository.registry, &repository.name, limit, &last).await?;
    page.names.retain(|name| *name > last);
    page.names.sort();
    let has_more = page.has_more || page.names.len() > limit;
    page.names.truncate(limit);
    let tasks = page.names.into_iter().map(|name| read(repository.clone(), name).boxed());
    Ok(cut(few_at_once(tasks.collect()).await, has_more))
}

fn cut(items: Vec<Tag>, has_more: bool) -> Page<Tag> {
    let next = items.last().filter(|_| has_more).map(|last| NameCursor(last.name.clone()).text());
    Page { items, next }
}

fn view(tag: platform::extension::images::Tag) -> Tag {
    Tag {
        name: tag.name,
        digest: Some(tag.digest),
        size_bytes: Some(tag.size_bytes),
        media_type: Some(tag.media_type),
        updated_at: Some(tag.updated_at),
    }
}

/// What cannot be read is left out; the tag is there all the same.
async fn read(repository: Repository, name: String) -> Tag {
    let mut tag = Tag { name, digest: None, size_bytes: None, media_type: None, updated_at: None };
    let Ok(stored) = repository.document(&tag.name).await else { return tag };
    tag.digest = Some(Digest::sha256_of(&stored.bytes).to_string());
    if let Ok(document) = Document::parse(&stored.bytes, Some(&stored.media_type)) {
        tag.media_type = Some(document.media_type().to_owned());
        tag.size_bytes = layers_bytes(&repository, document).await;
    }
    tag
}

/// Bytes of all layers; of an index, of all its images, each layer once. None when some could not be read.
async fn layers_bytes(repository: &Repository, document: Document) -> Option<u64> {
    let manifests = match document {
        Document::Manifest(manifest) => vec![*manifest],
        Document::Index(index) if index.manifests.len() > CHILDREN_MAX => return None,
        Document::Index(index) => {
            let mut manifests = Vec::new();
            for child in &index.manifests {
                let stored = repository.document(child.digest.as_str()).await.ok()?;
                if let Document::Manifest(manifest) = Document::parse(&stored.bytes, Some(&stored.media_type)).ok()? {
                    manifests.push(*manifest);
                }
            }
            manifests
        }
    };
    let layers: BTreeMap<_, _> =
        manifests.into_iter().flat_map(|manifest| manifest.layers).map(|layer| (layer.digest, layer.size)).collect();
    Some(layers.values().fold(0, |sum: u64, size| sum.saturating_add(*size)))
}

/// The tags that stand for a digest, within bounds, with when they were set where that is known.
pub(super) async fn of_digest(
    repository: &Repository,
    session: &Session,
    digest: &str,
) -> Result<Vec<Tag>, UpstreamError> {
    let upstream = repository.gateway.upstream();
    let (mut same, mut last) = (Vec::new(), String::new());
    for _ in 0..PAGES_MAX {
        let Some(page) = upstream.extension_tags(session, &repository.name, UPSTREAM_PAGE, &last).await? else {
            return compared(repository, digest).await;
        };
        last = page.items.last().map(|tag| tag.name.clone()).unwrap_or_default();
        same.extend(page.items.into_iter().filter(|tag| tag.digest == digest).map(view));
        if !page.has_more {
            break;
        }
    }
    Ok(same)
}

async fn compared(repository: &Repository, digest: &str) -> Result<Vec<Tag>, UpstreamError> {
    let upstream = repository.gateway.upstream();
    let page = upstream.tags(&repository.registry, &repository.name, COMPARED_MAX, "").await?;
    let tasks = page.names.into_iter().take(COMPARED_MAX).map(|name| {
        let repository = repository.clone();
        async move {
            let upstream = repository.gateway.upstream();
            let found = upstream.digest_of(&repository.registry, &repository.name, &name).await;
            Tag { name, digest: found.ok().flatten(), size_bytes: None, media_type: None, updated_at: None }
        }
        .boxed()
    });
    let mut tags = few_at_once(tasks.collect()).await;
    tags.retain(|tag| tag.digest.as_deref() == Some(digest));
    Ok(tags)
}
