//! Links as rows and back.

use gateway::StoredLink;
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{
    Row, Sqlite,
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};

/// A column that this program would never write so.
#[derive(Debug, thiserror::Error)]
#[error("a link's {0} cannot be read")]
pub(super) struct Unreadable(&'static str);

/// In the order of [`bind`].
pub(super) const COLUMNS: &str = "id, hash, cluster, job, job_name, project, job_uri, author, scope, fields, note, \
    created_at, expires_at, views, last_viewed_at";

pub(super) type Statement<'q> = Query<'q, Sqlite, SqliteArguments>;

pub(super) fn bind(query: Statement<'_>, link: StoredLink) -> Statement<'_> {
    query
        .bind(link.id)
        .bind(link.hash.to_vec())
        .bind(link.cluster)
        .bind(link.job)
        .bind(link.job_name)
        .bind(link.project)
        .bind(link.job_uri)
        .bind(link.author)
        .bind(word(&link.scope))
        .bind(json(&link.fields))
        .bind(link.note)
        .bind(link.created_at.as_microsecond())
        .bind(link.expires_at.as_microsecond())
        .bind(i64::try_from(link.views).unwrap_or(i64::MAX))
        .bind(link.last_viewed_at.map(Timestamp::as_microsecond))
}

pub(super) fn read(row: &SqliteRow) -> Result<StoredLink, sqlx::Error> {
    let unreadable = |what| sqlx::Error::Decode(Box::new(Unreadable(what)));
    let time = |what| Timestamp::from_microsecond(row.try_get(what)?).map_err(|_| unreadable(what));
    let viewed: Option<i64> = row.try_get("last_viewed_at")?;
    Ok(StoredLink {
        id: row.try_get("id")?,
        hash: row.try_get::<&[u8], _>("hash")?.try_into().map_err(|_| unreadable("hash"))?,
        cluster: row.try_get("cluster")?,
        job: row.try_get("job")?,
        job_name: row.try_get("job_name")?,
        project: row.try_get("project")?,
        job_uri: row.try_get("job_uri")?,
        author: row.try_get("author")?,
        scope: parse_word(row.try_get("scope")?).ok_or_else(|| unreadable("scope"))?,
        fields: serde_json::from_str(row.try_get("fields")?).map_err(|_| unreadable("fields"))?,
        note: row.try_get("note")?,
        created_at: time("created_at")?,
        expires_at: time("expires_at")?,
        views: u64::try_from(row.try_get::<i64, _>("views")?).map_err(|_| unreadable("views"))?,
        last_viewed_at: viewed
            .map(|at| Timestamp::from_microsecond(at).map_err(|_| unreadable("last_viewed_at")))
            .transpose()?,
    })
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("words always serialise")
}

/// A word of the contract, without its quotes.
fn word<T: Serialize>(value: &T) -> String {
    json(value).trim_matches('"').to_owned()
}

fn parse_word<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}
