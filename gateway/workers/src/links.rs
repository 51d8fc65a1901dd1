//! The store of links on this host: one Durable Object with SQLite, asked in SQL.
//!
//! The object runs what it is told (js/entry.js); only this Worker can reach it. One statement a call, so each is whole.

use crate::sql;
use api::links::{LinkField, LinkScope};
use gateway::{LinkStore, LinkStoreError, LinksOf, LinksPage, StoredLink, TokenHash, ports::Task};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use worker::Env;

const BINDING: &str = "LINKS";
/// There is one: links are few, and a list of them must be whole.
const NAME: &str = "links";
const COLUMNS: &str = "id, hex(hash) AS hash, cluster, job, job_name, project, job_uri, author, scope, fields, note, created_at, \
    expires_at, views, last_viewed_at";

/// Links in a Durable Object. Clones are the same store.
#[derive(Clone)]
pub(crate) struct DurableLinks(pub(crate) Env);

#[derive(Deserialize)]
struct Row {
    id: String,
    hash: String,
    cluster: String,
    job: String,
    job_name: Option<String>,
    project: String,
    job_uri: String,
    author: String,
    scope: LinkScope,
    fields: String,
    note: Option<String>,
    created_at: i64,
    expires_at: i64,
    views: u64,
    last_viewed_at: Option<i64>,
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

impl DurableLinks {
    fn ask<T: serde::de::DeserializeOwned + 'static>(
        &self,
        sql: impl Into<String>,
        values: Vec<Value>,
    ) -> Task<Result<Vec<T>, LinkStoreError>> {
        let (env, sql) = (self.0.clone(), sql.into());
        crate::host::boxed(async move { Ok(sql::ask(&env, BINDING, NAME, &sql, &values).await?) })
    }
}

impl TryFrom<Row> for StoredLink {
    type Error = LinkStoreError;

    fn try_from(row: Row) -> Result<Self, LinkStoreError> {
        let unreadable = |what: &str| LinkStoreError(format!("a link's {what} cannot be read").into());
        let time = |micros, what| Timestamp::from_microsecond(micros).map_err(|_| unreadable(what));
        Ok(Self {
            hash: from_hex(&row.hash).ok_or_else(|| unreadable("hash"))?,
            fields: serde_json::from_str::<Vec<LinkField>>(&row.fields).map_err(|_| unreadable("fields"))?,
            created_at: time(row.created_at, "created_at")?,
            expires_at: time(row.expires_at, "expires_at")?,
            last_viewed_at: row.last_viewed_at.map(|at| time(at, "last_viewed_at")).transpose()?,
            id: row.id,
            cluster: row.cluster,
            job: row.job,
            job_name: row.job_name,
            project: row.project,
            job_uri: row.job_uri,
            author: row.author,
            scope: row.scope,
            note: row.note,
            views: row.views,
        })
    }
}

fn hex(hash: &TokenHash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<TokenHash> {
    let mut hash = [0; 32];
    let pairs = text.as_bytes().chunks_exact(2);
    if pairs.len() != hash.len() {
        return None;
    }
    for (byte, pair) in hash.iter_mut().zip(pairs) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(hash)
}

fn links(rows: Vec<Row>) -> Result<Vec<StoredLink>, LinkStoreError> {
    rows.into_iter().map(StoredLink::try_from).collect()
}

/// `cluster = ? AND ...`, and its values.
fn within(of: LinksOf) -> (&'static str, Vec<Value>) {
    match of {
        LinksOf::Cluster(cluster) => ("cluster = ?", vec![json!(cluster)]),
        LinksOf::Author(cluster, author) => ("cluster = ? AND author = ?", vec![json!(cluster), json!(author)]),
        LinksOf::Job(cluster, job) => ("cluster = ? AND job = ?", vec![json!(cluster), json!(job)]),
    }
}

/// SQLite takes no list for one value but JSON.
const ANY_OF: &str = "id IN (SELECT value FROM json_each(?))";

fn list_of(ids: &[String]) -> Vec<Value> {
    vec![json!(json!(ids).to_string())]
}

impl LinkStore for DurableLinks {
    fn put(&self, link: StoredLink) -> Task<Result<(), LinkStoreError>> {
        let sql = "INSERT INTO links (id, hash, cluster, job, job_name, project, job_uri, author, scope, fields, note, created_at, \
            expires_at, views, last_viewed_at) VALUES (?, unhex(?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let values = vec![
            json!(link.id),
            json!(hex(&link.hash)),
            json!(link.cluster),
            json!(link.job),
            json!(link.job_name),
            json!(link.project),
            json!(link.job_uri),
            json!(link.author),
            json!(link.scope),
            json!(json!(link.fields).to_string()),
            json!(link.note),
            json!(link.created_at.as_microsecond()),
            json!(link.expires_at.as_microsecond()),
            json!(link.views),
            json!(link.last_viewed_at.map(Timestamp::as_microsecond)),
        ];
        let asked = self.ask::<Value>(sql, values);
        crate::host::boxed(async { asked.await.map(drop) })
    }

    fn find(&self, hash: TokenHash) -> Task<Result<Option<StoredLink>, LinkStoreError>> {
        let sql = format!("SELECT {COLUMNS} FROM links WHERE hash = unhex(?)");
        let asked = self.ask(sql, vec![json!(hex(&hash))]);
        crate::host::boxed(async { Ok(links(asked.await?)?.pop()) })
    }

    fn get(&self, ids: Vec<String>) -> Task<Result<Vec<StoredLink>, LinkStoreError>> {
        let asked = self.ask(format!("SELECT {COLUMNS} FROM links WHERE {ANY_OF}"), list_of(&ids));
        crate::host::boxed(async { links(asked.await?) })
    }

    fn list(&self, of: LinksOf, page: LinksPage) -> Task<Result<Vec<StoredLink>, LinkStoreError>> {
        let (which, mut values) = within(of);
        let mut sql = format!("SELECT {COLUMNS} FROM links WHERE {which} AND expires_at > ?");
        values.push(json!(page.living_at.as_microsecond()));
        if let Some((created_at, id)) = page.after {
            sql.push_str(" AND (created_at, id) < (?, ?)");
            values.extend([json!(created_at.as_microsecond()), json!(id)]);
        }
        sql.push_str(" ORDER BY created_at DESC, id DESC LIMIT ?");
        values.push(json!(page.limit));
        let asked = self.ask(sql, values);
        crate::host::boxed(async { links(asked.await?) })
    }

    fn remove(&self, ids: Vec<String>) -> Task<Result<Vec<String>, LinkStoreError>> {
        let asked = self.ask::<Id>(format!("DELETE FROM links WHERE {ANY_OF} RETURNING id"), list_of(&ids));
        crate::host::boxed(async { Ok(asked.await?.into_iter().map(|row| row.id).collect()) })
    }

    fn remove_job(&self, cluster: String, job: String) -> Task<Result<u64, LinkStoreError>> {
        let sql = "DELETE FROM links WHERE cluster = ? AND job = ? RETURNING id";
        let asked = self.ask::<Id>(sql, vec![json!(cluster), json!(job)]);
        crate::host::boxed(async { Ok(asked.await?.len() as u64) })
    }

    fn count(&self, id: String, views: u64, at: Timestamp) -> Task<Result<(), LinkStoreError>> {
        let sql = "UPDATE links SET views = views + ?, last_viewed_at = ? WHERE id = ?";
        let asked = self.ask::<Value>(sql, vec![json!(views), json!(at.as_microsecond()), json!(id)]);
        crate::host::boxed(async { asked.await.map(drop) })
    }

    fn sweep(
        &self,
        of: LinksOf,
        ended_before: Timestamp,
        limit: usize,
    ) -> Task<Result<Vec<StoredLink>, LinkStoreError>> {
        let (which, mut values) = within(of);
        let sql = format!(
            "DELETE FROM links WHERE id IN (SELECT id FROM links WHERE {which} AND expires_at <= ? \
             ORDER BY expires_at LIMIT ?) RETURNING {COLUMNS}"
        );
        values.extend([json!(ended_before.as_microsecond()), json!(limit)]);
        let asked = self.ask(sql, values);
        crate::host::boxed(async { links(asked.await?) })
    }
}

/// The job that the link with this token's hash opens, for finding the Durable Object of its log.
pub(crate) async fn job_of(env: &Env, token: TokenHash) -> Option<String> {
    let found = DurableLinks(env.clone()).find(token).await;
    match found {
        Ok(link) => link.map(|link| link.job),
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "a link cannot be looked up");
            None
        }
    }
}
