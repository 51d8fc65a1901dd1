use super::*;
use crate::Digest;
use proptest::prelude::*;

fn digest(text: &str) -> Digest {
    Digest::sha256_of(text.as_bytes())
}

fn manifest() -> ImageManifest {
    ImageManifest::oci(
        Descriptor::new(media_type::OCI_CONFIG, digest("config"), 6),
        vec![
            Descriptor::new(media_type::OCI_LAYER_GZIP, digest("a.gz"), 10),
            Descriptor::new(media_type::OCI_LAYER, digest("b"), 20),
        ],
        [("b".to_owned(), "2".to_owned()), ("a".to_owned(), "1".to_owned())].into(),
    )
}

fn config(diff_ids: &[&str]) -> ImageConfig {
    let mut config =
        ImageConfig::parse(br#"{"architecture":"arm64","os":"linux","variant":"v8","config":{"Env":null,"Labels":null,"ExposedPorts":{"80/tcp":{}}},"history":null}"#).unwrap();
    config.rootfs.diff_ids = diff_ids.iter().map(|id| digest(id)).collect();
    config
}

#[test]
fn a_written_manifest_is_read_back_and_its_bytes_never_change() {
    let bytes = manifest().to_bytes();
    assert_eq!(Document::parse(&bytes, Some(media_type::OCI_MANIFEST)), Ok(Document::Manifest(Box::new(manifest()))));
    let text = String::from_utf8(bytes).unwrap();
    let start = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{}","size":6}},"layers":[{{"#,
        digest("config")
    );
    assert!(text.starts_with(&start), "{text}");
    assert!(text.ends_with(r#""annotations":{"a":"1","b":"2"}}"#), "{text}");
    assert_eq!(manifest().content_bytes(), 36);
}

#[test]
fn a_manifest_that_does_not_say_what_it_is_keeps_the_type_it_was_given_as() {
    let mut silent = manifest();
    silent.media_type = None;
    for (given, expected) in [
        (Some(media_type::DOCKER_MANIFEST), media_type::DOCKER_MANIFEST),
        (Some(media_type::OCI_MANIFEST), media_type::OCI_MANIFEST),
        (None, media_type::OCI_MANIFEST),
    ] {
        assert_eq!(Document::parse(&silent.to_bytes(), given).unwrap().media_type(), expected);
    }
}

#[test]
fn documents_that_could_be_taken_for_another_are_refused() {
    let parse = |text: &str, given: Option<&str>| Document::parse(text.as_bytes(), given).map(|_| ());
    let config = format!(r#"{{"mediaType":"x","digest":"{}","size":1}}"#, digest("x"));
    assert_eq!(
        parse(&format!(r#"{{"schemaVersion":2,"config":{config},"layers":[],"manifests":[]}}"#), None),
        Err(InvalidManifest::Ambiguous)
    );
    assert_eq!(parse(r#"{"schemaVersion":2}"#, None), Err(InvalidManifest::Neither));
    assert_eq!(parse(r#"{"schemaVersion":3,"manifests":[]}"#, None), Err(InvalidManifest::SchemaVersion { found: 3 }));
    assert_eq!(parse(r#"{"schemaVersion":1,"fsLayers":[]}"#, None), Err(InvalidManifest::Schema1));
    assert_eq!(
        parse("{}", Some("application/vnd.docker.distribution.manifest.v1+prettyjws")),
        Err(InvalidManifest::Schema1)
    );
    assert!(matches!(
        parse(r#"{"schemaVersion":2,"manifests":[]}"#, Some(media_type::OCI_MANIFEST)),
        Err(InvalidManifest::MediaType { .. })
    ));
    assert!(matches!(
        parse(
            &format!(r#"{{"schemaVersion":2,"mediaType":"{}","manifests":[]}}"#, media_type::DOCKER_LIST),
            Some(media_type::OCI_INDEX)
        ),
        Err(InvalidManifest::MediaType { .. })
    ));
    assert!(matches!(
        parse(r#"{"schemaVersion":2,"manifests":[]}"#, Some("text/html")),
        Err(InvalidManifest::UnknownType { .. })
    ));
    assert!(matches!(parse("<html>", None), Err(InvalidManifest::Json { .. })));
    assert!(matches!(
        parse(r#"{"schemaVersion":2,"manifests":[{"mediaType":"x","digest":"sha256:1","size":1}]}"#, None),
        Err(InvalidManifest::Json { .. })
    ));
    let negative =
        format!(r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"x","digest":"{}","size":-1}}]}}"#, digest("x"));
    assert!(matches!(parse(&negative, None), Err(InvalidManifest::Json { .. })));
    assert_eq!(
        parse(r#"{"schemaVersion":2,"manifests":[]}"#, Some("application/vnd.oci.image.index.v1+json; charset=utf-8")),
        Ok(())
    );
    let huge = vec![b' '; MANIFEST_MAX_BYTES as usize + 1];
    assert!(matches!(Document::parse(&huge, None), Err(InvalidManifest::TooLarge { .. })));
}

#[test]
fn a_config_that_fits_has_no_mismatch_and_each_lie_is_found() {
    assert_eq!(check_image(&manifest(), &config(&["a", "b"])), []);
    assert_eq!(config(&[]).platform.to_string(), "linux/arm64/v8");
    assert_eq!(config(&[]).config.exposed_ports, ["80/tcp"]);
    assert_eq!(check_image(&manifest(), &config(&["a"])), [Mismatch::LayerCount { diff_ids: 1, layers: 2 }]);
    assert_eq!(check_image(&manifest(), &config(&["a", "c"])), [Mismatch::DiffId { index: 1 }]);
    assert_eq!(check_image(&manifest(), &config(&["a.gz", "b"])), [Mismatch::NotCompressed { index: 0 }]);
    let mut odd = manifest();
    odd.layers[0].media_type = "text/plain".into();
    assert_eq!(
        check_image(&odd, &config(&["a", "b"])),
        [Mismatch::LayerType { index: 0, media_type: "text/plain".into() }]
    );
    let mut steps = config(&["a", "b"]);
    steps.history = vec![History::default(), History { empty_layer: true, ..History::default() }];
    assert_eq!(check_image(&manifest(), &steps), [Mismatch::History { steps: 1, layers: 2 }]);
    assert_eq!(steps.steps().map(|(_, layer)| layer).collect::<Vec<_>>(), [Some(0), None]);
    steps.platform.os.clear();
    assert!(check_image(&manifest(), &steps).iter().all(Mismatch::is_harmless));
}

#[test]
fn layer_types_say_how_bytes_are_compressed_and_whether_they_may_travel() {
    let kind = |compression, foreign| Some(LayerKind { compression, foreign });
    for (media_type, expected) in [
        (media_type::OCI_LAYER, kind(Compression::None, false)),
        (media_type::OCI_LAYER_GZIP, kind(Compression::Gzip, false)),
        (media_type::OCI_LAYER_ZSTD, kind(Compression::Zstd, false)),
        (media_type::DOCKER_LAYER_GZIP, kind(Compression::Gzip, false)),
        ("application/vnd.docker.image.rootfs.diff.tar.zstd", kind(Compression::Zstd, false)),
        ("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", kind(Compression::Gzip, true)),
        ("application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", kind(Compression::Zstd, true)),
        ("application/vnd.oci.image.layer.v1.tar+xz", None),
        ("application/vnd.in-toto+json", None),
    ] {
        assert_eq!(LayerKind::of(media_type), expected, "{media_type}");
    }
    assert_eq!(Compression::of_bytes(b"\x1f\x8b\x08"), Compression::Gzip);
    assert_eq!(Compression::of_bytes(b"\x28\xb5\x2f\xfd"), Compression::Zstd);
    assert_eq!(Compression::of_bytes(b"\x5e\x2a\x4d\x18"), Compression::Zstd);
    assert_eq!(Compression::of_bytes(b""), Compression::None);
}

proptest! {
    #[test]
    fn damaged_documents_are_read_or_refused_and_what_is_read_can_be_checked(
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(b"0123456789abcdef{}[]\":,nul-.\\\x00\xff".to_vec())), 0..6),
        given in prop::option::of(prop::sample::select(media_type::ACCEPTED.to_vec())),
    ) {
        let text = serde_json::json!({
            "architecture": "amd64", "os": "linux", "created": "2024-01-01T00:00:00Z",
            "config": {"Env": ["A=b"], "Cmd": null, "ExposedPorts": {"80/tcp": {}}, "Labels": {"a": "b"}},
            "rootfs": {"type": "layers", "diff_ids": [digest("a"), digest("b")]},
            "history": [{"created_by": "x"}, {"empty_layer": true}, {"comment": "y"}],
        });
        let (mut manifest, mut config) = (manifest().to_bytes(), text.to_string().into_bytes());
        for (at, byte) in changes {
            let (in_manifest, in_config) = (at.index(manifest.len()), at.index(config.len()));
            manifest[in_manifest] = byte;
            config[in_config] = byte;
        }
        let document = Document::parse(&manifest, given);
        let config = ImageConfig::parse(&config);
        if let Ok(document) = &document {
            prop_assert!(given.is_none_or(|given| given == document.media_type()));
            prop_assert!(document.children().count() <= 3);
        }
        if let (Ok(Document::Manifest(manifest)), Ok(config)) = (document, config) {
            let _ = check_image(&manifest, &config);
            prop_assert!(config.steps().count() == config.history.len());
            let again = Document::parse(&manifest.to_bytes(), None);
            prop_assert_eq!(again, Ok(Document::Manifest(manifest)));
        }
    }
}
