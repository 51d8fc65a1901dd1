//! The SQL of acts.

use jiff::Timestamp;
use platform::audit::{Act, ActKind};
use sqlx::{Row as _, sqlite::SqliteRow};

use super::Wanted;
use crate::{
    history::By,
    store::{Store, StoreError},
};

/// Its number.
pub(super) async fn add(store: &Store, by: &By, act: ActKind, job: &str, detail: &str) -> Result<i64, StoreError> {
    let added =
        sqlx::query("INSERT INTO acts (at, actor, request_id, address, act, job, detail) VALUES (?, ?, ?, ?, ?, ?, ?)")
            .bind(by.at.as_microsecond())
            .bind(&by.actor)
            .bind(&by.request_id)
            .bind(&by.address)
            .bind(act.as_str())
            .bind(job)
            .bind(detail)
            .execute(store.write())
            .await?;
    Ok(added.last_insert_rowid())
}

/// The highest number; 0 where there is none.
pub(super) async fn last(store: &Store) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("SELECT coalesce(max(seq), 0) FROM acts").fetch_one(store.read()).await?)
}

/// The newest first.
pub(super) async fn list(store: &Store, wanted: &Wanted) -> Result<Vec<Act>, StoreError> {
    let rows = sqlx::query(
        "SELECT * FROM acts WHERE (?1 IS NULL OR job = ?1) AND (?2 IS NULL OR actor = ?2) AND (?3 IS NULL OR seq < ?3)
         ORDER BY seq DESC LIMIT ?4",
    )
    .bind(&wanted.job)
    .bind(&wanted.actor)
    .bind(wanted.before)
    .bind(wanted.limit)
    .fetch_all(store.read())
    .await?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<Act, StoreError> {
    let corrupt = |what| StoreError::Corrupt { what };
    let kind: String = row.try_get("act")?;
    Ok(Act {
        seq: row.try_get("seq")?,
        at: Timestamp::from_microsecond(row.try_get("at")?).map_err(|_| corrupt("act's time"))?,
        actor: row.try_get("actor")?,
        request_id: row.try_get("request_id")?,
        address: row.try_get("address")?,
        kind: ActKind::parse(&kind).ok_or(corrupt("kind of act"))?,
        job: row.try_get("job")?,
        detail: row.try_get("detail")?,
        recording_bytes: None,
    })
}
