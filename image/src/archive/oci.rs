//! `index.json`: an OCI image layout (OCI image spec, image-layout), as skopeo, podman and buildah write it, and docker since 25.

use super::shelf::Shelf;
use super::{
    Archive, ArchiveError, ArchiveImage, ArchiveLayer, Extra, Form, Part, PlatformImage, Problem, StoredConfig,
    StoredDocument, docker,
};
use crate::Digest;
use crate::manifest::{
    CONFIG_MAX_BYTES, Compression, Descriptor, Document, ImageConfig, ImageIndex, ImageManifest, LayerKind,
    MANIFEST_MAX_BYTES, check_image, media_type,
};
use std::collections::BTreeSet;

const CONTAINERD_NAME: &str = "io.containerd.image.name";
const REF_NAME: &str = "org.opencontainers.image.ref.name";

pub(super) fn describe(shelf: &mut Shelf<'_>, root: &str) -> Result<Archive, ArchiveError> {
    let path = format!("{root}index.json");
    let has_docker_list = shelf.index.contains(&format!("{root}manifest.json"));
    let mut archive =
        Archive { form: Form::Oci, has_docker_list, images: Vec::new(), problems: Vec::new(), entry_count: 0 };
    let Some(bytes) = shelf.list(&path, MANIFEST_MAX_BYTES)? else { return Ok(archive) };
    let list: ImageIndex =
        serde_json::from_slice(bytes).map_err(|error| ArchiveError::Json { path, reason: error.to_string() })?;
    for descriptor in &list.manifests {
        let known = archive
            .images
            .iter()
            .position(|image| image.root.as_ref().is_some_and(|own| own.descriptor.digest == descriptor.digest));
        let at = match known {
            Some(at) => at,
            None => {
                archive.images.push(image(shelf, root, descriptor));
                archive.images.len() - 1
            }
        };
        name(&mut archive.images[at], descriptor);
    }
    if list.manifests.is_empty() {
        return Err(ArchiveError::NoImage);
    }
    names_of_docker(shelf, root, &mut archive)?;
    Ok(archive)
}

/// One name a descriptor: containerd's is whole, the layout's own may be a tag only.
fn name(image: &mut ArchiveImage, descriptor: &Descriptor) {
    let text = descriptor.annotations.get(CONTAINERD_NAME);
    let Some(text) = text.or_else(|| descriptor.annotations.get(REF_NAME)) else { return };
    if text.contains(['/', ':']) {
        for name in docker::names(std::slice::from_ref(text), &mut image.problems) {
            if !image.names.contains(&name) {
                image.names.push(name);
            }
        }
    } else if crate::reference::check_tag(text).is_ok() && !image.tags.contains(text) {
        image.tags.push(text.clone());
    }
}

/// `manifest.json` beside `index.json` names what the latter leaves without a name.
fn names_of_docker(shelf: &mut Shelf<'_>, root: &str, archive: &mut Archive) -> Result<(), ArchiveError> {
    let nameless = archive.images.iter().any(|image| image.names.is_empty());
    if !nameless || !archive.has_docker_list {
        return Ok(());
    }
    for item in docker::list(shelf, root)? {
        let hex = item.config.rsplit('/').next().unwrap_or_default();
        let hex = hex.strip_suffix(".json").unwrap_or(hex);
        for image in archive.images.iter_mut().filter(|image| image.names.is_empty()) {
            let is_its =
                |own: &PlatformImage| own.config.as_ref().is_some_and(|config| config.descriptor.digest.hex() == hex);
            if image.platforms.iter().any(is_its) {
                image.names = docker::names(&item.repo_tags, &mut image.problems);
            }
        }
    }
    Ok(())
}

fn image(shelf: &mut Shelf<'_>, root: &str, descriptor: &Descriptor) -> ArchiveImage {
    let mut image = ArchiveImage {
        names: Vec::new(),
        tags: Vec::new(),
        root: None,
        platforms: Vec::new(),
        extras: Vec::new(),
        absent: Vec::new(),
        problems: Vec::new(),
    };
    match document(shelf, root, descriptor) {
        Ok(Some((stored, Document::Manifest(manifest)))) => {
            image.root = Some(stored.clone());
            image.platforms.push(platform_image(shelf, root, stored, &manifest));
        }
        Ok(Some((stored, Document::Index(index)))) => {
            image.root = Some(stored);
            for child in &index.manifests {
                self::child(shelf, root, child, &mut image);
            }
            if image.platforms.is_empty() && shelf.wanted.is_empty() {
                // An index of nothing: at least one of its images must be there.
                let digest = image.absent.first().map(|absent| path(root, &absent.digest));
                let why = crate::tar::NotFound::Absent { path: digest.unwrap_or_else(|| "an image".to_owned()) };
                image.problems.push(Problem::Missing { part: Part::Manifest, why });
            }
        }
        Ok(None) => {}
        Err(problem) => image.problems.push(problem),
    }
    image
}

fn child(shelf: &mut Shelf<'_>, root: &str, child: &Descriptor, image: &mut ArchiveImage) {
    if !shelf.index.contains(&path(root, &child.digest)) {
        image.absent.push(child.clone());
        return;
    }
    match document(shelf, root, child) {
        Ok(Some((stored, Document::Manifest(manifest)))) if is_image(child, &manifest) => {
            let mut own = platform_image(shelf, root, stored, &manifest);
            if let Some(platform) = &child.platform {
                own.platform = platform.clone();
            }
            image.platforms.push(own);
        }
        Ok(Some((document, Document::Manifest(manifest)))) => {
            let mut blobs = Vec::new();
            for blob in std::iter::once(&manifest.config).chain(&manifest.layers) {
                match span(shelf, root, blob, Part::Layer) {
                    Ok(span) => blobs.push((blob.clone(), span)),
                    // Without its blobs it is as if it were not there.
                    Err(_) => return image.absent.push(child.clone()),
                }
            }
            image.extras.push(Extra { document, blobs });
        }
        Ok(Some((_, Document::Index(_)))) => image.problems.push(Problem::Nested),
        Ok(None) => {}
        Err(problem) => image.problems.push(problem),
    }
}

fn is_image(descriptor: &Descriptor, manifest: &ImageManifest) -> bool {
    !descriptor.is_attestation() && media_type::is_config(&manifest.config.media_type)
}

type Read = Option<(StoredDocument, Document)>;

fn document(shelf: &mut Shelf<'_>, root: &str, descriptor: &Descriptor) -> Result<Read, Problem> {
    let path = path(root, &descriptor.digest);
    let span = span(shelf, root, descriptor, Part::Manifest)?;
    if span.len > MANIFEST_MAX_BYTES {
        return Err(Problem::TooLarge { path, bytes: span.len });
    }
    let Some(bytes) = shelf.read(span) else { return Ok(None) };
    check_digest(&path, &descriptor.digest, bytes)?;
    let document =
        Document::parse(bytes, Some(&descriptor.media_type)).map_err(|reason| Problem::Manifest { path, reason })?;
    Ok(Some((StoredDocument { descriptor: descriptor.clone(), bytes: bytes.to_vec() }, document)))
}

fn platform_image(
    shelf: &mut Shelf<'_>,
    root: &str,
    stored: StoredDocument,
    manifest: &ImageManifest,
) -> PlatformImage {
    let mut problems = Vec::new();
    let config = config(shelf, root, &manifest.config).unwrap_or_else(|problem| {
        problems.push(problem);
        None
    });
    let content = config.as_ref().and_then(|config| config.content.as_ref());
    if let Some(content) = content {
        problems.extend(check_image(manifest, content).into_iter().map(Problem::Mismatch));
    }
    let mut sizes = BTreeSet::new();
    let mut layers = Vec::with_capacity(manifest.layers.len());
    for (at, descriptor) in manifest.layers.iter().enumerate() {
        let mut found = Vec::new();
        let mut layer = layer(shelf, root, descriptor, &mut found);
        layer.diff_id = content.and_then(|content| content.rootfs.diff_ids.get(at)).cloned();
        // A layer that comes twice is complained of once.
        if sizes.insert(&descriptor.digest) {
            problems.extend(found);
        }
        layers.push(layer);
    }
    let platform = content.map(|content| content.platform.clone()).unwrap_or_default();
    let platform = stored.descriptor.platform.clone().unwrap_or(platform);
    PlatformImage { platform, manifest: Some(stored), config, layers, problems }
}

fn config(shelf: &mut Shelf<'_>, root: &str, descriptor: &Descriptor) -> Result<Option<StoredConfig>, Problem> {
    let path = path(root, &descriptor.digest);
    let span = span(shelf, root, descriptor, Part::Config)?;
    if span.len > CONFIG_MAX_BYTES {
        return Err(Problem::TooLarge { path, bytes: span.len });
    }
    let Some(bytes) = shelf.read(span) else { return Ok(None) };
    check_digest(&path, &descriptor.digest, bytes)?;
    let content = if media_type::is_config(&descriptor.media_type) {
        Some(ImageConfig::parse(bytes).map_err(|reason| Problem::Config { path, reason })?)
    } else {
        None
    };
    Ok(Some(StoredConfig { descriptor: descriptor.clone(), bytes: bytes.to_vec(), content }))
}

fn layer(shelf: &mut Shelf<'_>, root: &str, descriptor: &Descriptor, problems: &mut Vec<Problem>) -> ArchiveLayer {
    let kind = LayerKind::of(&descriptor.media_type);
    let foreign = kind.is_some_and(|kind| kind.foreign);
    let said = kind.map_or(Compression::None, |kind| kind.compression);
    let mut layer =
        ArchiveLayer { diff_id: None, descriptor: Some(descriptor.clone()), source: None, compression: said, foreign };
    if foreign && descriptor.urls.is_empty() {
        problems.push(Problem::Foreign { digest: descriptor.digest.clone() });
    }
    match span(shelf, root, descriptor, Part::Layer) {
        Ok(span) => {
            layer.source = Some(span);
            // Zero bytes are no gzip; some write an empty layer so all the same.
            if let Some(head) = shelf.head(span).filter(|head| !head.is_empty()) {
                let found = Compression::of_bytes(head);
                if kind.is_some() && found != said {
                    let path = path(root, &descriptor.digest);
                    problems.push(Problem::Compression { path, said: said.name(), found: found.name() });
                }
                layer.compression = found;
            }
        }
        Err(Problem::Missing { .. }) if foreign => {}
        Err(problem) => problems.push(problem),
    }
    layer
}

/// Where a blob stands; it must be as large as its descriptor says.
fn span(shelf: &Shelf<'_>, root: &str, descriptor: &Descriptor, part: Part) -> Result<crate::tar::Span, Problem> {
    let path = path(root, &descriptor.digest);
    let span = shelf.index.file(&path).map_err(|why| Problem::Missing { part, why })?;
    if span.len != descriptor.size {
        return Err(Problem::Size { path, expected: descriptor.size, found: span.len });
    }
    Ok(span)
}

fn check_digest(path: &str, expected: &Digest, bytes: &[u8]) -> Result<(), Problem> {
    if expected.matches(bytes) {
        return Ok(());
    }
    let found = Digest::sha256_of(bytes);
    Err(Problem::Digest { path: path.to_owned(), expected: expected.clone(), found })
}

fn path(root: &str, digest: &Digest) -> String {
    format!("{root}blobs/{}/{}", digest.algorithm().name(), digest.hex())
}
