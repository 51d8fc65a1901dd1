//! The audit of image permissions: gathers who was granted what, tells it as lines or as a file, and takes grants back.
//!
//! Owns the gathering, bounded in number and time, and what is remembered of it. Computes rights by the platform's own rules
//! (`platform::permission`) and decides none: what the caller may not see, the cluster does not tell.

mod calls;
mod csv;
mod export;
mod facts;
mod gather;
mod images;
mod kept;
mod lines;
mod record;
mod revoke;

pub(crate) use export::{Export, Wanted, download};
pub(crate) use kept::Kept;
pub(crate) use lines::lines;
pub(crate) use revoke::revoke;

use api::audit::{AuditCapability, AuditEvent, AuditGap, AuditImage, AuditStep};
use futures::channel::mpsc;
use jiff::Timestamp;
use platform::permission::{Facts, Review, Reviewed};
use std::sync::Arc;

/// Everything an audit knows.
pub(crate) struct Gathered {
    pub(crate) people: Arc<People>,
    pub(crate) images: Arc<Images>,
    /// The moment asked about; None: now.
    pub(crate) at: Option<Timestamp>,
    pub(crate) gathered_at: Timestamp,
}

/// What decides rights.
pub(crate) struct People {
    pub(crate) facts: Facts,
    /// Who was in an organisation and is in none any more.
    pub(crate) left: Vec<String>,
    pub(crate) whole: bool,
    pub(crate) gaps: Vec<AuditGap>,
    pub(crate) capability: AuditCapability,
}

/// The images there are, and their last use.
pub(crate) struct Images {
    pub(crate) items: Vec<AuditImage>,
    pub(crate) gaps: Vec<AuditGap>,
}

impl Gathered {
    /// Whatever one does not know.
    pub(crate) fn gaps(&self) -> Vec<AuditGap> {
        self.people.gaps.iter().chain(&self.images.gaps).copied().collect()
    }

    /// Every right, computed.
    pub(crate) fn review(&self) -> Review {
        let things = self.images.items.iter();
        let things = things.map(|image| Reviewed { uri: image.uri.clone(), is_unused: image.used_at().is_none() });
        let left = self.people.left.iter().cloned().collect();
        let review = Review::new(self.people.facts.clone(), things.collect(), &left);
        if self.people.gaps.contains(&AuditGap::Places) { review.without_places() } else { review }
    }
}

/// Tells whoever waits how far the gathering has come. What nobody listens to is left out.
#[derive(Clone)]
pub(crate) struct Progress(Option<mpsc::Sender<AuditEvent>>);

impl Progress {
    /// For nobody.
    pub(crate) fn unheard() -> Self {
        Self(None)
    }

    /// Whether somebody looks on.
    fn is_heard(&self) -> bool {
        self.0.is_some()
    }

    fn tell(&self, step: AuditStep, done: usize, total: Option<usize>) {
        if let Some(mut sender) = self.0.clone() {
            // Full: the next one says more.
            drop(sender.try_send(AuditEvent::Progress { step, done: done as u64, total: total.map(|n| n as u64) }));
        }
    }
}
