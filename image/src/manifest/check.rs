//! What does not hold together between a manifest and its config.

use super::{ImageConfig, ImageManifest, LayerKind, media_type};

/// Something about an image that is not as it says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// The config names more or fewer layers than there are.
    #[error("the config names {diff_ids} layers, the manifest {layers}: the image was put together wrongly")]
    LayerCount {
        /// In the config.
        diff_ids: usize,
        /// In the manifest.
        layers: usize,
    },
    /// The history has more or fewer steps with a layer than there are layers.
    #[error("the history tells of {steps} layers, there are {layers}")]
    History {
        /// Steps with a layer.
        steps: usize,
        /// Layers.
        layers: usize,
    },
    /// A layer whose type is no layer's.
    #[error("layer {index} is of type {media_type}, which is no file system layer's")]
    LayerType {
        /// Which, from 0.
        index: usize,
        /// Its type.
        media_type: String,
    },
    /// Not compressed, yet digest and diffID differ.
    #[error("layer {index} is not compressed, so that its digest and diffID must be the same; they differ")]
    DiffId {
        /// Which, from 0.
        index: usize,
    },
    /// Compressed, yet digest and diffID are the same.
    #[error("layer {index} is said to be compressed, but its digest is that of the uncompressed layer")]
    NotCompressed {
        /// Which, from 0.
        index: usize,
    },
    /// The config has no platform.
    #[error("the config does not say for which system and architecture the image is")]
    NoPlatform,
}

impl Mismatch {
    /// Whether an image with it can still be pushed and run.
    #[must_use]
    pub fn is_harmless(&self) -> bool {
        matches!(self, Self::History { .. } | Self::NoPlatform)
    }
}

/// Holds a manifest against its config. Empty: they fit. Only for images: an artefact's config is none of an image.
#[must_use]
pub fn check_image(manifest: &ImageManifest, config: &ImageConfig) -> Vec<Mismatch> {
    let mut found = Vec::new();
    let (layers, diff_ids) = (manifest.layers.len(), config.rootfs.diff_ids.len());
    if layers != diff_ids {
        found.push(Mismatch::LayerCount { diff_ids, layers });
    }
    let steps = config.history.iter().filter(|step| !step.empty_layer).count();
    if !config.history.is_empty() && steps != diff_ids {
        found.push(Mismatch::History { steps, layers: diff_ids });
    }
    if config.platform.os.is_empty() || config.platform.architecture.is_empty() {
        found.push(Mismatch::NoPlatform);
    }
    for (index, (layer, diff_id)) in manifest.layers.iter().zip(&config.rootfs.diff_ids).enumerate() {
        match LayerKind::of(&layer.media_type) {
            None => found.push(Mismatch::LayerType { index, media_type: layer.media_type.clone() }),
            Some(kind) if kind.compression == media_type::Compression::None => {
                if layer.digest != *diff_id && layer.digest.algorithm() == diff_id.algorithm() {
                    found.push(Mismatch::DiffId { index });
                }
            }
            Some(_) => {
                if layer.digest == *diff_id {
                    found.push(Mismatch::NotCompressed { index });
                }
            }
        }
    }
    found
}
