//! A page of one job on the watch: the job as it is now, then each change, until it has ended. It may be of any organisation.

use super::{News, follow};
use crate::{
    Gateway,
    jobs::JobId,
    ports::Socket,
    session::Session,
    streams::{Happening, Left, Viewer},
};
use api::{
    jobs::{JobEvent, Reach},
    logs::EndReason,
};
use futures::StreamExt;
use std::sync::Arc;

/// Serves one page.
pub(crate) async fn serve_job_events(gateway: Gateway, session: Arc<Session>, id: JobId, socket: Socket) {
    let mut viewer = Viewer::new(&gateway, &session, socket);
    if let Ok(reason) = run(&gateway, &session, &id, &mut viewer).await
        && viewer.event(&JobEvent::End { reason }).await.is_ok()
    {
        viewer.close(1000, "").await;
    }
}

async fn run(gateway: &Gateway, session: &Arc<Session>, id: &JobId, viewer: &mut Viewer) -> Result<EndReason, Left> {
    // Only the job itself tells its organisation, and so which watch sees it.
    let asking = || async { gateway.upstream().job(&gateway.current(session).await?, id.as_str()).await };
    let waiting = |message| JobEvent::Waiting { message };
    let job = match viewer.ask(&JobEvent::Heartbeat, waiting, asking).await? {
        Ok(job) => job,
        Err(reason) => return Ok(reason),
    };
    let mut news = Box::pin(follow(gateway, session, job.org_name, job.id));
    let mut has_begun = false;
    loop {
        match viewer.next(news.next()).await? {
            Happening::Item(Some(News::Job(job))) => {
                let job = JobEvent::Job { job: Box::new((*job).clone()) };
                if std::mem::replace(&mut has_begun, true) {
                    viewer.event(&job).await?;
                } else {
                    for event in [JobEvent::Init, job, JobEvent::InitDone(Reach::default())] {
                        viewer.event(&event).await?;
                    }
                }
            }
            Happening::Item(Some(News::Waiting(message))) => viewer.event(&JobEvent::Waiting { message }).await?,
            Happening::Item(Some(News::End(reason))) | Happening::Over(reason) => return Ok(reason),
            Happening::Item(None) => return Ok(EndReason::Upstream),
            Happening::Heartbeat => viewer.event(&JobEvent::Heartbeat).await?,
            Happening::Text(_) => {}
        }
    }
}
