use super::*;
use crate::store::testing::temporary;
use platform::{audit::ChangeKind, extension::project_settings};

const NOON: Timestamp = Timestamp::constant(1_800_000_000, 0);

fn by(actor: &str, at: Timestamp) -> By {
    By { actor: actor.to_owned(), at, request_id: Some("r1".to_owned()), address: Some("192.0.2.7".to_owned()) }
}

async fn add(change: &mut Change, user: &str) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO principals (name, kind, created_at) VALUES (?, 'user', 1)";
    sqlx::query(sql).bind(user).execute(&mut **change).await.map(drop)
}

#[tokio::test]
async fn a_change_without_a_name_is_refused_by_the_database_itself() {
    let (_folder, store) = temporary().await;
    for sql in [
        "INSERT INTO principals (name, kind, created_at) VALUES ('ghost', 'user', 1)",
        "INSERT INTO orgs (name, created_at) VALUES ('main', 1)",
    ] {
        sqlx::query(sql).execute(store.write()).await.expect_err("nobody changes it");
    }
    assert_eq!(store::list(&store, &store::Filter::default(), 10).await.expect("reads"), []);
}

#[tokio::test]
async fn a_change_and_its_history_come_together_or_not_at_all() {
    let (_folder, store) = temporary().await;
    let mut dropped = Change::begin(&store, &by("alice", NOON)).await.expect("begins");
    add(&mut dropped, "bob").await.expect("adds");
    drop(dropped);
    let mut kept = Change::begin(&store, &by("alice", NOON)).await.expect("begins");
    add(&mut kept, "carol").await.expect("adds");
    kept.commit().await.expect("commits");
    let entries = store::list(&store, &store::Filter::default(), 10).await.expect("reads");
    let [entry] = &entries[..] else { panic!("{entries:?}") };
    assert_eq!((entry.actor.as_str(), entry.principal.as_str(), entry.at), ("alice", "carol", NOON));
    assert_eq!((entry.request_id.as_deref(), entry.address.as_deref()), (Some("r1"), Some("192.0.2.7")));
    assert_eq!((entry.before.as_deref(), entry.after.as_deref()), (None, Some("user")));
}

#[tokio::test]
async fn nothing_is_ever_taken_out_of_history_or_altered_in_it() {
    let (_folder, store) = temporary().await;
    let mut change = Change::begin(&store, &by("alice", NOON)).await.expect("begins");
    add(&mut change, "bob").await.expect("adds");
    change.commit().await.expect("commits");
    for sql in ["DELETE FROM history", "UPDATE history SET actor = 'mallory'"] {
        let refused = sqlx::query(sql).execute(store.write()).await.expect_err(sql);
        assert!(refused.to_string().contains("append-only"), "{refused}");
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_not_turn_history_round() {
    let (_folder, store) = temporary().await;
    let earlier = NOON - jiff::SignedDuration::from_secs(3600);
    for (user, at) in [("bob", NOON), ("carol", earlier)] {
        let mut change = Change::begin(&store, &by("alice", at)).await.expect("begins");
        add(&mut change, user).await.expect("adds");
        change.commit().await.expect("commits");
    }
    let entries = store::list(&store, &store::Filter::default(), 10).await.expect("reads");
    let times: Vec<Timestamp> = entries.iter().map(|entry| entry.at).collect();
    assert_eq!(times, [NOON, NOON]);
}

#[tokio::test]
async fn whether_all_join_a_project_by_themselves_is_told_by_history() {
    let (_folder, store) = temporary().await;
    for sql in [
        "INSERT INTO orgs (name, created_at) VALUES ('main', 1)",
        "INSERT INTO projects (org, name, created_at) VALUES ('main', 'demo', 1)",
        "UPDATE projects SET is_default = 1",
        "UPDATE projects SET is_default = 1",
        "UPDATE projects SET default_role = 'reader', is_default = 0",
        "DELETE FROM projects",
    ] {
        let mut change = Change::begin(&store, &by("alice", NOON)).await.expect("begins");
        sqlx::query(sql).execute(&mut *change).await.expect(sql);
        change.commit().await.expect("commits");
    }
    let filter = store::Filter { kind: Some(ChangeKind::Project), ..store::Filter::default() };
    let entries = store::list(&store, &filter, 10).await.expect("reads");
    let steps: Vec<_> = entries.into_iter().rev().map(|entry| (entry.before, entry.after)).collect();
    let (writer, all, reader) = (
        Some(project_settings("writer", false)),
        Some(project_settings("writer", true)),
        Some(project_settings("reader", false)),
    );
    assert_eq!(steps, [(None, writer.clone()), (writer, all.clone()), (all, reader.clone()), (reader, None)]);
}
