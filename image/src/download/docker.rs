//! Which files the archive has, and what `index.json` and `manifest.json` say.

use super::collect::Collected;
use super::layout::{Builder, Layout};
use super::{Download, DownloadError, Form};
use crate::Digest;
use crate::manifest::{Descriptor, ImageIndex, ImageManifest, LayerKind, Platform, media_type};
use crate::reference::Reference;
use serde::Serialize;
use std::collections::BTreeMap;

/// One image in `manifest.json` (docker image spec v1.2, "Combined Image JSON + Filesystem Changeset Format").
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct LoadEntry {
    config: String,
    repo_tags: Vec<String>,
    layers: Vec<String>,
}

pub(super) fn lay_out(download: &Download, form: Form, collected: &Collected<'_>) -> Result<Layout, DownloadError> {
    let mut builder = Builder::default();
    // What a reader must know first stands first.
    builder.file("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#);
    builder.file("index.json", &index_json(download, &collected.root));
    if form == Form::Docker {
        builder.file("manifest.json", &manifest_json(download, collected)?);
    }
    builder.folder("blobs/");
    let mut entered = Vec::new();
    let sha512_last = |digest: &Digest| digest.algorithm().name();
    let mut documents: Vec<_> = collected.documents.iter().collect();
    let mut blobs: Vec<_> = collected.blobs.iter().collect();
    // Stable: within one folder the order of the image stays.
    documents.sort_by_key(|(digest, _)| sha512_last(digest));
    blobs.sort_by_key(|blob| sha512_last(&blob.digest));
    for (digest, bytes) in documents {
        enter(&mut builder, &mut entered, digest);
        builder.file(&path(digest), bytes);
    }
    for blob in blobs {
        enter(&mut builder, &mut entered, &blob.digest);
        builder.blob(&path(&blob.digest), &blob.digest, blob.size);
    }
    Ok(builder.finish())
}

/// The folder of an algorithm comes before its first file.
fn enter(builder: &mut Builder, entered: &mut Vec<&'static str>, digest: &Digest) {
    let name = digest.algorithm().name();
    if !entered.contains(&name) {
        builder.folder(&format!("blobs/{name}/"));
        entered.push(name);
    }
}

fn path(digest: &Digest) -> String {
    format!("blobs/{}/{}", digest.algorithm().name(), digest.hex())
}

fn index_json(download: &Download, root: &Descriptor) -> Vec<u8> {
    let tagged: Vec<&Reference> = download.names.iter().filter(|name| name.tag().is_some()).collect();
    let named = tagged.iter().map(|name| {
        let mut descriptor = root.clone();
        // containerd and podman load under the first; the second is what the OCI layout itself knows.
        descriptor.annotations = BTreeMap::from([
            ("io.containerd.image.name".to_owned(), name.canonical().to_string()),
            ("org.opencontainers.image.ref.name".to_owned(), name.tag().unwrap_or_default().to_owned()),
        ]);
        descriptor
    });
    let manifests = if tagged.is_empty() { vec![root.clone()] } else { named.collect() };
    ImageIndex::oci(manifests, BTreeMap::new()).to_bytes()
}

fn manifest_json(download: &Download, collected: &Collected<'_>) -> Result<Vec<u8>, DownloadError> {
    let image = chosen(download.platform.as_ref(), collected)?;
    if image.layers.iter().any(|layer| LayerKind::of(&layer.media_type).is_some_and(|kind| kind.foreign)) {
        return Err(DownloadError::Foreign);
    }
    // Without a digest: RepoTags are NAME:TAG.
    let tags = download.names.iter().filter_map(|name| {
        Reference::try_new(name.host(), name.path(), Some(name.tag()?), None).ok().map(|name| name.to_string())
    });
    let entry = LoadEntry {
        config: path(&image.config.digest),
        repo_tags: tags.collect(),
        layers: image.layers.iter().map(|layer| path(&layer.digest)).collect(),
    };
    Ok(serde_json::to_vec(&[entry]).expect("strings are always JSON"))
}

fn chosen<'a>(wanted: Option<&Platform>, collected: &'a Collected<'_>) -> Result<&'a ImageManifest, DownloadError> {
    let images: Vec<_> =
        collected.images.iter().filter(|(_, image)| media_type::is_config(&image.config.media_type)).collect();
    let on = |platform: &Platform| {
        let fits = |own: &Platform| {
            let variant = platform.variant.is_none() || own.variant == platform.variant;
            own.os == platform.os && own.architecture == platform.architecture && variant
        };
        images.iter().find(|(own, _)| own.as_ref().is_some_and(fits)).map(|(_, image)| image)
    };
    // A single image is what it is: its platform stands in its config, which is not read here.
    let only = (images.len() == 1).then(|| images.first().map(|(_, image)| image)).flatten();
    if let Some(platform) = wanted {
        let plain = only.filter(|_| images.iter().all(|(own, _)| own.is_none()));
        return on(platform).or(plain).ok_or_else(|| DownloadError::NoPlatform { platform: platform.to_string() });
    }
    let common = Platform { os: "linux".into(), architecture: "amd64".into(), ..Platform::default() };
    only.or_else(|| on(&common)).or_else(|| images.first().map(|(_, image)| image)).ok_or(DownloadError::NotAnImage)
}
