//! Garbage collection: what goes, what stays, and pushes while it runs.

use std::sync::Arc;

use super::{
    super::{Digest, Reference, RegistryError, Swept},
    Fixture, HOUR,
    fixture::{digest, tag},
    name,
};

#[tokio::test]
async fn an_image_with_a_tag_stays_for_good() {
    let f = Fixture::new().await;
    let to = name("main/demo/tool");
    f.image(&to, &tag("v1"), b"layer").await.expect("pushes");
    f.pass(HOUR * 1000);
    assert_eq!(f.registry.sweep().await.expect("sweeps"), Swept::default());
    assert_eq!(f.read(&to, &digest(b"layer")).await.expect("there"), b"layer");
}

#[tokio::test]
async fn a_deleted_image_goes_with_its_blobs_except_what_others_need() {
    let f = Fixture::new().await;
    let (to, other) = (name("main/demo/tool"), name("main/demo/other"));
    let gone = f.image(&to, &tag("v1"), b"shared").await.expect("pushes");
    f.image(&other, &tag("v1"), b"shared").await.expect("pushes");
    f.image(&to, &tag("v2"), b"its own").await.expect("pushes");
    f.registry.delete_manifest(&to, &Reference::Digest(gone)).await.expect("deletes");
    let own = Reference::Digest(f.resolve(&to, &tag("v2")).await.expect("there").parse::<Digest>().expect("a digest"));
    f.registry.delete_manifest(&to, &own).await.expect("deletes");
    // Not yet: a push could be counting on them.
    assert_eq!(f.registry.sweep().await.expect("sweeps"), Swept::default());
    f.pass(HOUR * 2);
    assert_eq!(f.registry.sweep().await.expect("sweeps").blobs, 2);
    assert!(matches!(f.registry.blob_size(&to, &digest(b"shared")).await, Err(RegistryError::NoSuchBlob { .. })));
    assert_eq!(f.read(&other, &digest(b"shared")).await.expect("there"), b"shared");
    assert_eq!(f.files().len(), 2);
    // An image with nothing left is forgotten.
    assert!(matches!(f.registry.tags(&to, "", 10).await, Err(RegistryError::NoSuchRepository(_))));
}

#[tokio::test]
async fn an_image_that_lost_its_tag_is_kept_for_a_while() {
    let f = Fixture::new().await;
    let to = name("main/demo/tool");
    let old = Reference::Digest(f.image(&to, &tag("v1"), b"old").await.expect("pushes"));
    f.pass(HOUR * 100);
    f.image(&to, &tag("v1"), b"new").await.expect("moves the tag");
    f.pass(HOUR * 4);
    f.registry.sweep().await.expect("sweeps");
    let stored = f.registry.find_manifest(&to, &old).await.expect("four hours are not five");
    f.registry.pulled(&stored, &old).await.expect("somebody uses it");
    f.pass(HOUR * 4);
    f.registry.sweep().await.expect("sweeps");
    f.resolve(&to, &old).await.expect("it was used");
    f.pass(HOUR * 2);
    let swept = f.registry.sweep().await.expect("sweeps");
    assert_eq!((swept.manifests, swept.blobs), (1, 2));
    assert!(matches!(f.resolve(&to, &old).await, Err(RegistryError::NoSuchManifest { .. })));
}

#[tokio::test]
async fn what_a_push_in_progress_counts_on_is_not_taken() {
    let f = Fixture::new().await;
    let to = name("main/demo/tool");
    f.push(&to, b"layer").await.expect("pushes");
    f.pass(HOUR * 2);
    // Asked after: the client will not send it again.
    assert!(f.registry.find_blob(&to, &digest(b"layer")).await.expect("looks").is_some());
    f.registry.sweep().await.expect("sweeps");
    assert_eq!(f.read(&to, &digest(b"layer")).await.expect("there"), b"layer");
    // A large layer is still on its way, however long it takes.
    let id = f.registry.begin_upload(&to).await.expect("begins");
    for _ in 0..3 {
        f.pass(HOUR * 4);
        f.append(&to, &id, b"more").await.expect("takes it");
        f.registry.sweep().await.expect("sweeps");
    }
    assert_eq!(f.read(&to, &digest(b"layer")).await.expect("there"), b"layer");
    f.pass(HOUR * 6);
    let swept = f.registry.sweep().await.expect("sweeps");
    assert_eq!((swept.uploads, swept.blobs), (1, 1), "given up by its client");
    assert!(f.files().is_empty());
}

#[tokio::test]
async fn files_that_a_crash_left_are_found() {
    let mut f = Fixture::new().await;
    let to = name("main/demo/tool");
    f.push(&to, b"known").await.expect("pushes");
    let stray = digest(b"stray");
    let path = f.folder.path().join("registry/blobs/sha256").join(&stray.hex()[..2]).join(stray.hex());
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("makes");
    std::fs::write(&path, b"stray").expect("writes");
    let upload = f.folder.path().join("registry/uploads/0f0e0d0c-aaaa-4bbb-8ccc-0123456789ab");
    std::fs::write(&upload, b"half").expect("writes");
    let second = f.folder.path().join("registry/uploads/0f0e0d0c-aaaa-4bbb-8ccc-0123456789ac.whole");
    std::fs::write(&second, b"whole").expect("writes");
    assert_eq!(f.registry.sweep().await.expect("sweeps").strays, 0, "they may be of this moment");
    for file in [&path, &upload, &second] {
        let long_ago = std::time::SystemTime::now() - HOUR * 2;
        std::fs::File::options().write(true).open(file).expect("opens").set_modified(long_ago).expect("sets");
    }
    f.restart().await;
    assert_eq!(f.registry.sweep().await.expect("sweeps").strays, 3);
    assert_eq!(f.files(), [digest(b"known").hex()]);
    assert!(!upload.exists() && !second.exists());
}

/// Pushers of overlapping images and deleters run beside a sweeper whose grace is as short as a clock tick; whatever
/// was answered with "stored" is whole, and every row has its file.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sweeping_beside_pushes_and_deletions_never_breaks_an_image() {
    let f = Arc::new(Fixture::new().await);
    let pushers: Vec<_> = (0..4_u8).map(|n| tokio::spawn(push_and_delete(Arc::clone(&f), n))).collect();
    let (mut cleared, mut stored) = (0, 0);
    while pushers.iter().any(|pusher| !pusher.is_finished()) {
        // Everything that no manifest needs is garbage at once.
        f.pass(HOUR * 2);
        cleared += f.registry.sweep().await.expect("sweeps").blobs;
    }
    for pusher in pushers {
        stored += pusher.await.expect("pushes");
    }
    assert!(stored > 0 && cleared > 0, "{stored} stored, {cleared} cleared");
    let rows: Vec<(String, i64)> =
        sqlx::query_as("SELECT digest, size_bytes FROM blobs").fetch_all(f.store.read()).await.expect("reads");
    for (digest, size) in rows {
        let digest = digest.parse::<Digest>().expect("a digest");
        let path = f.folder.path().join("registry/blobs/sha256").join(&digest.hex()[..2]).join(digest.hex());
        assert_eq!(std::fs::metadata(path).expect("each row has its file").len(), u64::try_from(size).expect("a size"));
    }
}

/// Pushes images with layers that others have as well, each into its own repository, and deletes every second one.
async fn push_and_delete(f: Arc<Fixture>, n: u8) -> u32 {
    let (to, reference) = (name(&format!("main/demo/tool{n}")), tag("v1"));
    let mut stored = 0;
    for round in 0..40_u8 {
        let layer = [round % 3; 500];
        match f.image(&to, &reference, &layer).await {
            Ok(manifest) => {
                stored += 1;
                assert_eq!(f.read(&to, &digest(&layer)).await.expect("whole"), layer);
                if round % 2 == 0 {
                    f.registry.delete_manifest(&to, &Reference::Digest(manifest)).await.expect("deletes");
                }
            }
            // With no grace at all, a sweep may come between a blob and its manifest: that is a refusal.
            Err(RegistryError::Missing { .. } | RegistryError::NoSuchUpload) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    stored
}
