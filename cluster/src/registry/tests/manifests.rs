//! Manifests, tags and what they refer to.

use serde_json::json;

use super::{
    super::{Digest, InvalidManifest, Kind, Reference, RegistryError},
    Fixture,
    fixture::{descriptor, digest, image, tag},
    name,
};

#[tokio::test]
async fn an_image_is_listed_once_it_has_a_tag() {
    let f = Fixture::new().await;
    let to = name("main/demo/tool");
    let by_digest = f.image(&to, &tag("v1"), b"layer").await.expect("pushes");
    assert_eq!(f.resolve(&to, &tag("v1")).await.expect("there"), by_digest.as_str());
    let all = f.registry.repositories("", 10, |_| true).await.expect("lists");
    assert_eq!(all.items, ["main/demo/tool"]);
    f.registry.delete_manifest(&to, &tag("v1")).await.expect("deletes the tag");
    assert!(f.registry.repositories("", 10, |_| true).await.expect("lists").items.is_empty());
    f.resolve(&to, &Reference::Digest(by_digest)).await.expect("the manifest is still there");
}

#[tokio::test]
async fn deleting_a_digest_takes_all_its_tags_along() {
    let f = Fixture::new().await;
    let to = name("main/demo/tool");
    let by_digest = f.image(&to, &tag("v1"), b"layer").await.expect("pushes");
    f.image(&to, &tag("v2"), b"layer").await.expect("the same again");
    f.image(&to, &tag("other"), b"another layer").await.expect("pushes");
    f.registry.delete_manifest(&to, &Reference::Digest(by_digest.clone())).await.expect("deletes");
    assert_eq!(f.registry.tags(&to, "", 10).await.expect("lists").items, ["other"]);
    let again = f.registry.delete_manifest(&to, &Reference::Digest(by_digest)).await;
    assert!(matches!(again, Err(RegistryError::NoSuchManifest { .. })));
    let nowhere = f.registry.delete_manifest(&name("main/demo/none"), &tag("v1")).await;
    assert!(matches!(nowhere, Err(RegistryError::NoSuchRepository(_))));
}

#[tokio::test]
async fn a_manifest_that_lies_or_refers_to_nothing_sets_no_tag() {
    let f = Fixture::new().await;
    let to = name("main/demo/tool");
    f.push(&to, b"config").await.expect("pushes");
    f.push(&to, b"layer").await.expect("pushes");
    f.push(&name("main/demo/elsewhere"), b"theirs").await.expect("pushes");
    let good = image(b"config", b"layer");
    let with = |at: &str, value: serde_json::Value| {
        let mut changed = good.clone();
        *changed.pointer_mut(at).expect("is there") = value;
        changed
    };
    let missing = |outcome: &RegistryError| matches!(outcome, RegistryError::Missing { .. });
    let lie = |outcome: &RegistryError| matches!(outcome, RegistryError::SizeLie { got_bytes: 5, .. });
    for (manifest, expected) in [
        (with("/layers/0/size", json!(4)), &lie as &dyn Fn(&RegistryError) -> bool),
        (with("/layers/0/size", json!(0)), &lie),
        (with("/layers/0/digest", json!(digest(b"nothing").as_str())), &missing),
        (with("/config/digest", json!(digest(b"nothing").as_str())), &missing),
        // What another repository has is not here until it is mounted.
        (with("/layers/0", descriptor("application/vnd.oci.image.layer.v1.tar", b"theirs")), &missing),
        (
            json!({"schemaVersion": 2, "manifests": [descriptor(Kind::OciImage.media_type(), b"no such manifest")]}),
            &missing,
        ),
    ] {
        let refused = f.put(&to, &tag("v1"), &manifest).await.expect_err("refused");
        assert!(expected(&refused), "{manifest}: {refused:?}");
        assert!(matches!(f.resolve(&to, &tag("v1")).await, Err(RegistryError::NoSuchManifest { .. })));
    }
    let elsewhere = Reference::Digest(digest(b"not this"));
    let refused = f.put(&to, &elsewhere, &good).await;
    assert!(matches!(refused, Err(RegistryError::Manifest(InvalidManifest::WrongDigest { .. }))));
    f.put(&to, &tag("v1"), &good).await.expect("the honest one is taken");
}

#[tokio::test]
async fn an_index_has_the_layers_of_its_images() {
    let f = Fixture::new().await;
    let to = name("main/demo/tool");
    let mut children = Vec::new();
    for layer in [&b"for amd64"[..], b"for arm64!"] {
        let child = f.image(&to, &tag("child"), layer).await.expect("pushes");
        let stored = f.registry.find_manifest(&to, &Reference::Digest(child.clone())).await.expect("there");
        let architecture = if layer.len() == 9 { "amd64" } else { "arm64" };
        children.push(
            json!({"mediaType": Kind::OciImage.media_type(), "digest": child.as_str(), "size": stored.content.len(),
            "platform": {"os": "linux", "architecture": architecture}}),
        );
    }
    children.reverse();
    let amd64 = children[1]["digest"].clone();
    let index = json!({"schemaVersion": 2, "mediaType": Kind::OciIndex.media_type(), "manifests": children});
    f.put(&to, &tag("all"), &index).await.expect("takes it");
    let rows = f.registry.tag_rows(&to, "", 10).await.expect("lists").items;
    assert_eq!((rows[0].name.as_str(), rows[0].layers_bytes), ("all", 19));
    let stored = f.registry.find_manifest(&to, &tag("all")).await.expect("there");
    let default = f.registry.default_image(&to, &stored).await.expect("looks").expect("finds one");
    assert_eq!(default.digest, amd64);
    let mut lying = index;
    lying["manifests"][0]["size"] = json!(1);
    assert!(matches!(f.put(&to, &tag("all"), &lying).await, Err(RegistryError::SizeLie { .. })));
}

#[tokio::test]
async fn a_manifest_that_a_tagged_index_consists_of_is_deleted_after_it() {
    let f = Fixture::new().await;
    let to = name("main/demo/tool");
    let child = f.image(&to, &tag("v1-amd64"), b"layer").await.expect("pushes");
    let named = async |of: &Digest, kind: Kind| {
        let stored = f.registry.find_manifest(&to, &Reference::Digest(of.clone())).await.expect("there");
        json!({"mediaType": kind.media_type(), "digest": of.as_str(), "size": stored.content.len()})
    };
    let index = |of| json!({"schemaVersion": 2, "mediaType": Kind::OciIndex.media_type(), "manifests": [of]});
    let inner = index(named(&child, Kind::OciImage).await);
    let inner_digest = digest(inner.to_string().as_bytes());
    f.put(&to, &Reference::Digest(inner_digest.clone()), &inner).await.expect("takes it");
    f.put(&to, &tag("v1"), &index(named(&inner_digest, Kind::OciIndex).await)).await.expect("takes it");
    for needed in [&child, &inner_digest] {
        let refused = f.registry.delete_manifest(&to, &Reference::Digest(needed.clone())).await;
        let Err(RegistryError::ManifestInUse { tag, digest }) = &refused else { panic!("{refused:?}") };
        assert_eq!((tag.as_str(), digest), ("v1", needed));
    }
    f.registry.delete_manifest(&to, &tag("v1-amd64")).await.expect("its tag is its own");
    f.resolve(&to, &Reference::Digest(child.clone())).await.expect("it stays");
    f.registry.delete_manifest(&to, &tag("v1")).await.expect("deletes");
    f.registry.delete_manifest(&to, &Reference::Digest(child)).await.expect("nothing that has a name needs it");
}

#[tokio::test]
async fn of_many_that_push_one_tag_each_is_whole_and_the_last_one_stays() {
    let f = Fixture::new().await;
    let to = name("main/demo/tool");
    f.image(&to, &tag("v1"), b"first").await.expect("pushes");
    let pushes = (0..8_u8).map(|n| {
        let (f, to) = (&f, &to);
        async move {
            f.image(to, &tag("v1"), &[n; 1000]).await.expect("pushes");
            // Whatever stands there now is whole.
            let stored = f.registry.find_manifest(to, &tag("v1")).await.expect("never absent");
            let manifest: serde_json::Value = serde_json::from_slice(&stored.content).expect("json");
            let layer = manifest["layers"][0]["digest"].as_str().expect("text").parse::<Digest>();
            let size = f.registry.blob_size(to, &layer.expect("a digest")).await.expect("its layer is there");
            assert_eq!(manifest["layers"][0]["size"], size);
        }
    });
    futures::future::join_all(pushes).await;
    let last = f.image(&to, &tag("v1"), b"last").await.expect("pushes");
    assert_eq!(f.resolve(&to, &tag("v1")).await.expect("there"), last.as_str());
}

#[tokio::test]
async fn a_blob_that_an_image_needs_is_not_deleted_from_under_it() {
    let f = Fixture::new().await;
    let (to, copy) = (name("main/demo/tool"), name("main/demo/copy"));
    let manifest = f.image(&to, &tag("v1"), b"layer").await.expect("pushes");
    assert!(f.registry.mount(&copy, &digest(b"layer"), &to).await.expect("mounts"));
    let refused = f.registry.delete_blob(&to, &digest(b"layer")).await;
    assert!(matches!(refused, Err(RegistryError::BlobInUse { manifest: by, .. }) if by == manifest.as_str()));
    f.registry.delete_blob(&copy, &digest(b"layer")).await.expect("nobody needs it there");
    assert!(matches!(f.registry.blob_size(&copy, &digest(b"layer")).await, Err(RegistryError::NoSuchBlob { .. })));
    assert_eq!(f.read(&to, &digest(b"layer")).await.expect("untouched"), b"layer");
}

#[tokio::test]
async fn layers_are_known_by_their_uncompressed_digest() {
    let f = Fixture::new().await;
    f.image(&name("main/demo/tool"), &tag("v1"), b"layer").await.expect("pushes");
    f.image(&name("main/demo/copy"), &tag("v1"), b"layer").await.expect("pushes");
    f.image(&name("main/other/tool"), &tag("v1"), b"theirs").await.expect("pushes");
    let known = f.registry.layers("main", "demo", 10).await.expect("lists");
    assert!(!known.has_more);
    let mut of: Vec<&str> = known.items.iter().map(|row| row.repository.as_str()).collect();
    of.sort_unstable();
    assert_eq!(of, ["main/demo/copy", "main/demo/tool"]);
    assert!(known.items.iter().all(|row| row.diff_id == digest(b"layerraw").as_str() && row.size_bytes == 5));
}

#[tokio::test]
async fn referrers_are_found_before_and_after_their_subject() {
    let f = Fixture::new().await;
    let to = name("main/demo/tool");
    f.push(&to, b"{}").await.expect("pushes");
    let subject = image(b"{}", b"{}");
    let subject_digest = digest(subject.to_string().as_bytes());
    let mut signature = image(b"{}", b"{}");
    signature["artifactType"] = json!("application/vnd.example.signature");
    signature["subject"] = descriptor(Kind::OciImage.media_type(), subject.to_string().as_bytes());
    let by_digest = Reference::Digest(digest(signature.to_string().as_bytes()));
    f.put(&to, &by_digest, &signature).await.expect("its subject may come later");
    f.put(&to, &tag("v1"), &subject).await.expect("takes it");
    let found = f.registry.referrers(&to, &subject_digest, None, "").await.expect("lists").items;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].artifact_type.as_deref(), Some("application/vnd.example.signature"));
    let others = f.registry.referrers(&to, &subject_digest, Some("application/x"), "").await.expect("lists").items;
    assert!(others.is_empty());
    assert!(
        f.registry.referrers(&name("main/demo/none"), &subject_digest, None, "").await.expect("lists").items.is_empty()
    );
}
