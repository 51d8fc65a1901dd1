//! `GET access/principals`: whom a grant could be made to.

use super::known;
use crate::{Gateway, rescue::Failure, session::Session};
use api::access::{Items, Principal, PrincipalKind};
use platform::permission::Facts;
use std::collections::BTreeMap;

const LIMIT: usize = 20;

/// Users and roles that the user may know of, those first whose name begins with `q`. Whoever is not among them may exist all
/// the same: names are taken as they are typed.
pub(crate) async fn suggest(gateway: &Gateway, session: &Session, q: &str) -> Result<Items<Principal>, Failure> {
    let upstream = gateway.upstream();
    let known = known(gateway, session).await.map_err(Failure::access)?;
    let mut names: BTreeMap<String, PrincipalKind> = BTreeMap::new();
    if let Some(known) = &known {
        let listed = known.policy.facts().principals.iter();
        names.extend(listed.map(|one| (one.name.clone(), super::words::kind(one.kind))));
    }
    // Any of these may be refused or not be there: then there is less to suggest, nothing more.
    let (roles, people) = futures::join!(upstream.roles_below(session, &session.user), async {
        match &session.org {
            Some(org) => upstream.org_users(session, org).await,
            None => Ok(Vec::new()),
        }
    });
    names.extend(roles.into_iter().flatten().map(|role| (role, PrincipalKind::Role)));
    names.extend(people.into_iter().flatten().map(|place| (place.user_name, PrincipalKind::User)));
    names.remove(&session.user);
    Ok(Items { items: best(names, q) })
}

fn best(names: BTreeMap<String, PrincipalKind>, q: &str) -> Vec<Principal> {
    let q = q.trim().to_lowercase();
    let fits = |name: &str| name.to_lowercase().find(&q);
    let mut found: Vec<(bool, Principal)> =
        names.into_iter().filter_map(|(name, kind)| Some((fits(&name)? > 0, Principal { name, kind }))).collect();
    // In order of name already.
    found.sort_by_key(|(inside, _)| *inside);
    found.into_iter().take(LIMIT).map(|(_, principal)| principal).collect()
}

/// What the facts say of a name.
pub(super) fn kind_of(facts: &Facts, name: &str) -> PrincipalKind {
    let found = facts.principals.iter().find(|one| one.name == name);
    found.map_or(PrincipalKind::Unknown, |one| super::words::kind(one.kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_begin_with_what_was_typed_come_first() {
        let names = ["carol", "Bob", "abbob", "alice/roles/bobs", "dave"].map(|n| (n.to_owned(), PrincipalKind::User));
        let found = best(names.into(), "BO");
        let found: Vec<&str> = found.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(found, ["Bob", "abbob", "alice/roles/bobs"]);
    }
}
