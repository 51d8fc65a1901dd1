//! What a job may run of the own registry, and how an engine gets it.
//!
//! Owns the question whether the job's owner may read the image now, which is asked at every start, and the archive that an
//! engine is handed when it cannot fetch the image itself.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use image::{
    download::{Below, Download, DownloadError, Form, Part, StoredDocument},
    manifest::{CONFIG_MAX_BYTES, Descriptor, Document, ImageConfig, Platform},
};
use platform::permission::Action;

use super::{Images, ImagesError, OwnName};
use crate::{
    engine::{Archive, ImageError, RegistryAuth},
    http::causes,
    permissions::Rights,
    registry::{Reference, Registry, RegistryError, RepositoryName, StoredManifest},
    runner::{OwnImage, OwnImages},
};

/// As long as fetching the largest image may take.
const TOKEN_LIFETIME: Duration = Duration::from_secs(3600);
/// The registry takes a token for a password, whatever the name beside it.
const TOKEN_USER: &str = "token";

/// A manifest or index with everything below it, as stored.
struct Stored {
    root: StoredManifest,
    below: Below,
}

/// Why an image cannot be read from the registry.
#[derive(Debug, thiserror::Error)]
pub(super) enum StoredError {
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// It is there, and nothing can be made of it.
    #[error(transparent)]
    Image(#[from] DownloadError),
}

impl Images {
    /// Refuses unless there is such an image and it may be read: what a new job asks for.
    pub(crate) async fn require_readable(&self, rights: &Rights, name: &OwnName) -> Result<(), ImagesError> {
        rights.require(&[name.uri(self.names.cluster())], Action::Read)?;
        match self.registry.find_manifest(&name.repository, &name.reference).await {
            Ok(_) => Ok(()),
            Err(RegistryError::NoSuchManifest { .. } | RegistryError::NoSuchRepository(_)) => {
                let separator = if name.tag().is_some() { ':' } else { '@' };
                let uri = format!("{}{separator}{}", name.uri(self.names.cluster()), name.reference);
                Err(ImagesError::Unknown { uri })
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn stored(&self, repository: &RepositoryName, reference: &Reference) -> Result<Stored, StoredError> {
        let root = self.registry.find_manifest(repository, reference).await?;
        let document = StoredDocument { media_type: root.media_type.clone(), bytes: root.content.clone() };
        let mut below = Below::default();
        loop {
            let wanted = below.missing(&document)?;
            if wanted.is_empty() {
                return Ok(Stored { root, below });
            }
            for named in wanted {
                let reference = Reference::Digest(named.digest.clone());
                let found = self.registry.find_manifest(repository, &reference).await?;
                below.take(&named, StoredDocument { media_type: found.media_type, bytes: found.content })?;
            }
        }
    }

    /// The layers of that image of a repository whose layers these begin with: an image may have been made of it.
    pub(super) async fn layers_of(&self, name: &OwnName, diff_ids: &[String]) -> Result<Vec<Descriptor>, StoredError> {
        let stored = self.stored(&name.repository, &name.reference).await?;
        for document in stored.documents() {
            let Document::Manifest(manifest) = document else { continue };
            if manifest.config.size > CONFIG_MAX_BYTES {
                continue;
            }
            let digest = manifest.config.digest.clone();
            let blob = self.registry.open_blob(&digest).await?;
            let Ok(config) = blob.read(0, manifest.config.size).try_collect::<Vec<Bytes>>().await else { continue };
            let Ok(config) = ImageConfig::parse(&config.concat()) else { continue };
            let own = config.rootfs.diff_ids.iter().map(image::Digest::as_str);
            if own.len() == manifest.layers.len() && diff_ids.iter().map(String::as_str).take(own.len()).eq(own) {
                return Ok(manifest.layers);
            }
        }
        Ok(Vec::new())
    }

    async fn find_own(&self, image: &str, name: &OwnName, owner: &str) -> Result<OwnImage, ImageError> {
        let failed =
            |error: &dyn std::error::Error| ImageError::Unreachable { image: image.to_owned(), message: causes(error) };
        let rights = self.permissions.rights_of(owner).await.map_err(|error| failed(&error))?;
        let uri = name.uri(self.names.cluster());
        if !rights.allow(&uri, Action::Read) {
            let message = format!("{owner} may not read {uri}");
            return Err(ImageError::Unauthorised { image: image.to_owned(), message });
        }
        let stored = self.stored(&name.repository, &name.reference).await.map_err(|error| match error {
            StoredError::Registry(RegistryError::NoSuchManifest { .. } | RegistryError::NoSuchRepository(_)) => {
                ImageError::NotFound { image: image.to_owned(), message: error.to_string() }
            }
            other => failed(&other),
        })?;
        if let Err(error) = self.registry.pulled(&stored.root, &name.reference).await {
            tracing::warn!(image, error = %causes(&error), "an image's use was not remembered");
        }
        let token = self.accounts.token_for(owner, TOKEN_LIFETIME, self.clock.now()).await;
        let auth = RegistryAuth {
            username: TOKEN_USER.to_owned(),
            password: token.map_err(|error| failed(&error))?,
            registry: name.host().to_owned(),
            plain_http: self.names.plain_http(),
        };
        let loaded_as = match &name.reference {
            Reference::Tag(_) => name.docker(),
            // Archives give no digests to what they hold.
            Reference::Digest(digest) => {
                format!("{}/{}:{}", name.host(), name.repository, digest.as_str().replace(':', "-"))
            }
        };
        Ok(OwnImage { name: name.docker(), loaded_as, ids: stored.ids(), auth })
    }
}

impl Stored {
    /// The root, then everything below it, as far as it is what engines know.
    fn documents(&self) -> impl Iterator<Item = Document> {
        let root = (self.root.media_type.as_str(), self.root.content.as_slice());
        let below = self.below.documents().map(|document| (document.media_type.as_str(), document.bytes.as_slice()));
        std::iter::once(root)
            .chain(below)
            .filter_map(|(media_type, bytes)| Document::parse(bytes, Some(media_type)).ok())
    }

    /// What engines call the image: the digests of its manifests or of their configs. The root's comes first.
    fn ids(&self) -> Vec<String> {
        let mut ids = vec![self.root.digest.clone()];
        for document in self.documents() {
            let of_document: Vec<&Descriptor> = match &document {
                Document::Manifest(manifest) => vec![&manifest.config],
                Document::Index(index) => index.manifests.iter().collect(),
            };
            ids.extend(of_document.into_iter().map(|named| named.digest.as_str().to_owned()));
        }
        ids
    }
}

#[async_trait]
impl OwnImages for Images {
    async fn find(&self, image: &str, owner: &str) -> Result<Option<OwnImage>, ImageError> {
        match self.names.find(image, "", "") {
            Ok(None) => Ok(None),
            Ok(Some(name)) => self.find_own(image, &name, owner).await.map(Some),
            Err(error) => Err(ImageError::InvalidName { image: image.to_owned(), message: error.to_string() }),
        }
    }

    async fn archive(&self, image: &OwnImage) -> Result<Archive, ImageError> {
        let failed = |error: &dyn std::error::Error| ImageError::Unreachable {
            image: image.name.clone(),
            message: causes(error),
        };
        let name = self.names.find(&image.name, "", "").map_err(|error| failed(&error))?;
        let name = name.expect("the name of an own image is one");
        let stored = self.stored(&name.repository, &name.reference).await.map_err(|error| failed(&error))?;
        let loaded_as = image.loaded_as.parse().map_err(|error: image::reference::InvalidReference| failed(&error))?;
        let mut download = Download {
            root: StoredDocument { media_type: stored.root.media_type, bytes: stored.root.content },
            below: stored.below,
            names: vec![loaded_as],
            platform: Some(this_platform()),
        };
        let layout = match download.layout(Form::Docker) {
            Err(DownloadError::NoPlatform { .. }) => {
                download.platform = None;
                download.layout(Form::Docker)
            }
            other => other,
        };
        let layout = layout.map_err(|error| failed(&error))?;
        Ok(archive(Arc::clone(&self.registry), layout.parts().map(Piece::from).collect()))
    }
}

/// A part that owns what it says.
enum Piece {
    Bytes(Bytes),
    Blob { digest: image::Digest, offset: u64, len: u64 },
}

impl From<Part<'_>> for Piece {
    fn from(part: Part<'_>) -> Self {
        match part {
            Part::Bytes(bytes) => Self::Bytes(Bytes::copy_from_slice(bytes)),
            Part::Blob { digest, offset, len, .. } => Self::Blob { digest: digest.clone(), offset, len },
        }
    }
}

fn archive(registry: Arc<Registry>, pieces: Vec<Piece>) -> Archive {
    let open = move |piece| {
        let registry = Arc::clone(&registry);
        async move {
            match piece {
                Piece::Bytes(bytes) => Ok::<Archive, std::io::Error>(stream::iter([Ok(bytes)]).boxed()),
                Piece::Blob { digest, offset, len } => {
                    let blob = registry.open_blob(&digest).await.map_err(std::io::Error::other)?;
                    Ok(blob.read(offset, len))
                }
            }
        }
    };
    stream::iter(pieces).then(open).try_flatten().boxed()
}

/// What this machine's containers run on, in the words of image manifests.
fn this_platform() -> Platform {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    Platform { architecture: architecture.to_owned(), os: "linux".to_owned(), ..Platform::default() }
}
