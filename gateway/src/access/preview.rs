//! `POST access/preview`: who would gain or lose what, before anything is saved.

use super::{change::checked, known, words};
use crate::{Gateway, rescue::Failure, session::Session};
use api::access::{Basis, Effect, GrantChanges, Preview, PrincipalKind};
use platform::{
    Uri,
    audit::GrantChange,
    permission::{Action, Grant, Policy},
};
use std::collections::BTreeSet;

/// Things and effects in one answer.
const THINGS_MAX: usize = 200;
const EFFECTS_MAX: usize = 500;

/// What the changes would lead to. Changes nothing.
pub(crate) async fn preview(gateway: &Gateway, session: &Session, input: GrantChanges) -> Result<Preview, Failure> {
    let changes = checked(input, &session.user)?;
    if let Some(known) = known(gateway, session).await.map_err(Failure::access)? {
        let manages = |uri: &Uri| known.whole || known.policy.allows(&session.user, uri, Action::Manage);
        // Whoever does not manage a thing cannot save, and does not learn who else would be affected.
        if changes.iter().all(|change| manages(&change.uri)) {
            return Ok(by_facts(&known.policy, &changes, manages));
        }
    }
    Ok(by_changes(&changes))
}

/// Compares everybody's rights before and after. `sees`: on which things the facts tell all.
fn by_facts(before: &Policy, changes: &[GrantChange], sees: impl Fn(&Uri) -> bool) -> Preview {
    let after = &Policy::new(changed(before, changes));
    let mut things = BTreeSet::new();
    for change in changes {
        things.insert(change.uri.clone());
        // Whoever is given a role, or loses it, gains or loses what the role holds.
        let role = (change.uri.scheme() == "role").then(|| change.uri.segments().join("/"));
        if let Some(role) = role {
            let held = before.permissions_of(&role).filter(|held| held.action >= Action::Read);
            things.extend(held.map(|held| held.uri).filter(|uri| uri.scheme() != "role" && sees(uri)));
        }
    }
    let mut partial = things.len() > THINGS_MAX;
    let mut effects = Vec::new();
    for uri in things.iter().take(THINGS_MAX) {
        let names: BTreeSet<&str> =
            before.who_may(uri).into_iter().chain(after.who_may(uri)).map(|(name, _)| name).collect();
        for name in names {
            let (was, will) = (before.effective(name, uri), after.effective(name, uri));
            let (was, will) = (words::action(was), words::action(will));
            if was == will {
                continue;
            }
            if effects.len() == EFFECTS_MAX {
                partial = true;
                break;
            }
            effects.push(Effect {
                principal: name.to_owned(),
                kind: super::principals::kind_of(before.facts(), name),
                uri: uri.to_string(),
                before: was,
                after: will,
                because: after.explain(name, uri).into_iter().find_map(words::reason),
            });
        }
    }
    Preview { basis: Basis::Facts, effects, partial }
}

/// The facts as they would be.
fn changed(policy: &Policy, changes: &[GrantChange]) -> platform::permission::Facts {
    let mut facts = policy.facts().clone();
    for change in changes {
        let same = |grant: &Grant| grant.principal == change.principal && grant.uri == change.uri;
        facts.grants.retain(|grant| !same(grant));
        if let Some(action) = change.to {
            let (principal, uri) = (change.principal.clone(), change.uri.clone());
            facts.grants.push(Grant { principal, uri, action, granted_by: None, granted_at: None });
        }
    }
    facts
}

/// What the changes themselves say: rights by other ways are not known.
fn by_changes(changes: &[GrantChange]) -> Preview {
    let effect = |change: &GrantChange| Effect {
        principal: change.principal.clone(),
        kind: PrincipalKind::Unknown,
        uri: change.uri.to_string(),
        before: change.from.and_then(words::action),
        after: change.to.and_then(words::action),
        because: None,
    };
    Preview { basis: Basis::Grants, effects: changes.iter().map(effect).collect(), partial: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::access;
    use platform::permission::{Facts, Principal};

    fn uri(text: &str) -> Uri {
        text.parse().expect("a URI")
    }

    fn grant(principal: &str, on: &str, action: Action) -> Grant {
        Grant { principal: principal.into(), uri: uri(on), action, granted_by: None, granted_at: None }
    }

    fn principal(name: &str, kind: platform::permission::PrincipalKind) -> Principal {
        Principal { name: name.into(), kind }
    }

    /// A role `alice/readers` that bob has, dave with read on the whole project, and what they hold.
    fn policy() -> Policy {
        use platform::permission::PrincipalKind::{Role, User};
        Policy::new(Facts {
            cluster: "c".into(),
            principals: vec![
                principal("alice", User),
                principal("bob", User),
                principal("dave", User),
                principal("alice/readers", Role),
            ],
            grants: vec![
                grant("bob", "role://alice/readers", Action::Read),
                grant("dave", "image://c/o/p", Action::Read),
                grant("alice/readers", "image://c/o/p/of-role", Action::Write),
            ],
            ..Facts::default()
        })
    }

    fn change(principal: &str, on: &str, from: Option<Action>, to: Option<Action>) -> GrantChange {
        GrantChange { principal: principal.into(), uri: uri(on), from, to }
    }

    type Told = (String, String, Option<access::Action>, Option<access::Action>);

    fn told(changes: &[GrantChange]) -> Vec<Told> {
        let preview = by_facts(&policy(), changes, |_| true);
        preview.effects.into_iter().map(|e| (e.principal, e.uri, e.before, e.after)).collect()
    }

    fn line(who: &str, on: &str, before: Option<access::Action>, after: Option<access::Action>) -> Told {
        (who.into(), on.into(), before, after)
    }

    #[test]
    fn whoever_has_the_role_gains_with_it() {
        let net = "image://c/o/p/net";
        let read = Some(access::Action::Read);
        assert_eq!(
            told(&[change("alice/readers", net, None, Some(Action::Read))]),
            [line("alice/readers", net, None, read), line("bob", net, None, read)]
        );
    }

    #[test]
    fn whoever_has_as_much_by_another_way_neither_gains_nor_loses() {
        let net = "image://c/o/p/net";
        assert_eq!(told(&[change("dave", net, None, Some(Action::Read))]), []);
        let (read, write) = (Some(access::Action::Read), Some(access::Action::Write));
        assert_eq!(told(&[change("dave", net, None, Some(Action::Write))]), [line("dave", net, read, write)]);
    }

    #[test]
    fn giving_a_role_gives_what_it_holds() {
        let (on, role) = ("image://c/o/p/of-role", "role://alice/readers");
        let effects = told(&[change("dave", role, None, Some(Action::Read))]);
        let (read, write) = (Some(access::Action::Read), Some(access::Action::Write));
        assert_eq!(effects, [line("dave", on, read, write), line("dave", role, None, read)]);
        let effects = told(&[change("bob", role, Some(Action::Read), None)]);
        assert_eq!(effects, [line("bob", on, write, None), line("bob", role, read, None)]);
    }

    #[test]
    fn what_remains_after_a_revocation_is_explained() {
        let mut facts = policy().facts().clone();
        facts.grants.push(grant("dave", "image://c/o/p/net", Action::Manage));
        let changes = [change("dave", "image://c/o/p/net", Some(Action::Manage), None)];
        let preview = by_facts(&Policy::new(facts), &changes, |_| true);
        let because = preview.effects[0].because.as_ref().expect("a reason");
        assert_eq!((because.uri.as_str(), because.action), ("image://c/o/p", access::Action::Read));
    }
}
