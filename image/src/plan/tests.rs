use super::*;
use crate::archive::tests::{Layout, corpus, read};
use crate::manifest::{Descriptor, Document, ImageIndex, media_type};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn choice() -> Choice {
    Choice { image: 0, platforms: vec![], repository: "o/p/n".into(), compression: Compression::Gzip }
}

/// Does the work of the tasks that have no known result: "compresses" by putting a magic number before the bytes.
fn work(plan: &Plan, file: &[u8]) -> TaskResults {
    let mut results = TaskResults::new();
    for (at, task) in plan.tasks.iter().enumerate() {
        let span = |span: &Span| &file[span.offset as usize..span.end() as usize];
        match &task.delivery {
            Delivery::Compress { diff_id, source, to } if task.shortcut.is_none() => {
                assert!(diff_id.matches(span(source)));
                let bytes = [b"\x1f\x8b", span(source)].concat();
                results.insert(at, Descriptor::of(to.oci_layer(), &bytes));
            }
            Delivery::Hash { source, media_type, .. } if task.shortcut.is_none() => {
                results.insert(at, Descriptor::of(*media_type, span(source)));
            }
            Delivery::AsIs { descriptor, source } => assert!(descriptor.digest.matches(span(source))),
            Delivery::Bytes { descriptor, bytes } => assert!(descriptor.digest.matches(bytes)),
            Delivery::Compress { .. } | Delivery::Hash { .. } | Delivery::Nothing(_) => {}
        }
    }
    results
}

fn parsed(document: &NewDocument) -> Document {
    assert!(document.descriptor.digest.matches(&document.bytes));
    assert_eq!(document.descriptor.size, document.bytes.len() as u64);
    Document::parse(&document.bytes, Some(&document.descriptor.media_type)).unwrap()
}

#[test]
fn an_oci_archive_travels_unchanged_under_its_own_digest() {
    for name in ["podman-oci", "buildah-oci", "skopeo-oci", "skopeo-oci-zstd"] {
        let archive = read(corpus(name)).unwrap();
        let plan = plan(&archive, &choice(), &Known::default()).unwrap();
        assert!(plan.unchanged);
        let documents = plan.documents(&work(&plan, corpus(name))).unwrap();
        assert_eq!(documents.len(), 1);
        assert_eq!(documents[0].bytes, archive.images[0].root.as_ref().unwrap().bytes);
        assert!(documents[0].is_root && plan.travel().to_compress_bytes == 0);
    }
}

#[test]
fn a_docker_archive_becomes_an_oci_manifest_the_same_whoever_wrote_it() {
    let mut seen = Vec::new();
    for name in [
        "docker20",
        "docker26",
        "docker26-containerd",
        "podman-docker",
        "podman-multi",
        "buildah-docker",
        "skopeo-docker",
    ] {
        let archive = read(corpus(name)).unwrap();
        let plan = plan(&archive, &choice(), &Known::default()).unwrap();
        assert!(!plan.unchanged);
        assert_eq!(plan.tasks.len(), 3);
        assert_eq!(plan.travel().to_compress_bytes, 4608 + 2048);
        assert_eq!(plan.documents(&TaskResults::new()), Err(PlanError::Unfinished { missing: 2 }));
        let documents = plan.documents(&work(&plan, corpus(name))).unwrap();
        let Document::Manifest(manifest) = parsed(&documents[0]) else { panic!() };
        assert_eq!(manifest.config.media_type, media_type::OCI_CONFIG);
        assert!(manifest.layers.iter().all(|layer| layer.media_type == media_type::OCI_LAYER_GZIP));
        seen.push(documents[0].bytes.clone());
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn layers_known_by_diff_id_are_neither_read_nor_sent() {
    let archive = read(corpus("docker20")).unwrap();
    let diff_id = archive.images[0].platforms[0].layers[0].diff_id.clone().unwrap();
    let blob = Descriptor::new(media_type::DOCKER_LAYER_GZIP, Digest::sha256_of(b"blob"), 99);
    let layer = |repository: &str| KnownLayer {
        diff_id: diff_id.clone(),
        descriptor: blob.clone(),
        repository: repository.into(),
    };
    let expected = Descriptor::new(media_type::OCI_LAYER_GZIP, blob.digest.clone(), 99);

    let mut known = Known::default();
    known.add_layer(layer("o/p/other"));
    let mounted = plan(&archive, &choice(), &known).unwrap();
    let shortcut = Shortcut::Mount { descriptor: expected.clone(), from: "o/p/other".into() };
    assert_eq!(mounted.tasks[0].shortcut, Some(shortcut));
    assert!(matches!(mounted.tasks[0].delivery, Delivery::Compress { .. }), "where the mount is refused");
    assert_eq!(mounted.travel().spared_bytes, 4608);

    known.add_layer(layer("o/p/n"));
    let present = plan(&archive, &choice(), &known).unwrap();
    assert_eq!(present.tasks[0].shortcut, Some(Shortcut::Present(expected.clone())));
    let documents = present.documents(&work(&present, corpus("docker20"))).unwrap();
    let Document::Manifest(manifest) = parsed(&documents[0]) else { panic!() };
    assert_eq!(manifest.layers[0], expected);

    // A mount that was refused: what was sent instead stands in the manifest.
    let sent = Descriptor::of(media_type::OCI_LAYER_GZIP, b"sent");
    let mut results = work(&mounted, corpus("docker20"));
    results.insert(0, sent.clone());
    let Document::Manifest(manifest) = parsed(&mounted.documents(&results).unwrap()[0]) else { panic!() };
    assert_eq!(manifest.layers[0], sent);
}

#[test]
fn a_kept_manifest_takes_only_its_own_blobs_from_the_registry() {
    let archive = read(corpus("podman-oci")).unwrap();
    let layer = &archive.images[0].platforms[0].layers[0];
    let mut known = Known::default();
    let other = Descriptor::new(media_type::OCI_LAYER_GZIP, Digest::sha256_of(b"compressed otherwise"), 9);
    known.add_layer(KnownLayer {
        diff_id: layer.diff_id.clone().unwrap(),
        descriptor: other,
        repository: "o/p/n".into(),
    });
    assert_eq!(plan(&archive, &choice(), &known).unwrap().tasks[0].shortcut, None);
    known.add_blob(layer.descriptor.clone().unwrap().digest, "o/p/n");
    let plan = plan(&archive, &choice(), &known).unwrap();
    assert_eq!(plan.tasks[0].shortcut, layer.descriptor.clone().map(Shortcut::Present));
}

#[test]
fn a_plain_oci_layout_is_compressed_unless_that_is_not_wanted() {
    let file = Layout::default().layer(b"plain", media_type::OCI_LAYER).tar();
    let archive = read(&file).unwrap();
    let compressed = plan(&archive, &choice(), &Known::default()).unwrap();
    assert!(!compressed.unchanged && matches!(compressed.tasks[0].delivery, Delivery::Compress { .. }));
    let documents = compressed.documents(&work(&compressed, &file)).unwrap();
    assert_ne!(documents[0].bytes, archive.images[0].root.as_ref().unwrap().bytes);
    let plain = Choice { compression: Compression::None, ..choice() };
    assert!(plan(&archive, &plain, &Known::default()).unwrap().unchanged);
}

fn two_platforms(absent: bool, media_type: &str) -> (Layout, Vec<u8>) {
    let mut layout = Layout::default();
    let amd = layout.image(&[(b"amd", media_type), (b"both", media_type)], "amd64");
    let arm = layout.image(&[(b"arm", media_type), (b"both", media_type)], "arm64");
    let attestation = layout.attestation(&amd);
    let mut children = vec![amd, arm, attestation];
    if absent {
        children.push(Descriptor { digest: Digest::sha256_of(b"elsewhere"), ..children[0].clone() });
    }
    let index = ImageIndex::oci(children, BTreeMap::from([("k".to_owned(), "v".to_owned())]));
    let root = layout.blob(media_type::OCI_INDEX, &index.to_bytes());
    let file = layout.tar_with(&[root]);
    (layout, file)
}

#[test]
fn an_index_travels_unchanged_with_its_attestations() {
    let (_, file) = two_platforms(false, media_type::OCI_LAYER_GZIP);
    let archive = read(&file).unwrap();
    let plan = plan(&archive, &choice(), &Known::default()).unwrap();
    assert!(plan.unchanged);
    // Three layers, two configs, and the attestation's two blobs.
    assert_eq!(plan.tasks.len(), 7);
    let documents = plan.documents(&work(&plan, &file)).unwrap();
    assert_eq!(documents.len(), 4);
    assert_eq!(documents[3].bytes, archive.images[0].root.as_ref().unwrap().bytes);
    assert!(documents[3].is_root && !documents[0].is_root);
}

#[test]
fn an_index_with_holes_or_plain_layers_is_written_anew() {
    for (absent, media_type) in [(true, media_type::OCI_LAYER_GZIP), (false, media_type::OCI_LAYER)] {
        let (_, file) = two_platforms(absent, media_type);
        let archive = read(&file).unwrap();
        let plan = plan(&archive, &choice(), &Known::default()).unwrap();
        assert!(!plan.unchanged);
        assert!(plan.notes.iter().any(|note| matches!(note, Note::ExtraLeftOut(_))));
        assert_eq!(plan.notes.iter().any(|note| matches!(note, Note::PlatformAbsent(_))), absent);
        let documents = plan.documents(&work(&plan, &file)).unwrap();
        let Document::Index(index) = parsed(&documents[2]) else { panic!() };
        assert_eq!(index.manifests.len(), 2);
        assert_eq!(index.annotations["k"], "v");
        let platforms: Vec<String> =
            index.manifests.iter().map(|child| child.platform.clone().unwrap().to_string()).collect();
        assert_eq!(platforms, ["linux/amd64", "linux/arm64"]);
        for (child, document) in index.manifests.iter().zip(&documents) {
            assert_eq!(child.digest, document.descriptor.digest);
        }
    }
}

#[test]
fn one_platform_of_several_is_a_manifest_of_its_own() {
    let (_, file) = two_platforms(false, media_type::OCI_LAYER_GZIP);
    let archive = read(&file).unwrap();
    let arm = Choice { platforms: vec![1], ..choice() };
    let plan_arm = plan(&archive, &arm, &Known::default()).unwrap();
    let documents = plan_arm.documents(&work(&plan_arm, &file)).unwrap();
    assert_eq!(documents.len(), 1);
    assert!(plan_arm.unchanged, "its manifest keeps its digest");
    assert_eq!(documents[0].bytes, archive.images[0].platforms[1].manifest.as_ref().unwrap().bytes);
    assert_eq!(
        plan(&archive, &Choice { platforms: vec![9], ..choice() }, &Known::default()),
        Err(PlanError::NoSuchImage)
    );
    assert_eq!(plan(&archive, &Choice { image: 9, ..choice() }, &Known::default()), Err(PlanError::NoSuchImage));
}

#[test]
fn what_is_broken_has_no_plan_but_the_other_platform_has() {
    let (mut layout, _) = two_platforms(false, media_type::OCI_LAYER_GZIP);
    layout.blobs.retain(|_, bytes| !bytes.ends_with(b"arm"));
    let archive = read(&layout.tar()).unwrap();
    let plan_both = plan(&archive, &choice(), &Known::default()).unwrap();
    assert!(matches!(plan_both.notes[0], Note::PlatformBroken { platform: 1, .. }));
    assert!(!plan_both.unchanged || plan_both.documents(&TaskResults::new()).unwrap().len() == 1);
    let arm = Choice { platforms: vec![1], ..choice() };
    assert!(matches!(plan(&archive, &arm, &Known::default()), Err(PlanError::Broken(Problem::Missing { .. }))));
}

#[test]
fn a_foreign_layer_is_named_in_the_manifest_and_not_sent() {
    let mut layout = Layout::default();
    let foreign = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
    let root = layout.image(&[(b"base", foreign), (b"own", media_type::OCI_LAYER)], "amd64");
    layout.blobs.retain(|_, bytes| !bytes.ends_with(b"base"));
    let file = layout.tar_with(&[root]);
    let archive = read(&file).unwrap();
    let plan = plan(&archive, &choice(), &Known::default()).unwrap();
    assert!(matches!(plan.notes[..], [Note::Foreign(_)]));
    let Document::Manifest(manifest) = parsed(&plan.documents(&work(&plan, &file)).unwrap()[0]) else { panic!() };
    assert_eq!(manifest.layers[0].media_type, foreign);
    assert_eq!(manifest.layers[1].media_type, media_type::OCI_LAYER_GZIP);
}

#[test]
fn a_foreign_layer_of_two_platforms_is_told_once() {
    let mut layout = Layout::default();
    let foreign = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
    let [amd, arm] = ["amd64", "arm64"].map(|platform| layout.image(&[(b"base", foreign)], platform));
    let root = layout.blob(media_type::OCI_INDEX, &ImageIndex::oci(vec![amd, arm], BTreeMap::new()).to_bytes());
    let archive = read(&layout.tar_with(&[root])).unwrap();
    let plan = plan(&archive, &choice(), &Known::default()).unwrap();
    assert!(plan.unchanged && matches!(plan.notes[..], [Note::Foreign(_)]), "{:?}", plan.notes);
}

#[test]
fn an_artefact_travels_as_it_is_whatever_its_layers_are() {
    let mut layout = Layout::default();
    let config = layout.blob("application/vnd.example.config+json", b"{}");
    let layer = layout.blob(media_type::OCI_LAYER, b"plain");
    let manifest = crate::manifest::ImageManifest::oci(config, vec![layer], BTreeMap::new());
    let root = layout.blob(media_type::OCI_MANIFEST, &manifest.to_bytes());
    let archive = read(&layout.tar_with(&[root])).unwrap();
    let plan = plan(&archive, &choice(), &Known::default()).unwrap();
    assert!(plan.unchanged);
}

proptest! {
    #[test]
    fn whatever_the_registry_has_the_manifest_names_every_layer_in_order(
        picks in prop::collection::vec(0..4_usize, 1..6),
        known_layers in prop::collection::vec((0..4_usize, 0..3_usize), 0..5),
        gzip: bool,
    ) {
        let contents: [&[u8]; 4] = [b"zero", b"one", b"two", b"three"];
        let media = if gzip { media_type::OCI_LAYER_GZIP } else { media_type::OCI_LAYER };
        let mut layout = Layout::default();
        let list: Vec<(&[u8], &str)> = picks.iter().map(|pick| (contents[*pick], media)).collect();
        let root = layout.image(&list, "amd64");
        let file = layout.tar_with(&[root]);
        let archive = read(&file).unwrap();
        let layers = archive.images[0].platforms[0].layers.clone();
        let mut known = Known::default();
        for (pick, repository) in known_layers {
            if let Some(at) = picks.iter().position(|own| *own == pick) {
                known.add_layer(KnownLayer {
                    diff_id: layers[at].diff_id.clone().unwrap(),
                    descriptor: Descriptor::of(media_type::OCI_LAYER_GZIP, format!("blob {pick}").as_bytes()),
                    repository: ["o/p/n", "a", "b"][repository].into(),
                });
            }
        }
        let plan = plan(&archive, &choice(), &known).unwrap();
        let results = work(&plan, &file);
        let documents = plan.documents(&results).unwrap();
        prop_assert_eq!(&documents, &plan.documents(&results).unwrap());
        let Document::Manifest(manifest) = parsed(&documents[0]) else { panic!() };
        prop_assert_eq!(manifest.layers.len(), picks.len());
        let mut by_pick: BTreeMap<usize, Descriptor> = BTreeMap::new();
        for (pick, layer) in picks.iter().zip(&manifest.layers) {
            prop_assert_eq!(by_pick.entry(*pick).or_insert_with(|| layer.clone()), layer);
        }
        prop_assert_eq!(by_pick.len(), plan.tasks.len() - 1, "each blob one task, and the config");
        prop_assert_eq!(plan.unchanged, gzip);
        let travel = plan.travel();
        prop_assert_eq!(travel.to_compress_bytes > 0, plan.tasks.iter().any(|task| task.shortcut.is_none() && matches!(task.delivery, Delivery::Compress { .. })));
    }
}
