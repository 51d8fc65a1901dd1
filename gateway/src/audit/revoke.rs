//! Takes back an explicit list of grants: all or none where the cluster can, else one by one, and tells what became of each.

use crate::{
    Gateway,
    rescue::{Failure, Told, sentence, tell},
    session::Session,
    upstream::{FactsAnswer, UpstreamError},
};
use api::{
    Code, HEARTBEAT_SECS, Problem,
    audit::{REVOCATIONS_MAX, Revocation, RevocationEvent, RevocationOutcome},
};
use axum::body::Body;
use futures::{
    Stream, StreamExt,
    future::{Either, select},
    stream,
};
use http::StatusCode;
use platform::{
    Uri,
    audit::GrantChange,
    permission::{Action, Grant, Permission},
};
use std::{
    collections::{HashMap, HashSet},
    io,
    pin::Pin,
    sync::Arc,
    time::Duration,
};

type Rows = Pin<Box<dyn Stream<Item = RevocationEvent> + Send>>;

/// The answer's body: NDJSON of [`RevocationEvent`], which ends with `done`.
pub(crate) async fn revoke(gateway: &Gateway, session: Arc<Session>, items: Vec<Revocation>) -> Result<Body, Failure> {
    check(&items)?;
    let rows: Rows = match gateway.upstream().facts(&session, None, None).await? {
        FactsAnswer::Facts { facts, .. } => {
            let rows = all_or_none(gateway, &session, &items, &facts.facts.grants).await?;
            Box::pin(stream::iter(rows))
        }
        FactsAnswer::NotOffered | FactsAnswer::Unchanged => {
            Box::pin(one_by_one(gateway.clone(), session.clone(), items))
        }
    };
    gateway.audits().forget(&session.principal());
    Ok(body(gateway.clone(), rows))
}

fn check(items: &[Revocation]) -> Result<(), Failure> {
    if items.is_empty() || items.len() > REVOCATIONS_MAX {
        return Err(Failure::invalid("items", format!("Name 1 to {REVOCATIONS_MAX} grants.")));
    }
    let mut seen = HashSet::new();
    for (n, item) in items.iter().enumerate() {
        if item.action < Action::Read {
            return Err(Failure::invalid(format!("items[{n}].action"), "A grant is read, write or manage."));
        }
        if !seen.insert((&item.principal, &item.uri)) {
            return Err(Failure::invalid(format!("items[{n}]"), "This grant stands in the list twice."));
        }
    }
    Ok(())
}

/// Rows of a list that was done, or of one that was not and why.
async fn all_or_none(
    gateway: &Gateway,
    session: &Session,
    items: &[Revocation],
    grants: &[Grant],
) -> Result<Vec<RevocationEvent>, Failure> {
    if let Some(rows) = conflicts(items, grants) {
        return Ok(rows);
    }
    let changes = items.iter().map(|item| GrantChange {
        principal: item.principal.clone(),
        uri: item.uri.clone(),
        from: Some(item.action),
        to: None,
    });
    match gateway.upstream().change_grants(session, changes.collect()).await {
        Ok(_) => {
            let rows = (0..).zip(items).map(|(index, _)| row(index, RevocationOutcome::Revoked));
            let revoked = u32::try_from(items.len()).unwrap_or(u32::MAX);
            Ok(rows.chain([RevocationEvent::Done { revoked, atomic: true }]).collect())
        }
        Err(UpstreamError::Refused { status: StatusCode::CONFLICT, error, .. }) => {
            // Somebody was quicker: which ones, the facts of now say.
            if let FactsAnswer::Facts { facts, .. } = gateway.upstream().facts(session, None, None).await?
                && let Some(rows) = conflicts(items, &facts.facts.grants)
            {
                return Ok(rows);
            }
            let message = error.map_or_else(|| "A grant of the list has changed.".to_owned(), |said| sentence(&said));
            Ok(refused(items, |_| true, &problem(Code::Conflict, message)))
        }
        Err(UpstreamError::Refused { status, error, missing, retry_after_secs }) => {
            let lacks = |uri: &Uri| missing.is_empty() || missing.iter().any(|lacking| lacking.uri == *uri);
            let failure: Failure =
                UpstreamError::Refused { status, error, missing: missing.clone(), retry_after_secs }.into();
            let Told { code, message, .. } = tell(&failure);
            if code == Code::SignedOut {
                return Err(failure);
            }
            Ok(refused(items, |item| lacks(&item.uri), &problem(code, message)))
        }
        Err(error) => Err(error.into()),
    }
}

/// Every row, where any is no longer what the list says.
fn conflicts(items: &[Revocation], grants: &[Grant]) -> Option<Vec<RevocationEvent>> {
    let held: HashMap<(&str, &Uri), &Grant> =
        grants.iter().map(|grant| ((grant.principal.as_str(), &grant.uri), grant)).collect();
    let now = |item: &Revocation| held.get(&(item.principal.as_str(), &item.uri)).copied();
    if items.iter().all(|item| now(item).map(|grant| grant.action) == Some(item.action)) {
        return None;
    }
    let rows = (0..).zip(items).map(|(index, item)| match now(item) {
        Some(grant) if grant.action == item.action => row(index, RevocationOutcome::Kept),
        other => {
            let by = other.and_then(|grant| Some((grant.granted_by.as_deref()?, grant.granted_at?)));
            changed(index, item, other.map(|grant| grant.action), by)
        }
    });
    Some(rows.chain([RevocationEvent::Done { revoked: 0, atomic: true }]).collect())
}

/// Rows of a list that was refused as a whole because of some.
fn refused(items: &[Revocation], is_at_fault: impl Fn(&Revocation) -> bool, why: &Problem) -> Vec<RevocationEvent> {
    let rows = (0..).zip(items).map(|(index, item)| {
        if is_at_fault(item) {
            let problem = Some(why.clone());
            RevocationEvent::Row { index, outcome: RevocationOutcome::Failed, now: None, problem }
        } else {
            row(index, RevocationOutcome::Kept)
        }
    });
    rows.chain([RevocationEvent::Done { revoked: 0, atomic: true }]).collect()
}

/// Each grant is looked at and taken back in turn. When the session ends on the way, the rest is kept.
fn one_by_one(
    gateway: Gateway,
    session: Arc<Session>,
    items: Vec<Revocation>,
) -> impl Stream<Item = RevocationEvent> + Send {
    struct Doing {
        gateway: Gateway,
        session: Arc<Session>,
        items: std::vec::IntoIter<Revocation>,
        index: u32,
        revoked: u32,
        signed_out: bool,
        is_done: bool,
    }
    let items = items.into_iter();
    let doing = Doing { gateway, session, items, index: 0, revoked: 0, signed_out: false, is_done: false };
    stream::unfold(doing, async |mut doing| {
        let Some(item) = doing.items.next() else {
            let end = RevocationEvent::Done { revoked: doing.revoked, atomic: false };
            return (!std::mem::replace(&mut doing.is_done, true)).then_some((end, doing));
        };
        let index = doing.index;
        doing.index += 1;
        if doing.signed_out {
            return Some((row(index, RevocationOutcome::Kept), doing));
        }
        let row = match one(&doing.gateway, &doing.session, &item).await {
            Ok(None) => {
                doing.revoked += 1;
                row(index, RevocationOutcome::Revoked)
            }
            Ok(Some(now)) => changed(index, &item, now, None),
            Err(error) => {
                let Told { code, message, .. } = tell(&error.into());
                doing.signed_out = code == Code::SignedOut;
                let problem = Some(problem(code, message));
                RevocationEvent::Row { index, outcome: RevocationOutcome::Failed, now: None, problem }
            }
        };
        Some((row, doing))
    })
}

/// Takes one grant back. `Some`: it was left alone, for now there is this one, or none.
async fn one(gateway: &Gateway, session: &Session, item: &Revocation) -> Result<Option<Option<Action>>, UpstreamError> {
    let held = gateway.upstream().grants_of(session, &item.principal, Some(&item.uri)).await?;
    let exactly = held.iter().filter(|Permission { uri, .. }| *uri == item.uri);
    let now = exactly.map(|permission| permission.action).max();
    if now != Some(item.action) {
        return Ok(Some(now));
    }
    match gateway.upstream().revoke_grants(session, &item.principal, std::slice::from_ref(&item.uri)).await {
        Ok(()) => Ok(None),
        // "Operation has no effect"
        Err(UpstreamError::Refused { status: StatusCode::BAD_REQUEST, .. }) => Ok(Some(None)),
        Err(error) => Err(error),
    }
}

fn row(index: u32, outcome: RevocationOutcome) -> RevocationEvent {
    RevocationEvent::Row { index, outcome, now: None, problem: None }
}

fn changed(index: u32, item: &Revocation, now: Option<Action>, by: Option<(&str, jiff::Timestamp)>) -> RevocationEvent {
    let Revocation { principal, uri, action } = item;
    let was = action.as_str();
    let mut message = match now {
        None => format!("{principal} is granted nothing on {uri} any more; the list says {was}."),
        Some(now) => format!("{principal} is granted {} on {uri} now; the list says {was}.", now.as_str()),
    };
    if let Some((who, at)) = by.filter(|_| now.is_some()) {
        message.push_str(&format!(" {who} changed it at {at}."));
    }
    let problem = Some(problem(Code::Conflict, message));
    RevocationEvent::Row { index, outcome: RevocationOutcome::Changed, now, problem }
}

fn problem(code: Code, message: String) -> Problem {
    Problem { code, message, request_id: String::new(), field: None }
}

/// The rows as lines, with a heartbeat while one takes long. A page that goes away stops the list between two grants.
fn body(gateway: Gateway, rows: Rows) -> Body {
    Body::from_stream(stream::unfold((gateway, Some(rows)), async |(gateway, rows)| {
        let mut rows = rows?;
        let silence = gateway.host().sleep(Duration::from_secs(HEARTBEAT_SECS));
        let event = match select(rows.next(), silence).await {
            Either::Left((event, _)) => event?,
            Either::Right(_) => RevocationEvent::Heartbeat,
        };
        let mut line = serde_json::to_vec(&event).expect("the contract's types always serialise");
        line.push(b'\n');
        Some((Ok::<_, io::Error>(line), (gateway, Some(rows))))
    }))
}
