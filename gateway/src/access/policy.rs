//! What decides rights, compiled, remembered for each asker as long as the cluster says that nothing changed.
//!
//! The cluster is asked each time, with the asker's token and the tag of what is at hand: rights that were lost are lost here
//! too, and only what changed is read and compiled again.

use crate::{
    Gateway,
    session::Session,
    upstream::{FactsAnswer, UpstreamError},
};
use jiff::Timestamp;
use platform::permission::Policy;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Askers remembered at once. Facts of a large cluster are a few megabytes.
const ENTRIES_MAX: usize = 32;

/// What decides rights, as far as one asker may see it.
#[derive(Debug)]
pub(crate) struct Known {
    /// Ready for questions. About a thing that the asker manages it gives the same answers as the whole.
    pub(crate) policy: Policy,
    /// Whether it is everything of the cluster.
    pub(crate) whole: bool,
}

struct Entry {
    etag: String,
    known: Arc<Known>,
    used_at: Timestamp,
}

/// The policies at hand, by asker.
#[derive(Default)]
pub(crate) struct Policies(Mutex<HashMap<String, Entry>>);

impl Policies {
    fn entries(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        // Entries are replaced as a whole; no panic can leave half of one.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tag(&self, asker: &str) -> Option<String> {
        self.entries().get(asker).map(|entry| entry.etag.clone())
    }

    fn find(&self, asker: &str, now: Timestamp) -> Option<Arc<Known>> {
        let mut entries = self.entries();
        let entry = entries.get_mut(asker)?;
        entry.used_at = now;
        Some(entry.known.clone())
    }

    fn put(&self, asker: String, entry: Entry) {
        let mut entries = self.entries();
        if entries.len() >= ENTRIES_MAX && !entries.contains_key(&asker) {
            let oldest = entries.iter().min_by_key(|(_, entry)| entry.used_at).map(|(asker, _)| asker.clone());
            oldest.and_then(|oldest| entries.remove(&oldest));
        }
        entries.insert(asker, entry);
    }
}

/// What decides rights now, as far as the user may see it. None: the cluster has no audit extension.
pub(crate) async fn known(gateway: &Gateway, session: &Session) -> Result<Option<Arc<Known>>, UpstreamError> {
    let (policies, asker) = (gateway.policies(), session.principal());
    let mut tag = policies.tag(&asker);
    loop {
        match gateway.upstream().facts(session, None, tag.as_deref()).await? {
            FactsAnswer::NotOffered => return Ok(None),
            FactsAnswer::Unchanged => match policies.find(&asker, gateway.host().now()) {
                Some(known) => return Ok(Some(known)),
                // Forgotten meanwhile: asked again without a tag, which cannot be answered so.
                None if tag.is_some() => tag = None,
                None => return Ok(None),
            },
            FactsAnswer::Facts { facts, etag } => {
                let whole = facts.whole;
                let known = Arc::new(Known { policy: Policy::new(facts.facts), whole });
                if let Some(etag) = etag {
                    policies.put(asker, Entry { etag, known: known.clone(), used_at: gateway.host().now() });
                }
                return Ok(Some(known));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(revision: i64) -> Entry {
        let known = Arc::new(Known { policy: Policy::default(), whole: false });
        Entry { etag: revision.to_string(), known, used_at: Timestamp::from_second(revision).expect("a time") }
    }

    #[test]
    fn the_policy_unused_for_longest_makes_room() {
        let policies = Policies::default();
        for n in 0..ENTRIES_MAX {
            policies.put(format!("user {n}"), entry(i64::try_from(n).expect("small")));
        }
        let later = Timestamp::from_second(1000).expect("a time");
        assert!(policies.find("user 0", later).is_some());
        policies.put("one more".into(), entry(500));
        assert_eq!((policies.tag("user 0").as_deref(), policies.tag("user 1")), (Some("0"), None));
        assert_eq!(policies.entries().len(), ENTRIES_MAX);
    }
}
