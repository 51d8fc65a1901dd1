//! Revoking links: one, or an explicit list that was looked through.

use super::{
    StoredLink, grant,
    make::{every_job, manages},
};
use crate::{Gateway, rescue::Failure, session::Session};
use api::links::{LINKS_PER_PAGE, LinksRevoked};
use platform::Uri;
use std::collections::HashMap;

/// Revokes the links of these ids that are the user's to revoke: their own, and those of jobs they manage.
pub(crate) async fn revoke(gateway: &Gateway, session: &Session, ids: Vec<String>) -> Result<LinksRevoked, Failure> {
    let desk = gateway.links().desk()?;
    if ids.len() > LINKS_PER_PAGE {
        return Err(Failure::invalid("ids", format!("At most {LINKS_PER_PAGE} links at once. Revoke them in parts.")));
    }
    let found = desk.store.get(ids.clone()).await?;
    let mine = allowed(gateway, session, found).await?;
    let removed = desk.store.remove(mine.iter().map(|link| link.id.clone()).collect()).await?;
    desk.removed.notify(usize::MAX);
    let removed: Vec<StoredLink> = mine.into_iter().filter(|link| removed.contains(&link.id)).collect();
    grant::take_back(gateway, session, desk, removed.clone()).await;
    for link in &removed {
        tracing::info!(user = %session.user, job = %link.job, link = %link.id, "a link was revoked");
    }
    let revoked: Vec<String> = removed.into_iter().map(|link| link.id).collect();
    let missing = ids.into_iter().filter(|id| !revoked.contains(id)).collect();
    Ok(LinksRevoked { revoked, missing })
}

async fn allowed(gateway: &Gateway, session: &Session, found: Vec<StoredLink>) -> Result<Vec<StoredLink>, Failure> {
    let mut managed = HashMap::new();
    let mut admin = None;
    let mut mine = Vec::new();
    for link in found.into_iter().filter(|link| link.cluster == session.cluster) {
        if link.author == session.user {
            mine.push(link);
            continue;
        }
        let admin = match admin {
            Some(admin) => admin,
            None => *admin.insert(manages(gateway, session, &every_job(&session.cluster)?).await?),
        };
        let may = match managed.get(&link.job_uri) {
            _ if admin => true,
            Some(may) => *may,
            None => {
                let uri: Uri = link.job_uri.parse().map_err(|_| Failure::NoSuchJob)?;
                let may = manages(gateway, session, &uri).await?;
                managed.insert(link.job_uri.clone(), may);
                may
            }
        };
        if may {
            mine.push(link);
        }
    }
    Ok(mine)
}
