use super::*;
use crate::Digest;
use crate::digest::Algorithm;
use crate::manifest::{Descriptor, ImageIndex, ImageManifest, media_type};
use proptest::prelude::*;
use std::collections::BTreeMap;

type Blobs = BTreeMap<Digest, Vec<u8>>;

/// An image of these layers, and the bytes of its blobs.
fn image(layers: &[&[u8]]) -> (StoredDocument, Blobs) {
    let mut blobs = Blobs::new();
    let mut keep = |media_type: &str, bytes: &[u8]| {
        let descriptor = Descriptor::of(media_type, bytes);
        blobs.insert(descriptor.digest.clone(), bytes.to_vec());
        descriptor
    };
    let config = keep(media_type::OCI_CONFIG, format!("config of {}", layers.len()).as_bytes());
    let layers = layers.iter().map(|bytes| keep(media_type::OCI_LAYER_GZIP, bytes)).collect();
    let manifest = ImageManifest::oci(config, layers, BTreeMap::new());
    (StoredDocument { media_type: media_type::OCI_MANIFEST.into(), bytes: manifest.to_bytes() }, blobs)
}

fn download(root: StoredDocument) -> Download {
    Download { root, below: Below::default(), names: vec!["host.example/o/p/n:v1".parse().unwrap()], platform: None }
}

/// As they are named by most.
fn below(documents: &[&StoredDocument]) -> Below {
    let mut below = Below::default();
    for document in documents {
        let named = Descriptor::of(&document.media_type, &document.bytes);
        below.take(&named, (*document).clone()).unwrap();
    }
    below
}

fn bytes_of<'a>(parts: impl Iterator<Item = Part<'a>>, blobs: &Blobs) -> Vec<u8> {
    let mut all = Vec::new();
    for part in parts {
        match part {
            Part::Bytes(bytes) => all.extend_from_slice(bytes),
            Part::Blob { digest, offset, len, size } => {
                let blob = &blobs[digest];
                assert_eq!(blob.len() as u64, size);
                all.extend_from_slice(&blob[offset as usize..(offset + len) as usize]);
            }
        }
    }
    all
}

/// Files by another reader than ours.
fn files(tar: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in ::tar::Archive::new(tar).entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
        assert!(files.insert(path.clone(), bytes).is_none(), "{path} twice");
    }
    files
}

#[test]
fn another_tar_reader_finds_every_file_with_its_bytes() {
    // A layer twice, and an empty one.
    let (root, blobs) = image(&[b"first", b"", b"first", &[7; 1024]]);
    let root_digest = Digest::sha256_of(&root.bytes);
    let layout = download(root.clone()).layout(Form::Docker).unwrap();
    let tar = bytes_of(layout.parts(), &blobs);
    assert_eq!(tar.len() as u64, layout.total_bytes());
    assert_eq!(tar.len() % 512, 0);
    let files = files(&tar);
    for (digest, bytes) in &blobs {
        assert_eq!(&files[&format!("blobs/sha256/{}", digest.hex())], bytes);
    }
    assert_eq!(files[&format!("blobs/sha256/{}", root_digest.hex())], root.bytes);
    let index = String::from_utf8(files["index.json"].clone()).unwrap();
    assert!(index.contains(r#""io.containerd.image.name":"host.example/o/p/n:v1""#), "{index}");
    let load: serde_json::Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    assert_eq!(load[0]["RepoTags"][0], "host.example/o/p/n:v1");
    assert_eq!(load[0]["Layers"].as_array().unwrap().len(), 4);
    assert!(files.contains_key(load[0]["Config"].as_str().unwrap()));
    assert_eq!(files["oci-layout"], br#"{"imageLayoutVersion":"1.0.0"}"#);
}

#[test]
fn an_oci_layout_has_no_manifest_json() {
    let (root, blobs) = image(&[b"x"]);
    let layout = download(root).layout(Form::Oci).unwrap();
    assert!(!files(&bytes_of(layout.parts(), &blobs)).contains_key("manifest.json"));
}

fn index_of(children: &[(&StoredDocument, &str)]) -> StoredDocument {
    let manifests = children
        .iter()
        .map(|(document, architecture)| {
            let mut descriptor = Descriptor::of(&document.media_type, &document.bytes);
            descriptor.platform =
                Some(Platform { os: "linux".into(), architecture: (*architecture).into(), ..Platform::default() });
            descriptor
        })
        .collect();
    StoredDocument {
        media_type: media_type::OCI_INDEX.into(),
        bytes: ImageIndex::oci(manifests, BTreeMap::new()).to_bytes(),
    }
}

#[test]
fn of_several_platforms_all_are_there_and_docker_gets_the_one_asked_for() {
    let (arm, mut blobs) = image(&[b"arm"]);
    let (amd, amd_blobs) = image(&[b"amd", b"more"]);
    blobs.extend(amd_blobs);
    let root = index_of(&[(&arm, "arm64"), (&amd, "amd64")]);
    let mut download = download(root.clone());
    assert_eq!(Below::default().missing(&root).unwrap().len(), 2);
    assert!(matches!(download.layout(Form::Oci), Err(DownloadError::Missing { .. })));
    download.below = below(&[&amd, &arm]);
    assert_eq!(download.below.missing(&root), Ok(vec![]));

    let layers = |download: &Download| {
        let files = files(&bytes_of(download.layout(Form::Docker).unwrap().parts(), &blobs));
        assert_eq!(files.len(), 3 + 2 + 3 + blobs.len(), "three files, two folders, three documents, the blobs");
        let load: serde_json::Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
        load[0]["Layers"].as_array().unwrap().len()
    };
    assert_eq!(layers(&download), 2, "linux/amd64 unless asked");
    download.platform = Some(Platform { os: "linux".into(), architecture: "arm64".into(), ..Platform::default() });
    assert_eq!(layers(&download), 1);
    download.platform = Some(Platform { os: "linux".into(), architecture: "riscv64".into(), ..Platform::default() });
    assert_eq!(download.layout(Form::Docker), Err(DownloadError::NoPlatform { platform: "linux/riscv64".into() }));
}

#[test]
fn lies_in_the_documents_are_refused() {
    let (amd, _) = image(&[b"amd"]);
    let mut root = index_of(&[(&amd, "amd64")]);
    let said = format!("\"size\":{}", amd.bytes.len());
    root.bytes = String::from_utf8(root.bytes).unwrap().replace(&said, "\"size\":1").into_bytes();
    let mut lying = download(root);
    lying.below = below(&[&amd]);
    assert!(matches!(lying.layout(Form::Oci), Err(DownloadError::Size { expected: 1, .. })));

    let a = Descriptor::of(media_type::OCI_LAYER_GZIP, b"a");
    let larger = Descriptor { size: 9, ..a.clone() };
    let config = Descriptor::of(media_type::OCI_CONFIG, b"{}");
    let bytes = |layers| ImageManifest::oci(config.clone(), layers, BTreeMap::new()).to_bytes();
    let stored = |bytes| download(StoredDocument { media_type: media_type::OCI_MANIFEST.into(), bytes });
    let twice = stored(bytes(vec![a.clone(), larger]));
    assert_eq!(twice.layout(Form::Oci), Err(DownloadError::SizeConflict { digest: a.digest.clone() }));

    let endless = Descriptor { size: u64::MAX, ..a.clone() };
    assert_eq!(stored(bytes(vec![endless])).layout(Form::Oci), Err(DownloadError::TooLarge));

    let foreign = Descriptor {
        media_type: "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip".into(),
        urls: vec!["https://example.com/x".into()],
        ..a
    };
    let foreign = stored(bytes(vec![foreign]));
    assert_eq!(foreign.layout(Form::Docker), Err(DownloadError::Foreign));
    assert!(foreign.layout(Form::Oci).is_ok());
}

#[test]
fn a_manifest_that_an_index_names_by_sha512_is_found_by_that_name() {
    let (amd, blobs) = image(&[b"amd"]);
    let mut named = Descriptor::of(&amd.media_type, &amd.bytes);
    named.digest = Digest::of(Algorithm::Sha512, &amd.bytes);
    let bytes = ImageIndex::oci(vec![named], BTreeMap::new()).to_bytes();
    let mut download = download(StoredDocument { media_type: media_type::OCI_INDEX.into(), bytes });
    let wanted = download.below.missing(&download.root).unwrap();
    download.below.take(&wanted[0], amd.clone()).unwrap();
    assert_eq!(download.below.missing(&download.root), Ok(vec![]), "it is not asked for for ever");
    let files = files(&bytes_of(download.layout(Form::Docker).unwrap().parts(), &blobs));
    assert_eq!(files[&format!("blobs/sha512/{}", wanted[0].digest.hex())], amd.bytes);
}

#[test]
fn an_index_that_would_fill_the_memory_is_refused_by_what_it_says_and_by_what_comes() {
    let named = |n: usize, size| Descriptor::new(media_type::OCI_MANIFEST, Digest::sha256_of(&n.to_le_bytes()), size);
    let root = |children| StoredDocument {
        media_type: media_type::OCI_INDEX.into(),
        bytes: ImageIndex::oci(children, BTreeMap::new()).to_bytes(),
    };
    let missing = |children: Vec<_>| Below::default().missing(&root(children));
    assert_eq!(missing((0..DOCUMENTS_MAX + 1).map(|n| named(n, 10)).collect()), Err(DownloadError::TooMany));
    assert_eq!(missing((0..5).map(|n| named(n, DOCUMENTS_MAX_BYTES / 4)).collect()), Err(DownloadError::TooMany));
    assert_eq!(missing(vec![named(0, u64::MAX), named(1, u64::MAX)]), Err(DownloadError::TooMany));
    assert_eq!(missing(vec![named(0, 9), named(0, 9)]).unwrap().len(), 1, "once is enough");

    let (liar, larger) = (named(0, 1), image(&[b"x"]).0);
    let taken = Below::default().take(&liar, larger.clone());
    let found = larger.bytes.len() as u64;
    assert_eq!(taken, Err(DownloadError::Size { digest: liar.digest, expected: 1, found }));
}

/// An index of `levels` within each other, the outermost first; the innermost holds an image.
fn nested(levels: usize) -> Vec<StoredDocument> {
    let mut documents = vec![image(&[b"x"]).0];
    for _ in 0..levels {
        documents.insert(0, index_of(&[(&documents[0], "amd64")]));
    }
    documents
}

#[test]
fn indexes_within_indexes_are_followed_as_deep_as_an_archive_may_have_them_and_no_further() {
    let walk = |documents: &[StoredDocument]| {
        let (mut below, mut fetched) = (Below::default(), 0);
        loop {
            let wanted = match below.missing(&documents[0]) {
                Ok(wanted) => wanted,
                Err(error) => return (fetched, Err(error)),
            };
            let Some(named) = wanted.first() else { return (fetched, Ok(below)) };
            assert_eq!(below.missing(&documents[0]), Ok(wanted.clone()), "asked again, the answer is the same");
            let document = documents.iter().find(|document| Digest::sha256_of(&document.bytes) == named.digest);
            below.take(named, document.expect("one of these").clone()).unwrap();
            fetched += 1;
        }
    };
    let most = nested(MAX_DEPTH);
    let (fetched, whole) = walk(&most);
    assert_eq!(fetched, MAX_DEPTH);
    let whole = Download { below: whole.unwrap(), ..download(most[0].clone()) };
    assert!(whole.layout(Form::Docker).is_ok());
    assert_eq!(walk(&nested(250)), (MAX_DEPTH, Err(DownloadError::TooDeep)));

    let deeper = nested(MAX_DEPTH + 1);
    let mut held = download(deeper[0].clone());
    held.below = below(&deeper[1..].iter().collect::<Vec<_>>());
    assert_eq!(held.layout(Form::Oci), Err(DownloadError::TooDeep), "nor is it laid out where all of it is there");
}

#[test]
fn a_document_is_read_in_the_round_after_it_came_and_not_again() {
    let [root, inner, image] = &nested(2)[..] else { unreachable!("as many as that") };
    let mut below = Below::default();
    let wanted = below.missing(root).unwrap();
    below.take(&wanted[0], inner.clone()).unwrap();
    // Were the root read in each round, this one would be taken for it.
    let other = index_of(&[(&self::image(&[b"other"]).0, "amd64")]);
    let wanted = below.missing(&other).unwrap();
    assert_eq!(wanted.iter().map(|named| &named.digest).collect::<Vec<_>>(), [&Digest::sha256_of(&image.bytes)]);
}

#[test]
fn a_layer_beyond_what_ustar_can_say_has_a_pax_size() {
    let huge = Descriptor::new(media_type::OCI_LAYER_GZIP, Digest::sha256_of(b"huge"), 20 << 30);
    let config = Descriptor::of(media_type::OCI_CONFIG, b"{}");
    let manifest = ImageManifest::oci(config, vec![huge.clone()], BTreeMap::new());
    let root = StoredDocument { media_type: media_type::OCI_MANIFEST.into(), bytes: manifest.to_bytes() };
    let layout = download(root).layout(Form::Docker).unwrap();
    assert!(layout.total_bytes() > 20 << 30);
    let head: Vec<u8> = layout
        .parts()
        .filter_map(|part| match part {
            Part::Bytes(bytes) => Some(bytes.to_vec()),
            // Its content is not read by what only looks at headers; the config's is two bytes.
            Part::Blob { size: 2, .. } => Some(b"{}".to_vec()),
            Part::Blob { .. } => None,
        })
        .collect::<Vec<_>>()
        .concat();
    let mut archive = ::tar::Archive::new(&head[..]);
    let sizes: Vec<u64> = archive.entries().unwrap().filter_map(Result::ok).map(|entry| entry.size()).collect();
    assert!(sizes.contains(&(20 << 30)), "{sizes:?}");
}

#[test]
fn a_sha512_blob_has_a_name_that_ustar_cannot_hold() {
    let layer = Descriptor::new(media_type::OCI_LAYER_GZIP, Digest::of(Algorithm::Sha512, b"x"), 1);
    let config = Descriptor::of(media_type::OCI_CONFIG, b"{}");
    let mut blobs = Blobs::from([(config.digest.clone(), b"{}".to_vec()), (layer.digest.clone(), b"x".to_vec())]);
    let manifest = ImageManifest::oci(config, vec![layer.clone()], BTreeMap::new());
    let root = StoredDocument { media_type: media_type::OCI_MANIFEST.into(), bytes: manifest.to_bytes() };
    let tar = bytes_of(download(root).layout(Form::Docker).unwrap().parts(), &blobs);
    assert_eq!(files(&tar)[&format!("blobs/sha512/{}", layer.digest.hex())], blobs.remove(&layer.digest).unwrap());
}

proptest! {
    #[test]
    fn every_range_is_that_range_of_the_whole(
        layers in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..1500), 0..4),
        cuts in prop::array::uniform2(0.0..1.0_f64),
    ) {
        let layers: Vec<&[u8]> = layers.iter().map(Vec::as_slice).collect();
        let (root, blobs) = image(&layers);
        let layout = download(root.clone()).layout(Form::Docker).unwrap();
        prop_assert_eq!(&layout, &download(root).layout(Form::Docker).unwrap());
        let whole = bytes_of(layout.parts(), &blobs);
        let mut at = cuts.map(|cut| (cut * whole.len() as f64) as usize);
        at.sort_unstable();
        let range = bytes_of(layout.range(at[0] as u64..at[1] as u64), &blobs);
        prop_assert_eq!(&range[..], &whole[at[0]..at[1]]);
        prop_assert_eq!(bytes_of(layout.range(at[1] as u64..u64::MAX), &blobs), &whole[at[1]..]);
        prop_assert!(layout.parts().all(|part| !part.is_empty()));
    }

    #[test]
    fn whatever_a_registry_calls_a_manifest_is_laid_out_or_refused(
        layers in 0..4_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(b"0123456789abcdef{}[]\":,nul".to_vec())), 0..5),
        as_index: bool,
    ) {
        let contents: Vec<&[u8]> = vec![b"x"; layers];
        let (mut root, _) = image(&contents);
        let child = root.clone();
        if as_index {
            root = index_of(&[(&child, "amd64"), (&child, "arm64")]);
        }
        for (at, byte) in changes {
            let at = at.index(root.bytes.len());
            root.bytes[at] = byte;
        }
        let _ = Below::default().missing(&root);
        let mut download = download(root);
        download.below = below(&[&child]);
        for form in [Form::Docker, Form::Oci] {
            if let Ok(layout) = download.layout(form) {
                prop_assert_eq!(layout.parts().map(|part| part.len()).sum::<u64>(), layout.total_bytes());
                prop_assert_eq!(layout.total_bytes() % 512, 0);
            }
        }
    }
}
