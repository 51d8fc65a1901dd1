//! What a tab remembers of its pushes (IndexedDB), so that another can go on: where each layer's upload stands, by file and tag.
//!
//! Storage may be denied (private windows): a push then works and cannot be resumed after the tab is closed.

use crate::mark::Mark;
use crate::press::Method;
use api::images::Compression;
use archive_protocol::Unfinished;
use idb::{Database, Error, ObjectStore, TransactionMode};
use image::Digest;
use image::manifest::Descriptor;
use image::upload::Upload;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use wasm_bindgen::JsValue;

const DATABASE: &str = "roadstead-pushes";
const STORE: &str = "pushes";
/// A registry forgets an upload that nobody touched for about a day or a week; older records are of no use.
const FORGOTTEN_AFTER_MS: u64 = 7 * 24 * 3600 * 1000;

/// Which file: what must be the same for a push of it to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileId {
    pub(crate) name: String,
    pub(crate) size_bytes: u64,
    pub(crate) modified_ms: u64,
    /// Digest of what its index says.
    pub(crate) fingerprint: String,
}

/// One push of one image to one tag.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) file: FileId,
    pub(crate) repository: String,
    pub(crate) tag: String,
    /// The image's number in the file; nothing in records of before it was told.
    #[serde(default)]
    pub(crate) image: Option<u32>,
    /// How layers are compressed ([`crate::press::Method::edition`]); nothing in records of before there were editions.
    #[serde(default)]
    pub(crate) edition: String,
    /// Layers on their way, by the digest of what is read.
    pub(crate) layers: BTreeMap<String, Underway>,
    /// Layers that are there.
    pub(crate) done: BTreeMap<String, Descriptor>,
    /// Layers of another tool that were unpacked and found to be what the image says, by the digest of what they unpack to.
    #[serde(default)]
    pub(crate) proved: BTreeSet<Digest>,
    pub(crate) done_bytes: u64,
    pub(crate) updated_ms: u64,
}

/// A layer on its way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Underway {
    pub(crate) upload: Upload,
    pub(crate) mark: Mark,
}

impl Record {
    pub(crate) fn key(&self) -> String {
        format!("{}:{} {}", self.repository, self.tag, self.file.name)
    }

    pub(crate) fn unfinished(&self) -> Unfinished {
        Unfinished {
            key: self.key(),
            file_name: self.file.name.clone(),
            size_bytes: self.file.size_bytes,
            repository: self.repository.clone(),
            tag: self.tag.clone(),
            image: self.image,
            compression: self.compression(),
            done_bytes: self.done_bytes,
            updated_ms: self.updated_ms,
        }
    }

    /// How its layers are compressed, where the same bytes can still be made.
    fn compression(&self) -> Option<Compression> {
        let made = [(Method::Gzip, Compression::Gzip), (Method::Zstd, Compression::Zstd)];
        made.into_iter().find(|(method, _)| method.edition() == self.edition).map(|(_, compression)| compression)
    }
}

/// Writes a record; a refusal costs the chance to resume, nothing else.
pub(crate) async fn put(record: &Record) {
    let Ok(text) = serde_json::to_string(record) else { return };
    let written = async {
        let database = open().await?;
        let transaction = database.transaction(&[STORE], TransactionMode::ReadWrite)?;
        let store = transaction.object_store(STORE)?;
        store.put(&JsValue::from_str(&text), Some(&JsValue::from_str(&record.key())))?.await?;
        transaction.commit()?.await?;
        database.close();
        Ok::<(), Error>(())
    };
    drop(written.await);
}

/// Forgets a record.
pub(crate) async fn forget(key: &str) {
    let forgotten = async {
        let database = open().await?;
        let transaction = database.transaction(&[STORE], TransactionMode::ReadWrite)?;
        transaction.object_store(STORE)?.delete(JsValue::from_str(key))?.await?;
        transaction.commit()?.await?;
        database.close();
        Ok::<(), Error>(())
    };
    drop(forgotten.await);
}

/// All records that may still be of use, the latest first.
pub(crate) async fn all() -> Vec<Record> {
    let read = async {
        let database = open().await?;
        let transaction = database.transaction(&[STORE], TransactionMode::ReadOnly)?;
        let values = transaction.object_store(STORE)?.get_all(None, None)?.await?;
        database.close();
        Ok::<Vec<JsValue>, Error>(values)
    };
    let mut records: Vec<Record> = read.await.unwrap_or_default().iter().filter_map(useful).collect();
    records.sort_by_key(|record| std::cmp::Reverse(record.updated_ms));
    records
}

/// Drops what is of no use any more: too old, or of a build whose records are no longer understood.
pub(crate) async fn clear() {
    let cleared = async {
        let database = open().await?;
        let transaction = database.transaction(&[STORE], TransactionMode::ReadWrite)?;
        let store = transaction.object_store(STORE)?;
        let (keys, values) = (store.get_all_keys(None, None)?.await?, store.get_all(None, None)?.await?);
        for (key, _) in keys.into_iter().zip(&values).filter(|(_, value)| useful(value).is_none()) {
            store.delete(key)?.await?;
        }
        transaction.commit()?.await?;
        database.close();
        Ok::<(), Error>(())
    };
    drop(cleared.await);
}

fn useful(value: &JsValue) -> Option<Record> {
    let record = serde_json::from_str::<Record>(&value.as_string()?).ok()?;
    let age_ms = (crate::global::now_ms() as u64).saturating_sub(record.updated_ms);
    (age_ms < FORGOTTEN_AFTER_MS).then_some(record)
}

async fn open() -> Result<Database, Error> {
    Database::builder(DATABASE).version(1).add_object_store(ObjectStore::builder(STORE)).build().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(edition: &str) -> Record {
        let text = r#"{"file":{"name":"a.tar","size_bytes":1,"modified_ms":1,"fingerprint":""},"repository":"acme/vision/net",
            "tag":"v1","layers":{},"done":{},"done_bytes":0,"updated_ms":0}"#;
        Record { edition: edition.to_owned(), ..serde_json::from_str(text).expect("a record of an older console") }
    }

    #[test]
    fn an_unfinished_push_tells_what_it_was_compressed_with() {
        for (method, compression) in [(Method::Gzip, Compression::Gzip), (Method::Zstd, Compression::Zstd)] {
            assert_eq!(record(&method.edition()).unfinished().compression, Some(compression));
        }
    }

    #[test]
    fn what_an_older_edition_began_has_no_compression_to_go_on_with() {
        assert_eq!(record("").unfinished().compression, None);
        assert_eq!(record("Gzip, edition 2, pieces of 8388608").unfinished().compression, None);
    }
}
