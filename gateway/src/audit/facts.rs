//! Facts in one call, and who has left, where the cluster has the audit extension.

use super::{People, Progress};
use crate::{
    Gateway,
    session::Session,
    upstream::{FactsAnswer, HistorySelector, UpstreamError},
};
use api::audit::{AuditCapability, AuditGap, AuditStep};
use jiff::Timestamp;
use platform::{
    Uri,
    audit::ChangeKind,
    permission::{Action, Facts, Policy},
};
use std::collections::BTreeSet;

/// Entries of history in one page, and pages looked through for those who left.
const PAGE: u32 = 1_000;
const PAGES_MAX: usize = 20;

/// What the cluster says.
pub(super) enum Answer {
    /// It has no such extension.
    NotOffered,
    /// What the tag stands for still holds.
    Unchanged,
    /// These, and their tag.
    Facts(People, Option<String>),
}

pub(super) async fn gather(
    gateway: &Gateway,
    session: &Session,
    at: Option<Timestamp>,
    known: Option<&str>,
    progress: &Progress,
) -> Result<Answer, UpstreamError> {
    let (mut answer, etag) = match gateway.upstream().facts(session, at, known).await? {
        FactsAnswer::NotOffered => return Ok(Answer::NotOffered),
        FactsAnswer::Unchanged => return Ok(Answer::Unchanged),
        FactsAnswer::Facts { facts, etag } => (facts, etag),
    };
    let knows_places = answer.whole || knows_places(&answer.facts, &session.user);
    // Who has a place that the viewer does not see has not left.
    let left = if knows_places { left(gateway, session, at, &answer.facts).await? } else { Vec::new() };
    answer.facts.grants.retain(|grant| reaches_images(&grant.uri));
    progress.tell(AuditStep::People, answer.facts.principals.len(), Some(answer.facts.principals.len()));
    let capability = AuditCapability { history: true, atomic: true };
    let gaps = if knows_places { Vec::new() } else { vec![AuditGap::Places] };
    let people = People { facts: answer.facts, left, whole: answer.whole, gaps, capability };
    Ok(Answer::Facts(people, etag))
}

/// Whether the viewer's part of the facts tells who belongs to the organisations whose images the viewer sees: that is told to their
/// members and to who manages them.
fn knows_places(facts: &Facts, viewer: &str) -> bool {
    let policy = Policy::new(facts.clone());
    let known = |org: &String| {
        let uri = Uri::try_new("org", [&facts.cluster, org]);
        facts.org_members.iter().any(|member| member.principal == viewer && member.org == *org)
            || uri.is_ok_and(|uri| policy.allows(viewer, &uri, Action::Manage))
    };
    let mut seen = policy.permissions_of(viewer).filter(|right| right.uri.scheme() == "image");
    seen.all(|right| right.uri.segments().get(1).is_some_and(known))
}

/// Whether a grant is one on images, or gives a role that may have such.
pub(super) fn reaches_images(uri: &Uri) -> bool {
    matches!(uri.scheme(), "image" | "role")
}

/// Who had a place in an organisation and has none in any any more.
async fn left(
    gateway: &Gateway,
    session: &Session,
    at: Option<Timestamp>,
    facts: &Facts,
) -> Result<Vec<String>, UpstreamError> {
    let mut wanted = HistorySelector {
        kind: Some(ChangeKind::OrgMember),
        // What happened at that very moment belongs to it; the end of a history is exclusive.
        until: at.and_then(|at| at.checked_add(jiff::SignedDuration::from_micros(1)).ok()),
        limit: Some(PAGE),
        ..HistorySelector::default()
    };
    let mut gone = BTreeSet::new();
    for _ in 0..PAGES_MAX {
        let Some(page) = gateway.upstream().access_history(session, &wanted).await? else { break };
        let entries = page.items.into_iter();
        // A server that does not know the parameter tells of everything.
        let ended = entries.filter(|entry| entry.kind == ChangeKind::OrgMember && entry.after.is_none());
        gone.extend(ended.map(|entry| entry.principal));
        wanted.cursor = page.cursor;
        if wanted.cursor.is_none() {
            break;
        }
    }
    for name in facts.org_members.iter().map(|member| &member.principal) {
        gone.remove(name);
    }
    for name in facts.members.iter().map(|member| &member.principal) {
        gone.remove(name);
    }
    Ok(gone.into_iter().collect())
}
