//! One job's log, shared: the ring, who reads it, and what is known of the log. The task that fills it is [`super::pump`].

use super::{
    pump,
    ring::{Entry, FellOut, Place, Ring},
};
use crate::{Gateway, session::Session, streams::Audience};
use api::logs::EndReason;
use event_listener::{Event, EventListener};
use futures::FutureExt;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Bytes of frames a hub keeps.
const RING_BYTES: u64 = 16 * 1024 * 1024;
/// Entries read ahead of the fastest viewer.
const AHEAD_ENTRIES: u64 = 64;

/// Cluster and job id.
pub(crate) type Key = (String, String);

/// All hubs of a gateway.
#[derive(Default)]
pub(crate) struct Hubs(Mutex<HashMap<Key, Arc<Hub>>>);

/// What the cluster said of the log when it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opened {
    /// Number of the first line the hub has read.
    pub(crate) first_line: u64,
    /// Lines there were.
    pub(crate) total_lines: Option<u64>,
    /// Whether the cluster can begin at a line.
    pub(crate) seekable: bool,
}

/// The shared log of one job.
pub(crate) struct Hub {
    pub(crate) key: Key,
    state: Mutex<State>,
    /// Something for viewers.
    news: Event,
    /// Something for the pump: room in front of the fastest viewer, or somebody came or left.
    room: Event,
}

/// What viewers and pump share.
pub(crate) struct State {
    pub(crate) ring: Ring,
    pub(crate) audience: Audience,
    pub(crate) opened: Option<Opened>,
    /// Number of the line the pump reads next.
    pub(crate) next_line: u64,
    /// Whether the cluster has sent all it had.
    pub(crate) quiet: bool,
    /// Why the cluster cannot be read, while it cannot.
    pub(crate) waiting: Option<String>,
    pub(crate) ended: Option<EndReason>,
    /// Entry the fastest viewer has reached.
    pace: u64,
    closed: bool,
}

impl Hubs {
    /// Joins the hub of a job; the first one starts it.
    pub(crate) fn join(&self, gateway: &Gateway, key: &Key, session: Arc<Session>) -> Membership {
        let mut hubs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(hub) = hubs.get(key)
            && let Some(id) = hub.enter(session.clone())
        {
            return Membership { hub: hub.clone(), id };
        }
        let hub = Arc::new(Hub::new(key.clone()));
        let id = hub.enter(session).expect("a new hub is open");
        hubs.insert(key.clone(), hub.clone());
        drop(hubs);
        let (task_gateway, task_hub) = (gateway.clone(), hub.clone());
        let task = async move {
            pump::run(&task_gateway, &task_hub).await;
            task_hub.close();
            task_gateway.log_hubs().forget(&task_hub);
        };
        gateway.host().spawn(task.boxed());
        Membership { hub, id }
    }

    fn forget(&self, hub: &Arc<Hub>) {
        let mut hubs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if hubs.get(&hub.key).is_some_and(|known| Arc::ptr_eq(known, hub)) {
            hubs.remove(&hub.key);
        }
    }
}

impl Hub {
    fn new(key: Key) -> Self {
        let state = State {
            ring: Ring::new(RING_BYTES),
            audience: Audience::default(),
            opened: None,
            next_line: 0,
            quiet: false,
            waiting: None,
            ended: None,
            pace: 0,
            closed: false,
        };
        Self { key, state: Mutex::new(state), news: Event::new(), room: Event::new() }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// None when the hub is closing.
    fn enter(&self, session: Arc<Session>) -> Option<u64> {
        let mut state = self.state();
        let id = (!state.closed).then(|| state.audience.enter(session));
        drop(state);
        self.room.notify(usize::MAX);
        id
    }

    fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.ended.get_or_insert(EndReason::Shutdown);
        drop(state);
        self.news.notify(usize::MAX);
    }

    /// Closes the hub if nobody looks.
    pub(crate) fn close_if_alone(&self) -> bool {
        let mut state = self.state();
        state.closed |= state.audience.is_empty();
        state.closed
    }

    /// Changes the state and tells the viewers.
    pub(crate) fn tell(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.news.notify(usize::MAX);
    }

    /// Ends the log. One that is whole still serves who comes; after any other end the next to come begins anew.
    pub(crate) fn end(&self, reason: EndReason) {
        self.tell(|state| {
            state.ended = Some(reason);
            state.closed |= reason != EndReason::Finished;
        });
    }

    /// To be listened to before looking at the state.
    pub(crate) fn room(&self) -> EventListener {
        self.room.listen()
    }

    /// Whether the pump is not too far ahead of the fastest viewer.
    pub(crate) fn has_room(&self) -> bool {
        let state = self.state();
        state.ring.end().entry_number().saturating_sub(state.pace) < AHEAD_ENTRIES
    }
}

/// A viewer's membership; leaves when dropped.
pub(crate) struct Membership {
    hub: Arc<Hub>,
    id: u64,
}

impl Membership {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.hub.state()
    }

    /// To be listened to before looking at the state.
    pub(crate) fn news(&self) -> EventListener {
        self.hub.news.listen()
    }

    /// Why this viewer's stream must end, if it must.
    pub(crate) fn refusal(&self) -> Option<EndReason> {
        self.state().audience.refusal(self.id)
    }

    /// Reads the ring, and lets the pump go on when nobody has been there before.
    pub(crate) fn read(&self, place: Place) -> Result<Option<(Entry, Place)>, FellOut> {
        let mut state = self.state();
        let read = state.ring.read(place);
        let reached = place.entry_number();
        if reached > state.pace {
            state.pace = reached;
            drop(state);
            self.hub.room.notify(usize::MAX);
        }
        read
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.state().audience.leave(self.id);
        self.hub.room.notify(usize::MAX);
    }
}
