//! What is remembered of sessions between requests: small facts with an end.
//!
//! A gateway without any would still serve; with them a session can be ended before its time, and one that is renewed in one
//! tab is renewed in all. Several gateways that share the notes are one gateway in this respect.

use super::{Cause, Task};
use futures::{FutureExt, future};
use jiff::Timestamp;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Notes kept at most; a session has one or two.
const NOTES_MAX: usize = 200_000;

/// The notes are full, of such as have not come to their end.
#[derive(Debug, thiserror::Error)]
#[error("there are {0} notes, as many as there may be")]
pub struct NotesFull(usize);

/// Small facts under a key, each until a time. Values are sealed or say nothing: whoever reads them learns no secret. What time it
/// is, the asker says.
pub trait Notes: Send + Sync + 'static {
    /// What stands under the key, unless its time is over.
    fn find(&self, key: &str, now: Timestamp) -> Task<Result<Option<String>, Cause>>;

    /// Puts a value under the key, in place of what stands there.
    fn keep(&self, key: &str, value: String, now: Timestamp, until: Timestamp) -> Task<Result<(), Cause>>;

    /// Puts an empty value under the key if nothing stands there; true for the one who did. Of callers at the same time, one.
    fn claim(&self, key: &str, now: Timestamp, until: Timestamp) -> Task<Result<bool, Cause>>;

    /// Counts one more under the key, of which there have been so many since the count began; each count ends at `until` of
    /// its first. 0 where nobody else counts: who shares these notes is one process, which has its own buckets.
    fn count(&self, _key: &str, _now: Timestamp, _until: Timestamp) -> Task<Result<u32, Cause>> {
        future::ready(Ok(0)).boxed()
    }

    /// Takes away what stands under the key.
    fn forget(&self, key: &str) -> Task<Result<(), Cause>>;
}

/// Notes of one process, gone with it.
#[derive(Debug)]
pub struct MemoryNotes {
    kept: Mutex<HashMap<String, (String, Timestamp)>>,
    most: usize,
}

impl Default for MemoryNotes {
    fn default() -> Self {
        Self::of_most(NOTES_MAX)
    }
}

impl MemoryNotes {
    /// So many at most.
    #[must_use]
    pub fn of_most(most: usize) -> Self {
        Self { kept: Mutex::default(), most }
    }

    /// Whether [`Notes::keep`] would keep something under the key now: for whoever writes it elsewhere first.
    ///
    /// # Errors
    /// [`NotesFull`].
    pub fn room_for(&self, key: &str, now: Timestamp) -> Result<(), NotesFull> {
        let mut kept = self.kept();
        if kept.len() >= self.most && !kept.contains_key(key) {
            kept.retain(|_, (_, until)| now < *until);
            if kept.len() >= self.most {
                return Err(NotesFull(kept.len()));
            }
        }
        Ok(())
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<String, (String, Timestamp)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, key: &str, value: String, now: Timestamp, until: Timestamp) -> Result<(), Cause> {
        self.room_for(key, now)?;
        self.kept().insert(key.to_owned(), (value, until));
        Ok(())
    }

    fn get(&self, key: &str, now: Timestamp) -> Option<String> {
        self.kept().get(key).filter(|(_, until)| now < *until).map(|(value, _)| value.clone())
    }
}

impl Notes for MemoryNotes {
    fn find(&self, key: &str, now: Timestamp) -> Task<Result<Option<String>, Cause>> {
        future::ready(Ok(self.get(key, now))).boxed()
    }

    fn keep(&self, key: &str, value: String, now: Timestamp, until: Timestamp) -> Task<Result<(), Cause>> {
        future::ready(self.put(key, value, now, until)).boxed()
    }

    fn claim(&self, key: &str, now: Timestamp, until: Timestamp) -> Task<Result<bool, Cause>> {
        // Nothing is awaited between looking and putting, but another thread may come between.
        let mut kept = self.kept();
        let free = kept.get(key).is_none_or(|(_, until)| now >= *until);
        if free {
            kept.insert(key.to_owned(), (String::new(), until));
        }
        future::ready(Ok(free)).boxed()
    }

    fn forget(&self, key: &str) -> Task<Result<(), Cause>> {
        self.kept().remove(key);
        future::ready(Ok(())).boxed()
    }
}
