//! Which archives of an image can be downloaded.

use crate::i18n::{Phrase, catalogue::image as words};
use api::images::{ImageDetail, PlatformImage};
use image::manifest::LayerKind;

/// Why there is no archive of it for `docker load`; None where there is. As `image::download` decides, by what the page knows.
pub(crate) fn docker_refusal(detail: &ImageDetail) -> Option<Phrase> {
    let mut images = detail.platforms.iter().filter(|image| is_image(image));
    let Some(first) = images.next() else {
        // Of what the gateway shows nothing of, it alone knows.
        return (!detail.platforms.is_empty()).then_some(words::DOWNLOAD_NO_IMAGE);
    };
    let is_common = |image: &&PlatformImage| image.platform.os == "linux" && image.platform.architecture == "amd64";
    let chosen = std::iter::once(first).chain(images).find(is_common).unwrap_or(first);
    let is_foreign =
        chosen.layers.iter().any(|layer| LayerKind::of(&layer.media_type).is_some_and(|kind| kind.foreign));
    is_foreign.then_some(words::DOWNLOAD_FOREIGN)
}

/// What has no config of a container's says nothing of these.
fn is_image(image: &PlatformImage) -> bool {
    let has_config = !image.history.is_empty() || image.layers.iter().any(|layer| layer.diff_id.is_some());
    has_config || !image.platform.os.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
    const FOREIGN: &str = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";

    fn image(os: &str, architecture: &str, layer: &str) -> Value {
        json!({
            "platform": {"os": os, "architecture": architecture}, "digest": "sha256:0f", "size_bytes": 1, "history": [], "config": {},
            "layers": [{"digest": "sha256:0e", "size_bytes": 1, "media_type": layer}],
        })
    }

    fn refusal(platforms: &[Value]) -> Option<Phrase> {
        let detail = serde_json::from_value(json!({
            "repository": "acme/vision/net", "uri": "image://home/acme/vision/net:v1", "docker_reference": "r.example/net:v1",
            "digest": "sha256:0f", "media_type": "x", "size_bytes": 1, "platforms": platforms, "same_digest_tags": [],
            "rights": {"read": true, "write": true, "manage": true},
        }));
        docker_refusal(&detail.expect("a detail of the contract"))
    }

    #[test]
    fn docker_gets_an_image_whose_layers_are_all_in_the_registry() {
        let (linux, arm) = (image("linux", "amd64", LAYER), image("linux", "arm64", LAYER));
        let windows = image("windows", "amd64", FOREIGN);
        assert_eq!(refusal(std::slice::from_ref(&linux)), None);
        assert_eq!(refusal(std::slice::from_ref(&windows)), Some(words::DOWNLOAD_FOREIGN));
        assert_eq!(refusal(&[windows.clone(), linux]), None, "docker gets that for linux/amd64");
        assert_eq!(refusal(&[windows, arm]), Some(words::DOWNLOAD_FOREIGN), "else the first");
    }

    #[test]
    fn what_is_no_image_is_not_offered_to_docker() {
        assert_eq!(
            refusal(&[image("", "", "application/vnd.cncf.helm.chart.content.v1.tar+gzip")]),
            Some(words::DOWNLOAD_NO_IMAGE)
        );
        assert_eq!(refusal(&[]), None, "nothing is known");
    }
}
