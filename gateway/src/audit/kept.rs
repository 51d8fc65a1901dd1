//! What is remembered of audits: of each principal the last one, a bounded number of them.
//!
//! Where the cluster tags its facts, they are asked for again with the tag each time; only images, and facts that took a call for
//! each person, are taken as they were, for a short time.

use super::{Gathered, Images, People};
use crate::Gateway;
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// What was gathered with many calls is good for so long.
const FRESH: SignedDuration = SignedDuration::from_secs(60);
/// Audits remembered at once. One of a large cluster takes some megabytes.
const KEPT_MAX: usize = 16;

/// The last audit of each principal.
#[derive(Default)]
pub(crate) struct Kept(Mutex<HashMap<String, Arc<Known>>>);

/// An audit, and what tells whether it still holds.
pub(super) struct Known {
    pub(super) gathered: Arc<Gathered>,
    /// The cluster's tag of the facts, where it gives one.
    pub(super) etag: Option<String>,
    pub(super) images_at: Timestamp,
}

impl Known {
    pub(super) fn people_if_fresh(&self, gateway: &Gateway) -> Option<Arc<People>> {
        let is_fresh = gateway.host().now().duration_since(self.gathered.gathered_at) < FRESH;
        (is_fresh && self.etag.is_none()).then(|| self.gathered.people.clone())
    }

    pub(super) fn images_if_fresh(&self, gateway: &Gateway) -> Option<(Arc<Images>, Timestamp)> {
        let is_fresh = gateway.host().now().duration_since(self.images_at) < FRESH;
        is_fresh.then(|| (self.gathered.images.clone(), self.images_at))
    }
}

impl Kept {
    pub(super) fn get(&self, principal: &str) -> Option<Arc<Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(principal).cloned()
    }

    pub(super) fn put(&self, principal: String, known: Known) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX && !kept.contains_key(&principal) {
            let oldest = kept.iter().min_by_key(|(_, known)| known.gathered.gathered_at);
            if let Some(oldest) = oldest.map(|(principal, _)| principal.clone()) {
                kept.remove(&oldest);
            }
        }
        kept.insert(principal, Arc::new(known));
    }

    /// Forgets what a principal's own act has made untrue.
    pub(super) fn forget(&self, principal: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(principal);
    }
}
