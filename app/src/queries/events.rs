//! The jobs events stream as both job pages read it.

use crate::client::{Client, Live, Word};
use api::jobs::JobEvent;

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
    let stop = std::rc::Rc::new(std::cell::OnceCell::<crate::client::Stopper>::new());
    let stop_inside = std::rc::Rc::clone(&stop);
    let live = Live::open(client, path, move |word| match word {
        Word::Open | Word::Binary(_) => {}
        Word::Broken => hear(Heard::Feed(Feed::Broken)),
        Word::Text(text) => match serde_json::from_str::<JobEvent>(&text) {
            // A frame that is not the contract's is skipped: the heartbeat shows whether the stream is well.
            Err(_) | Ok(JobEvent::Unknown | JobEvent::Heartbeat) => {}
            Ok(JobEvent::Waiting { message }) => hear(Heard::Feed(Feed::Waiting(message))),
            Ok(JobEvent::End { reason }) => {
                if !reason.may_resume() {
                    if let Some(stopper) = stop_inside.get() {
                        stopper.stop();
                    }
                    hear(Heard::Feed(Feed::Over));
                }
            }
            Ok(event) => {
                if matches!(event, JobEvent::InitDone | JobEvent::Job { .. }) {
                    hear(Heard::Feed(Feed::Live));
                }
                hear(Heard::Event(event));
            }
        },
    });
    // Nothing is heard before this function has returned, so the stopper is always set in time.
    drop(stop.set(live.stopper()));
    live
}
