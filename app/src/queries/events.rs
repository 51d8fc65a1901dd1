//! The jobs events stream as both job pages read it.

use crate::client::{Client, Live, Stopper, Word, json};
use crate::paths::endpoint;
use api::{jobs::JobEvent, session::Session};
use leptos::task::spawn_local;
use std::{
    cell::{Cell, OnceCell},
    rc::Rc,
};

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
    let stop = Rc::new(OnceCell::<Stopper>::new());
    let stop_inside = Rc::clone(&stop);
    let hear: Rc<dyn Fn(Heard)> = Rc::new(hear);
    let waiting = Rc::new(Cell::new(false));
    let live = Live::open(client, path, move |word| match word {
        Word::Open | Word::Binary(_) => {}
        Word::Broken => hear(Heard::Feed(Feed::Broken)),
        Word::Text(text) => match json::read_job_event(&text) {
            // A frame that is not the contract's is skipped: the heartbeat shows whether the stream is well.
            Err(_) | Ok(JobEvent::Unknown) => {}
            // The stream tells when the cluster goes, and when something changes, but not that it is merely back.
            Ok(JobEvent::Heartbeat) if waiting.get() => ask_whether_back(client, Rc::clone(&waiting), Rc::clone(&hear)),
            Ok(JobEvent::Heartbeat) => {}
            Ok(JobEvent::Waiting { message }) => {
                waiting.set(true);
                hear(Heard::Feed(Feed::Waiting(message)));
            }
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
                if matches!(event, JobEvent::InitDone | JobEvent::Job { .. }) {
                    waiting.set(false);
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

/// Asks for something that only the cluster can answer; when it does, the stream is true again.
fn ask_whether_back(client: Client, waiting: Rc<Cell<bool>>, hear: Rc<dyn Fn(Heard)>) {
    spawn_local(async move {
        if client.get::<Session>(endpoint::SESSION).await.is_ok() && waiting.replace(false) {
            hear(Heard::Feed(Feed::Live));
        }
    });
}
