//! `GET images/layers`: the layers of a project that a push need not send.
//!
//! From the cluster's extension in one call; otherwise from the configs of the project's images, of which the gateway remembers
//! a bounded number: what a digest stands for never changes.

use super::{
    list::repositories,
    repository::{Repository, few_at_once},
};
use crate::{Gateway, rescue::Failure, session::Session};
use api::images::{KnownLayer, KnownLayers};
use futures::FutureExt;
use image::{
    Digest,
    manifest::{Document, ImageConfig, ImageManifest, media_type},
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

/// Images looked at, where the cluster does not tell.
const IMAGES_MAX: u32 = 50;
/// Tags looked at of each of them.
const TAGS_MAX: usize = 5;
/// Most diffIDs of one config that are kept; more is no image.
const LAYERS_MAX: usize = 500;
/// Configs remembered at once; when there are more, all are forgotten, which costs requests only.
const CONFIGS_MAX: usize = 4096;

/// The diffIDs of configs, by the config's digest.
#[derive(Default)]
pub(crate) struct Configs(Mutex<HashMap<Digest, Arc<[Digest]>>>);

impl Configs {
    fn get(&self, digest: &Digest) -> Option<Arc<[Digest]>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(digest).cloned()
    }

    fn put(&self, digest: Digest, diff_ids: Arc<[Digest]>) {
        let mut configs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if configs.len() >= CONFIGS_MAX {
            configs.clear();
        }
        configs.insert(digest, diff_ids);
    }
}

/// The layers of a project: the session's where none is named.
pub(crate) async fn layers(
    gateway: &Gateway,
    session: &Session,
    org: Option<&str>,
    project: Option<&str>,
) -> Result<KnownLayers, Failure> {
    let in_org = org.or(session.org.as_deref());
    let in_project = project.unwrap_or(&session.project);
    if let Some(org) = in_org
        && let Some(known) = gateway.upstream().extension_layers(session, org, in_project).await?
    {
        let layers = known.items.into_iter().map(|layer| KnownLayer {
            diff_id: layer.diff_id,
            digest: layer.digest,
            size_bytes: layer.size_bytes,
            media_type: layer.media_type,
            repository: layer.repository,
        });
        return Ok(KnownLayers { items: once_each(layers), partial: known.partial });
    }
    let registry = gateway.upstream().registry(session).await?;
    let (repositories, mut partial) = repositories(gateway, session, org, Some(in_project), IMAGES_MAX).await?;
    let tasks = repositories.into_iter().map(|name| {
        let (gateway, registry, session) = (gateway.clone(), registry.clone(), session.clone());
        of_repository(Repository { gateway, registry, name, session }).boxed()
    });
    let found = few_at_once(tasks.collect()).await;
    partial |= found.iter().any(|(_, partial)| *partial);
    Ok(KnownLayers { items: once_each(found.into_iter().flat_map(|(layers, _)| layers)), partial })
}

/// Of several blobs of one layer, the first stands.
fn once_each(layers: impl Iterator<Item = KnownLayer>) -> Vec<KnownLayer> {
    let mut known = BTreeMap::new();
    for layer in layers {
        known.entry(layer.diff_id.clone()).or_insert(layer);
    }
    known.into_values().collect()
}

/// What cannot be read is left out: the answer saves work and decides nothing.
async fn of_repository(repository: Repository) -> (Vec<KnownLayer>, bool) {
    let upstream = repository.gateway.upstream();
    let Ok(page) = upstream.tags(&repository.registry, &repository.name, TAGS_MAX, "").await else {
        return (Vec::new(), true);
    };
    let mut partial = page.has_more || page.names.len() > TAGS_MAX;
    let mut layers = Vec::new();
    for tag in page.names.iter().take(TAGS_MAX) {
        match of_tag(&repository, tag).await {
            Some(found) => layers.extend(found),
            None => partial = true,
        }
    }
    (layers, partial)
}

async fn of_tag(repository: &Repository, tag: &str) -> Option<Vec<KnownLayer>> {
    let stored = repository.document(tag).await.ok()?;
    // Pages push images for one platform: the layers of lists are rarely theirs.
    let Document::Manifest(manifest) = Document::parse(&stored.bytes, Some(&stored.media_type)).ok()? else {
        return Some(Vec::new());
    };
    if !media_type::is_config(&manifest.config.media_type) {
        return Some(Vec::new());
    }
    let diff_ids = diff_ids(repository, &manifest).await?;
    // A config that does not fit its manifest proves nothing about any layer.
    (diff_ids.len() == manifest.layers.len()).then(|| {
        let pairs = diff_ids.iter().zip(&manifest.layers);
        let layer = |(diff_id, layer): (&Digest, &image::manifest::Descriptor)| KnownLayer {
            diff_id: diff_id.to_string(),
            digest: layer.digest.to_string(),
            size_bytes: layer.size,
            media_type: layer.media_type.clone(),
            repository: repository.name.clone(),
        };
        pairs.map(layer).collect()
    })
}

async fn diff_ids(repository: &Repository, manifest: &ImageManifest) -> Option<Arc<[Digest]>> {
    let digest = &manifest.config.digest;
    let configs = repository.gateway.configs();
    if let Some(known) = configs.get(digest) {
        return Some(known);
    }
    let bytes = repository.config(digest).await.ok()?;
    let config = ImageConfig::parse(&bytes).ok()?;
    let diff_ids: Arc<[Digest]> = config.rootfs.diff_ids.into();
    if diff_ids.len() <= LAYERS_MAX {
        configs.put(digest.clone(), diff_ids.clone());
    }
    Some(diff_ids)
}
