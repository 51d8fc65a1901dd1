//! The one SQLite database of a cluster: how it is opened, migrated and shared.
//!
//! Owns connections and durability. Knows no table: every concern keeps its SQL in its own `store.rs`.

pub(crate) mod reserve;
pub(crate) mod settings;

use std::{fs::File, path::Path, time::Duration};

use sqlx::{
    Connection as _, Sqlite, SqlitePool, Transaction,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use reserve::Reserve;

const READERS: u32 = 4;
/// Another process (the command line beside a running server) may hold the write lock for a moment.
const BUSY: Duration = Duration::from_secs(10);

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file could not be opened or created.
    #[error("the database {path} cannot be opened")]
    Open {
        /// The database file.
        path: String,
        /// What SQLite said.
        #[source]
        source: sqlx::Error,
    },
    /// The tables could not be brought to the form this program needs.
    #[error("the database cannot be migrated; it may belong to a newer version")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// A query failed.
    #[error("the database refused a query")]
    Query(#[from] sqlx::Error),
    /// A row holds what this program would never write.
    #[error("the database holds an unreadable {what}")]
    Corrupt {
        /// Which value.
        what: &'static str,
    },
}

/// SQLite's result codes for "no room left" and "somebody else is writing". (<https://www.sqlite.org/rescode.html>)
const FULL: &str = "13";
const LOCKED: &str = "5";

impl StoreError {
    /// The disk has no room left; nothing was changed.
    pub(crate) fn is_disk_full(&self) -> bool {
        self.code().as_deref() == Some(FULL)
    }

    /// Another process kept the database busy for too long; nothing was changed.
    pub(crate) fn is_busy(&self) -> bool {
        self.code().as_deref() == Some(LOCKED)
    }

    fn code(&self) -> Option<std::borrow::Cow<'_, str>> {
        match self {
            Self::Open { source, .. } | Self::Query(source) => source.as_database_error()?.code(),
            Self::Migrate(_) | Self::Corrupt { .. } => None,
        }
    }
}

/// Connections: one writes, a few read beside it. And room for the worst case.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    writer: SqlitePool,
    reader: SqlitePool,
    reserve: Reserve,
}

impl Store {
    /// Opens or creates the database and brings its tables up to date.
    pub(crate) async fn open(path: &Path) -> Result<Self, StoreError> {
        let open = |source| StoreError::Open { path: path.display().to_string(), source };
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // FULL: a committed row survives power loss, not only the death of this process.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY)
            .foreign_keys(true);
        // Before the first connection, which makes the file and its journal: SQLite does not always wait for who does the same.
        let alone = migration_lock(path).await.map_err(open)?;
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            // SQLite by itself ends a transaction that finds the disk full; sqlx goes on counting it, and begins no other there.
            .before_acquire(|connection, _| Box::pin(std::future::ready(Ok(!connection.is_in_transaction()))))
            .connect_with(options.clone())
            .await
            .map_err(open)?;
        sqlx::migrate!("./migrations").run(&writer).await.map_err(StoreError::Migrate)?;
        drop(alone);
        let reader = SqlitePoolOptions::new()
            .max_connections(READERS)
            // One stays: what connections share would go with the last of them, and on a full disk there is no room to make it anew.
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.create_if_missing(false).read_only(true))
            .await
            .map_err(open)?;
        Ok(Self { writer, reader, reserve: Self::reserve_of(path) })
    }

    /// The reserve beside this database, which need not be open.
    pub(crate) fn reserve_of(path: &Path) -> Reserve {
        Reserve::beside(path)
    }

    /// Its reserve.
    pub(crate) fn reserve(&self) -> &Reserve {
        &self.reserve
    }

    /// Does a write that must be possible on a full disk: there the reserve is given up, and it is done once more.
    pub(crate) async fn with_reserve<T, F>(&self, write: impl Fn() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        match write().await {
            Err(error) if error.is_disk_full() => {
                // Somebody else may have given it up since: then there is room, too.
                self.reserve.give_up().await;
                write().await
            }
            done => done,
        }
    }

    /// Connections for reading.
    pub(crate) fn read(&self) -> &SqlitePool {
        &self.reader
    }

    /// The connection for single statements that write.
    pub(crate) fn write(&self) -> &SqlitePool {
        &self.writer
    }

    /// A transaction that holds the write lock from its first moment, so that it cannot fail half way for want of it.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Closes every connection; what was committed stays.
    pub(crate) async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// Of two processes that open a database for the first time (the server and a command beside it) one makes the tables;
/// the other waits and finds them. Held until the file is dropped.
async fn migration_lock(path: &Path) -> Result<File, sqlx::Error> {
    let path = path.with_extension("migration");
    let locked = tokio::task::spawn_blocking(move || {
        let file = File::options().create(true).truncate(false).write(true).open(path)?;
        file.lock()?;
        Ok(file)
    });
    locked.await.expect("locking a file does not panic").map_err(sqlx::Error::Io)
}

#[cfg(test)]
pub(crate) mod testing {
    use super::Store;

    /// From now on the database cannot grow, as on a full disk.
    pub(crate) async fn fill_disk(store: &Store) {
        // A limit below the present size counts as the present size.
        sqlx::query("PRAGMA max_page_count = 1").execute(store.write()).await.expect("limits");
        let options = store.write().connect_options().as_ref().clone();
        store.write().set_connect_options(options.pragma("max_page_count", "1"));
    }

    /// A database in a folder that goes with the guard.
    pub(crate) async fn temporary() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = Store::open(&folder.path().join("cluster.sqlite")).await.expect("a fresh database opens");
        (folder, store)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Store, StoreError,
        testing::{fill_disk, temporary},
    };

    #[tokio::test]
    async fn a_reopened_database_keeps_what_was_committed() {
        let (folder, store) = temporary().await;
        sqlx::query("INSERT INTO settings VALUES ('main', 'one')").execute(store.write()).await.expect("inserts");
        store.close().await;
        let again = Store::open(&folder.path().join("cluster.sqlite")).await.expect("reopens");
        let name: String =
            sqlx::query_scalar("SELECT name FROM settings").fetch_one(again.read()).await.expect("reads");
        assert_eq!(name, "main");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn processes_that_make_the_database_at_the_same_moment_both_find_it_whole() {
        // It takes many to meet the moment in which SQLite does not wait.
        for _ in 0..40 {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let opened = (0..4).map(|_| {
                let path = folder.path().join("cluster.sqlite");
                tokio::spawn(async move {
                    let made = Store::open(&path).await.expect("opens");
                    sqlx::query("SELECT count(*) FROM image_tags").fetch_one(made.read()).await.expect("every table");
                    made.close().await;
                })
            });
            for done in futures::future::join_all(opened).await {
                done.expect("opens and finds every table");
            }
        }
    }

    #[tokio::test]
    async fn a_row_cannot_point_at_nobody() {
        let (_folder, store) = temporary().await;
        let orphan = sqlx::query("INSERT INTO job_tags VALUES ('ghost', 99)").execute(store.write()).await;
        assert!(orphan.is_err());
    }

    #[tokio::test]
    async fn a_full_disk_is_told_from_other_failures() {
        let (_folder, store) = temporary().await;
        fill_disk(&store).await;
        let insert = "INSERT INTO settings VALUES (?, hex(zeroblob(65536)))";
        let refused = sqlx::query(insert).bind("large").execute(store.write()).await.expect_err("no room");
        assert!(StoreError::from(refused).is_disk_full());
        let other = sqlx::query("INSERT INTO settings VALUES (NULL, NULL)").execute(store.write()).await;
        assert!(!StoreError::from(other.expect_err("not null")).is_disk_full());
    }

    #[tokio::test]
    async fn a_change_that_found_the_disk_full_leaves_others_possible() {
        let (_folder, store) = temporary().await;
        fill_disk(&store).await;
        for _ in 0..2 {
            let mut change = store.begin().await.expect("begins");
            let insert = sqlx::query("INSERT INTO settings VALUES ('large', hex(zeroblob(65536)))");
            let refused = insert.execute(&mut *change).await.expect_err("no room");
            assert!(StoreError::from(refused).is_disk_full());
        }
        let mut change = store.begin().await.expect("begins");
        sqlx::query("INSERT INTO settings VALUES ('small', '')").execute(&mut *change).await.expect("there is room");
        change.commit().await.expect("commits");
    }

    #[tokio::test]
    async fn a_write_that_must_be_possible_is_done_in_the_room_of_the_reserve() {
        let (folder, store) = temporary().await;
        store.reserve().ensure().await.expect("there is room");
        let reserve = folder.path().join("cluster.reserve");
        fill_disk(&store).await;
        let write = |name: &'static str, bytes: i64| {
            let (store, reserve) = (&store, &reserve);
            async move {
                if !reserve.exists() {
                    sqlx::query("PRAGMA max_page_count = 1000").execute(store.write()).await?;
                }
                let insert = sqlx::query("INSERT INTO settings VALUES (?, hex(zeroblob(?)))").bind(name).bind(bytes);
                Ok(insert.execute(store.write()).await?.rows_affected())
            }
        };
        assert_eq!(store.with_reserve(|| write("small", 65_536)).await.expect("there is room now"), 1);
        assert!(!reserve.exists());
        let refused = store.with_reserve(|| write("large", 1 << 24)).await.expect_err("no more room");
        assert!(refused.is_disk_full());
    }

    #[tokio::test]
    async fn readers_cannot_write() {
        let (_folder, store) = temporary().await;
        let refused = sqlx::query("INSERT INTO settings VALUES ('main', 'one')").execute(store.read()).await;
        assert!(refused.is_err());
    }
}
