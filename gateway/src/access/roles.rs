//! `access/roles`: sets of grants that others are given.

use super::{Known, check_principal, known, words};
use crate::{Gateway, rescue::Failure, session::Session};
use api::access::{Grant, Items, PrincipalKind, Role, RoleCreate, RoleDetail, Share};
use platform::{
    Uri,
    permission::{self, Action},
};
use std::{collections::BTreeSet, sync::Arc};

fn uri_of(role: &str) -> Result<Uri, Failure> {
    Uri::try_new("role", role.split('/')).map_err(|_| Failure::NoSuchRole)
}

/// The user's own roles, and every other that the cluster tells of.
pub(crate) async fn list_roles(gateway: &Gateway, session: &Session) -> Result<Items<Role>, Failure> {
    let known = known(gateway, session).await.map_err(Failure::access)?;
    let mut names: BTreeSet<String> = own_roles(gateway, session).await?.into_iter().collect();
    if let Some(known) = &known {
        let roles = known.policy.facts().principals.iter().filter(|one| one.kind == permission::PrincipalKind::Role);
        let roles = roles.map(|role| &role.name).filter(|name| concerns(known, &session.user, name));
        names.extend(roles.cloned());
    }
    let roles = names.into_iter().map(|name| view(known.as_ref(), &session.user, name));
    Ok(Items { items: roles.collect::<Result<_, _>>()? })
}

/// Whether the asker has a role or looks after it. Others stand in the facts for what they hold, not to be looked into.
fn concerns(known: &Known, asker: &str, name: &str) -> bool {
    let looks_after = || uri_of(name).is_ok_and(|uri| known.policy.allows(asker, &uri, Action::Manage));
    known.whole || known.policy.roles_of(asker).any(|role| role == name) || looks_after()
}

async fn own_roles(gateway: &Gateway, session: &Session) -> Result<Vec<String>, Failure> {
    gateway.upstream().roles_below(session, &session.user).await.map_err(Failure::access)
}

fn view(known: Option<&Arc<Known>>, asker: &str, name: String) -> Result<Role, Failure> {
    let uri = uri_of(&name)?;
    // Without facts: everybody looks after the roles below the own name.
    let by_name = name.strip_prefix(asker).is_some_and(|rest| rest.starts_with('/'));
    let can_manage = known.map_or(by_name, |known| known.policy.allows(asker, &uri, Action::Manage));
    let counted = known.filter(|known| known.whole || can_manage).map(|known| {
        let grants = &known.policy.facts().grants;
        let bearers = grants.iter().filter(|grant| grant.gives_role().as_ref() == Some(&name)).count();
        (bearers as u64, grants.iter().filter(|grant| grant.principal == name).count() as u64)
    });
    let (bearer_count, grant_count) = counted.unzip();
    Ok(Role { uri: uri.to_string(), name, can_manage, bearer_count, grant_count })
}

/// One role in full.
pub(crate) async fn role(gateway: &Gateway, session: &Session, name: &str) -> Result<RoleDetail, Failure> {
    let known = known(gateway, session).await.map_err(Failure::access)?;
    let role = view(known.as_ref(), &session.user, name.to_owned())?;
    let Some(known) = known else {
        let upstream = gateway.upstream();
        let uri = uri_of(name)?;
        let (held, given) =
            futures::join!(upstream.grants_of(session, name, None), upstream.shared_grants(session, Some(&uri)));
        let held = held.map_err(Failure::access)?.into_iter().filter_map(|held| {
            let action = words::action(held.action)?;
            Some(Grant { uri: held.uri.to_string(), action, granted_by: None, granted_at: None })
        });
        let given = given.map_err(Failure::access)?.into_iter().filter(|given| given.uri == uri).filter_map(|given| {
            let (action, kind) = (words::action(given.action)?, PrincipalKind::Unknown);
            let (principal, uri) = (given.user, given.uri.to_string());
            Some(Share { uri, principal, kind, action, granted_by: None, granted_at: None })
        });
        return Ok(RoleDetail { role, holds: held.collect(), bearers: given.collect() });
    };
    let facts = known.policy.facts();
    let is_there = super::principals::kind_of(facts, name) == PrincipalKind::Role;
    // One that neither holds nor was given anything is in nobody's facts but administrators'.
    let is_known = is_there && concerns(&known, &session.user, name);
    if !is_known && !own_roles(gateway, session).await?.iter().any(|own| own == name) {
        return Err(Failure::NoSuchRole);
    }
    let held = facts.grants.iter().filter(|grant| grant.principal == name).filter_map(|grant| {
        let (granted_by, granted_at) = (grant.granted_by.clone(), grant.granted_at);
        Some(Grant { uri: grant.uri.to_string(), action: words::action(grant.action)?, granted_by, granted_at })
    });
    let given = facts.grants.iter().filter(|grant| grant.gives_role().as_deref() == Some(name)).filter_map(|grant| {
        Some(Share {
            uri: grant.uri.to_string(),
            principal: grant.principal.clone(),
            kind: super::principals::kind_of(facts, &grant.principal),
            action: words::action(grant.action)?,
            granted_by: grant.granted_by.clone(),
            granted_at: grant.granted_at,
        })
    });
    Ok(RoleDetail { role, holds: held.collect(), bearers: given.collect() })
}

/// Adds a role.
pub(crate) async fn add_role(gateway: &Gateway, session: &Session, input: RoleCreate) -> Result<Role, Failure> {
    let name = check_principal("name", &input.name)?;
    gateway.upstream().add_role(session, name).await.map_err(|error| Failure::access_at("name", error))?;
    let uri = uri_of(name)?.to_string();
    Ok(Role { name: name.to_owned(), uri, can_manage: true, bearer_count: Some(0), grant_count: Some(0) })
}

/// Removes a role, and with it what it was granted and what was granted of it.
pub(crate) async fn remove_role(gateway: &Gateway, session: &Session, name: &str) -> Result<(), Failure> {
    gateway.upstream().remove_role(session, name).await.map_err(Failure::access)
}
