//! What is remembered of sessions, in a file: a sign-out holds, and a renewed token is found, after a restart too.
//!
//! Memory answers, the file is behind it: notes are read on every request and written when somebody signs in or out.

use std::{path::Path, sync::Arc, time::Duration};

use futures::FutureExt;
use gateway::ports::{Cause, MemoryNotes, Notes, Task};
use jiff::Timestamp;
use sqlx::{
    Row, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions},
};

/// As on every host.
const TABLE: &str = include_str!("../../notes/0001_notes.sql");
/// Another process may hold the file for a moment.
const BUSY: Duration = Duration::from_secs(5);

/// Notes in a SQLite file of one process.
pub struct FileNotes {
    memory: Arc<MemoryNotes>,
    file: SqlitePool,
}

impl FileNotes {
    /// Opens the file, making it where there is none, and forgets what is past its time.
    ///
    /// # Errors
    /// When the file cannot be opened, or is none of ours.
    pub async fn open(path: &Path, now: Timestamp) -> Result<Self, Cause> {
        Self::open_with(path, now, MemoryNotes::default()).await
    }

    async fn open_with(path: &Path, now: Timestamp, memory: MemoryNotes) -> Result<Self, Cause> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .busy_timeout(BUSY);
        let file = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).connect_with(options).await?;
        sqlx::raw_sql(TABLE).execute(&file).await?;
        sqlx::query("DELETE FROM notes WHERE until <= ?").bind(now.as_microsecond()).execute(&file).await?;
        // Sign-outs first: should there be more than memory takes, a gateway that starts without some is better than none.
        let all = "SELECT key, value, until FROM notes ORDER BY key GLOB 'ended/*' DESC, until DESC";
        for row in sqlx::query(all).fetch_all(&file).await? {
            let until = Timestamp::from_microsecond(row.try_get("until")?)?;
            if let Err(error) = memory.keep(row.try_get("key")?, row.try_get("value")?, now, until).await {
                tracing::warn!(error, "what is remembered of some sessions is left out");
                break;
            }
        }
        Ok(Self { memory: Arc::new(memory), file })
    }
}

impl Notes for FileNotes {
    fn find(&self, key: &str, now: Timestamp) -> Task<Result<Option<String>, Cause>> {
        self.memory.find(key, now)
    }

    fn keep(&self, key: &str, value: String, now: Timestamp, until: Timestamp) -> Task<Result<(), Cause>> {
        let (memory, file, key) = (self.memory.clone(), self.file.clone(), key.to_owned());
        async move {
            memory.room_for(&key, now)?;
            // First the file: what is told to hold must hold after a power cut.
            sqlx::query(
                "INSERT INTO notes (key, value, until) VALUES (?1, ?2, ?3)
                 ON CONFLICT (key) DO UPDATE SET value = ?2, until = ?3",
            )
            .bind(&key)
            .bind(&value)
            .bind(until.as_microsecond())
            .execute(&file)
            .await?;
            memory.keep(&key, value, now, until).await
        }
        .boxed()
    }

    /// Claims die with the process that holds them.
    fn claim(&self, key: &str, now: Timestamp, until: Timestamp) -> Task<Result<bool, Cause>> {
        self.memory.claim(key, now, until)
    }

    fn forget(&self, key: &str) -> Task<Result<(), Cause>> {
        let (memory, file, key) = (self.memory.clone(), self.file.clone(), key.to_owned());
        async move {
            memory.forget(&key).await?;
            sqlx::query("DELETE FROM notes WHERE key = ?").bind(&key).execute(&file).await?;
            Ok(())
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    #[tokio::test]
    async fn notes_are_found_after_a_restart_until_their_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sessions.sqlite");
        let (now, day) = (Timestamp::constant(1_800_000_000, 0), SignedDuration::from_hours(24));
        let notes = FileNotes::open(&path, now).await.expect("opens");
        for (key, until) in [("ended/a", now + day), ("ended/b", now - day), ("tokens/c", now + day)] {
            notes.keep(key, "x".to_owned(), now, until).await.expect("keeps");
        }
        notes.keep("ended/a", "y".to_owned(), now, now + day).await.expect("keeps");
        notes.forget("tokens/c").await.expect("forgets");
        assert!(notes.claim("renewing/a", now, now + day).await.expect("claims"));
        assert!(!notes.claim("renewing/a", now, now + day).await.expect("is held"));
        drop(notes);
        let again = FileNotes::open(&path, now).await.expect("opens again");
        assert_eq!(again.find("ended/a", now).await.expect("reads").as_deref(), Some("y"));
        assert_eq!(again.find("ended/b", now).await.expect("reads"), None);
        assert_eq!(again.find("tokens/c", now).await.expect("reads"), None);
        assert!(again.claim("renewing/a", now, now + day).await.expect("free again"));
    }

    #[tokio::test]
    async fn what_is_refused_leaves_no_row_and_too_many_rows_keep_nobody_from_starting() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sessions.sqlite");
        let (now, day) = (Timestamp::constant(1_800_000_000, 0), SignedDuration::from_hours(24));
        let notes = FileNotes::open_with(&path, now, MemoryNotes::of_most(2)).await.expect("opens");
        for key in ["tokens/a", "ended/b"] {
            notes.keep(key, "x".to_owned(), now, now + day).await.expect("keeps");
        }
        assert!(notes.keep("ended/c", "x".to_owned(), now, now + day).await.is_err(), "there is no room");
        notes.keep("tokens/a", "y".to_owned(), now, now + day).await.expect("what is there may change");
        drop(notes);
        let again = FileNotes::open_with(&path, now, MemoryNotes::of_most(1)).await.expect("opens with fewer");
        assert_eq!(again.find("ended/b", now).await.expect("reads").as_deref(), Some("x"));
        assert_eq!(again.find("ended/c", now).await.expect("reads"), None);
    }
}
