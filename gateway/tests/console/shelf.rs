//! A store of links in memory.

use futures::{FutureExt, future::ready};
use gateway::{LinkStore, LinkStoreError, LinksOf, LinksPage, StoredLink, TokenHash, ports::Task};
use jiff::Timestamp;
use std::sync::Mutex;

/// What the tests look into.
#[derive(Default)]
pub(crate) struct Shelf(pub(crate) Mutex<Vec<StoredLink>>);

impl Shelf {
    fn with<T: Send + 'static>(&self, work: impl FnOnce(&mut Vec<StoredLink>) -> T) -> Task<Result<T, LinkStoreError>> {
        ready(Ok(work(&mut self.0.lock().expect("unpoisoned")))).boxed()
    }
}

fn belongs(of: &LinksOf, link: &StoredLink) -> bool {
    match of {
        LinksOf::Cluster(cluster) => link.cluster == *cluster,
        LinksOf::Author(cluster, author) => link.cluster == *cluster && link.author == *author,
        LinksOf::Job(cluster, job) => link.cluster == *cluster && link.job == *job,
    }
}

impl LinkStore for Shelf {
    fn put(&self, link: StoredLink) -> Task<Result<(), LinkStoreError>> {
        self.with(|links| links.push(link))
    }

    fn find(&self, hash: TokenHash) -> Task<Result<Option<StoredLink>, LinkStoreError>> {
        self.with(|links| links.iter().find(|link| link.hash == hash).cloned())
    }

    fn get(&self, ids: Vec<String>) -> Task<Result<Vec<StoredLink>, LinkStoreError>> {
        self.with(|links| links.iter().filter(|link| ids.contains(&link.id)).cloned().collect())
    }

    fn list(&self, of: LinksOf, page: LinksPage) -> Task<Result<Vec<StoredLink>, LinkStoreError>> {
        self.with(|links| {
            let mut list: Vec<_> = links.iter().filter(|link| belongs(&of, link)).cloned().collect();
            list.sort_by(|a, b| (b.created_at, &b.id).cmp(&(a.created_at, &a.id)));
            list.retain(|link| {
                let key = (link.created_at, link.id.clone());
                link.expires_at > page.living_at && page.after.as_ref().is_none_or(|after| key < *after)
            });
            list.truncate(page.limit);
            list
        })
    }

    fn remove(&self, ids: Vec<String>) -> Task<Result<Vec<String>, LinkStoreError>> {
        self.with(|links| links.extract_if(.., |link| ids.contains(&link.id)).map(|link| link.id).collect())
    }

    fn remove_job(&self, cluster: String, job: String) -> Task<Result<u64, LinkStoreError>> {
        self.with(|links| links.extract_if(.., |link| link.cluster == cluster && link.job == job).count() as u64)
    }

    fn count(&self, id: String, views: u64, at: Timestamp) -> Task<Result<(), LinkStoreError>> {
        self.with(|links| {
            for link in links.iter_mut().filter(|link| link.id == id) {
                (link.views, link.last_viewed_at) = (link.views + views, Some(at));
            }
        })
    }

    fn sweep(
        &self,
        of: LinksOf,
        ended_before: Timestamp,
        limit: usize,
    ) -> Task<Result<Vec<StoredLink>, LinkStoreError>> {
        self.with(|links| {
            links.extract_if(.., |link| belongs(&of, link) && link.expires_at <= ended_before).take(limit).collect()
        })
    }
}
