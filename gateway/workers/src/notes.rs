//! What is remembered of sessions, on this host: Durable Objects with SQLite, so that a sign-out holds in every isolate.
//!
//! Asked on every request of somebody signed in, and nothing is kept here: whoever has signed out is out at once, everywhere.

use crate::sql;
use gateway::ports::{Cause, Notes, Task};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use worker::Env;

const BINDING: &str = "NOTES";
/// Each object does one thing at a time; together they bear some thousands of requests a second.
const OBJECTS: u8 = 16;

/// Notes in Durable Objects. Clones are the same notes.
#[derive(Clone)]
pub(crate) struct DurableNotes(pub(crate) Env);

#[derive(Deserialize)]
struct Row {
    value: String,
}

impl DurableNotes {
    fn ask(&self, key: &str, sql: String, values: Vec<Value>) -> Task<Result<Option<Row>, Cause>> {
        let (env, name) = (self.0.clone(), object_of(key));
        crate::host::boxed(async move { Ok(sql::ask(&env, BINDING, &name, &sql, &values).await?.pop()) })
    }
}

/// A key ends with random text.
fn object_of(key: &str) -> String {
    format!("notes {}", key.bytes().fold(0_u8, u8::wrapping_add) % OBJECTS)
}

/// What is over goes when something else comes.
fn swept(now: Timestamp, statement: &str) -> String {
    format!("DELETE FROM notes WHERE until <= {}; {statement} RETURNING value", now.as_microsecond())
}

impl Notes for DurableNotes {
    fn find(&self, key: &str, now: Timestamp) -> Task<Result<Option<String>, Cause>> {
        let sql = "SELECT value FROM notes WHERE key = ? AND until > ?".to_owned();
        let asked = self.ask(key, sql, vec![json!(key), json!(now.as_microsecond())]);
        crate::host::boxed(async { Ok(asked.await?.map(|row| row.value)) })
    }

    fn keep(&self, key: &str, value: String, now: Timestamp, until: Timestamp) -> Task<Result<(), Cause>> {
        let sql = swept(now, "INSERT OR REPLACE INTO notes (key, value, until) VALUES (?, ?, ?)");
        let asked = self.ask(key, sql, vec![json!(key), json!(value), json!(until.as_microsecond())]);
        crate::host::boxed(async { asked.await.map(drop) })
    }

    fn claim(&self, key: &str, now: Timestamp, until: Timestamp) -> Task<Result<bool, Cause>> {
        let sql = swept(now, "INSERT INTO notes (key, value, until) VALUES (?, '', ?) ON CONFLICT DO NOTHING");
        let asked = self.ask(key, sql, vec![json!(key), json!(until.as_microsecond())]);
        crate::host::boxed(async { Ok(asked.await?.is_some()) })
    }

    fn count(&self, key: &str, now: Timestamp, until: Timestamp) -> Task<Result<u32, Cause>> {
        let statement =
            "INSERT INTO notes (key, value, until) VALUES (?, '1', ?) ON CONFLICT DO UPDATE SET value = value + 1";
        let asked = self.ask(key, swept(now, statement), vec![json!(key), json!(until.as_microsecond())]);
        crate::host::boxed(async { Ok(asked.await?.map_or(Ok(0), |row| row.value.parse())?) })
    }

    fn forget(&self, key: &str) -> Task<Result<(), Cause>> {
        let asked = self.ask(key, "DELETE FROM notes WHERE key = ?".to_owned(), vec![json!(key)]);
        crate::host::boxed(async { asked.await.map(drop) })
    }
}
