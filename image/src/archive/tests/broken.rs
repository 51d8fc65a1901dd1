use super::*;
use crate::manifest::Mismatch;
use crate::tar::tests::block;
use crate::tar::{NotFound, TarError};

/// The first problem of the only platform.
fn problem(file: &[u8]) -> Problem {
    let archive = read(file).unwrap();
    let image = &archive.images[0];
    assert!(!image.is_usable(), "{image:?}");
    let of_platforms = image.platforms.iter().flat_map(|platform| &platform.problems);
    image.problems.iter().chain(of_platforms).find(|problem| problem.is_fatal()).unwrap().clone()
}

fn with_files(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let list: Vec<(&str, &[u8])> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    tar_of(&list)
}

#[test]
fn files_that_are_no_tar_are_told_apart() {
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(corpus("docker20").iter().flat_map(|byte| [*byte, 0])).collect();
    let as_text = String::from_utf8_lossy(b"\xff\xfa\0x").into_owned().into_bytes();
    for (file, error) in [
        (&b""[..], ArchiveError::Empty),
        (b"\x1f\x8b\x08\0\0", ArchiveError::Compressed(Format::Gzip)),
        (b"\x28\xb5\x2f\xfd\0", ArchiveError::Compressed(Format::Zstd)),
        (b"PK\x03\x04aaaa", ArchiveError::NotATar(Format::Zip)),
        (&utf16, ArchiveError::NotATar(Format::Utf16)),
        (&as_text, ArchiveError::NotATar(Format::Text)),
        (&[1; 4000], ArchiveError::NotATar(Format::Text)),
        (&[b'a', 0].repeat(400), ArchiveError::Tar(TarError::Header { offset: 0 })),
        (&[0; 10_240], ArchiveError::NoImage),
    ] {
        assert_eq!(hop(file).0, Err(error.clone()));
        assert_eq!(stream(file, 7), Err(error));
    }
    let told = ArchiveError::NotATar(Format::Utf16).to_string();
    assert!(told.contains("docker save --output"), "{told}");
}

#[test]
fn tars_without_an_image_say_what_they_are() {
    let error = |files: &[(&str, &[u8])]| read(&tar_of(files)).unwrap_err();
    assert_eq!(error(&[("README", b"x")]), ArchiveError::NoImage);
    assert_eq!(error(&[(".dockerenv", b""), ("etc/passwd", b"x")]), ArchiveError::FileSystem);
    assert_eq!(error(&[("abc/layer.tar", b""), ("repositories", b"{}")]), ArchiveError::TooOld);
    assert_eq!(error(&[("manifest.json", b"[]")]), ArchiveError::NoImage);
    assert_eq!(error(&[("index.json", br#"{"schemaVersion":2,"manifests":[]}"#)]), ArchiveError::NoImage);
    assert!(matches!(error(&[("manifest.json", b"{")]), ArchiveError::Json { .. }));
    assert!(matches!(error(&[("index.json", b"[]")]), ArchiveError::Json { .. }));
    assert!(matches!(error(&[("a/manifest.json", b"[]"), ("b/manifest.json", b"[]")]), ArchiveError::NoImage));
}

#[test]
fn a_hundred_thousand_entries_are_refused_early() {
    let mut file = Vec::new();
    for n in 0..100_000 {
        file.extend(block(n.to_string().as_bytes(), b'0', 0, ""));
    }
    assert_eq!(hop(&file).0, Err(ArchiveError::Tar(TarError::TooMany)));
    assert_eq!(stream(&file, 65_536), Err(ArchiveError::Tar(TarError::TooMany)));
}

#[test]
fn names_that_lead_out_or_come_twice_spoil_the_whole_archive() {
    let good = corpus("podman-oci");
    let files = good.len() / 512 * 512 - 1024;
    let with = |block: Vec<u8>| [&good[..files], &block, &[0; 1024]].concat();
    assert!(matches!(read(&with(block(b"../evil", b'0', 0, ""))), Err(ArchiveError::Tar(TarError::Name { .. }))));
    assert!(matches!(
        read(&with(block(b"index.json", b'0', 0, ""))),
        Err(ArchiveError::Tar(TarError::Duplicate { .. }))
    ));
    assert!(matches!(read(&with(block(b"x", b'S', 0, ""))), Err(ArchiveError::Tar(TarError::Sparse { .. }))));
    assert!(read(&with(block(b"x", b'0', 0, ""))).unwrap().images[0].is_usable(), "what is not named is not looked at");
}

#[test]
fn metadata_beyond_all_measure_is_not_read() {
    let list = vec![b' '; 5 << 20];
    assert!(matches!(hop(&tar_of(&[("manifest.json", &list)])).0, Err(ArchiveError::MetadataTooLarge { .. })));
    let config = vec![b' '; 9 << 20];
    let manifest = br#"[{"Config":"c","Layers":[]}]"#;
    let archive = read(&tar_of(&[("manifest.json", manifest), ("c", &config)])).unwrap();
    assert!(matches!(archive.images[0].platforms[0].problems[..], [Problem::TooLarge { .. }]));
}

#[test]
fn lies_about_sizes_digests_and_media_types_are_named() {
    let honest = || Layout::default().layer(b"layer", media_type::OCI_LAYER);
    let manifest_path = |layout: &Layout| format!("blobs/sha256/{}", layout.roots[0].digest.hex());

    let mut layout = honest();
    layout.roots[0].size += 1;
    assert!(matches!(problem(&layout.tar()), Problem::Size { .. }));

    let layout = honest();
    let mut files = layout.files();
    for (path, bytes) in &mut files {
        if *path == manifest_path(&layout) {
            let last = bytes.len() - 1;
            bytes[last] = b' ';
        }
    }
    assert!(matches!(problem(&with_files(&files)), Problem::Digest { .. }));

    let mut layout = honest();
    layout.roots[0].media_type = media_type::DOCKER_MANIFEST.into();
    assert!(matches!(problem(&layout.tar()), Problem::Manifest { .. }));

    // A plain tar that is called gzip; gzip that is called zstd.
    let lie = |said: &str, head: &[u8]| {
        let mut layout = Layout::default();
        let config =
            serde_json::json!({"os":"linux","architecture":"amd64","rootfs":{"diff_ids":[Digest::sha256_of(b"x")]}});
        let config = layout.blob(media_type::OCI_CONFIG, config.to_string().as_bytes());
        let layer = layout.blob(said, head);
        let manifest = ImageManifest::oci(config, vec![layer], BTreeMap::new());
        let root = layout.blob(media_type::OCI_MANIFEST, &manifest.to_bytes());
        problem(&layout.tar_with(&[root]))
    };
    assert!(matches!(
        lie(media_type::OCI_LAYER_GZIP, b"plain tar"),
        Problem::Compression { said: "gzip", found: "none", .. }
    ));
    assert!(matches!(
        lie(media_type::OCI_LAYER_ZSTD, b"\x1f\x8b\x08"),
        Problem::Compression { said: "zstd", found: "gzip", .. }
    ));
    assert!(matches!(lie(media_type::OCI_LAYER, b"plain tar"), Problem::Mismatch(Mismatch::DiffId { .. })));
    assert!(matches!(lie("application/x-cat", b"cat"), Problem::Mismatch(Mismatch::LayerType { .. })));
    assert_eq!(told("gzip", "none"), "p is said to be compressed with gzip, but is compressed with none");
}

fn told(said: &'static str, found: &'static str) -> String {
    Problem::Compression { path: "p".into(), said, found }.to_string()
}

#[test]
fn missing_parts_are_named_and_other_images_stay_usable() {
    let mut layout = Layout::default().layer(b"first", media_type::OCI_LAYER).layer(b"second", media_type::OCI_LAYER);
    layout.blobs.remove(&Digest::sha256_of(b"second"));
    let archive = read(&layout.tar()).unwrap();
    assert!(archive.images[0].is_usable() && !archive.images[1].is_usable());
    let Problem::Missing { part: Part::Layer, why: NotFound::Absent { path } } =
        &archive.images[1].platforms[0].problems[0]
    else {
        panic!("{:?}", archive.images[1]);
    };
    assert!(path.ends_with(Digest::sha256_of(b"second").hex()));

    let config = br#"{"os":"linux","architecture":"amd64","rootfs":{"diff_ids":[]}}"#;
    let docker = |manifest: &[u8]| problem(&tar_of(&[("manifest.json", manifest), ("c.json", config)]));
    assert!(matches!(docker(br#"[{"Config":"nope.json","Layers":[]}]"#), Problem::Missing { part: Part::Config, .. }));
    assert!(matches!(
        docker(br#"[{"Config":"c.json","Layers":["l.tar"]}]"#),
        Problem::Mismatch(Mismatch::LayerCount { .. })
    ));
    let named = format!(r#"[{{"Config":"{}.json","Layers":[]}}]"#, "a".repeat(64));
    let file = tar_of(&[("manifest.json", named.as_bytes()), (&format!("{}.json", "a".repeat(64)), config)]);
    assert!(matches!(problem(&file), Problem::Digest { .. }));
}

#[test]
fn a_foreign_layer_need_not_be_there() {
    let mut layout = Layout::default();
    let foreign = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
    let root = layout.image(&[(b"base", foreign), (b"own", media_type::OCI_LAYER_GZIP)], "amd64");
    layout.blobs.retain(|_, bytes| !bytes.ends_with(b"base"));
    let archive = read(&layout.tar_with(&[root])).unwrap();
    let layers = &archive.images[0].platforms[0].layers;
    assert!(archive.images[0].is_usable() && layers[0].foreign && layers[0].source.is_none());
}

#[test]
fn a_foreign_layer_that_is_to_be_had_nowhere_is_not_pushed_anywhere() {
    let foreign = "application/vnd.oci.image.layer.nondistributable.v1.tar";
    let mut layout = Layout::default();
    let base = layout.blob(foreign, b"base");
    let config = format!(r#"{{"os":"windows","architecture":"amd64","rootfs":{{"diff_ids":["{}"]}}}}"#, base.digest);
    let own = layout.blob(media_type::OCI_CONFIG, config.as_bytes());
    let manifest = ImageManifest::oci(own, vec![base.clone()], BTreeMap::new());
    let root = layout.blob(media_type::OCI_MANIFEST, &manifest.to_bytes());
    let archive = read(&layout.tar_with(&[root])).unwrap();
    let nowhere = [Problem::Foreign { digest: base.digest.clone() }];
    assert!(!archive.images[0].is_usable());
    assert_eq!(archive.images[0].platforms[0].problems, nowhere);

    // As docker saves it, without the bytes; with an address it is as good as any other.
    for (urls, problems) in [("", &nowhere[..]), (r#","urls":["https://layers.example/base"]"#, &[])] {
        let digest = &base.digest;
        let said = format!(r#"{{"mediaType":"{foreign}","digest":"{digest}","size":4{urls}}}"#);
        let manifest = format!(r#"[{{"Config":"c.json","Layers":["l.tar"],"LayerSources":{{"{digest}":{said}}}}}]"#);
        let file = tar_of(&[("manifest.json", manifest.as_bytes()), ("c.json", config.as_bytes())]);
        assert_eq!(read(&file).unwrap().images[0].platforms[0].problems, problems, "{urls}");
    }
}

#[test]
fn names_that_are_none_are_told_and_do_no_harm() {
    let config = br#"{"os":"linux","architecture":"amd64","rootfs":{"diff_ids":[]}}"#;
    let manifest = br#"[{"Config":"c.json","RepoTags":["UPPER/x:1","ok:1","<none>:<none>"],"Layers":null}]"#;
    let archive = read(&tar_of(&[("manifest.json", manifest), ("c.json", config)])).unwrap();
    let image = &archive.images[0];
    assert!(image.is_usable());
    assert_eq!(image.names.iter().map(ToString::to_string).collect::<Vec<_>>(), ["UPPER/x:1", "ok:1"]);
    let manifest = br#"[{"Config":"c.json","RepoTags":["a b:1"],"Layers":null}]"#;
    let archive = read(&tar_of(&[("manifest.json", manifest), ("c.json", config)])).unwrap();
    assert_eq!(archive.images[0].problems, [Problem::Name { text: "a b:1".into() }]);
}

#[test]
fn what_stands_behind_the_end_is_noticed() {
    let two = [corpus("podman-oci"), corpus("docker20")].concat();
    let archive = read(&two).unwrap();
    assert!(archive.images[0].is_usable());
    assert!(matches!(archive.problems[..], [Problem::Trailing { .. }]), "{:?}", archive.problems);
}

#[test]
fn a_file_that_became_shorter_while_it_was_read_is_said_so() {
    let file = corpus("docker20");
    let mut reader = Reader::new(file.len() as u64);
    let Ok(Step::Read(span)) = reader.step() else { panic!() };
    assert_eq!(reader.step(), Ok(Step::Read(span)), "asked again before anything came, it says the same");
    reader.feed(span.offset, &file[span.offset as usize..100]);
    assert_eq!(reader.step(), Err(ArchiveError::Changed));

    let mut reader = Reader::new(file.len() as u64);
    reader.step().unwrap();
    reader.feed(0, &[]);
    assert_eq!(reader.step(), Err(ArchiveError::Changed));
}
