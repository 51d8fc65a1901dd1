//! The SQL of links, and how the file is opened.

use super::rows::{COLUMNS, bind, read};
use futures::FutureExt;
use gateway::{LinkStore, LinkStoreError, LinksOf, LinksPage, StoredLink, TokenHash, ports::Task};
use jiff::Timestamp;
use sqlx::{
    QueryBuilder, Row, Sqlite, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, time::Duration};

const READERS: u32 = 4;
/// Another gateway on the same file may hold the write lock for a moment.
const BUSY: Duration = Duration::from_secs(10);

/// Why the file did not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It cannot be made or read.
    #[error("the links cannot be opened at {path}")]
    Open {
        /// The file.
        path: String,
        /// What SQLite said.
        #[source]
        source: sqlx::Error,
    },
    /// Its tables cannot be brought to the form this program needs.
    #[error("the links cannot be migrated; they may belong to a newer version")]
    Migrate(#[source] sqlx::migrate::MigrateError),
}

/// Links in an SQLite file. Clones are the same store.
#[derive(Clone, Debug)]
pub struct SqliteLinks {
    /// What makes or ends a link is on the disk before it is answered, also after a power cut.
    writer: SqlitePool,
    /// Views may be lost to a power cut, not to the death of this process.
    counter: SqlitePool,
    reader: SqlitePool,
}

impl SqliteLinks {
    /// Opens the file, making it at the first time.
    ///
    /// # Errors
    /// When it cannot be made, read, or brought up to date.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        let failed = |source| OpenError::Open { path: path.display().to_string(), source };
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY);
        let one = || SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
        let writer = one().connect_with(options.clone()).await.map_err(failed)?;
        sqlx::migrate!("./migrations").run(&writer).await.map_err(OpenError::Migrate)?;
        let counting = options.clone().synchronous(SqliteSynchronous::Normal);
        let counter = one().connect_with(counting).await.map_err(failed)?;
        let reading = options.create_if_missing(false).read_only(true);
        // A connection is not tried out before each question: one to a local file does not go away.
        let readers = SqlitePoolOptions::new().max_connections(READERS).test_before_acquire(false);
        let reader = readers.idle_timeout(None).max_lifetime(None).connect_with(reading).await.map_err(failed)?;
        Ok(Self { writer, counter, reader })
    }

    /// Closes the file; what was answered stays.
    pub async fn close(&self) {
        self.reader.close().await;
        self.counter.close().await;
        self.writer.close().await;
    }

    /// Runs work on the store as a future of its own.
    fn task<T: Send + 'static, F>(&self, work: impl FnOnce(Self) -> F) -> Task<Result<T, LinkStoreError>>
    where
        F: Future<Output = Result<T, sqlx::Error>> + Send + 'static,
    {
        let working = work(self.clone());
        async move { working.await.map_err(|error| LinkStoreError(error.into())) }.boxed()
    }
}

impl LinkStore for SqliteLinks {
    fn put(&self, link: StoredLink) -> Task<Result<(), LinkStoreError>> {
        self.task(|store| async move {
            let sql = format!("INSERT INTO links ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
            bind(sqlx::query(sqlx::AssertSqlSafe(sql)), link).execute(&store.writer).await.map(drop)
        })
    }

    fn find(&self, hash: TokenHash) -> Task<Result<Option<StoredLink>, LinkStoreError>> {
        self.task(async move |store| {
            let row =
                sqlx::query("SELECT * FROM links WHERE hash = ?").bind(hash.to_vec()).fetch_optional(&store.reader);
            row.await?.as_ref().map(read).transpose()
        })
    }

    fn get(&self, ids: Vec<String>) -> Task<Result<Vec<StoredLink>, LinkStoreError>> {
        self.task(async move |store| {
            let mut query = QueryBuilder::new("SELECT * FROM links WHERE id IN ");
            any_of(&mut query, ids);
            query.build().fetch_all(&store.reader).await?.iter().map(read).collect()
        })
    }

    fn list(&self, of: LinksOf, page: LinksPage) -> Task<Result<Vec<StoredLink>, LinkStoreError>> {
        self.task(async move |store| {
            let mut query = QueryBuilder::new("SELECT * FROM links WHERE ");
            within(&mut query, of);
            query.push(" AND expires_at > ").push_bind(page.living_at.as_microsecond());
            if let Some((created_at, id)) = page.after {
                query.push(" AND (created_at, id) < (").push_bind(created_at.as_microsecond());
                query.push(", ").push_bind(id).push(")");
            }
            query.push(" ORDER BY created_at DESC, id DESC LIMIT ").push_bind(bound(page.limit));
            query.build().fetch_all(&store.reader).await?.iter().map(read).collect()
        })
    }

    fn remove(&self, ids: Vec<String>) -> Task<Result<Vec<String>, LinkStoreError>> {
        self.task(async move |store| {
            let mut query = QueryBuilder::new("DELETE FROM links WHERE id IN ");
            any_of(&mut query, ids);
            query.push(" RETURNING id");
            query.build().fetch_all(&store.writer).await?.iter().map(|row| row.try_get("id")).collect()
        })
    }

    fn remove_job(&self, cluster: String, job: String) -> Task<Result<u64, LinkStoreError>> {
        self.task(async move |store| {
            let delete = sqlx::query("DELETE FROM links WHERE cluster = ? AND job = ?").bind(cluster).bind(job);
            Ok(delete.execute(&store.writer).await?.rows_affected())
        })
    }

    fn count(&self, id: String, views: u64, at: Timestamp) -> Task<Result<(), LinkStoreError>> {
        self.task(async move |store| {
            let update = sqlx::query("UPDATE links SET views = views + ?, last_viewed_at = ? WHERE id = ?")
                .bind(i64::try_from(views).unwrap_or(i64::MAX))
                .bind(at.as_microsecond())
                .bind(id);
            update.execute(&store.counter).await.map(drop)
        })
    }

    fn sweep(
        &self,
        of: LinksOf,
        ended_before: Timestamp,
        limit: usize,
    ) -> Task<Result<Vec<StoredLink>, LinkStoreError>> {
        self.task(async move |store| {
            let ended = |query: &mut QueryBuilder<Sqlite>, of: LinksOf| {
                within(query, of);
                query.push(" AND expires_at <= ").push_bind(ended_before.as_microsecond());
            };
            // Looked for without the write lock first: mostly there is nothing.
            let mut look = QueryBuilder::new("SELECT 1 FROM links WHERE ");
            ended(&mut look, of.clone());
            look.push(" LIMIT 1");
            if look.build().fetch_optional(&store.reader).await?.is_none() {
                return Ok(Vec::new());
            }
            let mut query = QueryBuilder::new("DELETE FROM links WHERE id IN (SELECT id FROM links WHERE ");
            ended(&mut query, of);
            query.push(" ORDER BY expires_at LIMIT ").push_bind(bound(limit)).push(") RETURNING *");
            query.build().fetch_all(&store.writer).await?.iter().map(read).collect()
        })
    }
}

fn within(query: &mut QueryBuilder<Sqlite>, of: LinksOf) {
    let (cluster, more) = match of {
        LinksOf::Cluster(cluster) => (cluster, None),
        LinksOf::Author(cluster, author) => (cluster, Some((" AND author = ", author))),
        LinksOf::Job(cluster, job) => (cluster, Some((" AND job = ", job))),
    };
    query.push("cluster = ").push_bind(cluster);
    if let Some((column, value)) = more {
        query.push(column).push_bind(value);
    }
}

/// `(?, ?, ...)`
fn any_of(query: &mut QueryBuilder<Sqlite>, ids: Vec<String>) {
    query.push("(");
    let mut each = query.separated(", ");
    for id in ids {
        each.push_bind(id);
    }
    query.push(")");
}

fn bound(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
