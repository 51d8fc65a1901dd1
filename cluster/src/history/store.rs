//! The SQL of history.

use jiff::Timestamp;
use platform::audit::{ChangeKind, HistoryEntry};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

use super::By;
use crate::store::{Store, StoreError};

/// Which entries; newest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) principal: Option<String>,
    pub(crate) actor: Option<String>,
    pub(crate) kind: Option<ChangeKind>,
    pub(crate) since: Option<Timestamp>,
    /// Exclusive.
    pub(crate) until: Option<Timestamp>,
    /// Only entries before this one.
    pub(crate) before: Option<i64>,
}

pub(super) async fn name_actor(change: &mut SqliteConnection, by: &By) -> Result<(), StoreError> {
    // A clock that was set back must not turn the order of history round.
    sqlx::query(
        "INSERT INTO changing (one, at, actor, request_id, address)
         VALUES (1, max(?, coalesce((SELECT at FROM history ORDER BY seq DESC LIMIT 1), 0)), ?, ?, ?)",
    )
    .bind(by.at.as_microsecond())
    .bind(&by.actor)
    .bind(&by.request_id)
    .bind(&by.address)
    .execute(change)
    .await?;
    Ok(())
}

pub(super) async fn forget_actor(change: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM changing").execute(change).await?;
    Ok(())
}

/// The number of the last entry: what was read under the same number has not changed since.
pub(crate) async fn revision(connection: &mut SqliteConnection) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("SELECT coalesce(max(seq), 0) FROM history").fetch_one(connection).await?)
}

/// The newest entries that fit, at most `limit`.
pub(crate) async fn list(store: &Store, filter: &Filter, limit: u32) -> Result<Vec<HistoryEntry>, StoreError> {
    sqlx::query(
        "SELECT * FROM history
         WHERE (?1 IS NULL OR principal = ?1) AND (?2 IS NULL OR actor = ?2)
           AND (?3 IS NULL OR at >= ?3) AND (?4 IS NULL OR at < ?4) AND (?5 IS NULL OR seq < ?5)
           AND (?6 IS NULL OR what = ?6)
         ORDER BY seq DESC LIMIT ?7",
    )
    .bind(&filter.principal)
    .bind(&filter.actor)
    .bind(filter.since.map(Timestamp::as_microsecond))
    .bind(filter.until.map(Timestamp::as_microsecond))
    .bind(filter.before)
    .bind(filter.kind.map(ChangeKind::as_str))
    .bind(limit)
    .fetch_all(store.read())
    .await?
    .iter()
    .map(entry)
    .collect()
}

/// What held at a moment: of each thing the last entry until then, unless that took it away.
pub(crate) async fn state_at(store: &Store, at: Timestamp) -> Result<Vec<HistoryEntry>, StoreError> {
    sqlx::query(
        "SELECT * FROM history WHERE seq IN (
             SELECT max(seq) FROM history WHERE at <= ? GROUP BY principal, what, target
         ) AND after_change IS NOT NULL ORDER BY seq",
    )
    .bind(at.as_microsecond())
    .fetch_all(store.read())
    .await?
    .iter()
    .map(entry)
    .collect()
}

/// The last entry about one thing.
pub(crate) async fn last_about(
    connection: &mut SqliteConnection,
    kind: ChangeKind,
    principal: &str,
    target: &str,
) -> Result<Option<HistoryEntry>, StoreError> {
    sqlx::query("SELECT * FROM history WHERE principal = ? AND what = ? AND target = ? ORDER BY seq DESC LIMIT 1")
        .bind(principal)
        .bind(kind.as_str())
        .bind(target)
        .fetch_optional(connection)
        .await?
        .as_ref()
        .map(entry)
        .transpose()
}

fn entry(row: &SqliteRow) -> Result<HistoryEntry, StoreError> {
    let corrupt = |what| StoreError::Corrupt { what };
    let kind: String = row.try_get("what")?;
    Ok(HistoryEntry {
        seq: row.try_get("seq")?,
        at: Timestamp::from_microsecond(row.try_get("at")?).map_err(|_| corrupt("time in history"))?,
        actor: row.try_get("actor")?,
        request_id: row.try_get("request_id")?,
        address: row.try_get("address")?,
        kind: ChangeKind::parse(&kind).ok_or_else(|| corrupt("kind of change in history"))?,
        principal: row.try_get("principal")?,
        target: row.try_get("target")?,
        before: row.try_get("before_change")?,
        after: row.try_get("after_change")?,
    })
}
