//! Going away in good order: streams are told, so that their readers come back elsewhere.

use event_listener::Event;
use std::sync::atomic::{AtomicBool, Ordering};

/// A switch that is thrown once.
#[derive(Debug, Default)]
pub(crate) struct Drain {
    thrown: AtomicBool,
    event: Event,
}

impl Drain {
    pub(crate) fn throw(&self) {
        self.thrown.store(true, Ordering::SeqCst);
        self.event.notify(usize::MAX);
    }

    /// Returns once the switch is thrown.
    pub(crate) async fn thrown(&self) {
        let listener = self.event.listen();
        // Listening before looking: a throw between the two is not missed.
        if !self.thrown.load(Ordering::SeqCst) {
            listener.await;
        }
    }
}
