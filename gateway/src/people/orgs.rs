//! Organisations, and everybody of the cluster.

use super::places::{manages, manages_cluster};
use crate::{
    Gateway,
    access::check_principal,
    rescue::Failure,
    session::Session,
    upstream::{At, UpstreamError, User},
};
use api::people::{Org, OrgCreate, OrgPlace, Orgs, Person, ProjectPlace};
use futures::{StreamExt, stream};
use http::StatusCode;
use std::collections::BTreeMap;

/// Calls to the cluster at once.
const AT_ONCE: usize = 8;

/// The organisations that the asker may see, with what the asker may do there.
pub(crate) async fn orgs(gateway: &Gateway, session: &Session) -> Result<Orgs, Failure> {
    let upstream = gateway.upstream();
    let config = upstream.configuration(&session.tokens.access_token).await?;
    let found = upstream.orgs(session).await.map_err(Failure::access)?;
    let view = |org: crate::upstream::Org| {
        let role = config.orgs.iter().find(|one| one.name == org.name).map(|one| one.role.clone());
        async move {
            let can_manage = manages(gateway, session, &At::Org(org.name.clone()), role.as_deref()).await;
            Org { name: org.name, role, can_manage }
        }
    };
    let mut items: Vec<Org> = stream::iter(found.into_iter().map(view)).buffered(AT_ONCE).collect().await;
    items.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Orgs { items, can_manage: manages_cluster(gateway, session).await })
}

/// Adds an organisation; whoever adds it is its first administrator.
pub(crate) async fn add_org(gateway: &Gateway, session: &Session, input: OrgCreate) -> Result<Org, Failure> {
    let name = check_principal("name", &input.name)?;
    gateway.upstream().add_org(session, name).await.map_err(|error| Failure::access_at("name", error))?;
    gateway.upstream().forget_configuration(&session.tokens.access_token);
    Ok(Org { name: name.to_owned(), role: Some("admin".to_owned()), can_manage: true })
}

/// Removes an organisation that has no projects.
pub(crate) async fn remove_org(gateway: &Gateway, session: &Session, org: &str) -> Result<(), Failure> {
    gateway.upstream().remove_org(session, org).await.map_err(Failure::access)?;
    gateway.upstream().forget_configuration(&session.tokens.access_token);
    Ok(())
}

/// Everybody of the cluster, with their places in organisations; for administrators.
pub(crate) async fn persons(gateway: &Gateway, session: &Session) -> Result<Vec<Person>, Failure> {
    let upstream = gateway.upstream();
    let (users, places) = futures::join!(upstream.users(session), upstream.cluster_users(session));
    let mut people: BTreeMap<String, Person> = BTreeMap::new();
    let reader = gateway.links().reader();
    let nobody = |name: &str| Person {
        name: name.to_owned(),
        email: None,
        orgs: Vec::new(),
        projects: Vec::new(),
        reads_links: reader.as_deref() == Some(name),
    };
    for place in places.map_err(Failure::access)? {
        let person = people.entry(place.user_name.clone()).or_insert_with(|| nobody(&place.user_name));
        let email = place.user_info.and_then(|info| info.email).filter(|text| !text.is_empty());
        person.email = person.email.take().or(email);
        person.orgs.extend(place.org_name.zip(place.role).map(|(org, role)| OrgPlace { org, role }));
    }
    match users {
        Ok(users) => {
            for user in users {
                let person = people.entry(user.name.clone()).or_insert_with(|| nobody(&user.name));
                person.email = person.email.take().or(user.email.filter(|text| !text.is_empty()));
            }
        }
        // Not every administrator of a cluster looks after all users of the platform: those of the cluster are all there are.
        Err(UpstreamError::Refused { status: StatusCode::FORBIDDEN | StatusCode::NOT_FOUND, .. }) => {}
        Err(error) => return Err(Failure::access(error)),
    }
    Ok(people.into_values().collect())
}

/// Somebody with all places.
pub(crate) async fn person(gateway: &Gateway, session: &Session, name: &str) -> Result<Person, Failure> {
    let User { name, email, orgs, projects } = gateway.upstream().user(session, name).await.map_err(Failure::access)?;
    let orgs = orgs.into_iter().map(|place| OrgPlace { org: place.org_name, role: place.role });
    let projects = projects.into_iter().map(|place| ProjectPlace {
        org: place.org_name,
        project: place.project_name,
        role: place.role,
    });
    let email = email.filter(|text| !text.is_empty());
    let reads_links = gateway.links().reader().as_deref() == Some(&name);
    Ok(Person { name, email, orgs: orgs.collect(), projects: projects.collect(), reads_links })
}
