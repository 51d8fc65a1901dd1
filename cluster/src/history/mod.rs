//! Who changed what about rights, and when: append-only.
//!
//! Owns the transactions in which rights change. The database itself writes the history, by triggers, in the same transaction;
//! it refuses a change in which nobody is named. Does not know what a change means or who may make it.

pub(crate) mod store;
#[cfg(test)]
mod tests;

use std::ops::{Deref, DerefMut};

use jiff::Timestamp;
use sqlx::{Sqlite, SqliteConnection, Transaction};

use crate::store::{Store, StoreError};

/// Who makes a change, when, and how it came in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct By {
    /// A user's name, or `roadstead:...` for this program itself; no user's name holds a colon.
    pub(crate) actor: String,
    pub(crate) at: Timestamp,
    pub(crate) request_id: Option<String>,
    pub(crate) address: Option<String>,
}

impl By {
    /// This program, at its first start or asked on its own machine.
    pub(crate) fn program(part: &str, at: Timestamp) -> Self {
        Self { actor: format!("roadstead:{part}"), at, request_id: None, address: None }
    }
}

/// A transaction that changes rights in somebody's name. Dropped without [`Change::commit`] it changes nothing.
pub(crate) struct Change(Transaction<'static, Sqlite>);

impl Change {
    /// Takes the write lock and notes who it is for.
    pub(crate) async fn begin(store: &Store, by: &By) -> Result<Self, StoreError> {
        let mut transaction = store.begin().await?;
        store::name_actor(&mut transaction, by).await?;
        Ok(Self(transaction))
    }

    /// Makes the change and its history durable.
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        store::forget_actor(&mut self.0).await?;
        Ok(self.0.commit().await?)
    }
}

impl Deref for Change {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.0
    }
}

impl DerefMut for Change {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.0
    }
}
