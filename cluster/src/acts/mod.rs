//! What people do in and to jobs that the jobs' logs do not tell: written down before it is done, and for good.
//!
//! Does not know who may do what, nor how it is done. Of a command the program is kept, not its arguments: those may hold secrets.

mod store;
#[cfg(test)]
mod tests;

use platform::audit::{ActKind, ActsPage};

use crate::{
    history::By,
    store::{Store, StoreError},
};

/// Longer texts are cut: they are there to be read.
const DETAIL_MAX_CHARACTERS: usize = 256;

/// Which acts are asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) job: Option<String>,
    pub(crate) actor: Option<String>,
    /// Exclusive: the cursor of the page before.
    pub(crate) before: Option<i64>,
    pub(crate) limit: u32,
}

/// The acts of one cluster.
#[derive(Clone, Debug)]
pub(crate) struct Acts(Store);

impl Acts {
    pub(crate) fn new(store: Store) -> Self {
        Self(store)
    }

    /// Writes an act down; its number. It must not be done when this fails. Acts end what fills a disk, so the reserve is theirs.
    pub(crate) async fn record(&self, by: &By, act: ActKind, job: &str, detail: &str) -> Result<i64, StoreError> {
        let detail: String = detail.chars().take(DETAIL_MAX_CHARACTERS).collect();
        self.0.with_reserve(|| store::add(&self.0, by, act, job, &detail)).await
    }

    /// The number of the newest act; 0 where there is none.
    pub(crate) async fn last(&self) -> Result<i64, StoreError> {
        store::last(&self.0).await
    }

    /// Acts, the newest first.
    pub(crate) async fn list(&self, wanted: &Wanted) -> Result<ActsPage, StoreError> {
        let items = store::list(&self.0, wanted).await?;
        let is_full = u32::try_from(items.len()).is_ok_and(|found| found == wanted.limit);
        let cursor = items.last().filter(|_| is_full).map(|act| act.seq);
        Ok(ActsPage { items, cursor })
    }
}
