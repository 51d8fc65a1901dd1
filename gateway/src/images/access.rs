//! `GET images/{image}/access`: who may use an image, as far as the user may know.

use crate::{Gateway, rescue::Failure, session::Session};
use api::images::Access;
use platform::{
    Uri,
    permission::{Action, Permission},
};

/// The grants that hold for the image: the user's own, and those of others that the user may see.
pub(crate) async fn access(gateway: &Gateway, session: &Session, uri: &str) -> Result<Vec<Access>, Failure> {
    let uri: Uri = uri.parse().map_err(|_| Failure::NoSuchImage)?;
    let upstream = gateway.upstream();
    let (own, shared) =
        futures::join!(upstream.grants_of(session, &session.user, None), upstream.shared_grants(session, None));
    let own = own?.into_iter().map(|Permission { uri, action }| (session.user.clone(), uri, action));
    let shared = shared?.into_iter().map(|grant| (grant.user, grant.uri, grant.action));
    let mut items: Vec<Access> = own
        .chain(shared)
        .filter(|(_, granted, _)| granted.covers(&uri))
        .filter_map(|(principal, granted, action)| {
            Some(Access { principal, action: word(action)?.to_owned(), uri: granted.to_string() })
        })
        .collect();
    items.sort_by(|a, b| (&a.principal, &a.uri).cmp(&(&b.principal, &b.uri)));
    items.dedup();
    Ok(items)
}

/// None: no right to use anything.
fn word(action: Action) -> Option<&'static str> {
    match action {
        Action::Deny | Action::List => None,
        Action::Read => Some("read"),
        Action::Write => Some("write"),
        Action::Manage => Some("manage"),
    }
}
