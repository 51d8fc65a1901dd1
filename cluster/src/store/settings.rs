//! Small facts about this data folder: one text by name.

use super::{Store, StoreError};

/// The value that stands under a name; `first` is stored when none does.
pub(crate) async fn get_or_set(store: &Store, name: &str, first: &str) -> Result<String, StoreError> {
    // A start that changes nothing writes nothing: the disk may be full.
    if let Some(there) = find(store, name).await? {
        return Ok(there);
    }
    // Somebody may have been faster: the no-op update makes RETURNING give the row that is there.
    Ok(sqlx::query_scalar(
        "INSERT INTO settings (name, value) VALUES (?, ?)
         ON CONFLICT (name) DO UPDATE SET value = settings.value RETURNING value",
    )
    .bind(name)
    .bind(first)
    .fetch_one(store.write())
    .await?)
}

/// The value that stands under a name.
pub(crate) async fn find(store: &Store, name: &str) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT value FROM settings WHERE name = ?").bind(name).fetch_optional(store.read()).await?)
}

/// Puts a value under a name, whatever stood there.
pub(crate) async fn set(store: &Store, name: &str, value: &str) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(name)
    .bind(value)
    .execute(store.write())
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::store::testing::temporary;

    #[tokio::test]
    async fn a_value_that_stands_is_told_without_a_write() {
        let (_folder, store) = temporary().await;
        assert_eq!(super::get_or_set(&store, "word", "one").await.expect("writes"), "one");
        sqlx::query("PRAGMA query_only = ON").execute(store.write()).await.expect("sets");
        assert_eq!(super::get_or_set(&store, "word", "two").await.expect("reads"), "one");
        assert!(super::get_or_set(&store, "other", "two").await.is_err());
    }
}
