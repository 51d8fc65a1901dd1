//! `manifest.json`: the list of images in a docker-archive, each with its config, names and layers by file name
//! (docker image spec v1.2, "Combined Image JSON + Filesystem Changeset Format").

use super::shelf::Shelf;
use super::{Archive, ArchiveError, ArchiveImage, ArchiveLayer, Form, Part, PlatformImage, Problem, StoredConfig};
use crate::Digest;
use crate::manifest::{
    CONFIG_MAX_BYTES, Compression, Descriptor, ImageConfig, LayerKind, MANIFEST_MAX_BYTES, Mismatch, media_type,
    null_as_default,
};
use crate::reference::Reference;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Item {
    pub(super) config: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub(super) repo_tags: Vec<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    layers: Vec<String>,
    /// diffID -> what its manifest said: how docker remembers foreign layers.
    #[serde(default, deserialize_with = "null_as_default")]
    layer_sources: BTreeMap<String, Descriptor>,
}

pub(super) fn describe(shelf: &mut Shelf<'_>, root: &str) -> Result<Archive, ArchiveError> {
    let items = list(shelf, root)?;
    let mut images: Vec<ArchiveImage> = Vec::new();
    for item in items {
        let mut problems = Vec::new();
        let names = names(&item.repo_tags, &mut problems);
        let platform = platform_image(shelf, root, &item);
        // Some writers list an image once for each of its names.
        let digest = platform.config.as_ref().map(|config| config.descriptor.digest.clone());
        let same = images.iter_mut().find(|image| {
            let own = image.platforms.first().and_then(|own| own.config.as_ref());
            digest.is_some() && own.map(|own| own.descriptor.digest.clone()) == digest
        });
        match same {
            Some(image) => {
                image.names.extend(names);
                image.problems.extend(problems);
            }
            None => images.push(ArchiveImage {
                names,
                tags: Vec::new(),
                root: None,
                platforms: vec![platform],
                extras: Vec::new(),
                absent: Vec::new(),
                problems,
            }),
        }
    }
    if images.is_empty() && shelf.wanted.is_empty() {
        return Err(ArchiveError::NoImage);
    }
    Ok(Archive { form: Form::Docker, has_docker_list: true, images, problems: Vec::new(), entry_count: 0 })
}

/// `manifest.json`; empty as long as it is not read.
pub(super) fn list(shelf: &mut Shelf<'_>, root: &str) -> Result<Vec<Item>, ArchiveError> {
    let path = format!("{root}manifest.json");
    let Some(bytes) = shelf.list(&path, MANIFEST_MAX_BYTES)? else { return Ok(Vec::new()) };
    serde_json::from_slice(bytes).map_err(|error| ArchiveError::Json { path, reason: error.to_string() })
}

pub(super) fn names(texts: &[String], problems: &mut Vec<Problem>) -> Vec<Reference> {
    let mut names: Vec<Reference> = Vec::new();
    for text in texts {
        match text.parse() {
            Ok(name) if !names.contains(&name) => names.push(name),
            Ok(_) => {}
            // What docker writes for an image without a name.
            Err(_) if text == "<none>:<none>" => {}
            Err(_) => problems.push(Problem::Name { text: text.chars().take(300).collect() }),
        }
    }
    names
}

fn platform_image(shelf: &mut Shelf<'_>, root: &str, item: &Item) -> PlatformImage {
    let mut problems = Vec::new();
    let config = config(shelf, root, &item.config).unwrap_or_else(|problem| {
        problems.push(problem);
        None
    });
    let content = config.as_ref().and_then(|config| config.content.as_ref());
    let diff_ids = content.map(|content| content.rootfs.diff_ids.clone()).unwrap_or_default();
    if content.is_some() && diff_ids.len() != item.layers.len() {
        problems.push(Problem::Mismatch(Mismatch::LayerCount { diff_ids: diff_ids.len(), layers: item.layers.len() }));
    }
    let layers = item
        .layers
        .iter()
        .enumerate()
        .map(|(at, path)| layer(shelf, root, path, diff_ids.get(at), item, &mut problems))
        .collect();
    let platform = content.map(|content| content.platform.clone()).unwrap_or_default();
    PlatformImage { platform, manifest: None, config, layers, problems }
}

fn config(shelf: &mut Shelf<'_>, root: &str, name: &str) -> Result<Option<StoredConfig>, Problem> {
    let path = format!("{root}{name}");
    let Some(bytes) = shelf.part(Part::Config, &path, CONFIG_MAX_BYTES)? else { return Ok(None) };
    let found = Digest::sha256_of(bytes);
    // `<hex>.json` or `blobs/sha256/<hex>`: where the name is a digest, it must be the bytes'.
    let stem = name.rsplit('/').next().unwrap_or_default();
    if let Ok(expected) = format!("sha256:{}", stem.strip_suffix(".json").unwrap_or(stem)).parse::<Digest>()
        && expected != found
    {
        return Err(Problem::Digest { path, expected, found });
    }
    let content = ImageConfig::parse(bytes).map_err(|reason| Problem::Config { path, reason })?;
    let descriptor = Descriptor::new(media_type::OCI_CONFIG, found, bytes.len() as u64);
    Ok(Some(StoredConfig { descriptor, bytes: bytes.to_vec(), content: Some(content) }))
}

fn layer(
    shelf: &mut Shelf<'_>,
    root: &str,
    path: &str,
    diff_id: Option<&Digest>,
    item: &Item,
    problems: &mut Vec<Problem>,
) -> ArchiveLayer {
    let said = diff_id.and_then(|diff_id| item.layer_sources.get(diff_id.as_str()));
    let foreign = said.and_then(|said| LayerKind::of(&said.media_type)).is_some_and(|kind| kind.foreign);
    let mut layer = ArchiveLayer {
        diff_id: diff_id.cloned(),
        // Of other layers docker says what they were before they were unpacked: nothing about these bytes.
        descriptor: said.filter(|_| foreign).cloned(),
        source: None,
        compression: Compression::None,
        foreign,
    };
    if let Some(said) = said.filter(|said| foreign && said.urls.is_empty()) {
        problems.push(Problem::Foreign { digest: said.digest.clone() });
    }
    match shelf.index.file(&format!("{root}{path}")) {
        Ok(span) => {
            layer.source = Some(span);
            layer.compression = shelf.head(span).map_or(Compression::None, Compression::of_bytes);
        }
        Err(_) if foreign => {}
        Err(why) => problems.push(Problem::Missing { part: Part::Layer, why }),
    }
    layer
}
