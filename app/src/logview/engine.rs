//! Drives a log view in the browser: the stream, the frame clock, the background work.
//!
//! Owns when things happen; what happens is in [`Core`] and how it looks in [`Painter`]. However much comes in, the page is
//! painted once a frame at most, and less often while whole screens of rows rush past that nobody could read.

mod background;
mod dom;
mod paging;
mod stream;

pub(crate) use dom::Dom;

use super::{
    clock::Clock,
    core::{Core, Goal},
    told::{Told, Wishes, tell},
};
use crate::client::{Client, Live};
use crate::i18n::I18n;
use crate::stores::session::SessionStore;
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::{JsCast, prelude::Closure};

/// What a log view stands on.
#[derive(Clone, Copy)]
pub(crate) struct Ground {
    pub(crate) client: Client,
    pub(crate) session: SessionStore,
    pub(crate) i18n: I18n,
}

/// A running log view. Stops when dropped.
pub(crate) struct Engine {
    pub(crate) me: Weak<Self>,
    /// Below which the log lies: a job of the gateway, or a shared link.
    pub(crate) base: String,
    pub(crate) ground: Ground,
    pub(crate) told: Told,
    pub(crate) core: RefCell<Core>,
    pub(crate) dom: RefCell<Option<Dom>>,
    pub(crate) clock: RefCell<Clock>,
    pub(crate) origin_ns: Cell<Option<i64>>,
    live: RefCell<Option<Live>>,
    frame: Closure<dyn FnMut()>,
    frame_queued: Cell<Option<Queued>>,
    last_paint_ms: Cell<f64>,
    rows_since_paint: Cell<usize>,
    searching: Cell<bool>,
    pub(crate) search_no: Cell<u32>,
    paper_no: Cell<u32>,
    lines_said: Cell<u64>,
    scratch: RefCell<Vec<u8>>,
}

/// Shortest time between two paints while more than a screenful comes in each.
const RUSH_MS: f64 = 66.0;

/// A call that the browser owes, by its handle.
#[derive(Clone, Copy, Debug)]
enum Queued {
    Frame(i32),
    Later(i32),
}

impl Drop for Engine {
    /// The page may be left with a frame on its way; what it would call is dropped with this.
    fn drop(&mut self) {
        match self.frame_queued.get() {
            Some(Queued::Frame(handle)) => drop(window().cancel_animation_frame(handle)),
            Some(Queued::Later(handle)) => window().clear_timeout_with_handle(handle),
            None => {}
        }
    }
}

impl Engine {
    pub(crate) fn new(base: String, ground: Ground, told: Told, budget: usize, goal: Option<Goal>) -> Rc<Self> {
        let wishes = told.wishes.get_untracked();
        let engine = Rc::new_cyclic(|me: &Weak<Self>| {
            let for_frame = me.clone();
            let frame = Closure::<dyn FnMut()>::new(move || {
                if let Some(engine) = for_frame.upgrade() {
                    engine.on_frame();
                }
            });
            let mut core = Core::new(budget);
            core.view.follow = goal.is_none();
            core.goal = goal;
            Self {
                me: me.clone(),
                base,
                ground,
                told,
                core: RefCell::new(core),
                dom: RefCell::new(None),
                clock: RefCell::new(Clock::new(wishes.zone)),
                origin_ns: Cell::new(None),
                live: RefCell::new(None),
                frame,
                frame_queued: Cell::new(None),
                last_paint_ms: Cell::new(0.0),
                rows_since_paint: Cell::new(0),
                searching: Cell::new(false),
                search_no: Cell::new(0),
                paper_no: Cell::new(1),
                lines_said: Cell::new(0),
                scratch: RefCell::new(Vec::new()),
            }
        });
        tell(told.follow, engine.core.borrow().view.follow);
        engine
    }

    /// The view is in the page: paint there.
    pub(crate) fn attach(&self, dom: Dom) {
        *self.dom.borrow_mut() = Some(dom);
        self.remeasure();
    }

    /// Sizes or fonts may have changed.
    pub(crate) fn remeasure(&self) {
        if let Some(dom) = self.dom.borrow_mut().as_mut() {
            dom.measure_due = true;
        }
        self.repaper();
    }

    /// All rows look different from now on.
    pub(crate) fn repaper(&self) {
        self.paper_no.set(self.paper_no.get().wrapping_add(1));
        self.queue_frame();
    }

    /// Changes how the reader wants it.
    pub(crate) fn wish(&self, change: impl FnOnce(&mut Wishes)) {
        self.told.wishes.update(change);
        let zone = self.told.wishes.with_untracked(|w| w.zone.clone());
        *self.clock.borrow_mut() = Clock::new(zone);
        self.remeasure();
    }

    /// Asks for a frame, once.
    pub(crate) fn queue_frame(&self) {
        if self.frame_queued.get().is_none() {
            let queued = window().request_animation_frame(self.frame.as_ref().unchecked_ref());
            self.frame_queued.set(queued.ok().map(Queued::Frame));
        }
    }

    fn on_frame(&self) {
        self.frame_queued.set(None);
        let now = now_ms();
        let rush = {
            let core = self.core.borrow();
            core.view.follow && self.rows_since_paint.get() as u64 > core.view.lines()
        };
        let wait = RUSH_MS - (now - self.last_paint_ms.get());
        if rush && wait > 4.0 {
            let window = window();
            let queued = window.set_timeout_with_callback_and_timeout_and_arguments_0(self.late_frame(), wait as i32);
            self.frame_queued.set(queued.ok().map(Queued::Later));
            return;
        }
        self.last_paint_ms.set(now);
        self.rows_since_paint.set(0);
        self.paint();
        self.tell_counts();
        self.queue_search();
        self.page_back();
        self.stream_again();
        self.read_the_end();
        self.answer();
    }

    /// The frame callback does as a timer too: the paint then falls into the next frame anyway.
    fn late_frame(&self) -> &js_sys::Function {
        self.frame.as_ref().unchecked_ref()
    }

    fn tell_counts(&self) {
        let core = self.core.borrow();
        tell(self.told.counts, core.counts());
        tell(self.told.follow, core.view.follow);
        tell(self.told.new_lines, core.new_lines);
    }

    /// Changes the state and paints after it.
    pub(crate) fn with(&self, change: impl FnOnce(&mut Core)) {
        change(&mut self.core.borrow_mut());
        self.queue_frame();
    }

    /// Moves the view by the reader's will.
    pub(crate) fn move_view(&self, change: impl FnOnce(&mut Core)) {
        self.with(|core| {
            core.view.follow = false;
            core.goal = None;
            change(core);
            core.moved();
        });
    }

    pub(crate) fn paper_number(&self) -> u32 {
        self.paper_no.get()
    }
}

/// ms on a clock that never goes back.
pub(crate) fn now_ms() -> f64 {
    window().performance().map_or(0.0, |p| p.now())
}
