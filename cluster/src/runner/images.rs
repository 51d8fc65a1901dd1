//! Images of the own registry, as the runner needs them.
//!
//! A trait, so that the runner knows neither the registry nor rights.

use async_trait::async_trait;

use crate::engine::{Archive, ImageError, LocalImage, RegistryAuth};

/// An image of the own registry that a job's owner may run now.
#[derive(Clone, Debug)]
pub(crate) struct OwnImage {
    /// What an engine that fetches it calls it.
    pub(crate) name: String,
    /// What an engine that was handed it calls it.
    pub(crate) loaded_as: String,
    /// What engines may call exactly this image, as [`LocalImage::id`].
    pub(crate) ids: Vec<String>,
    /// Lets the engine fetch it.
    pub(crate) auth: RegistryAuth,
}

impl OwnImage {
    /// Whether an engine's image is this one, and not an older one under the same tag.
    pub(crate) fn is(&self, local: &LocalImage) -> bool {
        let digest = |name: &String| name.split_once('@').map(|(_, digest)| digest.to_owned());
        self.ids.contains(&local.id) || local.repo_digests.iter().filter_map(digest).any(|digest| self.ids[0] == digest)
    }
}

/// The own registry.
#[async_trait]
pub(crate) trait OwnImages: Send + Sync + std::fmt::Debug {
    /// The image as it stands now; `None`: it is of elsewhere.
    async fn find(&self, image: &str, owner: &str) -> Result<Option<OwnImage>, ImageError>;

    /// The image as an archive that names it [`OwnImage::loaded_as`].
    async fn archive(&self, image: &OwnImage) -> Result<Archive, ImageError>;
}
