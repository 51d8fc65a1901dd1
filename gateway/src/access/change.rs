//! `POST access/changes`: grants made, changed and revoked, as long as they are what their author saw.
//!
//! With the audit extension the cluster decides about all of them in one transaction. Without it each is compared with what is
//! granted now and then made by a call of its own; what was made before one failed is said.

use super::{check_principal, known, words};
use crate::{
    Gateway,
    rescue::Failure,
    session::Session,
    upstream::{Shared, UpstreamError},
};
use api::access::{GrantChange, GrantChanges, GrantsChanged, Reason, Source};
use http::StatusCode;
use platform::{
    audit,
    permission::{Action, Permission, Policy},
};
use std::fmt::Write as _;

/// Changes in one request.
const MOST: usize = 100;

/// Makes the changes and gives what takes them back.
pub(crate) async fn change(
    gateway: &Gateway,
    session: &Session,
    input: GrantChanges,
) -> Result<GrantsChanged, Failure> {
    let changes = checked(input, &session.user)?;
    match known(gateway, session).await.map_err(Failure::access)? {
        Some(known) => {
            refuse_inherited(&known.policy, &changes)?;
            gateway.upstream().change_grants(session, changes.clone()).await.map_err(refused)?;
        }
        None => one_by_one(gateway, session, &changes).await?,
    }
    Ok(GrantsChanged { undo: changes.iter().map(undone).collect() })
}

/// The platform does not know whom it is told about, or what.
fn refused(error: UpstreamError) -> Failure {
    let nobody = matches!(&error, UpstreamError::Refused { status: StatusCode::NOT_FOUND, .. });
    Failure::access_at(if nobody { "principal" } else { "uri" }, error)
}

/// The changes in the platform's words, each in itself possible.
pub(super) fn checked(input: GrantChanges, asker: &str) -> Result<Vec<audit::GrantChange>, Failure> {
    if input.changes.is_empty() || input.changes.len() > MOST {
        return Err(Failure::invalid("changes", format!("Send 1 to {MOST} changes at once.")));
    }
    let mut changes: Vec<audit::GrantChange> = Vec::with_capacity(input.changes.len());
    for change in input.changes {
        let principal = check_principal("principal", &change.principal)?.to_owned();
        let uri = super::thing::parse_uri(&change.uri)?;
        if changes.iter().any(|other| other.principal == principal && other.uri == uri) {
            return Err(Failure::invalid(
                "changes",
                format!("{principal} comes twice with {uri}; send each grant once."),
            ));
        }
        let (from, to) = (granted("from", change.from)?, granted("to", change.to)?);
        if from == to {
            return Err(Failure::invalid("to", "There is nothing to change: this is what is granted already."));
        }
        if principal == asker && to > from {
            return Err(Failure::invalid(
                "principal",
                "You cannot share a thing with yourself: whoever may share it has every right on it already. Name somebody else.",
            ));
        }
        changes.push(audit::GrantChange { principal, uri, from, to });
    }
    Ok(changes)
}

fn granted(field: &'static str, action: Option<api::access::Action>) -> Result<Option<Action>, Failure> {
    let Some(action) = action else { return Ok(None) };
    let known = words::platform_action(action);
    known.map(Some).ok_or_else(|| Failure::invalid(field, "The action must be read, write or manage."))
}

/// What takes a change back.
fn undone(change: &audit::GrantChange) -> GrantChange {
    GrantChange {
        principal: change.principal.clone(),
        uri: change.uri.to_string(),
        from: change.to.and_then(words::action),
        to: change.from.and_then(words::action),
    }
}

/// Refuses to revoke what is not granted on the thing itself, and says where it comes from.
fn refuse_inherited(policy: &Policy, changes: &[audit::GrantChange]) -> Result<(), Failure> {
    for audit::GrantChange { principal, uri, to, .. } in changes {
        let mut granted = policy.facts().grants.iter();
        if to.is_some() || granted.any(|grant| grant.principal == *principal && grant.uri == *uri) {
            continue;
        }
        let reason = policy.explain(principal, uri).into_iter().find_map(words::reason);
        let message = match reason {
            Some(reason) => format!(
                "Nothing is granted to {principal} on {uri} itself: {} {}. Change it there.",
                reason.action.as_str(),
                comes_from(&reason)
            ),
            None => format!("Nothing is granted to {principal} on {uri}: it was taken back already, or never given."),
        };
        return Err(Failure::GrantMoved { message });
    }
    Ok(())
}

/// Where a right comes from, in words.
fn comes_from(reason: &Reason) -> String {
    let mut text = format!("comes from {}", reason.uri);
    for role in &reason.via {
        let _ = write!(text, " through role {role}");
    }
    let _ = match &reason.source {
        Source::Grant { by: Some(by), .. } => write!(text, " (granted by {by})"),
        Source::Project { org, project, role } => write!(text, " (member of project {org}/{project} as {role})"),
        Source::Org { org, role } => write!(text, " (member of organisation {org} as {role})"),
        Source::Grant { by: None, .. } | Source::Name | Source::Unknown => Ok(()),
    };
    text
}

async fn one_by_one(gateway: &Gateway, session: &Session, changes: &[audit::GrantChange]) -> Result<(), Failure> {
    let upstream = gateway.upstream();
    let (mine, others) =
        futures::join!(upstream.grants_of(session, &session.user, None), upstream.shared_grants(session, None));
    let (mine, others) = (mine.map_err(Failure::access)?, others.map_err(Failure::access)?);
    for change in changes {
        let now = held(&mine, &others, &session.user, change);
        if now != change.from {
            return Err(Failure::GrantMoved { message: moved(change, now) });
        }
    }
    for (done, change) in changes.iter().enumerate() {
        if let Err(error) = make(gateway, session, change).await {
            return Err(if done == 0 {
                refused(error)
            } else {
                Failure::PartlyChanged { done, of: changes.len(), source: error }
            });
        }
    }
    Ok(())
}

/// What is granted now on exactly that.
fn held(mine: &[Permission], others: &[Shared], asker: &str, change: &audit::GrantChange) -> Option<Action> {
    let of_others =
        others.iter().filter(|grant| grant.user == change.principal).map(|grant| (&grant.uri, grant.action));
    let of_mine = mine.iter().filter(|_| change.principal == asker).map(|grant| (&grant.uri, grant.action));
    of_others.chain(of_mine).filter(|(uri, _)| **uri == change.uri).map(|(_, action)| action).max()
}

fn moved(change: &audit::GrantChange, now: Option<Action>) -> String {
    let now = now.map_or("nothing", Action::as_str);
    format!(
        "Nothing was changed: {} is granted {now} on {} by now. Look at the list again and repeat what you still want.",
        change.principal, change.uri
    )
}

async fn make(gateway: &Gateway, session: &Session, change: &audit::GrantChange) -> Result<(), UpstreamError> {
    let (upstream, uris) = (gateway.upstream(), std::slice::from_ref(&change.uri));
    // The platform's grant never lowers: what is to be less is taken back first.
    if change.from > change.to {
        upstream.revoke_grants(session, &change.principal, uris).await?;
    }
    if let Some(action) = change.to {
        let wanted = Permission { uri: change.uri.clone(), action };
        upstream.add_grants(session, &change.principal, &[wanted]).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::access;
    use platform::{
        Uri,
        permission::{Facts, Grant, Member, ProjectRole},
    };

    fn change(principal: &str, from: Option<access::Action>, to: Option<access::Action>) -> GrantChange {
        GrantChange { principal: principal.into(), uri: "image://c/o/p/net".into(), from, to }
    }

    fn refusal(changes: Vec<GrantChange>) -> (String, String) {
        match checked(GrantChanges { changes }, "alice") {
            Err(Failure::Invalid { field: Some(field), message }) => (field, message),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_cannot_be_granted_is_refused_at_its_field() {
        let read = Some(access::Action::Read);
        for (changes, field, says) in [
            (vec![], "changes", "1 to 100"),
            (vec![change("", None, read)], "principal", "who"),
            (vec![change("bob/..", None, read)], "principal", "called so"),
            (vec![change("alice", None, read)], "principal", "yourself"),
            (vec![change("bob", read, read)], "to", "nothing to change"),
            (vec![change("bob", None, None)], "to", "nothing to change"),
            (vec![change("bob", None, Some(access::Action::Unknown))], "to", "read, write or manage"),
            (vec![change("bob", None, read), change(" bob", read, None)], "changes", "twice"),
        ] {
            let (at, message) = refusal(changes);
            assert!(at == field && message.contains(says), "{at}: {message}");
        }
        assert!(
            checked(GrantChanges { changes: vec![change("alice", read, None)] }, "alice").is_ok(),
            "giving up is fine"
        );
    }

    #[test]
    fn what_comes_from_a_parent_is_not_revoked_here_and_its_source_is_named() {
        let uri = |text: &str| text.parse::<Uri>().expect("a URI");
        let grant = Grant {
            principal: "bob".into(),
            uri: uri("image://c/o"),
            action: Action::Write,
            granted_by: Some("alice".into()),
            granted_at: None,
        };
        let (org, project) = ("o".to_owned(), "p".to_owned());
        let member = Member { principal: "carol".into(), org, project, role: ProjectRole::Reader };
        let facts = Facts { cluster: "c".into(), grants: vec![grant], members: vec![member], ..Facts::default() };
        let policy = Policy::new(facts);
        let revoke = |principal: &str| audit::GrantChange {
            principal: principal.into(),
            uri: uri("image://c/o/p/net"),
            from: Some(Action::Read),
            to: None,
        };
        for (who, says) in [
            ("bob", "write comes from image://c/o (granted by alice). Change it there."),
            ("carol", "read comes from image://c/o/p (member of project o/p as reader). Change it there."),
            ("dave", "taken back already"),
        ] {
            let Err(Failure::GrantMoved { message }) = refuse_inherited(&policy, &[revoke(who)]) else {
                panic!("{who}")
            };
            assert!(message.contains(says), "{message}");
        }
        let at_its_place = audit::GrantChange { uri: uri("image://c/o"), ..revoke("bob") };
        assert!(refuse_inherited(&policy, &[at_its_place]).is_ok());
    }

    #[test]
    fn undoing_is_the_change_the_other_way_round() {
        let made = audit::GrantChange {
            principal: "bob".into(),
            uri: "image://c/o/p".parse().expect("a URI"),
            from: Some(Action::Read),
            to: None,
        };
        let back = undone(&made);
        assert_eq!((back.from, back.to), (None, Some(access::Action::Read)));
    }
}
