//! A viewer's socket: frames against credit, events, and the end.

use super::feed::{Begin, Feed, Item};
use crate::{
    Gateway,
    jobs::JobId,
    links::to_visitor,
    ports::Message,
    session::Session,
    streams::{Happening, Left, Viewer},
};
use api::logs::{EndReason, Event, FRAME_MAX_BYTES, Reply, WINDOW_BYTES};
use futures::{StreamExt, future};
use std::sync::Arc;

/// What has gone out and what the page has taken in.
#[derive(Debug, Default)]
struct Credit {
    sent: u64,
    taken: u64,
}

impl Credit {
    /// Whether the largest frame may go out.
    fn is_open(&self) -> bool {
        self.sent - self.taken + FRAME_MAX_BYTES as u64 <= WINDOW_BYTES
    }

    /// A page cannot have taken more than was sent, nor give credit back.
    fn take(&mut self, bytes: u64) {
        self.taken = bytes.clamp(self.taken, self.sent);
    }
}

/// Serves one viewer until the log ends, the stream must end, or the page leaves.
pub(crate) async fn serve_log(gateway: Gateway, session: Arc<Session>, id: JobId, begin: Begin, mut viewer: Viewer) {
    if let Ok(reason) = run(&gateway, session, &id, begin, &mut viewer).await {
        let reason = if viewer.is_for_visitor() { to_visitor(reason) } else { reason };
        if viewer.event(&Event::End { reason }).await.is_err() {
            return;
        }
        viewer.close(1000, "").await;
    }
}

/// What the cluster says is not for visitors.
fn waiting(is_for_visitor: bool, message: String) -> Event {
    let visitors = "The log cannot be read right now. It goes on by itself.";
    Event::Waiting { message: if is_for_visitor { visitors.to_owned() } else { message } }
}

async fn run(
    gateway: &Gateway,
    session: Arc<Session>,
    id: &JobId,
    begin: Begin,
    viewer: &mut Viewer,
) -> Result<EndReason, Left> {
    // Each viewer is allowed by its own token before it sees what others' tokens have read.
    let is_for_visitor = viewer.is_for_visitor();
    let asking = || async { gateway.upstream().job(&gateway.current(&session).await?, id.as_str()).await };
    let job = match viewer.ask(&Event::Heartbeat, |message| waiting(is_for_visitor, message), asking).await? {
        Ok(job) => job,
        Err(reason) => return Ok(reason),
    };
    let key = (job.cluster_name, job.id);
    let member = gateway.log_hubs().join(gateway, &key, session.clone());
    let mut feed = Box::pin(Feed::new(gateway, session, key.1, member, begin).into_stream());
    let mut credit = Credit::default();
    loop {
        let open = credit.is_open();
        let item = async { if open { feed.next().await } else { future::pending().await } };
        match viewer.next(item).await? {
            Happening::Item(Some(Item::Frame(frame))) => {
                credit.sent += frame.len() as u64;
                viewer.send(Message::Binary(frame)).await?;
            }
            Happening::Item(Some(Item::Event(Event::End { reason }))) | Happening::Over(reason) => return Ok(reason),
            Happening::Item(Some(Item::Event(Event::Waiting { message }))) => {
                viewer.event(&waiting(is_for_visitor, message)).await?;
            }
            Happening::Item(Some(Item::Event(event))) => viewer.event(&event).await?,
            Happening::Item(None) => return Ok(EndReason::Upstream),
            Happening::Text(text) => {
                if let Ok(Reply::Credit { bytes }) = serde_json::from_str(&text) {
                    credit.take(bytes);
                }
            }
            Happening::Heartbeat => viewer.event(&Event::Heartbeat).await?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_the_window_is_ever_unanswered_whatever_the_page_claims() {
        let mut credit = Credit::default();
        while credit.is_open() {
            credit.sent += FRAME_MAX_BYTES as u64;
        }
        assert!(credit.sent <= WINDOW_BYTES);
        credit.take(u64::MAX);
        assert_eq!(credit.taken, credit.sent);
        credit.take(0);
        assert_eq!(credit.taken, credit.sent);
        assert!(credit.is_open());
    }
}
