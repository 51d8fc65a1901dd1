//! The jobs events stream as both job pages read it.

use crate::client::{Client, Failure, Live, Stopper, Word, json};
use api::jobs::JobEvent;
use leptos::task::spawn_local;
use std::{cell::OnceCell, rc::Rc};

/// How a stream of jobs stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Feed {
    /// Not yet open.
    #[default]
    Opening,
    /// Open and true.
    Live,
    /// Broken; another try is coming.
    Broken,
    /// The gateway is there, the cluster is not; its words.
    Waiting(String),
    /// None can be opened now; another try is coming.
    Refused(Failure),
    /// It ended for good.
    Over,
}

/// What a page hears.
pub(crate) enum Heard {
    /// An event, already known to be one of this contract.
    Event(JobEvent),
    /// How the stream stands has changed.
    Feed(Feed),
}

/// Opens the stream. `path` is asked at each try.
pub(crate) fn open(client: Client, path: impl Fn() -> String + 'static, hear: impl Fn(Heard) + 'static) -> Live {
    let stop = Rc::new(OnceCell::<Stopper>::new());
    let stop_inside = Rc::clone(&stop);
    let live = Live::open(client, path, move |word| match word {
        Word::Open | Word::Binary(_) => {}
        Word::Broken => hear(Heard::Feed(Feed::Broken)),
        Word::Refused(failure) => hear(Heard::Feed(Feed::Refused(failure))),
        Word::Text(text) => match json::read_job_event(&text) {
            // A frame that is not the contract's is skipped: the heartbeat shows whether the stream is well.
            Err(_) | Ok(JobEvent::Unknown) => {}
            Ok(JobEvent::End { reason }) => {
                if !reason.may_resume() {
                    if let Some(stopper) = stop_inside.get() {
                        stopper.stop();
                    }
                    hear(Heard::Feed(Feed::Over));
                    // Where the session is what ended, the pages learn it from this.
                    spawn_local(client.probe_session());
                }
            }
            Ok(event) => {
                if let Some(feed) = stands(&event) {
                    hear(Heard::Feed(feed));
                }
                hear(Heard::Event(event));
            }
        },
    });
    // Nothing is heard before this function has returned, so the stopper is always set in time.
    drop(stop.set(live.stopper()));
    live
}

/// How the stream stands after an event, where the event tells. That the gateway is still there says nothing of the cluster.
fn stands(event: &JobEvent) -> Option<Feed> {
    match event {
        JobEvent::Job { .. } | JobEvent::InitDone(_) | JobEvent::Recovered => Some(Feed::Live),
        JobEvent::Waiting { message } => Some(Feed::Waiting(message.clone())),
        JobEvent::Init | JobEvent::Removed { .. } | JobEvent::Heartbeat | JobEvent::End { .. } | JobEvent::Unknown => {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_the_cluster_waits_until_the_cluster_is_back() {
        let waiting = JobEvent::Waiting { message: "The cluster is away.".into() };
        assert_eq!(stands(&waiting), Some(Feed::Waiting("The cluster is away.".into())));
        assert_eq!(stands(&JobEvent::Heartbeat), None);
        assert_eq!(stands(&JobEvent::Recovered), Some(Feed::Live));
    }
}
