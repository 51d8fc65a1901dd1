//! Garbage collection: what nothing leads to any more is cleared away, some time after it was last touched.
//!
//! Owns the rule of what is garbage and the order of clearing: rows before files, so that a crash leaves files that
//! nobody knows, which the next sweep finds, and never rows without files. A push in progress is safe because every
//! blob it sent, mounted or asked after was touched a short while ago, and because links stay while an upload is open.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use super::{Registry, RegistryError, blocking, digest::Digest, store};

/// Blobs cleared while pushes wait to finish.
const BATCH: u32 = 100;

/// A manifest of a repository, as far as sweeping goes.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) id: i64,
    pub(super) digest: String,
    pub(super) subject: Option<String>,
    pub(super) touched_at: i64,
    pub(super) is_tagged: bool,
}

/// The manifests of a repository and which of them lead to which.
#[derive(Clone, Debug, Default)]
pub(super) struct Graph {
    pub(super) members: Vec<Member>,
    /// From an index's row to a digest.
    pub(super) children: Vec<(i64, String)>,
}

/// Rows of the manifests that can go. What is tagged stays, and what was touched since then; with each goes everything
/// its index names and everything that is about it.
pub(super) fn mark(graph: &Graph, since: i64) -> Vec<i64> {
    let by_digest: HashMap<&str, i64> =
        graph.members.iter().map(|member| (member.digest.as_str(), member.id)).collect();
    let mut leads_to: HashMap<i64, Vec<i64>> = HashMap::new();
    for (from, digest) in &graph.children {
        if let Some(to) = by_digest.get(digest.as_str()) {
            leads_to.entry(*from).or_default().push(*to);
        }
    }
    for member in &graph.members {
        if let Some(about) = member.subject.as_deref().and_then(|subject| by_digest.get(subject)) {
            leads_to.entry(*about).or_default().push(member.id);
        }
    }
    let mut open: Vec<i64> =
        graph.members.iter().filter(|m| m.is_tagged || m.touched_at >= since).map(|m| m.id).collect();
    let mut alive: HashSet<i64> = open.iter().copied().collect();
    while let Some(id) = open.pop() {
        for next in leads_to.get(&id).into_iter().flatten() {
            if alive.insert(*next) {
                open.push(*next);
            }
        }
    }
    graph.members.iter().map(|member| member.id).filter(|id| !alive.contains(id)).collect()
}

/// What a sweep cleared.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Swept {
    pub(crate) uploads: u64,
    pub(crate) manifests: u64,
    pub(crate) blobs: u64,
    /// Files that no row knew: what a crash left.
    pub(crate) strays: u64,
}

impl Registry {
    /// Clears away what is garbage now.
    pub(crate) async fn sweep(self: &Arc<Self>) -> Result<Swept, RegistryError> {
        let now = self.clock.now();
        let before = |age: Duration| (now - age).as_microsecond();
        let mut swept = Swept::default();
        for id in store::uploads::untouched_since(&self.store, before(self.options.upload_retention)).await? {
            if let Some(id) = super::UploadId::parse(&id)
                && self.drop_upload(&id).await?
            {
                swept.uploads += 1;
            }
        }
        let links_since = before(self.options.grace);
        let untagged_since = self.options.untagged_retention.map(before);
        for repository in store::sweep::repositories(&self.store).await? {
            let lost = store::sweep::repository(&self.store, repository, untagged_since, links_since).await?;
            swept.manifests += lost.manifests;
        }
        loop {
            let cleared = self.clear_blobs(links_since).await?;
            swept.blobs += cleared;
            if cleared < u64::from(BATCH) {
                break;
            }
        }
        swept.strays = self.clear_strays().await?;
        Ok(swept)
    }

    async fn clear_blobs(self: &Arc<Self>, made_before: i64) -> Result<u64, RegistryError> {
        // Nobody may put a file in place between the row's end and the file's.
        let _alone = self.gate.write().await;
        let taken = store::sweep::take_unlinked(&self.store, made_before, BATCH).await?;
        let count = taken.len() as u64;
        let files = self.files.clone();
        blocking(move || taken.iter().try_for_each(|digest| files.remove_blob(digest))).await?;
        Ok(count)
    }

    /// Files without rows: a crash came between the file and the row, or between the row's end and the file's.
    async fn clear_strays(self: &Arc<Self>) -> Result<u64, RegistryError> {
        let mut strays = 0;
        let (files, grace) = (self.files.clone(), self.options.grace);
        let (blobs, uploads) =
            blocking(move || Ok((files.blobs_older_than(grace)?, files.uploads_older_than(grace)?))).await?;
        for digests in blobs.chunks(BATCH as usize) {
            let _alone = self.gate.write().await;
            let mut unknown: Vec<Digest> = Vec::new();
            for digest in digests {
                if !store::blobs::is_known(&self.store, digest).await? {
                    unknown.push(digest.clone());
                }
            }
            strays += unknown.len() as u64;
            let files = self.files.clone();
            blocking(move || unknown.iter().try_for_each(|digest| files.remove_blob(digest))).await?;
        }
        let known: HashSet<String> = store::uploads::all(&self.store).await?.into_iter().map(|(id, _)| id).collect();
        for id in uploads.into_iter().filter(|id| !known.contains(id.as_str())) {
            strays += 1;
            let files = self.files.clone();
            blocking(move || files.remove_upload(&id)).await?;
        }
        Ok(strays)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn graph() -> impl Strategy<Value = Graph> {
        let member = (0..12_i64, prop::option::of(0..12_i64), 0..10_i64, any::<bool>());
        let children = prop::collection::vec((0..12_i64, 0..14_i64), 0..20);
        (prop::collection::vec(member, 0..12), children).prop_map(|(members, children)| Graph {
            members: members
                .into_iter()
                .enumerate()
                .map(|(at, (_, subject, touched_at, is_tagged))| Member {
                    id: i64::try_from(at).expect("few"),
                    digest: format!("d{at}"),
                    subject: subject.map(|n| format!("d{n}")),
                    touched_at,
                    is_tagged,
                })
                .collect(),
            children: children.into_iter().map(|(from, to)| (from, format!("d{to}"))).collect(),
        })
    }

    proptest! {
        #[test]
        fn what_something_living_needs_stays_and_nothing_else_does(graph in graph(), since in 0..12_i64) {
            let dead: HashSet<i64> = mark(&graph, since).into_iter().collect();
            let digest = |id: i64| graph.members.iter().find(|m| m.id == id).map(|m| m.digest.as_str());
            let alive = |m: &&Member| !dead.contains(&m.id);
            for member in graph.members.iter().filter(alive) {
                for (_, child) in graph.children.iter().filter(|(from, _)| *from == member.id) {
                    prop_assert!(graph.members.iter().filter(|m| m.digest == *child).all(|m| !dead.contains(&m.id)));
                }
                for about in graph.members.iter().filter(|m| m.subject.as_deref() == digest(member.id)) {
                    prop_assert!(!dead.contains(&about.id));
                }
            }
            for member in graph.members.iter().filter(|m| m.is_tagged || m.touched_at >= since) {
                prop_assert!(!dead.contains(&member.id));
            }
            // Each survivor is a root, or some survivor leads to it.
            for member in graph.members.iter().filter(alive) {
                let is_root = member.is_tagged || member.touched_at >= since;
                let named = graph.children.iter().any(|(from, to)| *to == member.digest && digest(*from).is_some() && !dead.contains(from));
                let about = graph.members.iter().filter(alive).any(|m| member.subject.as_deref() == Some(&m.digest));
                prop_assert!(is_root || named || about, "{member:?}");
            }
        }
    }
}
