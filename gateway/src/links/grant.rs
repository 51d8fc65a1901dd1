//! What the service account was granted for a job's links, taken back with the last of them: by whoever manages the job and
//! comes by, or by the service account itself in a sweep.

use super::{Desk, LinksOf, StoredLink, make::first};
use crate::{Gateway, rescue::Failure, session::Session, upstream::UpstreamError};
use event_listener::Event;
use futures::{StreamExt, stream};
use http::StatusCode;
use platform::{
    Uri,
    permission::{Action, Permission},
};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

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
    let Some(uri) = revoked(gateway, session, desk, link).await? else { return Ok(()) };
    // A link that was made in the meantime found the grant in place.
    if is_linked(gateway, desk, link).await? {
        grant(gateway, session, &desk.account_name(), &uri).await?;
    }
    Ok(())
}

/// Revokes the grant of a job without a living link; what was revoked.
async fn revoked(gateway: &Gateway, session: &Session, desk: &Desk, link: &StoredLink) -> Result<Option<Uri>, Failure> {
    let Ok(uri) = link.job_uri.parse::<Uri>() else { return Ok(None) };
    if is_linked(gateway, desk, link).await? {
        return Ok(None);
    }
    match gateway.upstream().revoke_grants(session, &desk.account_name(), std::slice::from_ref(&uri)).await {
        // "Operation has no effect": it is gone already.
        Err(UpstreamError::Refused { status: StatusCode::BAD_REQUEST, .. }) => {}
        other => other?,
    }
    Ok(Some(uri))
}

/// Forgets the links of a cluster that have ended, and gives up what they alone were granted: the service account does that
/// itself, where the platform lets one give up what one was granted. Where it does not, the first refusal ends the sweep, and the
/// link is kept until somebody comes by who manages its job.
pub(crate) async fn sweep(gateway: &Gateway, cluster: &str) -> Result<(), Failure> {
    let Ok(desk) = gateway.links().desk() else { return Ok(()) };
    let now = gateway.host().now();
    let session = desk.session(cluster, now);
    let of = LinksOf::Cluster(cluster.to_owned());
    while let Some(link) = desk.store.sweep(of.clone(), now, 1).await?.pop() {
        let busy = desk.sweeping.begin();
        let outcome = revoked(gateway, &session, desk, &link).await;
        drop(busy);
        if let Err(failure) = outcome {
            desk.store.put(link).await?;
            return Err(failure);
        }
    }
    Ok(())
}

/// Whether the job has a living link.
async fn is_linked(gateway: &Gateway, desk: &Desk, link: &StoredLink) -> Result<bool, Failure> {
    let of = LinksOf::Job(link.cluster.clone(), link.job.clone());
    Ok(!desk.store.list(of, first(gateway.host().now(), 1)).await?.is_empty())
}

/// Whether a sweep is between finding a job without a link and revoking its grant. The service account cannot grant again what a
/// link needs that was made in that moment, so whoever makes one waits for the end of it before the grant.
#[derive(Default)]
pub(super) struct Sweeping {
    under_way: AtomicUsize,
    done: Event,
}

struct Busy<'a>(&'a Sweeping);

impl Sweeping {
    fn begin(&self) -> Busy<'_> {
        self.under_way.fetch_add(1, Ordering::SeqCst);
        Busy(self)
    }

    /// Ends when none is. A sweep that begins later finds the row of a link that was put before.
    pub(super) async fn over(&self) {
        loop {
            let done = self.done.listen();
            if self.under_way.load(Ordering::SeqCst) == 0 {
                return;
            }
            done.await;
        }
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
        self.0.done.notify(usize::MAX);
    }
}
