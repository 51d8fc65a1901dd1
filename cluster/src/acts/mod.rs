//! What people do in and to jobs that the jobs' logs do not tell: written down before it is done, and for good.
//!
//! Owns its one table. Does not know who may do what, nor how it is done. Of a command the program is kept, not its arguments: those
//! may hold secrets.

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use platform::audit::{Act, ActKind, ActsPage};
use sqlx::{Row as _, sqlite::SqliteRow};

use crate::{
    history::By,
    store::{Store, StoreError},
};

/// Longer texts are cut: they are there to be read.
const DETAIL_MAX_CHARACTERS: usize = 256;

/// Which acts are asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) job: Option<String>,
    pub(crate) actor: Option<String>,
    /// Exclusive: the cursor of the page before.
    pub(crate) before: Option<i64>,
    pub(crate) limit: u32,
}

/// The acts of one cluster.
#[derive(Clone, Debug)]
pub(crate) struct Acts(Store);

impl Acts {
    pub(crate) fn new(store: Store) -> Self {
        Self(store)
    }

    /// Writes an act down. It must not be done when this fails.
    pub(crate) async fn record(&self, by: &By, act: ActKind, job: &str, detail: &str) -> Result<(), StoreError> {
        let detail: String = detail.chars().take(DETAIL_MAX_CHARACTERS).collect();
        sqlx::query("INSERT INTO acts (at, actor, request_id, address, act, job, detail) VALUES (?, ?, ?, ?, ?, ?, ?)")
            .bind(by.at.as_microsecond())
            .bind(&by.actor)
            .bind(&by.request_id)
            .bind(&by.address)
            .bind(act.as_str())
            .bind(job)
            .bind(detail)
            .execute(self.0.write())
            .await?;
        Ok(())
    }

    /// Acts, the newest first.
    pub(crate) async fn list(&self, wanted: &Wanted) -> Result<ActsPage, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM acts WHERE (?1 IS NULL OR job = ?1) AND (?2 IS NULL OR actor = ?2) AND (?3 IS NULL OR seq < ?3)
             ORDER BY seq DESC LIMIT ?4",
        )
        .bind(&wanted.job)
        .bind(&wanted.actor)
        .bind(wanted.before)
        .bind(wanted.limit)
        .fetch_all(self.0.read())
        .await?;
        let items = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let is_full = u32::try_from(items.len()).is_ok_and(|found| found == wanted.limit);
        let cursor = items.last().filter(|_| is_full).map(|act| act.seq);
        Ok(ActsPage { items, cursor })
    }
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
    })
}
