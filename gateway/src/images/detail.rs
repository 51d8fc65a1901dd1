//! `GET images/{image}`: what one tag or digest stands for, in full.

use super::{
    config::platform_image,
    name::ImageAt,
    repository::{Repository, few_at_once},
    tags,
};
use crate::{Gateway, rescue::Failure, session::Session, upstream::UpstreamError};
use api::images::{self, ImageDetail, PlatformImage, Rights};
use futures::{FutureExt, future::join3};
use image::{
    Digest,
    download::{DOCUMENTS_MAX_BYTES, DownloadError},
    manifest::{Descriptor, Document, ImageConfig, ImageManifest, media_type},
};
use platform::{Uri, permission::Action};
use std::collections::BTreeMap;

/// Images of an index that are shown; an index of more is cut.
const PLATFORMS_MAX: usize = 64;

/// The whole.
pub(crate) async fn detail(gateway: &Gateway, session: &Session, at: &ImageAt) -> Result<ImageDetail, Failure> {
    let upstream = gateway.upstream();
    let name = at.name(session).ok_or(Failure::NoSuchImage)?;
    let repository = Repository::open(gateway, session, &at.repository).await?;
    let stored = repository.document(at.version()).await?;
    let digest = at.digest.clone().unwrap_or_else(|| Digest::sha256_of(&stored.bytes)).to_string();
    let document = parse(&stored.bytes, &stored.media_type)?;
    let (platforms, same, (referrers, rights)) = join3(
        platforms(&repository, &digest, &document, stored.bytes.len() as u64),
        tags::of_digest(&repository, session, &digest),
        async {
            let referrers = upstream.referrers(&repository.registry, &at.repository, &digest).await;
            (referrers, rights(gateway, session, &name.permission_uri()).await)
        },
    )
    .await;
    let (platforms, size_bytes) = platforms?;
    let same = same?;
    let tag = at.meant_tag().filter(|_| at.digest.is_none() || at.tag.is_some()).map(str::to_owned);
    let updated_at = same.iter().find(|other| Some(&other.name) == tag.as_ref()).and_then(|other| other.updated_at);
    let others = same.into_iter().map(|other| other.name).filter(|other| Some(other) != tag.as_ref());
    let uri = name.clone().with_tag(tag.as_deref()).map_err(|_| Failure::NoSuchImage)?;
    let reference = at.reference(&repository.registry).ok_or(Failure::NoSuchImage)?;
    Ok(ImageDetail {
        repository: at.repository.clone(),
        uri: uri.to_string(),
        docker_reference: reference.to_string(),
        digest,
        media_type: document.media_type().to_owned(),
        size_bytes,
        platforms,
        same_digest_tags: others.collect(),
        referrers: referrers.into_iter().map(view).collect(),
        annotations: annotations(document),
        rights,
        updated_at,
        tag,
    })
}

fn parse(bytes: &[u8], media_type: &str) -> Result<Document, Failure> {
    let given = Some(media_type).filter(|given| !given.is_empty());
    Document::parse(bytes, given).map_err(|error| Failure::BrokenImage { what: "manifest", why: error.to_string() })
}

fn view(referrer: crate::upstream::Referrer) -> images::Descriptor {
    images::Descriptor {
        digest: referrer.digest,
        artifact_type: referrer.artifact_type.unwrap_or_default(),
        size_bytes: referrer.size,
    }
}

fn annotations(document: Document) -> BTreeMap<String, String> {
    match document {
        Document::Manifest(manifest) => manifest.annotations,
        Document::Index(index) => index.annotations,
    }
}

/// A manifest, and how an index names it.
type Found = (Option<Descriptor>, String, ImageManifest);

/// The images, and the bytes of everything together, each blob once.
async fn platforms(
    repository: &Repository,
    digest: &str,
    document: &Document,
    document_bytes: u64,
) -> Result<(Vec<PlatformImage>, u64), Failure> {
    let manifests: Vec<Found> = match document {
        Document::Manifest(manifest) => vec![(None, digest.to_owned(), (**manifest).clone())],
        Document::Index(index) => below(repository, &index.manifests).await?,
    };
    let mut sizes = BTreeMap::from([(digest.to_owned(), document_bytes)]);
    for (child, _, manifest) in &manifests {
        sizes.extend(child.iter().map(|child| (child.digest.to_string(), child.size)));
        let blobs = std::iter::once(&manifest.config).chain(&manifest.layers);
        sizes.extend(blobs.map(|blob| (blob.digest.to_string(), blob.size)));
    }
    let shown = manifests.into_iter().filter(|(child, ..)| child.as_ref().is_none_or(is_for_a_platform));
    let tasks = shown.map(|found| image(repository.clone(), found).boxed());
    let images = few_at_once(tasks.collect()).await.into_iter().collect::<Result<_, _>>()?;
    Ok((images, sizes.values().fold(0, |sum: u64, size| sum.saturating_add(*size))))
}

/// An index within an index is legal and not met; its images are not shown.
async fn below(repository: &Repository, children: &[Descriptor]) -> Result<Vec<Found>, Failure> {
    let children = &children[..children.len().min(PLATFORMS_MAX)];
    if children.iter().map(|child| child.size).fold(0, u64::saturating_add) > DOCUMENTS_MAX_BYTES {
        return Err(DownloadError::TooMany.into());
    }
    let documents = repository.documents(children).await?;
    let mut found = Vec::new();
    for (child, stored) in children.iter().zip(documents) {
        if let Document::Manifest(manifest) = parse(&stored.bytes, &stored.media_type)? {
            found.push((Some(child.clone()), child.digest.to_string(), *manifest));
        }
    }
    Ok(found)
}

async fn image(repository: Repository, (child, digest, manifest): Found) -> Result<PlatformImage, Failure> {
    let config = config(&repository, &manifest).await?;
    let said = child.as_ref().and_then(|child| child.platform.as_ref());
    Ok(platform_image(digest, &manifest, config.as_ref(), said))
}

/// Attestations of builders stand in the index under an unknown platform.
fn is_for_a_platform(child: &Descriptor) -> bool {
    !child.is_attestation() && child.platform.as_ref().is_none_or(|platform| platform.os != "unknown")
}

async fn config(repository: &Repository, manifest: &ImageManifest) -> Result<Option<ImageConfig>, Failure> {
    if !media_type::is_config(&manifest.config.media_type) {
        return Ok(None);
    }
    let bytes = repository.config(&manifest.config.digest).await?;
    let config = ImageConfig::parse(&bytes);
    config.map(Some).map_err(|error| Failure::BrokenImage { what: "config", why: error.to_string() })
}

/// What the user may do. A platform that does not answer the question has the user's role in the project.
pub(super) async fn rights(gateway: &Gateway, session: &Session, uri: &str) -> Rights {
    let action = match uri.parse::<Uri>() {
        Ok(uri) => gateway.upstream().action_on(session, &uri).await,
        Err(_) => return Rights { read: true, ..Rights::default() },
    };
    let action = match action {
        Ok(action) => action,
        Err(error) => {
            tracing::debug!(error = &error as &dyn std::error::Error, "no permission tree");
            by_role(gateway, session, uri).await.unwrap_or(Action::Read)
        }
    };
    Rights { read: true, write: action >= Action::Write, manage: action >= Action::Manage }
}

async fn by_role(gateway: &Gateway, session: &Session, uri: &str) -> Result<Action, UpstreamError> {
    let config = gateway.upstream().configuration(&session.tokens.access_token).await?;
    let covers = |project: &&platform::config::Project| {
        let org = project.org_name.as_ref().map(|org| format!("{org}/")).unwrap_or_default();
        uri.starts_with(&format!("image://{}/{org}{}/", project.cluster_name, project.name))
    };
    Ok(match config.projects.iter().find(covers).map(|project| project.role.as_str()) {
        Some("writer") => Action::Write,
        Some("manager" | "admin") => Action::Manage,
        _ => Action::Read,
    })
}
