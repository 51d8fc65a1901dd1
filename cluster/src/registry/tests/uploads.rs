//! Uploads: in pieces, broken, restarted, taken over, over the quota, on a full disk.

use futures::{StreamExt as _, stream};
use proptest::prelude::*;

use super::{
    super::{Chunk, Digest, RegistryError, RepositoryName, UploadId, digest::Algorithm, store},
    Fixture, body, broken,
    fixture::digest,
    name,
};

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|n| u8::try_from(n * 31 % 251).expect("small")).collect()
}

/// What can happen to an upload before its end.
#[derive(Clone, Debug)]
enum Event {
    Chunk(usize),
    BreaksAfter(usize),
    Restart,
    WrongPlace(u64),
    TooLong(usize),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (0..1_500_000_usize).prop_map(Event::Chunk),
        1 => (0..1_500_000_usize).prop_map(Event::BreaksAfter),
        1 => Just(Event::Restart),
        1 => (1..5_000_u64).prop_map(Event::WrongPlace),
        1 => (1..5_000_usize).prop_map(Event::TooLong),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn whatever_happens_on_the_way_the_blob_is_what_was_sent(
        events in prop::collection::vec(event(), 0..8),
        sha512 in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut f = Fixture::new().await;
            let (to, whole) = (name("main/demo/tool"), bytes(3_500_000));
            let id = f.registry.begin_upload(&to).await.expect("begins");
            for event in events {
                let at = f.registry.upload_len(&to, &id).await.expect("known");
                let rest = &whole[usize::try_from(at).expect("small")..];
                let chunk = |expected: Option<usize>, body| Chunk { begins: Some(at), expected: expected.map(|n| n as u64), body };
                match event {
                    Event::Chunk(len) => {
                        let sent = &rest[..len.min(rest.len())];
                        let have = f.registry.continue_upload(&to, &id, chunk(Some(sent.len()), body(sent, 65_000))).await;
                        assert_eq!(have.expect("takes it"), at + sent.len() as u64);
                    }
                    Event::BreaksAfter(len) => {
                        let sent = &rest[..len.min(rest.len())];
                        let refused = f.registry.continue_upload(&to, &id, chunk(None, broken(sent))).await;
                        assert!(matches!(refused, Err(RegistryError::BodyBroken)));
                        // What came is kept.
                        assert_eq!(f.registry.upload_len(&to, &id).await.expect("known"), at + sent.len() as u64);
                    }
                    Event::Restart => f.restart().await,
                    Event::WrongPlace(off) => {
                        let begins = Some(at + off);
                        let refused = f.registry.continue_upload(&to, &id, Chunk { begins, expected: None, body: body(b"x", 1) }).await;
                        assert!(matches!(refused, Err(RegistryError::OutOfOrder { have_bytes, .. }) if have_bytes == at));
                    }
                    Event::TooLong(len) => {
                        let sent = &rest[..len.min(rest.len())];
                        for lie in [sent.len() + 1, sent.len().saturating_sub(1)] {
                            if lie != sent.len() {
                                let refused = f.registry.continue_upload(&to, &id, chunk(Some(lie), body(sent, 100))).await;
                                assert!(matches!(refused, Err(RegistryError::WrongSize { .. })));
                                assert_eq!(f.registry.upload_len(&to, &id).await.expect("known"), at);
                            }
                        }
                    }
                }
            }
            let at = usize::try_from(f.registry.upload_len(&to, &id).await.expect("known")).expect("small");
            let algorithm = if sha512 { Algorithm::Sha512 } else { Algorithm::Sha256 };
            let digest = Digest::of(algorithm, &whole);
            let last = Chunk { begins: None, expected: None, body: body(&whole[at..], 65_000) };
            f.registry.finish_upload(&to, &id, &digest, last).await.expect("finishes");
            assert_eq!(f.read(&to, &digest).await.expect("reads"), whole);
            assert_eq!(f.files(), [digest.hex()]);
        });
    }
}

#[tokio::test]
async fn a_blob_of_nothing_is_a_blob() {
    let f = Fixture::new().await;
    let to = name("main/demo/tool");
    let digest = f.push(&to, b"").await.expect("pushes");
    assert_eq!(f.read(&to, &digest).await.expect("reads"), b"");
}

#[tokio::test]
async fn wrong_bytes_are_dropped_and_leave_nothing() {
    let f = Fixture::new().await;
    let to = name("main/demo/tool");
    let id = f.registry.begin_upload(&to).await.expect("begins");
    f.append(&to, &id, b"wrong").await.expect("takes it");
    let refused = f.finish(&to, &id, &digest(b"right")).await;
    assert!(matches!(refused, Err(RegistryError::WrongDigest { .. })));
    assert!(matches!(f.registry.upload_len(&to, &id).await, Err(RegistryError::NoSuchUpload)));
    assert!(f.files().is_empty());
}

#[tokio::test]
async fn an_end_that_is_told_twice_is_told_the_same() {
    let f = Fixture::new().await;
    let to = name("main/demo/tool");
    let id = f.registry.begin_upload(&to).await.expect("begins");
    f.append(&to, &id, b"bytes").await.expect("takes it");
    f.finish(&to, &id, &digest(b"bytes")).await.expect("finishes");
    f.finish(&to, &id, &digest(b"bytes")).await.expect("the answer was lost; asked again it is the same");
    assert!(matches!(f.finish(&to, &id, &digest(b"others")).await, Err(RegistryError::NoSuchUpload)));
}

#[tokio::test]
async fn a_crash_between_file_and_row_loses_nothing_that_was_acknowledged() {
    for has_row in [false, true] {
        let mut f = Fixture::new().await;
        let (to, whole) = (name("main/demo/tool"), digest(b"bytes"));
        let id = f.registry.begin_upload(&to).await.expect("begins");
        f.append(&to, &id, b"bytes").await.expect("takes it");
        f.registry.place(&id, &whole).await.expect("the file is in its place");
        if has_row {
            store::blobs::add(&f.store, f.registry.link(&to, &whole), 5, id.as_str()).await.expect("and has a row");
        }
        f.restart().await;
        if !has_row {
            assert_eq!(f.registry.upload_len(&to, &id).await.expect("the upload is still there"), 5);
        }
        f.finish(&to, &id, &whole).await.expect("asked again, it is finished");
        assert_eq!(f.read(&to, &whole).await.expect("reads"), b"bytes");
    }
}

type Stuck = tokio::task::JoinHandle<Result<u64, RegistryError>>;

/// A request that has sent `first ` and falls silent.
async fn fallen_silent(f: &Fixture, to: &RepositoryName, id: &UploadId) -> Stuck {
    // Whoever asks for more than these pieces waits for ever, and lets it be known.
    let falls_silent = std::sync::Arc::new(tokio::sync::Notify::new());
    let told = std::sync::Arc::clone(&falls_silent);
    let silence = stream::once(async move {
        told.notify_one();
        std::future::pending().await
    });
    let silent = Chunk { begins: None, expected: None, body: body(b"first ", 2).chain(silence).boxed() };
    let (registry, repository, upload) = (f.registry.clone(), to.clone(), id.clone());
    let stuck = tokio::spawn(async move { registry.continue_upload(&repository, &upload, silent).await });
    falls_silent.notified().await;
    stuck
}

#[tokio::test]
async fn a_later_request_takes_over_from_a_connection_that_died_silently() {
    let f = Fixture::new().await;
    let to = name("main/demo/tool");
    let id = f.registry.begin_upload(&to).await.expect("begins");
    let stuck = fallen_silent(&f, &to, &id).await;
    let have = f.append(&to, &id, b"second").await.expect("takes over");
    assert!(matches!(stuck.await.expect("ends"), Err(RegistryError::TakenOver)));
    assert_eq!(have, 12);
    f.finish(&to, &id, &digest(b"first second")).await.expect("finishes");
}

#[tokio::test]
async fn whoever_was_told_how_much_is_there_can_go_on_from_there() {
    let f = Fixture::new().await;
    let to = name("main/demo/tool");
    let id = f.registry.begin_upload(&to).await.expect("begins");
    let stuck = fallen_silent(&f, &to, &id).await;
    assert_eq!(f.registry.settled_upload_len(&to, &id).await.expect("known"), 6);
    assert!(matches!(stuck.await.expect("ends"), Err(RegistryError::TakenOver)), "it adds nothing more");
    assert_eq!(f.append(&to, &id, b"second").await.expect("goes on"), 12);
    f.finish(&to, &id, &digest(b"first second")).await.expect("finishes");
    assert!(matches!(f.registry.settled_upload_len(&to, &id).await, Err(RegistryError::NoSuchUpload)));
}

#[tokio::test]
async fn an_upload_belongs_to_its_repository() {
    let f = Fixture::new().await;
    let (to, other) = (name("main/demo/tool"), name("main/demo/other"));
    let id = f.registry.begin_upload(&to).await.expect("begins");
    assert!(matches!(f.append(&other, &id, b"x").await, Err(RegistryError::NoSuchUpload)));
    assert!(matches!(f.registry.cancel_upload(&other, &id).await, Err(RegistryError::NoSuchUpload)));
    f.registry.cancel_upload(&to, &id).await.expect("cancels");
    assert!(matches!(f.append(&to, &id, b"x").await, Err(RegistryError::NoSuchUpload)));
    assert!(f.files().is_empty());
}

#[tokio::test]
async fn images_go_into_projects_that_exist() {
    let f = Fixture::new().await;
    let refused = f.registry.begin_upload(&name("main/nowhere/tool")).await;
    assert!(matches!(refused, Err(RegistryError::NoSuchProject(project)) if project == "main/nowhere"));
}

#[tokio::test]
async fn a_quota_ends_a_push_in_its_middle_and_leaves_nothing() {
    let f = Fixture::with(Some(3_000_000)).await;
    let (to, other) = (name("main/demo/tool"), name("main/other/tool"));
    f.push(&to, &bytes(2_000_000)).await.expect("fits");
    let id = f.registry.begin_upload(&to).await.expect("begins");
    let announced = Chunk { begins: None, expected: Some(1_500_000), body: body(b"", 1) };
    let refused = f.registry.continue_upload(&to, &id, announced).await;
    assert!(matches!(refused, Err(RegistryError::QuotaExceeded { would_be_bytes: 3_500_000, .. })));
    assert_eq!(f.append(&to, &id, &bytes(900_000)).await.expect("still there, and fits"), 900_000);
    let refused = f.append(&to, &id, &bytes(900_001)).await;
    assert!(matches!(refused, Err(RegistryError::QuotaExceeded { quota_bytes: 3_000_000, .. })));
    assert!(matches!(f.registry.upload_len(&to, &id).await, Err(RegistryError::NoSuchUpload)));
    assert_eq!(f.files().len(), 1);
    f.push(&other, &bytes(2_500_000)).await.expect("another project has its own");
    // The same blob is counted once, wherever in the project it is.
    f.registry.mount(&name("main/demo/copy"), &digest(&bytes(2_000_000)), &to).await.expect("mounts");
    let refused = f.registry.mount(&to, &digest(&bytes(2_500_000)), &other).await;
    assert!(matches!(refused, Err(RegistryError::QuotaExceeded { .. })));
}

#[tokio::test]
async fn pushes_at_once_do_not_get_past_the_quota_together() {
    let f = Fixture::with(Some(3_000_000)).await;
    let to = name("main/demo/tool");
    let pushes = (0..6_u8).map(|n| {
        let (f, to) = (&f, &to);
        async move { f.push(to, &vec![n; 1_000_000]).await.is_ok() }
    });
    let fitted = futures::future::join_all(pushes).await.into_iter().filter(|fits| *fits).count();
    let (used, _) = f.registry.usage("main", "demo").await.expect("counts");
    assert!(fitted <= 3, "{fitted}");
    assert_eq!(used, fitted as u64 * 1_000_000);
}

#[tokio::test]
async fn a_full_disk_is_named_and_what_was_acknowledged_stays() {
    let f = Fixture::new().await;
    let to = name("main/demo/tool");
    let id = f.registry.begin_upload(&to).await.expect("begins");
    let path = f.folder.path().join("registry/uploads").join(id.as_str());
    std::os::unix::fs::symlink("/dev/full", &path).expect("links");
    let refused = f.append(&to, &id, b"bytes").await.expect_err("no room");
    assert!(refused.is_disk_full(), "{refused:?}");
    std::fs::remove_file(&path).expect("removes");
    f.append(&to, &id, b"bytes").await.expect("there is room again");
    crate::store::testing::fill_disk(&f.store).await;
    // The database may have room in a page it has; the large manifest has not.
    f.finish(&to, &id, &digest(b"bytes")).await.map_or_else(|error| assert!(error.is_disk_full()), |()| ());
}
