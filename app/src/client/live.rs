//! A stream that outlives its sockets: watches the heartbeat, reconnects with jittered waits, stops when told or dropped.

use super::{Client, Failure, Incoming, Socket, backoff::Backoff};
use crate::stores::browser;
use leptos::leptos_dom::helpers::{IntervalHandle, TimeoutHandle, set_interval_with_handle, set_timeout_with_handle};
use leptos::task::spawn_local;
use std::{
    cell::RefCell,
    rc::{Rc, Weak},
    time::Duration,
};

/// Silence that counts as a break: two heartbeats.
const SILENCE_MS: f64 = (2 * api::HEARTBEAT_SECS * 1000) as f64;

/// What a live stream tells.
pub(crate) enum Word {
    /// A socket is open; the stream begins anew.
    Open,
    /// A text frame.
    Text(String),
    /// A binary frame.
    Binary(js_sys::Uint8Array),
    /// The socket broke; another will be tried.
    Broken,
    /// No socket is let in now, and why; another will be tried.
    Refused(Failure),
}

/// A stream; closes when dropped.
pub(crate) struct Live {
    inner: Rc<RefCell<Inner>>,
    watch: Option<IntervalHandle>,
}

struct Inner {
    client: Client,
    path: Box<dyn Fn() -> String>,
    tell: Rc<dyn Fn(Word)>,
    socket: Option<Socket>,
    retry: Option<TimeoutHandle>,
    backoff: Backoff,
    heard_ms: f64,
    /// When the socket opened, if it has.
    opened_ms: Option<f64>,
    stopped: bool,
}

impl Live {
    /// Opens the stream. `path` is asked anew at each try, so that it can carry a cursor. `tell` must not drop the stream;
    /// it may call [`Live::stop`].
    pub(crate) fn open(client: Client, path: impl Fn() -> String + 'static, tell: impl Fn(Word) + 'static) -> Self {
        let inner = Rc::new(RefCell::new(Inner {
            client,
            path: Box::new(path),
            tell: Rc::new(tell),
            socket: None,
            retry: None,
            backoff: Backoff::default(),
            heard_ms: browser::now_ms(),
            opened_ms: None,
            stopped: false,
        }));
        connect(&inner);
        let weak = Rc::downgrade(&inner);
        let watch = set_interval_with_handle(
            move || {
                if let Some(inner) = weak.upgrade() {
                    let silent = {
                        let now = inner.borrow();
                        now.socket.is_some() && browser::now_ms() - now.heard_ms > SILENCE_MS
                    };
                    if silent {
                        broken(&inner);
                    }
                }
            },
            Duration::from_secs(5),
        );
        Self { inner, watch: watch.ok() }
    }

    /// A handle for stopping from inside `tell`.
    pub(crate) fn stopper(&self) -> Stopper {
        Stopper(Rc::downgrade(&self.inner))
    }

    pub(crate) fn send_text(&self, text: &str) {
        if let Some(socket) = &self.inner.borrow().socket {
            socket.send_text(text);
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        if let Some(watch) = &self.watch {
            watch.clear();
        }
        stop(&self.inner);
    }
}

/// Stops a stream for good.
#[derive(Clone)]
pub(crate) struct Stopper(Weak<RefCell<Inner>>);

impl Stopper {
    pub(crate) fn stop(&self) {
        if let Some(inner) = self.0.upgrade() {
            stop(&inner);
        }
    }
}

fn stop(inner: &Rc<RefCell<Inner>>) {
    let mut inner = inner.borrow_mut();
    inner.stopped = true;
    inner.socket = None;
    if let Some(retry) = inner.retry.take() {
        retry.clear();
    }
}

fn connect(inner: &Rc<RefCell<Inner>>) {
    let path = (inner.borrow().path)();
    let weak = Rc::downgrade(inner);
    let opened = Socket::open(
        &path,
        Rc::new(move |incoming| {
            if let Some(inner) = weak.upgrade() {
                hear(&inner, incoming);
            }
        }),
    );
    let mut now = inner.borrow_mut();
    now.heard_ms = browser::now_ms();
    match opened {
        Ok(socket) => now.socket = Some(socket),
        Err(_) => {
            drop(now);
            broken(inner);
        }
    }
}

fn hear(inner: &Rc<RefCell<Inner>>, incoming: Incoming) {
    let tell = {
        let mut now = inner.borrow_mut();
        if now.stopped {
            return;
        }
        now.heard_ms = browser::now_ms();
        Rc::clone(&now.tell)
    };
    match incoming {
        Incoming::Open => {
            inner.borrow_mut().opened_ms = Some(browser::now_ms());
            tell(Word::Open);
        }
        Incoming::Text(text) => tell(Word::Text(text)),
        Incoming::Binary(bytes) => tell(Word::Binary(bytes)),
        Incoming::Closed { .. } => broken(inner),
    }
}

fn broken(inner: &Rc<RefCell<Inner>>) {
    let (client, was_open, wait_ms) = {
        let mut now = inner.borrow_mut();
        if now.stopped {
            return;
        }
        now.socket = None;
        // A stream may say much and be over at once; that must not be retried at full speed.
        let opened_ms = now.opened_ms.take();
        if let Some(opened_ms) = opened_ms {
            now.backoff.lasted(browser::now_ms() - opened_ms);
        }
        let wait_ms = now.backoff.next_ms(browser::random());
        (now.client, opened_ms.is_some(), wait_ms)
    };
    if was_open {
        tell(inner, Word::Broken);
        // It may be the session that ended; then the pages must know.
        spawn_local(client.probe_session());
    } else {
        spawn_local(tell_why(client, Rc::downgrade(inner)));
    }
    let weak = Rc::downgrade(inner);
    let retry = set_timeout_with_handle(
        move || {
            if let Some(inner) = weak.upgrade().filter(|i| !i.borrow().stopped) {
                connect(&inner);
            }
        },
        Duration::from_millis(wait_ms.into()),
    );
    inner.borrow_mut().retry = retry.ok();
}

/// A refused handshake says nothing; an ordinary call to the same address does.
async fn tell_why(client: Client, weak: Weak<RefCell<Inner>>) {
    let Some(path) = weak.upgrade().map(|inner| (inner.borrow().path)()) else { return };
    let refusal = client.refusal(&path).await;
    if let Some(inner) = weak.upgrade() {
        tell(&inner, refusal.map_or(Word::Broken, Word::Refused));
    }
    client.probe_session().await;
}

fn tell(inner: &Rc<RefCell<Inner>>, word: Word) {
    let tell = {
        let now = inner.borrow();
        // A socket that has opened meanwhile knows better.
        if now.stopped || now.opened_ms.is_some() {
            return;
        }
        Rc::clone(&now.tell)
    };
    tell(word);
}
