//! The images list: all pages fetched one after the other, up to a bound, so that order and filter hold over all of them.

use super::jobs::Standing;
use crate::client::{Client, Failure, with_query};
use crate::paths::endpoint;
use crate::rules::images::{ImageFilter, Scope, selector_pairs};
use api::{
    Page,
    images::{Image, ImageSelector, Registry},
};
use leptos::{prelude::*, task::spawn_local};
use std::sync::Arc;

/// Images a page; the most that the gateway gives.
const PAGE: u32 = 1_000;
/// Images held at most. Beyond them the gateway looks for names.
const MOST: usize = 10_000;

/// How what is not on the list stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Rest {
    /// All is here.
    #[default]
    None,
    /// More pages are on their way.
    Coming,
    /// There are more than this page holds.
    TooMany,
    /// A later page could not be fetched.
    Broken(Failure),
}

/// The list, for as long as its page stands.
#[derive(Clone, Copy)]
pub(crate) struct ImageList {
    client: Client,
    asked: StoredValue<Option<Asked>>,
    images: RwSignal<Vec<Arc<Image>>>,
    pub(crate) standing: RwSignal<Standing>,
    pub(crate) rest: RwSignal<Rest>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    scope: Scope,
    selector: ImageSelector,
}

impl ImageList {
    /// An empty list; [`Self::follow`] fills it.
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            asked: StoredValue::new(None),
            images: RwSignal::new(Vec::new()),
            standing: RwSignal::new(Standing::Loading),
            rest: RwSignal::new(Rest::None),
        }
    }

    /// What is here so far. Tracks.
    pub(crate) fn images(self) -> Vec<Arc<Image>> {
        self.images.get()
    }

    /// Whether there is any. Tracks.
    pub(crate) fn any(self) -> bool {
        self.images.with(|images| !images.is_empty())
    }

    /// Follows the address: another scope is fetched anew. Words are this page's work alone while all images are here.
    pub(crate) fn follow(self, filter: &ImageFilter) {
        let same_scope = self.asked.with_value(|asked| asked.as_ref().is_some_and(|asked| asked.scope == filter.scope));
        let searched = self.asked.with_value(|asked| asked.as_ref().is_some_and(|asked| asked.selector.name.is_some()));
        let beyond = same_scope && (searched || self.rest.get_untracked() == Rest::TooMany);
        let asked = Asked { scope: filter.scope.clone(), selector: filter.selector(beyond) };
        if self.asked.with_value(|now| now.as_ref() == Some(&asked)) || (same_scope && !beyond) {
            return;
        }
        if !same_scope {
            self.images.set(Vec::new());
            self.standing.set(Standing::Loading);
        }
        self.asked.set_value(Some(asked));
        self.load();
    }

    /// Fetches all anew; what is shown stays until it comes.
    pub(crate) fn load(self) {
        let Some(asked) = self.asked.get_value() else { return };
        spawn_local(async move {
            let mut cursor = None;
            let mut first = true;
            loop {
                let selector = ImageSelector { limit: Some(PAGE), cursor, ..asked.selector.clone() };
                let path = with_query(endpoint::IMAGES, selector_pairs(&selector));
                let answer = self.client.get::<Page<Image>>(&path).await;
                if self.asked.try_get_value().flatten().as_ref() != Some(&asked) {
                    return;
                }
                let page = match answer {
                    Ok(page) => page,
                    Err(failure) if first => {
                        self.standing.set(Standing::Failed(failure));
                        return;
                    }
                    Err(failure) => {
                        self.rest.set(Rest::Broken(failure));
                        return;
                    }
                };
                let count = self.images.try_update(|images| {
                    if first {
                        images.clear();
                    }
                    images.extend(page.items.into_iter().map(Arc::new));
                    images.len()
                });
                first = false;
                cursor = page.next;
                let rest = match &cursor {
                    None => Rest::None,
                    Some(_) if count.unwrap_or(MOST) >= MOST => Rest::TooMany,
                    Some(_) => Rest::Coming,
                };
                let goes_on = rest == Rest::Coming;
                self.rest.set(rest);
                self.standing.set(Standing::Ready);
                if !goes_on {
                    return;
                }
            }
        });
    }

    /// Tries again after a failure.
    pub(crate) fn retry(self) {
        self.standing.set(Standing::Loading);
        self.load();
    }
}

/// Where images live and how to put some there.
pub(crate) fn registry(client: Client) -> LocalResource<Result<Registry, Failure>> {
    LocalResource::new(move || async move { client.get::<Registry>(endpoint::REGISTRY).await })
}
