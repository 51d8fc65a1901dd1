//! `GET access`: who has access to a thing, and through what.

use super::{Known, Thing, known, words};
use crate::{Gateway, rescue::Failure, session::Session, upstream::UpstreamError};
use api::access::{Action, Basis, Grant, Holder, PrincipalKind, Reason, Sharing, Source};
use platform::{
    Uri,
    permission::{self, Policy},
};
use std::collections::{BTreeMap, HashMap};

/// Who has access, as far as the user may know.
pub(crate) async fn sharing(gateway: &Gateway, session: &Session, uri: &str) -> Result<Sharing, Failure> {
    let thing = Thing::parse(uri)?.with_aliases(gateway, session).await;
    let (thing, (action, basis, holders)) = match known(gateway, session).await.map_err(Failure::access)? {
        Some(known) => {
            let thing = thing.shared_by(|uri| known.policy.allows(&session.user, uri, permission::Action::Manage));
            let told = by_facts(&known, &thing, &session.user);
            (thing, told)
        }
        None => by_grants(gateway, session, thing).await.map_err(Failure::access)?,
    };
    let targets = thing.targets.iter().map(Uri::to_string).collect();
    Ok(Sharing { uri: thing.uri.to_string(), targets, action, basis, holders })
}

fn by_facts(known: &Known, thing: &Thing, asker: &str) -> (Option<Action>, Basis, Vec<Holder>) {
    let mut holders = holders(&known.policy, thing);
    let action = action_on(&known.policy, thing, asker);
    // The facts tell all about what the asker manages.
    let manages = |uri: &Uri| known.policy.allows(asker, uri, permission::Action::Manage);
    if known.whole || thing.targets.iter().chain(&thing.also).all(manages) {
        return (action, Basis::Facts, holders);
    }
    if action == Some(Action::Manage) {
        return (action, Basis::Grants, holders);
    }
    // Of a thing that the asker does not manage, the facts at hand tell of others only by chance.
    holders.retain(|holder| holder.principal == asker);
    (action, Basis::Own, holders)
}

/// Everybody with a right on any part of the thing.
fn holders(policy: &Policy, thing: &Thing) -> Vec<Holder> {
    let mut names: BTreeMap<&str, ()> = BTreeMap::new();
    for target in &thing.targets {
        for uri in thing.names_of(target) {
            names.extend(policy.who_may(uri).into_iter().map(|(name, _)| (name, ())));
        }
    }
    names.into_keys().map(|name| holder(policy, thing, name)).collect()
}

/// What somebody may do on all parts of the thing.
fn action_on(policy: &Policy, thing: &Thing, principal: &str) -> Option<Action> {
    let best = |target| {
        let rights = thing.names_of(target).map(|uri| policy.effective(principal, uri));
        words::action(rights.max().unwrap_or_default())
    };
    thing.targets.iter().map(best).min().flatten()
}

fn holder(policy: &Policy, thing: &Thing, principal: &str) -> Holder {
    let mut reasons: Vec<Reason> = Vec::new();
    for target in &thing.targets {
        for uri in thing.names_of(target) {
            for reason in policy.explain(principal, uri).into_iter().filter_map(words::reason) {
                if !reasons.contains(&reason) {
                    reasons.push(reason);
                }
            }
        }
    }
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.action));
    let facts = policy.facts();
    let here = facts.grants.iter().filter(|grant| grant.principal == principal && thing.targets.contains(&grant.uri));
    let grants = here.filter_map(|grant| {
        let (granted_by, granted_at) = (grant.granted_by.clone(), grant.granted_at);
        Some(Grant { uri: grant.uri.to_string(), action: words::action(grant.action)?, granted_by, granted_at })
    });
    Holder {
        principal: principal.to_owned(),
        kind: super::principals::kind_of(facts, principal),
        action: action_on(policy, thing, principal),
        grants: grants.collect(),
        reasons,
    }
}

/// From the standard calls: the user's own rights, and what others were granted of it.
async fn by_grants(
    gateway: &Gateway,
    session: &Session,
    thing: Thing,
) -> Result<(Thing, (Option<Action>, Basis, Vec<Holder>)), UpstreamError> {
    let upstream = gateway.upstream();
    let mut own = HashMap::new();
    for uri in thing.targets.iter().chain(&thing.also) {
        own.insert(uri.clone(), upstream.action_on(session, uri).await?);
    }
    let thing = thing.shared_by(|uri| own[uri] == permission::Action::Manage);
    let best = |target| words::action(thing.names_of(target).map(|uri| own[uri]).max().unwrap_or_default());
    let action = thing.targets.iter().map(best).min().flatten();
    let mut granted: Vec<(String, Uri, Action)> = Vec::new();
    // The whole lists: a platform that is asked about a thing tells what lies below it, not what reaches it from above.
    let (mine, others) =
        futures::join!(upstream.grants_of(session, &session.user, None), upstream.shared_grants(session, None));
    let mine = mine?.into_iter().map(|one| (session.user.clone(), one.uri, one.action));
    let others = others?.into_iter().map(|one| (one.user, one.uri, one.action));
    granted.extend(mine.chain(others).filter_map(|(who, uri, action)| Some((who, uri, words::action(action)?))));
    granted.retain(|(_, uri, _)| thing.targets.iter().chain(&thing.also).any(|target| uri.covers(target)));
    granted.sort();
    granted.dedup();
    let mut holders = from_grants(&thing, &granted);
    let basis = if action == Some(Action::Manage) { Basis::Grants } else { Basis::Own };
    if basis == Basis::Own {
        holders.retain(|holder| holder.principal == session.user);
    }
    // What the user may do is known for sure; the grants that are told may not account for it.
    match holders.iter_mut().find(|holder| holder.principal == session.user) {
        Some(own) => own.action = action,
        None if action.is_some() => {
            let (principal, kind) = (session.user.clone(), PrincipalKind::User);
            holders.push(Holder { principal, kind, action, grants: Vec::new(), reasons: Vec::new() });
        }
        None => {}
    }
    Ok((thing, (action, basis, holders)))
}

/// Those whom the grants name.
fn from_grants(thing: &Thing, granted: &[(String, Uri, Action)]) -> Vec<Holder> {
    let mut by_name: BTreeMap<&str, Vec<(&Uri, Action)>> = BTreeMap::new();
    for (who, uri, action) in granted {
        by_name.entry(who).or_default().push((uri, *action));
    }
    by_name
        .into_iter()
        .map(|(principal, held)| {
            let best = |target| {
                let reaching = held.iter().filter(|(uri, _)| thing.names_of(target).any(|name| uri.covers(name)));
                reaching.map(|(_, action)| *action).max()
            };
            let here = held.iter().filter(|(uri, _)| thing.targets.contains(uri));
            let grant = |(uri, action): &(&Uri, Action)| Grant {
                uri: uri.to_string(),
                action: *action,
                granted_by: None,
                granted_at: None,
            };
            let reason = |(uri, action): &(&Uri, Action)| Reason {
                action: *action,
                uri: uri.to_string(),
                via: Vec::new(),
                source: Source::Grant { by: None, at: None },
            };
            let mut reasons: Vec<Reason> = held.iter().map(reason).collect();
            reasons.sort_by_key(|reason| std::cmp::Reverse(reason.action));
            Holder {
                principal: principal.to_owned(),
                kind: PrincipalKind::Unknown,
                action: thing.targets.iter().map(best).min().flatten(),
                grants: here.map(grant).collect(),
                reasons,
            }
        })
        .collect()
}
