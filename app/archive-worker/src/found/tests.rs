use super::*;
use crate::receipt::{Sums, sums};
use image::archive::{Form, Part, PlatformImage, StoredConfig, StoredDocument};
use image::manifest::{ImageConfig, ImageManifest, Platform, media_type};
use image::plan::{KnownLayer, TaskResults};
use image::tar::{NotFound, Span};
use std::collections::{BTreeMap, BTreeSet};

const FOREIGN: &str = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
const ADDRESS: &str = "https://layers.example/base";

fn digest(of: &str) -> Digest {
    Digest::sha256_of(of.as_bytes())
}

/// A layer of ten bytes that is called so: `plain` ones are not compressed, `foreign` ones not in the file.
fn layer(name: &str) -> ArchiveLayer {
    let (foreign, plain) = (name.contains("foreign"), name.contains("plain"));
    let media_type = match (foreign, plain) {
        (true, _) => FOREIGN,
        (_, true) => media_type::OCI_LAYER,
        _ => media_type::OCI_LAYER_GZIP,
    };
    let mut descriptor = Descriptor::new(media_type, digest(name), 10);
    if foreign {
        descriptor.urls.push(ADDRESS.to_owned());
    }
    ArchiveLayer {
        diff_id: Some(if plain { digest(name) } else { digest(&format!("{name} unpacked")) }),
        descriptor: Some(descriptor),
        source: (!foreign).then_some(Span { offset: 0, len: 10 }),
        compression: if plain { Compression::None } else { Compression::Gzip },
        foreign,
    }
}

fn platform(architecture: &str, layers: &[&str]) -> PlatformImage {
    let platform = Platform { os: "linux".to_owned(), architecture: architecture.to_owned(), ..Platform::default() };
    let config = Descriptor::new(media_type::OCI_CONFIG, digest(architecture), 100);
    let layers: Vec<_> = layers.iter().map(|name| layer(name)).collect();
    let named = layers.iter().filter_map(|layer| layer.descriptor.clone()).collect();
    let bytes = ImageManifest::oci(config.clone(), named, BTreeMap::new()).to_bytes();
    let descriptor = Descriptor::of(media_type::OCI_MANIFEST, &bytes);
    let content = Some(ImageConfig::default());
    PlatformImage {
        platform,
        manifest: Some(StoredDocument { descriptor, bytes }),
        config: Some(StoredConfig { descriptor: config, bytes: vec![0; 100], content }),
        layers,
        problems: Vec::new(),
    }
}

fn archive(platforms: Vec<PlatformImage>) -> Archive {
    let image = ArchiveImage {
        names: Vec::new(),
        tags: vec!["v1".to_owned()],
        root: None,
        platforms,
        extras: Vec::new(),
        absent: Vec::new(),
        problems: Vec::new(),
    };
    Archive { form: Form::Oci, images: vec![image], problems: Vec::new(), entry_count: 0, has_docker_list: false }
}

fn broken(mut platform: PlatformImage) -> PlatformImage {
    let why = NotFound::Absent { path: "blobs/sha256/gone".to_owned() };
    platform.problems.push(Problem::Missing { part: Part::Layer, why });
    platform
}

fn plan_of(archive: &Archive) -> Plan {
    let choice = Choice { image: 0, platforms: vec![], repository: "o/p/n".to_owned(), compression: Compression::Zstd };
    plan(archive, &choice, &Known::default()).unwrap()
}

#[test]
fn a_broken_platform_is_told_and_not_counted_and_the_image_can_be_pushed() {
    let archive = archive(vec![platform("amd64", &["base", "app"]), broken(platform("arm64", &["base", "other"]))]);
    let found = image(&archive, 0, &Known::default());
    assert_eq!((found.faults.as_slice(), found.platforms.as_slice()), (&[][..], &["linux/amd64".to_owned()][..]));
    assert_eq!((found.size_bytes(), found.travel_bytes()), (20, 20));
    let [LeftOut::Broken { platform, fault }] = &found.left_out[..] else { panic!("{:?}", found.left_out) };
    assert_eq!((platform.as_str(), fault.code), ("linux/arm64", FaultCode::Missing));
    assert_eq!(left_out(&archive.images[0], &plan_of(&archive)), found.left_out, "the receipt says the same");
}

#[test]
fn platforms_and_attestations_that_the_file_does_not_hold_are_told() {
    let mut archive = archive(vec![platform("amd64", &["base"])]);
    let mut arm = Descriptor::new(media_type::OCI_MANIFEST, digest("arm"), 9);
    arm.platform = Some(Platform { os: "linux".to_owned(), architecture: "arm64".to_owned(), ..Platform::default() });
    let mut attestation = Descriptor::new(media_type::OCI_MANIFEST, digest("attestation"), 9);
    attestation.annotations.insert("vnd.docker.reference.type".to_owned(), "attestation-manifest".to_owned());
    archive.images[0].absent = vec![arm, attestation];
    archive.images[0].problems.push(Problem::Name { text: "a b:1".to_owned() });
    let absent = LeftOut::Absent { platform: "linux/arm64".to_owned() };
    let extra = LeftOut::Extra { digest: digest("attestation").short().to_owned() };
    let name = LeftOut::Name { text: "a b:1".to_owned() };
    assert_eq!(image(&archive, 0, &Known::default()).left_out, [absent, extra, name]);
}

#[test]
fn a_foreign_layer_is_told_to_stay_where_it_is_and_counts_neither_before_nor_after() {
    let archive = archive(vec![platform("amd64", &["foreign", "app"])]);
    let found = image(&archive, 0, &Known::default());
    assert_eq!((found.faults.as_slice(), found.size_bytes(), found.travel_bytes()), (&[][..], 10, 10));
    assert!(found.layers[0].foreign && !found.layers[0].as_is && !found.layers[1].foreign);
    let layer = digest("foreign").short().to_owned();
    assert_eq!(found.left_out, [LeftOut::Foreign { layer, address: ADDRESS.to_owned() }]);
    // The task of what is not sent ends at once, as those of what is there do.
    let (plan, there) = (plan_of(&archive), BTreeSet::from([0]));
    assert_eq!(sums(&plan, &TaskResults::new(), &there), Sums { size_bytes: 110, skipped: 0, layers: 1 });
}

#[test]
fn an_image_with_nothing_to_push_says_why() {
    let whole = platform("amd64", &["base"]);
    let found = image(&archive(vec![broken(whole)]), 0, &Known::default());
    assert_eq!(found.faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [FaultCode::Missing]);
    assert_eq!((found.platforms.len(), found.layers.len()), (1, 1));
    assert_eq!(image(&archive(vec![]), 0, &Known::default()).faults.len(), 1);
    let mut homeless = platform("amd64", &["foreign"]);
    homeless.problems.push(Problem::Foreign { digest: digest("foreign") });
    let found = image(&archive(vec![homeless]), 0, &Known::default());
    assert_eq!(found.faults[0].code, FaultCode::Foreign);
}

#[test]
fn a_layer_has_the_same_name_before_and_on_its_way() {
    let mut of_docker = platform("amd64", &["packed", "plain"]);
    of_docker.manifest = None;
    of_docker.layers.iter_mut().for_each(|layer| layer.descriptor = None);
    for own in [platform("amd64", &["base", "app"]), platform("amd64", &["base", "plain app"]), of_docker] {
        let archive = archive(vec![own]);
        let on_its_way: Vec<_> =
            plan_of(&archive).tasks.iter().filter_map(key_of).map(Digest::short).map(str::to_owned).collect();
        let before: Vec<_> = image(&archive, 0, &Known::default()).layers.into_iter().map(|layer| layer.id).collect();
        assert_eq!(before, on_its_way);
    }
}

#[test]
fn what_the_registry_has_need_not_travel() {
    let archive = archive(vec![platform("amd64", &["base", "app"])]);
    let base = layer("base");
    let mut known = Known::default();
    let descriptor = base.descriptor.unwrap();
    known.add_layer(KnownLayer { diff_id: base.diff_id.unwrap(), descriptor, repository: "o/p/other".to_owned() });
    let found = image(&archive, 0, &known);
    assert_eq!(found.layers.iter().map(|layer| layer.known).collect::<Vec<_>>(), [true, false]);
    assert_eq!(found.travel_bytes(), 10);
}
