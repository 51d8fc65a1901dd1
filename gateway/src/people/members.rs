//! Who has which place in an organisation or a project.

use super::places::manages;
use crate::{
    Gateway,
    access::check_principal,
    rescue::Failure,
    session::Session,
    upstream::{At, UpstreamError},
};
use api::people::{Member, MemberCreate, MemberUpdate, Members};
use http::StatusCode;
use platform::permission::{OrgRole, ProjectRole};

/// The members, and what the asker may do about them.
pub(crate) async fn list(gateway: &Gateway, session: &Session, at: &At) -> Result<Members, Failure> {
    let items = members(gateway, session, at).await?;
    let own = items.iter().find(|member| member.user == session.user).map(|member| member.role.clone());
    let can_manage = manages(gateway, session, at, own.as_deref()).await;
    let default_role = match at {
        At::Org(_) => OrgRole::User.as_str().to_owned(),
        At::Project { org, project } => {
            let settings = gateway.upstream().projects(session, org).await.unwrap_or_default();
            let found = settings.into_iter().find(|one| one.name == *project).and_then(|one| one.default_role);
            found.unwrap_or_else(|| ProjectRole::Writer.as_str().to_owned())
        }
    };
    Ok(Members { items, can_manage, default_role, roles: roles(at).map(str::to_owned).collect() })
}

fn roles(at: &At) -> impl Iterator<Item = &'static str> {
    let (org, project) = match at {
        At::Org(_) => (&OrgRole::ALL[..], &[][..]),
        At::Project { .. } => (&[][..], &ProjectRole::ALL[..]),
    };
    org.iter().map(|role| role.as_str()).chain(project.iter().map(|role| role.as_str()))
}

async fn members(gateway: &Gateway, session: &Session, at: &At) -> Result<Vec<Member>, Failure> {
    let upstream = gateway.upstream();
    let email =
        |info: Option<crate::upstream::UserInfo>| info.and_then(|info| info.email).filter(|text| !text.is_empty());
    let reader = gateway.links().reader();
    let reads_links = |user: &str| reader.as_deref() == Some(user);
    let mut members: Vec<Member> = match at {
        At::Org(org) => {
            let users = upstream.org_users(session, org).await.map_err(Failure::access)?;
            let view = |one: crate::upstream::OrgUser| Member {
                email: email(one.user_info),
                reads_links: reads_links(&one.user_name),
                user: one.user_name,
                role: one.role,
            };
            users.into_iter().map(view).collect()
        }
        At::Project { org, project } => {
            let users = upstream.project_users(session, org, project).await.map_err(Failure::access)?;
            let view = |one: crate::upstream::ProjectUser| Member {
                email: email(one.user_info),
                reads_links: reads_links(&one.user_name),
                user: one.user_name,
                role: one.role,
            };
            users.into_iter().map(view).collect()
        }
    };
    members.sort_by(|a, b| a.user.cmp(&b.user));
    Ok(members)
}

fn check_role(at: &At, role: &str) -> Result<(), Failure> {
    if roles(at).any(|known| known == role) {
        return Ok(());
    }
    let known: Vec<&str> = roles(at).collect();
    Err(Failure::invalid("role", format!("The role must be one of: {}.", known.join(", "))))
}

/// Gives somebody a place.
pub(crate) async fn add(gateway: &Gateway, session: &Session, at: &At, input: MemberCreate) -> Result<Member, Failure> {
    let user = check_principal("user", &input.user)?;
    check_role(at, &input.role)?;
    gateway
        .upstream()
        .add_place(session, at, user, &input.role)
        .await
        .map_err(|error| Failure::access_at("user", error))?;
    gateway.upstream().forget_configuration(&session.tokens.access_token);
    let reads_links = gateway.links().reader().as_deref() == Some(user);
    Ok(Member { user: user.to_owned(), email: None, role: input.role, reads_links })
}

/// Changes what somebody's place allows.
pub(crate) async fn change(
    gateway: &Gateway,
    session: &Session,
    at: &At,
    user: &str,
    input: MemberUpdate,
) -> Result<Member, Failure> {
    check_role(at, &input.role)?;
    let found = members(gateway, session, at).await?;
    ensure_as_seen(&found, at, user, &input.from)?;
    ensure_manager_left(&found, at, user, Some(&input.role))?;
    let changed = gateway.upstream().change_place(session, at, user, &input.from, &input.role).await;
    changed.map_err(Failure::access)?;
    gateway.upstream().forget_configuration(&session.tokens.access_token);
    let member = found.into_iter().find(|member| member.user == user).ok_or_else(|| gone(at, user))?;
    Ok(Member { role: input.role, ..member })
}

/// Takes somebody's place.
pub(crate) async fn remove(
    gateway: &Gateway,
    session: &Session,
    at: &At,
    user: &str,
    from: &str,
) -> Result<(), Failure> {
    let found = members(gateway, session, at).await?;
    ensure_as_seen(&found, at, user, from)?;
    ensure_manager_left(&found, at, user, None)?;
    match gateway.upstream().remove_place(session, at, user, from).await {
        // It was there a moment ago: somebody else was faster.
        Err(UpstreamError::Refused { status: StatusCode::NOT_FOUND, .. }) => Err(gone(at, user)),
        other => other.map_err(Failure::access),
    }?;
    gateway.upstream().forget_configuration(&session.tokens.access_token);
    Ok(())
}

/// Refuses when the place is not what its author saw.
fn ensure_as_seen(members: &[Member], at: &At, user: &str, from: &str) -> Result<(), Failure> {
    let Some(member) = members.iter().find(|member| member.user == user) else { return Err(gone(at, user)) };
    if member.role == from {
        return Ok(());
    }
    let message = format!(
        "Nothing was changed: somebody else has made {user} {} of {} since you looked, where you saw {from}. Look again and \
         repeat what you still want.",
        member.role,
        place(at)
    );
    Err(Failure::GrantMoved { message })
}

fn gone(at: &At, user: &str) -> Failure {
    let message = format!("Nothing was changed: {user} is no longer a member of {}.", place(at));
    Failure::GrantMoved { message }
}

/// Refuses to take the last manager from a project that has one.
fn ensure_manager_left(members: &[Member], at: &At, user: &str, new_role: Option<&str>) -> Result<(), Failure> {
    if matches!(at, At::Org(_)) {
        return Ok(());
    }
    let manages = |role: &str| ProjectRole::parse(role).is_some_and(|role| role >= ProjectRole::Manager);
    let is_manager = members.iter().any(|member| member.user == user && manages(&member.role));
    let has_other = members.iter().any(|member| member.user != user && manages(&member.role));
    if !is_manager || has_other || new_role.is_some_and(manages) {
        return Ok(());
    }
    let message = format!(
        "{user} is the last manager of {}. Make another member manager or admin first, or remove the project.",
        place(at)
    );
    Err(Failure::GrantMoved { message })
}

fn place(at: &At) -> String {
    match at {
        At::Org(org) => format!("organisation {org}"),
        At::Project { org, project } => format!("project {org}/{project}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(roles: &[(&str, &str)]) -> Vec<Member> {
        let member = |(user, role): &(&str, &str)| Member {
            user: (*user).into(),
            email: None,
            role: (*role).into(),
            reads_links: false,
        };
        roles.iter().map(member).collect()
    }

    fn project() -> At {
        At::Project { org: "o".into(), project: "p".into() }
    }

    #[test]
    fn a_project_keeps_a_manager() {
        let one = members(&[("alice", "admin"), ("bob", "writer")]);
        let two = members(&[("alice", "manager"), ("bob", "admin")]);
        for (members, user, role, refused) in [
            (&one, "alice", None, true),
            (&one, "alice", Some("writer"), true),
            (&one, "alice", Some("manager"), false),
            (&one, "bob", None, false),
            (&two, "alice", None, false),
            (&two, "bob", Some("reader"), false),
        ] {
            let got = ensure_manager_left(members, &project(), user, role);
            assert_eq!(got.is_err(), refused, "{user} {role:?}");
        }
        assert!(ensure_manager_left(&one, &At::Org("o".into()), "alice", None).is_ok(), "an organisation may be left");
    }

    #[test]
    fn the_second_of_two_editors_is_told_what_the_first_did() {
        let now = members(&[("bob", "manager")]);
        assert!(ensure_as_seen(&now, &project(), "bob", "manager").is_ok());
        for (user, from, says) in [("bob", "reader", "bob manager of project o/p"), ("carol", "reader", "no longer")] {
            let Err(Failure::GrantMoved { message }) = ensure_as_seen(&now, &project(), user, from) else {
                panic!("{user}")
            };
            assert!(message.contains(says), "{message}");
        }
    }

    #[test]
    fn roles_are_those_of_the_place() {
        assert!(check_role(&project(), "writer").is_ok() && check_role(&At::Org("o".into()), "user").is_ok());
        for (at, role) in [(project(), "user"), (At::Org("o".into()), "writer"), (project(), "owner"), (project(), "")]
        {
            assert!(matches!(check_role(&at, role), Err(Failure::Invalid { field: Some(f), .. }) if f == "role"));
        }
    }
}
