//! One image: its tags, one version in full, who may use it, the jobs that do, and deleting.

use super::jobs::Standing;
use crate::client::{Client, Failure, with_query};
use crate::paths::{Version, endpoint};
use api::{
    Page,
    images::{Access, ImageDetail, Tag},
    jobs::Job,
};
use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;
use std::sync::Arc;

/// Tags a page: each may cost the cluster a look into a manifest.
const PAGE: u32 = 100;
/// Jobs of an image a page.
const JOBS_PAGE: usize = 50;

/// The tags of an image, for as long as its page stands.
#[derive(Clone, Copy)]
pub(crate) struct TagList {
    client: Client,
    repository: StoredValue<String>,
    next: RwSignal<Option<String>>,
    pub(crate) tags: RwSignal<Vec<Tag>>,
    pub(crate) standing: RwSignal<Standing>,
    pub(crate) loading_more: RwSignal<bool>,
}

impl TagList {
    /// Fetches the first page.
    pub(crate) fn open(client: Client, repository: String) -> Self {
        let list = Self {
            client,
            repository: StoredValue::new(repository),
            next: RwSignal::new(None),
            tags: RwSignal::new(Vec::new()),
            standing: RwSignal::new(Standing::Loading),
            loading_more: RwSignal::new(false),
        };
        list.load();
        list
    }

    /// Whether there are tags that are not here yet. Tracks.
    pub(crate) fn has_more(self) -> bool {
        self.next.with(Option::is_some)
    }

    /// Fetches the first page anew; what is shown stays until it comes.
    pub(crate) fn load(self) {
        spawn_local(async move {
            let standing = match self.fetch(None).await {
                Ok(page) => {
                    self.tags.try_set(page.items);
                    self.next.try_set(page.next);
                    Standing::Ready
                }
                Err(failure) => Standing::Failed(failure),
            };
            self.standing.try_set(standing);
        });
    }

    /// Fetches the next page, if there is one and none is on its way.
    pub(crate) fn load_more(self, on_failure: impl FnOnce(&Failure) + 'static) {
        let Some(cursor) = self.next.get_untracked().filter(|_| !self.loading_more.get_untracked()) else { return };
        self.loading_more.set(true);
        spawn_local(async move {
            let answer = self.fetch(Some(cursor)).await;
            if self.loading_more.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(page) => {
                    self.tags.update(|tags| tags.extend(page.items));
                    self.next.set(page.next);
                }
                Err(failure) => on_failure(&failure),
            }
        });
    }

    async fn fetch(self, cursor: Option<String>) -> Result<Page<Tag>, Failure> {
        let path = endpoint::image_tags(&self.repository.try_get_value().unwrap_or_default());
        let pairs = [("limit", Some(PAGE.to_string())), ("cursor", cursor)];
        let pairs = pairs.into_iter().filter_map(|(key, value)| value.map(|value| (key, value)));
        self.client.get(&with_query(&path, pairs)).await
    }
}

/// How one version stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Seen {
    Loading,
    Ready(Arc<ImageDetail>),
    Failed(Failure),
}

/// One version of an image, followed as another is chosen.
#[derive(Clone, Copy)]
pub(crate) struct DetailQuery {
    asked: RwSignal<u32>,
    pub(crate) seen: RwSignal<Seen>,
}

impl DetailQuery {
    /// Follows the version; without one there is nothing to see.
    pub(crate) fn follow(client: Client, repository: String, version: Memo<Option<Version>>) -> Self {
        let query = Self { asked: RwSignal::new(0), seen: RwSignal::new(Seen::Loading) };
        // Counted, so that an answer knows whether it is still waited for.
        let turn = StoredValue::new(0u32);
        Effect::new(move || {
            query.asked.track();
            let Some(version) = version.get() else { return };
            let mine = turn.get_value() + 1;
            turn.set_value(mine);
            query.seen.set(Seen::Loading);
            let reference = version.of(&repository);
            spawn_local(async move {
                let answer = detail(client, &reference).await;
                if turn.try_get_value() == Some(mine) {
                    query.seen.set(answer.map_or_else(Seen::Failed, |detail| Seen::Ready(Arc::new(detail))));
                }
            });
        });
        query
    }

    /// Asks again.
    pub(crate) fn reload(self) {
        self.asked.update(|n| *n += 1);
    }
}

/// What a tag or digest stands for.
pub(crate) async fn detail(client: Client, reference: &str) -> Result<ImageDetail, Failure> {
    client.get(&endpoint::image(reference)).await
}

/// Deletes a tag, or a digest with all its tags.
pub(crate) async fn delete(client: Client, reference: &str) -> Result<(), Failure> {
    client.delete(&endpoint::image(reference)).await
}

#[derive(Deserialize)]
struct Items<T> {
    items: Vec<T>,
}

/// Who may use an image.
pub(crate) fn access(client: Client, repository: &str) -> LocalResource<Result<Vec<Access>, Failure>> {
    let path = endpoint::image_access(repository);
    LocalResource::new(move || {
        let path = path.clone();
        async move { client.get::<Items<Access>>(&path).await.map(|answer| answer.items) }
    })
}

/// A page of the jobs that use a tag or digest; and whether the time for looking was over before it was full.
pub(crate) async fn jobs(
    client: Client,
    reference: &str,
    cursor: Option<String>,
) -> Result<(Page<Job>, bool), Failure> {
    let pairs = [("limit", JOBS_PAGE.to_string())].into_iter().chain(cursor.map(|cursor| ("cursor", cursor)));
    let page: Page<Job> = client.get(&with_query(&endpoint::image_jobs(reference), pairs)).await?;
    let is_cut = page.next.is_some() && page.items.len() < JOBS_PAGE;
    Ok((page, is_cut))
}
