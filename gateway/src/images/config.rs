//! An image's config as the console sees it.

use api::images::{HistoryStep, ImageConfig, Layer, Platform, PlatformImage};
use image::manifest::{self, Descriptor, ImageManifest};
use jiff::Timestamp;

/// Steps and variables shown of one image; honest ones have a few dozen.
const SHOWN_MAX: usize = 1000;

/// The image for one platform. Without a config, of what is not made to be run: its layers alone.
pub(super) fn platform_image(
    digest: String,
    manifest: &ImageManifest,
    config: Option<&manifest::ImageConfig>,
    said: Option<&manifest::Platform>,
) -> PlatformImage {
    let diff_ids = config.map(|config| config.rootfs.diff_ids.as_slice()).unwrap_or_default();
    let layer = |(at, layer): (usize, &Descriptor)| Layer {
        digest: layer.digest.to_string(),
        diff_id: diff_ids.get(at).map(ToString::to_string),
        size_bytes: layer.size,
        media_type: layer.media_type.clone(),
    };
    PlatformImage {
        platform: said.or(config.map(|config| &config.platform)).map(platform).unwrap_or_default(),
        digest,
        size_bytes: manifest.content_bytes(),
        layers: manifest.layers.iter().enumerate().map(layer).collect(),
        history: config.map(|config| history(config, manifest.layers.len())).unwrap_or_default(),
        config: config.map(view).unwrap_or_default(),
    }
}

fn platform(platform: &manifest::Platform) -> Platform {
    Platform {
        os: platform.os.clone(),
        architecture: platform.architecture.clone(),
        variant: platform.variant.clone().filter(|variant| !variant.is_empty()),
    }
}

/// A step that names a layer which is not there names none.
fn history(config: &manifest::ImageConfig, layers: usize) -> Vec<HistoryStep> {
    let step = |(step, layer): (&manifest::History, Option<usize>)| HistoryStep {
        created_by: step.created_by.clone().unwrap_or_default(),
        created_at: time(step.created.as_deref()),
        comment: step.comment.clone().filter(|comment| !comment.is_empty()),
        layer: layer.filter(|layer| *layer < layers),
    };
    config.steps().take(SHOWN_MAX).map(step).collect()
}

fn view(config: &manifest::ImageConfig) -> ImageConfig {
    let container = config.config.clone();
    let said = |text: String| Some(text).filter(|text| !text.is_empty());
    ImageConfig {
        created_at: time(config.created.as_deref()),
        author: config.author.clone().filter(|author| !author.is_empty()),
        entrypoint: container.entrypoint,
        cmd: container.cmd,
        env: container.env.into_iter().take(SHOWN_MAX).collect(),
        working_dir: said(container.working_dir),
        user: said(container.user),
        exposed_ports: container.exposed_ports,
        volumes: container.volumes,
        labels: container.labels.into_iter().take(SHOWN_MAX).collect(),
    }
}

fn time(text: Option<&str>) -> Option<Timestamp> {
    text?.parse().ok()
}
