//! The task that looks at the platform once a second and tells the watch what has changed.

use super::{Told, Watch};
use crate::{
    Gateway,
    jobs::{INIT_MAX, diff::Known, upstream_selector, view},
    ports::within,
    session::Session,
    streams::{Backoff, Fate, fate},
    upstream::UpstreamError,
};
use api::{
    jobs::{JobSelector, JobStatus},
    logs::EndReason,
};
use jiff::{SignedDuration, Timestamp};
use std::{sync::Arc, time::Duration};

const POLL: Duration = Duration::from_secs(1);
/// How long a watch waits for another page before it closes.
const GRACE: Duration = Duration::from_secs(5);
/// Looks overlap by so much, for clocks that differ and answers that take their time.
const OVERLAP: SignedDuration = SignedDuration::from_secs(10);

/// Polls until nobody looks or the cluster has failed for too long.
pub(super) async fn poll(gateway: &Gateway, watch: &Watch) {
    let mut known = Known::default();
    let mut backoff = Backoff::default();
    let mut since = gateway.host().now();
    loop {
        let changed = watch.audience_changed.listen();
        let spokesman = watch.state().audience.spokesman();
        let Some((member, session)) = spokesman else {
            let quiet = within(gateway.host(), GRACE, changed).await.is_none();
            let mut state = watch.state();
            state.closed |= quiet && state.audience.is_empty();
            if state.closed {
                return;
            }
            continue;
        };
        let began = gateway.host().now();
        let shown = std::mem::take(&mut watch.state().shown);
        shown.into_iter().for_each(|job| known.expect(job));
        let delay = match look(gateway, &session, watch.org.as_deref(), &mut known, since).await {
            Ok(told) => {
                since = began;
                backoff.reset();
                watch.tell(told);
                watch.stands(None);
                POLL
            }
            Err(error) => match fate(error) {
                Fate::Refused(reason) => {
                    watch.state().audience.refuse(member, reason);
                    watch.news.notify(usize::MAX);
                    continue;
                }
                Fate::Gone => POLL,
                Fate::Trouble(message) => {
                    watch.stands(Some(message));
                    match backoff.fail(gateway) {
                        Some(delay) => delay,
                        None => return watch.tell([Told::End(EndReason::Upstream)]),
                    }
                }
            },
        };
        gateway.host().sleep(delay).await;
    }
}

/// One look: the active jobs, those created since the last look, and, one by one, those that are not active any more.
async fn look(
    gateway: &Gateway,
    session: &Session,
    org: Option<&str>,
    known: &mut Known,
    since: Timestamp,
) -> Result<Vec<Told>, UpstreamError> {
    let session = &Session { org: org.map(str::to_owned), ..gateway.current(session).await? };
    let upstream = gateway.upstream();
    let statuses = vec![JobStatus::Pending, JobStatus::Suspended, JobStatus::Running];
    let active = upstream_selector(&JobSelector { statuses, ..JobSelector::default() }, session);
    let since = since.checked_sub(OVERLAP).ok();
    let recent = upstream_selector(&JobSelector { since, ..JobSelector::default() }, session);
    let active = upstream.jobs(session, &active, INIT_MAX).await?;
    let recent = upstream.jobs(session, &recent, INIT_MAX).await?;
    let changes = known.look(active, recent);
    let now = gateway.host().now();
    let mut told: Vec<Told> = changes.changed.into_iter().map(|job| Told::Job(Arc::new(view(job, now)))).collect();
    for id in changes.missing {
        match upstream.job(session, &id).await {
            Ok(job) => told.push(Told::Job(Arc::new(view(job, now)))),
            // Gone, or not theirs to see any more.
            Err(error) if error.is_absent() || error.is_forbidden() => told.push(Told::Removed(id)),
            Err(error) => {
                // It is asked for again in the next look.
                known.keep_asking(id);
                tracing::debug!(error = &error as &dyn std::error::Error, "a job that ended could not be read");
            }
        }
    }
    Ok(told)
}
