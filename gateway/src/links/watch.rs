//! A visitor's stream of a job's changes. One look a second at the cluster serves all visitors of all links.

use super::{Redeemed, lease, shared_job};
use crate::{
    Gateway,
    jobs::{News, follow},
    ports::Socket,
    streams::{Happening, Left, Viewer},
};
use api::{links::SharedEvent, logs::EndReason};
use futures::StreamExt;

/// Serves one visitor until the job has ended, the link opens nothing any more, or they leave.
pub(crate) async fn serve_shared_events(gateway: Gateway, redeemed: Redeemed, socket: Socket) {
    let viewer = Viewer::new(&gateway, &redeemed.session, socket);
    let mut viewer = viewer.for_visitor(lease(&gateway, &redeemed.link));
    if let Ok(reason) = run(&gateway, &redeemed, &mut viewer).await
        && viewer.event(&SharedEvent::End { reason }).await.is_ok()
    {
        viewer.close(1000, "").await;
    }
}

async fn run(gateway: &Gateway, redeemed: &Redeemed, viewer: &mut Viewer) -> Result<EndReason, Left> {
    let Redeemed { link, job, session } = redeemed;
    let mut news = Box::pin(follow(gateway, session, session.org.clone(), job.id.clone()));
    loop {
        match viewer.next(news.next()).await? {
            Happening::Item(Some(News::Job(job))) => {
                let job = Box::new(shared_job(link, &job));
                viewer.event(&SharedEvent::Job { job }).await?;
            }
            // What the cluster says is not for visitors.
            Happening::Item(Some(News::Waiting(_))) => viewer.event(&SharedEvent::Waiting).await?,
            Happening::Item(Some(News::End(reason))) | Happening::Over(reason) => return Ok(to_visitor(reason)),
            Happening::Item(None) => return Ok(EndReason::Upstream),
            Happening::Heartbeat => viewer.event(&SharedEvent::Heartbeat).await?,
            Happening::Text(_) => {}
        }
    }
}

/// A visitor has no session that could end and no rights to lack: the link shows nothing any more.
pub(crate) fn to_visitor(reason: EndReason) -> EndReason {
    match reason {
        EndReason::SignedOut | EndReason::Forbidden | EndReason::Gone => EndReason::Gone,
        EndReason::Finished | EndReason::MaxLife | EndReason::Shutdown | EndReason::Upstream | EndReason::Unknown => {
            reason
        }
    }
}
