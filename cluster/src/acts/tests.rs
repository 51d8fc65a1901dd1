use jiff::Timestamp;

use super::*;
use crate::store::testing::{fill_disk, temporary};

const NOON: Timestamp = Timestamp::constant(1_800_000_000, 0);

fn by(actor: &str) -> By {
    By { actor: actor.to_owned(), at: NOON, request_id: Some("r1".to_owned()), address: Some("192.0.2.7".to_owned()) }
}

#[tokio::test]
async fn an_act_says_who_when_from_where_and_in_which_job() {
    let (_folder, store) = temporary().await;
    let acts = Acts::new(store);
    acts.record(&by("alice"), ActKind::Exec, "job-1", "sh").await.expect("writes");
    acts.record(&by("bob"), ActKind::Kill, "job-2", "").await.expect("writes");
    acts.record(&by("bob"), ActKind::Save, "job-1", &"я".repeat(1000)).await.expect("writes");
    let wanted = |job: Option<&str>, actor: Option<&str>, before, limit| Wanted {
        job: job.map(str::to_owned),
        actor: actor.map(str::to_owned),
        before,
        limit,
    };
    let page = acts.list(&wanted(Some("job-1"), None, None, 10)).await.expect("reads");
    assert_eq!(page.items.iter().map(|act| act.kind).collect::<Vec<_>>(), [ActKind::Save, ActKind::Exec]);
    assert_eq!((page.items[0].detail.chars().count(), page.cursor), (DETAIL_MAX_CHARACTERS, None));
    let exec = &page.items[1];
    assert_eq!((exec.actor.as_str(), exec.at, exec.address.as_deref()), ("alice", NOON, Some("192.0.2.7")));
    let first = acts.list(&wanted(None, None, None, 2)).await.expect("reads");
    let second = acts.list(&wanted(None, None, first.cursor, 2)).await.expect("reads");
    assert_eq!((first.items.len(), second.items.len()), (2, 1));
    assert_eq!(acts.list(&wanted(None, Some("alice"), None, 9)).await.expect("reads").items.len(), 1);
}

#[tokio::test]
async fn acts_can_be_neither_changed_nor_deleted() {
    let (_folder, store) = temporary().await;
    let acts = Acts::new(store.clone());
    acts.record(&by("alice"), ActKind::Exec, "job-1", "sh").await.expect("writes");
    for change in ["UPDATE acts SET actor = 'mallory'", "DELETE FROM acts"] {
        let refused = sqlx::query(change).execute(store.write()).await.expect_err("refused");
        assert!(refused.to_string().contains("append-only"), "{refused}");
    }
}

#[tokio::test]
async fn an_act_that_finds_the_disk_full_may_have_the_reserve() {
    let (folder, store) = temporary().await;
    store.reserve().ensure().await.expect("there is room");
    fill_disk(&store).await;
    // A row that is longer than what may be left of a page.
    let refused = Acts::new(store).record(&by("alice"), ActKind::Kill, &"x".repeat(10_000), "").await;
    assert!(refused.expect_err("the disk stays full").is_disk_full());
    assert!(!folder.path().join("cluster.reserve").exists());
}
