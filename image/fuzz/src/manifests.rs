//! Manifests and configs: what is read can be looked at, and checked against each other.

use image::manifest::{Compression, Document, ImageConfig, LayerKind, check_image, media_type};

pub(crate) fn check(bytes: &[u8]) {
    // Up to a zero byte a manifest, behind it a config.
    let (manifest, config) = bytes.split_at(bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len()));
    let config = ImageConfig::parse(config.get(1..).unwrap_or(bytes));
    if let Ok(config) = &config {
        for (_, layer) in config.steps() {
            // A step may name a layer that is not there; it is the reader who leaves it out.
            assert!(layer.is_none_or(|layer| layer <= config.history.len()));
        }
    }
    for given in [None, Some(media_type::OCI_MANIFEST), Some(media_type::OCI_INDEX)] {
        let Ok(document) = Document::parse(manifest, given) else { continue };
        assert!(!document.media_type().is_empty());
        for child in document.children() {
            assert!(LayerKind::of(&child.media_type).is_none_or(|_| !child.media_type.is_empty()));
            assert!(!child.digest.hex().is_empty());
        }
        if let (Document::Manifest(manifest), Ok(config)) = (&document, &config) {
            for mismatch in check_image(manifest, config) {
                assert!(!mismatch.to_string().is_empty());
            }
            // What is written is read again.
            let written = manifest.to_bytes();
            assert!(Document::parse(&written, Some(document.media_type())).is_ok(), "{manifest:?}");
        }
    }
    assert!(!Compression::of_bytes(bytes).oci_layer().is_empty());
}
