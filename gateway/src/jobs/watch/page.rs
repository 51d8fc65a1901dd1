//! One page on the watch: first everything that matches, then each change.

use super::{FellBehind, Member, Told};
use crate::{
    Gateway,
    jobs::{INIT_MAX, select::matches, upstream_selector, view},
    ports::Socket,
    session::Session,
    streams::{Happening, Left, Viewer},
};
use api::{
    jobs::{Job, JobEvent, JobSelector, Reach},
    logs::EndReason,
};
use jiff::Timestamp;
use std::{collections::HashSet, sync::Arc};

/// Serves one page.
pub(crate) async fn serve_events(gateway: Gateway, session: Arc<Session>, selector: JobSelector, socket: Socket) {
    let mut viewer = Viewer::new(&gateway, &session, socket);
    if let Ok(reason) = run(&gateway, &session, &selector, &mut viewer).await
        && viewer.event(&JobEvent::End { reason }).await.is_ok()
    {
        viewer.close(1000, "").await;
    }
}

async fn run(
    gateway: &Gateway,
    session: &Arc<Session>,
    selector: &JobSelector,
    viewer: &mut Viewer,
) -> Result<EndReason, Left> {
    let mut shown = HashSet::new();
    // Joined before the list is read, so that no change falls between the two.
    let mut member = gateway.watches().join(gateway, session, session.org.clone());
    // The list is read with the page's own token: it is what allows the page to look at all.
    if let Some(reason) = init(gateway, session, selector, viewer, &member, &mut shown).await? {
        return Ok(reason);
    }
    loop {
        match viewer.next(member.next()).await? {
            Happening::Item(Ok(Told::Job(job))) => tell_job(viewer, selector, &mut shown, &job).await?,
            Happening::Item(Ok(Told::Removed(id))) => {
                if shown.remove(&id) {
                    viewer.event(&JobEvent::Removed { id }).await?;
                }
            }
            Happening::Item(Ok(Told::Waiting(message))) => viewer.event(&JobEvent::Waiting { message }).await?,
            Happening::Item(Ok(Told::Recovered)) => viewer.event(&JobEvent::Recovered).await?,
            Happening::Item(Ok(Told::End(reason))) | Happening::Over(reason) => return Ok(reason),
            Happening::Item(Err(FellBehind)) => {
                member.begin_anew();
                if let Some(reason) = init(gateway, session, selector, viewer, &member, &mut shown).await? {
                    return Ok(reason);
                }
            }
            Happening::Heartbeat => viewer.event(&JobEvent::Heartbeat).await?,
            Happening::Text(_) => {}
        }
    }
}

/// A job as it is now: shown, or, when it has left the selection, taken away.
async fn tell_job(
    viewer: &mut Viewer,
    selector: &JobSelector,
    shown: &mut HashSet<String>,
    job: &Job,
) -> Result<(), Left> {
    if matches(selector, job) {
        shown.insert(job.id.clone());
        return viewer.event(&JobEvent::Job { job: Box::new(job.clone()) }).await;
    }
    if shown.remove(&job.id) {
        viewer.event(&JobEvent::Removed { id: job.id.clone() }).await?;
    }
    Ok(())
}

/// Everything that matches now; Some is the reason to end.
async fn init(
    gateway: &Gateway,
    session: &Session,
    selector: &JobSelector,
    viewer: &mut Viewer,
    member: &Member,
    shown: &mut HashSet<String>,
) -> Result<Option<EndReason>, Left> {
    let mut query = upstream_selector(selector, session);
    query.limit = u32::try_from(INIT_MAX).ok();
    let query = &query;
    let asking = || async { gateway.upstream().jobs(&gateway.current(session).await?, query, INIT_MAX).await };
    let waiting = |message| JobEvent::Waiting { message };
    let jobs = match viewer.ask(&JobEvent::Heartbeat, waiting, asking).await? {
        Ok(jobs) => jobs,
        Err(reason) => return Ok(Some(reason)),
    };
    member.was_shown(&jobs);
    let reach = Reach { after: told_after(&jobs, INIT_MAX) };
    viewer.event(&JobEvent::Init).await?;
    shown.clear();
    let now = gateway.host().now();
    for job in jobs {
        let job = view(job, now);
        shown.insert(job.id.clone());
        viewer.event(&JobEvent::Job { job: Box::new(job) }).await?;
    }
    viewer.event(&JobEvent::InitDone(reach)).await?;
    Ok(None)
}

/// Of more jobs than are told, what is told is everything created after this. Others of that very moment may be left out.
fn told_after(jobs: &[platform::job::Job], most: usize) -> Option<Timestamp> {
    (jobs.len() >= most).then(|| jobs.iter().map(|job| job.history.created_at).min())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn job(second: i64) -> platform::job::Job {
        let at = Timestamp::from_second(second).expect("a time");
        serde_json::from_value(json!({
            "id": format!("job-{second}"), "owner": "alice", "cluster_name": "default", "status": "failed",
            "history": {"status": "failed", "created_at": at},
            "container": {"image": "busybox", "resources": {"cpu": 1.0, "memory": 1}}, "uri": "job://default/acme/demo/x",
        }))
        .expect("a job")
    }

    #[test]
    fn more_jobs_than_are_told_are_told_from_a_moment_on() {
        let jobs = [job(30), job(20)];
        assert_eq!(told_after(&jobs, 3), None);
        assert_eq!(told_after(&jobs, 2), Timestamp::from_second(20).ok());
        assert_eq!(told_after(&[], 2), None);
    }
}
