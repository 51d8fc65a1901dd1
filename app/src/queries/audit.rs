//! The facts of an audit, gathered line by line, and every right that follows from them, computed here.

use super::jobs::Standing;
use crate::client::{Client, Failure, Leash, json};
use crate::paths::endpoint;
use crate::stores::browser;
use api::audit::{
    Acts, ActsSelector, AuditCapability, AuditEvent, AuditGap, AuditImage, AuditStep, History, HistorySelector,
    Revocation, RevocationEvent, Revocations,
};
use jiff::Timestamp;
use leptos::{prelude::*, task::spawn_local};
use platform::permission::{Facts, Review, Reviewed};
use std::{collections::HashSet, ops::ControlFlow, sync::Arc};

/// Marks around the computing of every right.
const RIGHTS_BEGIN: &str = "audit-rights-begin";
const RIGHTS_END: &str = "audit-rights-end";

/// An audit, whole.
pub(crate) struct Audit {
    pub(crate) review: Review,
    /// In the order of the review's things.
    pub(crate) images: Vec<AuditImage>,
    /// Everything of the cluster, or only what the reader manages and has.
    pub(crate) whole: bool,
    pub(crate) gaps: Vec<AuditGap>,
    pub(crate) capability: AuditCapability,
    pub(crate) gathered_at: Timestamp,
}

/// How far the gathering has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) images: u64,
    pub(crate) people: u64,
    /// 0: not known yet.
    pub(crate) people_total: u64,
}

/// An audit as it is now, or was at a moment, for as long as its page stands.
#[derive(Clone, Copy)]
pub(crate) struct AuditQuery {
    client: Client,
    leash: Leash,
    /// Which of several requests is the latest.
    turn: StoredValue<u32>,
    pub(crate) standing: RwSignal<Standing>,
    pub(crate) progress: RwSignal<Progress>,
    /// The last one that came.
    pub(crate) audit: RwSignal<Option<Arc<Audit>>>,
}

/// What has come so far.
#[derive(Default)]
struct Parts {
    facts: Facts,
    images: Vec<AuditImage>,
    left: HashSet<String>,
}

/// How an audit ends.
enum End {
    Whole(Box<Audit>),
    Failed(Failure),
}

impl AuditQuery {
    /// An empty one; [`Self::load`] fills it.
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            leash: Leash::new(),
            turn: StoredValue::new(0),
            standing: RwSignal::new(Standing::Loading),
            progress: RwSignal::new(Progress::default()),
            audit: RwSignal::new(None),
        }
    }

    /// Gathers anew, as it is now or was at a moment (RFC 3339). What is shown stays until it comes.
    pub(crate) fn load(self, at: Option<String>) {
        let turn = self.turn.try_update_value(|turn| {
            *turn += 1;
            *turn
        });
        let is_latest = move || self.turn.try_get_value() == turn;
        self.progress.set(Progress::default());
        self.standing.set(Standing::Loading);
        spawn_local(async move {
            let mut parts = Parts::default();
            let mut end = None;
            let path = endpoint::audit(at.as_deref());
            let heard = self.client.get_lines(&path, self.leash, |line| {
                let flow = match json::read_audit_event(line) {
                    Ok(event) => parts.take(event, |change| {
                        if is_latest() {
                            self.progress.try_update(change);
                        }
                    }),
                    Err(_) => ControlFlow::Break(End::Failed(Failure::Nonsense { status: 200 })),
                };
                match flow {
                    ControlFlow::Continue(()) => ControlFlow::Continue(()),
                    ControlFlow::Break(how) => {
                        end = Some(how);
                        ControlFlow::Break(())
                    }
                }
            });
            let heard = heard.await;
            if !is_latest() {
                return;
            }
            let failure = match (heard, end) {
                (_, Some(End::Whole(audit))) => {
                    self.audit.set(Some(Arc::new(*audit)));
                    self.standing.set(Standing::Ready);
                    return;
                }
                (_, Some(End::Failed(failure))) | (Err(failure), None) => failure,
                (Ok(()), None) => Failure::BrokenOff,
            };
            self.standing.set(Standing::Failed(failure));
        });
    }
}

impl Parts {
    fn take(&mut self, event: AuditEvent, progress: impl FnOnce(&dyn Fn(&mut Progress))) -> ControlFlow<End> {
        match event {
            AuditEvent::Progress { step, done, total } => progress(&|progress| match step {
                AuditStep::Images => progress.images = done,
                AuditStep::People => {
                    progress.people = done;
                    progress.people_total = total.unwrap_or_default();
                }
                AuditStep::Jobs | AuditStep::Unknown => {}
            }),
            AuditEvent::Images { items } => self.images.extend(items),
            AuditEvent::Principals { items } => self.facts.principals.extend(items),
            AuditEvent::Grants { items } => self.facts.grants.extend(items),
            AuditEvent::Members { items } => self.facts.members.extend(items),
            AuditEvent::OrgMembers { items } => self.facts.org_members.extend(items),
            AuditEvent::Left { items } => self.left.extend(items),
            AuditEvent::Heartbeat | AuditEvent::Unknown => {}
            AuditEvent::Failed { problem } => return ControlFlow::Break(End::Failed(Failure::Problem(problem))),
            AuditEvent::Done { cluster, whole, gathered_at, gaps, capability, at: _ } => {
                let Self { mut facts, images, left } = std::mem::take(self);
                facts.cluster = cluster;
                let things = images
                    .iter()
                    .map(|image| Reviewed { uri: image.uri.clone(), is_unused: image.used_at().is_none() });
                browser::mark(RIGHTS_BEGIN);
                let review = Review::new(facts, things.collect(), &left);
                let review = if gaps.contains(&AuditGap::Places) { review.without_places() } else { review };
                browser::mark(RIGHTS_END);
                let audit = Audit { review, images, whole, gaps, capability, gathered_at };
                return ControlFlow::Break(End::Whole(Box::new(audit)));
            }
        }
        ControlFlow::Continue(())
    }
}

/// A page of history.
pub(crate) async fn history(client: Client, selector: &HistorySelector) -> Result<History, Failure> {
    client.get(&crate::client::with_query(endpoint::AUDIT_HISTORY, selector.to_pairs())).await
}

/// A page of what was done in jobs.
pub(crate) async fn acts(client: Client, selector: &ActsSelector) -> Result<Acts, Failure> {
    client.get(&crate::client::with_query(endpoint::AUDIT_ACTS, selector.to_pairs())).await
}

/// Takes grants back; tells each row's end, and how many were taken back in all.
///
/// # Errors
/// A refusal of the whole list, or a break: what was told by then is true.
pub(crate) async fn revoke(
    client: Client,
    items: Vec<Revocation>,
    leash: Leash,
    mut tell: impl FnMut(RevocationEvent),
) -> Result<u32, Failure> {
    let mut total = None;
    let mut is_nonsense = false;
    let list = Revocations { items };
    let heard =
        client.post_lines(endpoint::AUDIT_REVOCATIONS, &list, leash, |line| match json::read_revocation_event(line) {
            Ok(RevocationEvent::Done { revoked, .. }) => {
                total = Some(revoked);
                ControlFlow::Break(())
            }
            Ok(event) => {
                tell(event);
                ControlFlow::Continue(())
            }
            Err(_) => {
                is_nonsense = true;
                ControlFlow::Break(())
            }
        });
    heard.await?;
    if is_nonsense {
        return Err(Failure::Nonsense { status: 200 });
    }
    total.ok_or(Failure::BrokenOff)
}
