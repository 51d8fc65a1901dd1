//! Pause, resume and cancel; and waking what waits when the network is back.

use futures::channel::oneshot;
use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// The reader's wish for a push, shared by all its layers.
#[derive(Clone, Default)]
pub(crate) struct Control(Rc<Inner>);

#[derive(Default)]
struct Inner {
    paused: Cell<bool>,
    waiting: Cell<u32>,
    asleep: RefCell<Vec<oneshot::Sender<()>>>,
}

impl Control {
    pub(crate) fn pause(&self) {
        self.0.paused.set(true);
    }

    pub(crate) fn resume(&self) {
        self.0.paused.set(false);
        self.wake();
    }

    pub(crate) fn is_paused(&self) -> bool {
        self.0.paused.get()
    }

    /// Whether something waits for the network or the registry.
    pub(crate) fn is_waiting(&self) -> bool {
        self.0.waiting.get() > 0
    }

    /// Returns at once, or when the pause is over.
    pub(crate) async fn gate(&self) {
        while self.0.paused.get() {
            self.woken().await;
        }
    }

    /// Waits so long, or until the network is back. True: it is.
    pub(crate) async fn wait(&self, millis: u64) -> bool {
        let _counted = Counted::new(&self.0);
        let time = TimeoutFuture::new(u32::try_from(millis).unwrap_or(u32::MAX));
        matches!(select(time, Box::pin(self.woken())).await, Either::Right(_))
    }

    /// Wakes whatever sleeps.
    pub(crate) fn wake(&self) {
        for sleeper in self.0.asleep.take() {
            let _ = sleeper.send(());
        }
    }

    async fn woken(&self) {
        let (sender, woken) = oneshot::channel();
        self.0.asleep.borrow_mut().push(sender);
        let _ = woken.await;
    }
}

/// Counts what waits, also when the waiting is given up half way.
struct Counted<'a>(&'a Inner);

impl<'a> Counted<'a> {
    fn new(inner: &'a Inner) -> Self {
        inner.waiting.set(inner.waiting.get() + 1);
        Self(inner)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.waiting.set(self.0.waiting.get().saturating_sub(1));
    }
}
