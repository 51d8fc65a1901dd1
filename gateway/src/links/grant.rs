//! What the service account was granted for a job's links, taken back with the last of them.

use super::{Desk, LinksOf, StoredLink, make::first};
use crate::{Gateway, rescue::Failure, session::Session, upstream::UpstreamError};
use futures::{StreamExt, stream};
use http::StatusCode;
use platform::{
    Uri,
    permission::{Action, Permission},
};
use std::collections::BTreeMap;

/// Ended links cleared away in one go.
const AT_ONCE: usize = 100;
/// Grants taken back at the same time.
const ABREAST: usize = 8;

/// Grants the service account what links to a job need.
pub(super) async fn grant(gateway: &Gateway, session: &Session, account: &str, uri: &Uri) -> Result<(), UpstreamError> {
    let read = Permission { uri: uri.clone(), action: Action::Read };
    gateway.upstream().add_grants(session, account, &[read]).await.map(drop)
}

/// Forgets links that have ended, and takes back what they alone were granted. Only who manages a job may do that on the
/// platform, so it is done when one of them comes by.
pub(super) async fn clear_away(gateway: &Gateway, session: &Session, of: &LinksOf) -> Result<(), Failure> {
    let desk = gateway.links().desk()?;
    let ended = desk.store.sweep(of.clone(), gateway.host().now(), AT_ONCE).await?;
    take_back(gateway, session, desk, ended).await;
    Ok(())
}

/// Takes back the grants of the jobs of these links, which are removed, except where another link lives. What cannot be
/// taken back stays granted to the service account alone, which nobody reaches without a link.
pub(super) async fn take_back(gateway: &Gateway, session: &Session, desk: &Desk, removed: Vec<StoredLink>) {
    let jobs: BTreeMap<String, StoredLink> = removed.into_iter().map(|link| (link.job_uri.clone(), link)).collect();
    let each = |link: StoredLink| async move {
        if let Err(failure) = take_back_one(gateway, session, desk, &link).await {
            let error = &failure as &dyn std::error::Error;
            tracing::warn!(error, job = link.job, "what was granted for links was not taken back");
        }
    };
    stream::iter(jobs.into_values()).map(each).buffer_unordered(ABREAST).collect::<()>().await;
}

async fn take_back_one(gateway: &Gateway, session: &Session, desk: &Desk, link: &StoredLink) -> Result<(), Failure> {
    let Ok(uri) = link.job_uri.parse::<Uri>() else { return Ok(()) };
    let account = desk.account_name();
    if is_linked(gateway, desk, link).await? {
        return Ok(());
    }
    match gateway.upstream().revoke_grants(session, &account, std::slice::from_ref(&uri)).await {
        // "Operation has no effect": it is gone already.
        Err(UpstreamError::Refused { status: StatusCode::BAD_REQUEST, .. }) => {}
        other => other?,
    }
    // A link that was made in the meantime found the grant in place.
    if is_linked(gateway, desk, link).await? {
        grant(gateway, session, &account, &uri).await?;
    }
    Ok(())
}

/// Whether the job has a living link.
async fn is_linked(gateway: &Gateway, desk: &Desk, link: &StoredLink) -> Result<bool, Failure> {
    let of = LinksOf::Job(link.cluster.clone(), link.job.clone());
    Ok(!desk.store.list(of, first(gateway.host().now(), 1)).await?.is_empty())
}
