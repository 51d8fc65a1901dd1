//! What gateways of one installation may share where each request has a gateway of its own.

use crate::{
    access, audit, edge, images, links,
    ports::{MemoryNotes, Notes},
    streams, upstream,
};
use std::sync::Arc;

/// What was learnt of the cluster and saves asking again: data without anything under way in it. Clones are the same memory.
#[derive(Clone)]
pub struct Memory {
    pub(crate) configurations: Arc<upstream::Configurations>,
    pub(crate) images: Arc<images::Configs>,
    pub(crate) policies: Arc<access::Policies>,
    pub(crate) audits: Arc<audit::Kept>,
    pub(crate) guesses: Arc<links::Guesses>,
    pub(crate) buckets: Arc<edge::Buckets>,
    pub(crate) places: Arc<streams::Places>,
    pub(crate) notes: Arc<dyn Notes>,
}

impl Default for Memory {
    fn default() -> Self {
        Self::with_notes(Arc::new(MemoryNotes::default()))
    }
}

impl Memory {
    /// An empty memory with notes of sessions that outlive it, or that are shared with others.
    #[must_use]
    pub fn with_notes(notes: Arc<dyn Notes>) -> Self {
        let (configurations, images, policies, audits, guesses, buckets, places) = Default::default();
        Self { configurations, images, policies, audits, guesses, buckets, places, notes }
    }

    /// The same memory, asking these notes: for a host whose way to the notes belongs to the request.
    #[must_use]
    pub fn asking(self, notes: Arc<dyn Notes>) -> Self {
        Self { notes, ..self }
    }
}
