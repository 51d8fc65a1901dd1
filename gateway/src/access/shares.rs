//! `GET access/with-me` and `GET access/by-me`: what is shared with the user and by the user.

use super::{known, words};
use crate::{Gateway, images::NameCursor, rescue::Failure, session::Session};
use api::{
    Page,
    access::{PrincipalKind, Share, ShareSelector},
};
use platform::permission::{Grant, Member, OrgMember, OrgRole, Permission, ProjectRole};
use std::collections::{HashMap, HashSet};

const LIMIT: usize = 100;

/// What others gave the user and the user's roles. What follows from places in projects is not shared, it is theirs.
pub(crate) async fn with_me(
    gateway: &Gateway,
    session: &Session,
    selector: &ShareSelector,
) -> Result<Page<Share>, Failure> {
    let shares = match known(gateway, session).await.map_err(Failure::access)? {
        Some(known) => {
            let policy = &known.policy;
            let roles: HashSet<&str> = policy.roles_of(&session.user).collect();
            let mine = |grant: &&Grant| grant.principal == session.user || roles.contains(grant.principal.as_str());
            let grants = policy.facts().grants.iter().filter(mine);
            grants
                .filter_map(|grant| share(grant, super::principals::kind_of(policy.facts(), &grant.principal)))
                .collect()
        }
        None => {
            let grants = gateway.upstream().grants_of(session, &session.user, None).await.map_err(Failure::access)?;
            let places = places(gateway, session).await?;
            let granted = grants.into_iter().filter(|grant| !places.contains(grant));
            granted.filter_map(|grant| plain(session.user.clone(), PrincipalKind::User, &grant)).collect()
        }
    };
    page(shares, selector)
}

/// What others have of what the user may share: what `apolo acl ls --shared` lists.
pub(crate) async fn by_me(
    gateway: &Gateway,
    session: &Session,
    selector: &ShareSelector,
) -> Result<Page<Share>, Failure> {
    let upstream = gateway.upstream();
    let (known, shared) = futures::join!(known(gateway, session), upstream.shared_grants(session, None));
    let (known, shared) = (known.map_err(Failure::access)?, shared.map_err(Failure::access)?);
    let facts = known.as_ref().map(|known| known.policy.facts());
    let grants = facts.into_iter().flat_map(|facts| &facts.grants);
    let told: HashMap<_, &Grant> = grants.map(|grant| ((grant.principal.as_str(), &grant.uri), grant)).collect();
    let kinds = facts.into_iter().flat_map(|facts| &facts.principals);
    let kinds: HashMap<&str, PrincipalKind> = kinds.map(|one| (one.name.as_str(), words::kind(one.kind))).collect();
    let shares = shared.into_iter().filter_map(|one| {
        let kind = kinds.get(one.user.as_str()).copied().unwrap_or_default();
        match told.get(&(one.user.as_str(), &one.uri)) {
            Some(grant) => share(grant, kind),
            None => plain(one.user, kind, &Permission { uri: one.uri, action: one.action }),
        }
    });
    page(shares.collect(), selector)
}

fn share(grant: &Grant, kind: PrincipalKind) -> Option<Share> {
    let (granted_by, granted_at) = (grant.granted_by.clone(), grant.granted_at);
    let permission = Permission { uri: grant.uri.clone(), action: grant.action };
    Some(Share { granted_by, granted_at, ..plain(grant.principal.clone(), kind, &permission)? })
}

fn plain(principal: String, kind: PrincipalKind, permission: &Permission) -> Option<Share> {
    let action = words::action(permission.action)?;
    Some(Share { uri: permission.uri.to_string(), principal, kind, action, granted_by: None, granted_at: None })
}

/// What the user's places in projects and organisations bring, as the configuration tells of them.
async fn places(gateway: &Gateway, session: &Session) -> Result<HashSet<Permission>, Failure> {
    let config = gateway.upstream().configuration(&session.tokens.access_token).await?;
    let principal = &session.user;
    let in_projects =
        config.projects.iter().filter(|place| place.cluster_name == session.cluster).filter_map(|place| {
            let role = ProjectRole::parse(&place.role)?;
            let (org, project) = (place.org_name.clone().unwrap_or_default(), place.name.clone());
            Some(Member { principal: principal.clone(), org, project, role })
        });
    let in_orgs = config.orgs.iter().filter_map(|place| {
        let role = OrgRole::parse(&place.role)?;
        Some(OrgMember { principal: principal.clone(), org: place.name.clone(), role })
    });
    let mut places: HashSet<Permission> = HashSet::new();
    for place in in_projects {
        places.extend(place.permissions(&session.cluster));
    }
    for place in in_orgs {
        places.extend(place.permissions(&session.cluster));
    }
    Ok(places)
}

fn page(mut shares: Vec<Share>, selector: &ShareSelector) -> Result<Page<Share>, Failure> {
    let after = NameCursor::parse(selector.cursor.as_deref())?.0;
    let limit = selector.limit.map_or(LIMIT, |limit| limit as usize);
    let q = selector.q.as_deref().unwrap_or_default().trim().to_lowercase();
    let scheme = selector.scheme.as_ref().map(|scheme| format!("{scheme}:"));
    shares.retain(|share| {
        scheme.as_ref().is_none_or(|scheme| share.uri.starts_with(scheme))
            && (share.uri.to_lowercase().contains(&q) || share.principal.to_lowercase().contains(&q))
    });
    shares.sort_by_key(key);
    shares.dedup_by_key(|share| key(share));
    let mut rest = shares.into_iter().filter(|share| key(share) > after).peekable();
    let items: Vec<Share> = rest.by_ref().take(limit).collect();
    let next = rest.peek().and_then(|_| items.last()).map(|last| NameCursor(key(last)).text());
    Ok(Page { items, next })
}

/// What orders shares; a space is in neither.
fn key(share: &Share) -> String {
    format!("{} {}", share.uri, share.principal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::access::Action;

    fn shares(uris: &[&str]) -> Vec<Share> {
        let share = |uri: &&str| Share {
            uri: (*uri).to_owned(),
            principal: "Bob".into(),
            kind: PrincipalKind::User,
            action: Action::Read,
            granted_by: None,
            granted_at: None,
        };
        uris.iter().map(share).collect()
    }

    fn uris(page: &Page<Share>) -> Vec<&str> {
        page.items.iter().map(|share| share.uri.as_str()).collect()
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_repetition() {
        let all = ["image://c/b", "image://c/a", "job://c/x", "image://c/c"];
        let mut selector = ShareSelector { limit: Some(3), ..ShareSelector::default() };
        let first = page(shares(&all), &selector).expect("a page");
        assert_eq!(uris(&first), ["image://c/a", "image://c/b", "image://c/c"]);
        selector.cursor = first.next;
        let second = page(shares(&all), &selector).expect("a page");
        assert_eq!((uris(&second), second.next.as_deref()), (vec!["job://c/x"], None));
    }

    #[test]
    fn kind_and_words_narrow() {
        let all = ["image://c/Net", "image://c/tool", "job://c/net"];
        let selector = |scheme: Option<&str>, q: &str| ShareSelector {
            scheme: scheme.map(str::to_owned),
            q: Some(q.into()),
            ..ShareSelector::default()
        };
        let found = page(shares(&all), &selector(Some("image"), "net")).expect("a page");
        assert_eq!(uris(&found), ["image://c/Net"]);
        assert_eq!(page(shares(&all), &selector(None, "BOB")).expect("a page").items.len(), 3);
        assert!(page(shares(&all), &selector(Some("imag"), "")).expect("a page").items.is_empty());
    }
}
