//! Archives written by real tools (`image/tests/corpus`, see its README), and what can be wrong with them.

use super::*;
use crate::manifest::{Descriptor, ImageIndex, ImageManifest, LayerKind, Platform, media_type};
use crate::tar::SpanCutter;
use crate::tar::tests::tar_of;
use proptest::prelude::*;
use std::collections::BTreeMap;

mod broken;
mod mutated;

/// Name, bytes, names of the images, whether it is an OCI layout.
pub(crate) const CORPUS: &[(&str, &[u8])] = &[
    ("docker20", include_bytes!("../../tests/corpus/docker20.tar")),
    ("docker20-shared", include_bytes!("../../tests/corpus/docker20-shared.tar")),
    ("docker26", include_bytes!("../../tests/corpus/docker26.tar")),
    ("docker26-containerd", include_bytes!("../../tests/corpus/docker26-containerd.tar")),
    ("podman-docker", include_bytes!("../../tests/corpus/podman-docker.tar")),
    ("podman-multi", include_bytes!("../../tests/corpus/podman-multi.tar")),
    ("podman-oci", include_bytes!("../../tests/corpus/podman-oci.tar")),
    ("buildah-docker", include_bytes!("../../tests/corpus/buildah-docker.tar")),
    ("buildah-oci", include_bytes!("../../tests/corpus/buildah-oci.tar")),
    ("skopeo-docker", include_bytes!("../../tests/corpus/skopeo-docker.tar")),
    ("skopeo-oci", include_bytes!("../../tests/corpus/skopeo-oci.tar")),
    ("skopeo-oci-zstd", include_bytes!("../../tests/corpus/skopeo-oci-zstd.tar")),
];

pub(crate) fn corpus(name: &str) -> &'static [u8] {
    CORPUS.iter().find(|(own, _)| *own == name).unwrap().1
}

/// Reads by hopping; also gives how many bytes were read.
pub(crate) fn hop(file: &[u8]) -> (Result<Archive, ArchiveError>, u64) {
    let mut reader = Reader::new(file.len() as u64);
    let mut read = 0;
    for _ in 0..10_000 {
        match reader.step() {
            Ok(Step::Read(span)) => {
                assert!(span.len > 0 && span.end() <= file.len() as u64, "{span:?} of {}", file.len());
                read += span.len;
                reader.feed(span.offset, &file[span.offset as usize..span.end() as usize]);
            }
            Ok(Step::Done(archive)) => return (Ok(*archive), read),
            Err(error) => return (Err(error), read),
        }
    }
    panic!("it reads for ever");
}

/// Reads as a stream in pieces of this size.
pub(crate) fn stream(file: &[u8], piece: usize) -> Result<Archive, ArchiveError> {
    let mut reader = StreamReader::new();
    for piece in file.chunks(piece) {
        reader.push(piece, |_, _, _| {})?;
    }
    reader.finish()
}

pub(crate) fn read(file: &[u8]) -> Result<Archive, ArchiveError> {
    let (archive, _) = hop(file);
    assert_eq!(archive, stream(file, 1000), "both ways in find the same");
    archive
}

#[test]
fn archives_of_every_tool_are_read() {
    let two = "archive-corpus/two:v1";
    let local = "localhost/archive-corpus/two:v1";
    let hub = "docker.io/archive-corpus/two:v1";
    let other = "registry.example:5000/o/p/two:latest";
    for (name, form, names, tags) in [
        ("docker20", Form::Docker, vec![two, other], vec![]),
        ("podman-docker", Form::Docker, vec![local], vec![]),
        ("podman-multi", Form::Docker, vec![local, other], vec![]),
        ("podman-oci", Form::Oci, vec![local], vec![]),
        ("buildah-docker", Form::Docker, vec![hub, local], vec![]),
        ("buildah-oci", Form::Oci, vec![], vec!["v1"]),
        ("skopeo-docker", Form::Docker, vec![hub], vec![]),
        ("skopeo-oci", Form::Oci, vec![], vec!["v1"]),
        ("skopeo-oci-zstd", Form::Oci, vec![], vec!["v1"]),
    ] {
        let archive = read(corpus(name)).expect(name);
        assert_eq!((archive.form, archive.images.len()), (form, 1), "{name}");
        assert_eq!(archive.problems, [], "{name}");
        assert_eq!(archive.has_docker_list, form == Form::Docker, "{name}");
        let image = &archive.images[0];
        let mut found: Vec<String> = image.names.iter().map(ToString::to_string).collect();
        found.sort();
        assert_eq!(found, names, "{name}");
        assert_eq!(image.tags, tags, "{name}");
        assert!(image.is_usable(), "{name}: {image:?}");
        let platform = &image.platforms[0];
        assert_eq!((platform.platform.to_string().as_str(), platform.layers.len()), ("linux/amd64", 2), "{name}");
        let config = platform.config.as_ref().unwrap().content.as_ref().unwrap();
        assert_eq!(config.config.entrypoint, ["/a"], "{name}");
        assert_eq!(platform.manifest.is_some(), form == Form::Oci, "{name}");
        for layer in &platform.layers {
            let compression = match name {
                "skopeo-oci-zstd" => Compression::Zstd,
                _ if form == Form::Oci => Compression::Gzip,
                _ => Compression::None,
            };
            assert_eq!(layer.compression, compression, "{name}");
            let span = layer.source.unwrap();
            let bytes = &corpus(name)[span.offset as usize..span.end() as usize];
            let digest = layer.descriptor.as_ref().map(|own| own.digest.clone()).or(layer.diff_id.clone());
            assert_eq!(Some(Digest::sha256_of(bytes)), digest, "{name}: the bytes are the layer's");
        }
    }
}

#[test]
fn dockers_since_25_write_an_oci_layout_with_plain_layers() {
    for name in ["docker26", "docker26-containerd"] {
        let archive = read(corpus(name)).expect(name);
        assert_eq!((archive.form, archive.problems.as_slice()), (Form::Oci, &[][..]), "{name}");
        assert!(archive.has_docker_list, "{name}");
        let names: Vec<Vec<String>> =
            archive.images.iter().map(|image| image.names.iter().map(ToString::to_string).collect()).collect();
        let two = ["docker.io/archive-corpus/two:v1", "registry.example:5000/o/p/two:latest"];
        assert_eq!(names, [&two[..], &["docker.io/archive-corpus/three:v1"]], "{name}");
        assert!(archive.images.iter().all(ArchiveImage::is_usable), "{name}: {archive:?}");
        let layers = |at: usize| &archive.images[at].platforms[0].layers;
        assert_eq!((layers(0).len(), layers(1).len()), (2, 3), "{name}");
        for layer in layers(1) {
            let span = layer.source.unwrap();
            let bytes = &corpus(name)[span.offset as usize..span.end() as usize];
            assert!(layer.diff_id.as_ref().unwrap().matches(bytes), "{name}");
            assert_eq!(layer.compression, Compression::None, "{name}");
        }
    }
}

#[test]
fn a_layer_that_two_images_share_is_found_through_its_link() {
    let archive = read(corpus("docker20-shared")).unwrap();
    assert_eq!(archive.images.len(), 2);
    let layers = |at: usize| {
        archive.images[at].platforms[0].layers.iter().map(|layer| layer.source.unwrap()).collect::<Vec<_>>()
    };
    let (mut less, mut more) = (layers(0), layers(1));
    if less.len() > more.len() {
        std::mem::swap(&mut less, &mut more);
    }
    assert_eq!(less, more[..2]);
}

#[test]
fn of_a_large_layer_only_the_beginning_is_read() {
    let layer = vec![7_u8; 40 << 20];
    let file = Layout::default().layer(&layer, media_type::OCI_LAYER).tar();
    let (archive, bytes_read) = hop(&file);
    assert!(archive.unwrap().images[0].is_usable());
    assert!(bytes_read < 600_000, "{bytes_read}");
}

#[test]
fn a_second_pass_over_a_stream_finds_the_layers_again() {
    let file = corpus("docker20");
    let archive = stream(file, 333).unwrap();
    let layers = &archive.images[0].platforms[0].layers;
    let mut cutter = SpanCutter::new(layers.iter().filter_map(|layer| layer.source).collect());
    let mut found: BTreeMap<crate::tar::Span, Vec<u8>> = BTreeMap::new();
    for piece in file.chunks(333) {
        cutter.push(piece, |span, bytes| found.entry(span).or_default().extend_from_slice(bytes));
    }
    for layer in layers {
        assert!(layer.diff_id.as_ref().unwrap().matches(&found[&layer.source.unwrap()]));
    }
}

#[test]
fn each_files_bytes_pass_by_in_the_first_pass_over_a_stream() {
    let mut reader = StreamReader::new();
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for piece in corpus("podman-oci").chunks(100) {
        reader
            .push(piece, |entry, at, bytes| {
                let file = files.entry(entry.path.clone()).or_default();
                assert_eq!(file.len() as u64, at);
                file.extend_from_slice(bytes);
            })
            .unwrap();
    }
    reader.finish().unwrap();
    let blobs: Vec<_> =
        files.iter().filter_map(|(path, bytes)| Some((path.strip_prefix("blobs/sha256/")?, bytes))).collect();
    assert_eq!(blobs.len(), 4);
    for (hex, bytes) in blobs {
        assert_eq!(Digest::sha256_of(bytes).hex(), hex);
    }
}

#[test]
fn an_index_has_its_platforms_its_extras_and_what_was_left_out() {
    let mut layout = Layout::default();
    let amd = layout.image(&[(b"amd layer", media_type::OCI_LAYER_GZIP)], "amd64");
    let arm = layout.image(&[(b"arm layer", media_type::OCI_LAYER_GZIP)], "arm64");
    let attestation = layout.attestation(&amd);
    let mut absent = amd.clone();
    absent.digest = Digest::sha256_of(b"not here");
    let index = ImageIndex::oci(vec![amd, arm, attestation, absent.clone()], BTreeMap::new());
    let root = layout.blob(media_type::OCI_INDEX, &index.to_bytes());
    let archive = read(&layout.tar_with(&[root])).unwrap();
    let image = &archive.images[0];
    let platforms: Vec<String> = image.platforms.iter().map(|own| own.platform.to_string()).collect();
    assert_eq!(platforms, ["linux/amd64", "linux/arm64"]);
    assert_eq!((image.extras.len(), &image.absent), (1, &vec![absent]));
    assert!(image.is_usable(), "{:?}", image.problems);
}

#[test]
fn a_layout_packed_with_its_folder_is_found_in_there() {
    let layout = Layout::default().layer(b"x", media_type::OCI_LAYER);
    let inner = layout.files();
    let files: Vec<(String, Vec<u8>)> =
        inner.into_iter().map(|(path, bytes)| (format!("my image/{path}"), bytes)).collect();
    let list: Vec<(&str, &[u8])> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    assert!(read(&tar_of(&list)).unwrap().images[0].is_usable());
}

/// An OCI layout in the making.
#[derive(Default, Clone)]
pub(crate) struct Layout {
    pub(crate) blobs: BTreeMap<Digest, Vec<u8>>,
    pub(crate) roots: Vec<Descriptor>,
}

impl Layout {
    pub(crate) fn blob(&mut self, media_type: &str, bytes: &[u8]) -> Descriptor {
        let descriptor = Descriptor::of(media_type, bytes);
        self.blobs.insert(descriptor.digest.clone(), bytes.to_vec());
        descriptor
    }

    /// An image of these layers; where one is compressed its diffID is invented.
    pub(crate) fn image(&mut self, layers: &[(&[u8], &str)], architecture: &str) -> Descriptor {
        let diff_ids: Vec<String> = layers
            .iter()
            .map(|(bytes, media_type)| {
                let plain = LayerKind::of(media_type).is_none_or(|kind| kind.compression == Compression::None);
                let bytes = if plain { bytes.to_vec() } else { [b"plain", *bytes].concat() };
                Digest::sha256_of(&bytes).to_string()
            })
            .collect();
        let config = serde_json::json!({"os": "linux", "architecture": architecture, "rootfs": {"type": "layers", "diff_ids": diff_ids}});
        let config = self.blob(media_type::OCI_CONFIG, config.to_string().as_bytes());
        let layers = layers
            .iter()
            .map(|(bytes, media_type)| {
                let magic: &[u8] = match LayerKind::of(media_type).map(|kind| kind.compression) {
                    Some(Compression::Gzip) => b"\x1f\x8b",
                    Some(Compression::Zstd) => b"\x28\xb5\x2f\xfd",
                    _ => b"",
                };
                let mut layer = self.blob(media_type, &[magic, bytes].concat());
                if LayerKind::of(media_type).is_some_and(|kind| kind.foreign) {
                    layer.urls = vec!["https://layers.example/base".to_owned()];
                }
                layer
            })
            .collect();
        let manifest = ImageManifest::oci(config, layers, BTreeMap::new());
        let mut descriptor = self.blob(media_type::OCI_MANIFEST, &manifest.to_bytes());
        descriptor.platform =
            Some(Platform { os: "linux".into(), architecture: architecture.into(), ..Platform::default() });
        descriptor
    }

    pub(crate) fn attestation(&mut self, of: &Descriptor) -> Descriptor {
        let config = self.blob(media_type::OCI_CONFIG, b"{}");
        let statement = self.blob("application/vnd.in-toto+json", b"{\"_type\":\"statement\"}");
        let manifest = ImageManifest::oci(config, vec![statement], BTreeMap::new());
        let mut descriptor = self.blob(media_type::OCI_MANIFEST, &manifest.to_bytes());
        descriptor.annotations = BTreeMap::from([
            ("vnd.docker.reference.type".into(), "attestation-manifest".into()),
            ("vnd.docker.reference.digest".into(), of.digest.to_string()),
        ]);
        descriptor
    }

    pub(crate) fn layer(mut self, bytes: &[u8], media_type: &str) -> Self {
        let root = self.image(&[(bytes, media_type)], "amd64");
        self.roots.push(root);
        self
    }

    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = vec![("oci-layout".to_owned(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec())];
        files
            .extend(self.blobs.iter().map(|(digest, bytes)| (format!("blobs/sha256/{}", digest.hex()), bytes.clone())));
        files.push(("index.json".to_owned(), ImageIndex::oci(self.roots.clone(), BTreeMap::new()).to_bytes()));
        files
    }

    pub(crate) fn tar(&self) -> Vec<u8> {
        let files = self.files();
        let list: Vec<(&str, &[u8])> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        tar_of(&list)
    }

    pub(crate) fn tar_with(&mut self, roots: &[Descriptor]) -> Vec<u8> {
        self.roots = roots.to_vec();
        self.tar()
    }
}
