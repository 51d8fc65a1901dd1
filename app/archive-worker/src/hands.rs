//! The hands: as many workers as the machine has cores, at most four. Which of them has which orders, and what waits for one.

use crate::global;
use archive_protocol::{Fault, FaultCode};
use futures::channel::oneshot;
use js_sys::Array;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

const MOST_HANDS: u32 = 4;
/// Orders that a hand has at once. With one more it would not wait for the next, but hashing would wait behind it: that costs more.
const MOST_ORDERS: usize = 1;

/// When an order is given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// At once: others wait for what comes of it.
    Now,
    /// When a hand is free and those before it are given.
    Next,
}

/// The hands.
pub(crate) struct Hands {
    hands: Vec<Hand>,
    next_id: Cell<u32>,
    waiting: RefCell<VecDeque<Order>>,
    /// One of them broke, perhaps before it was given anything: it would never answer.
    is_broken: Cell<bool>,
    /// Who is told when one breaks.
    listeners: RefCell<Vec<oneshot::Sender<()>>>,
}

struct Hand {
    worker: Worker,
    given: RefCell<HashMap<u32, oneshot::Sender<Result<Array, Fault>>>>,
    /// The number of the order that it was given last: who was given one longest ago is free soonest.
    last_id: Cell<u32>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(web_sys::Event)>,
}

struct Order {
    words: [JsValue; 3],
    moved: Array,
    answer: oneshot::Sender<Result<Array, Fault>>,
}

/// An answer to come. Whoever stops waiting for it takes back an order that is not given yet.
pub(crate) struct Answer(oneshot::Receiver<Result<Array, Fault>>);

impl Hands {
    /// Starts them.
    pub(crate) fn start() -> Result<Rc<Self>, Fault> {
        let cores = global::scope().navigator().hardware_concurrency() as u32;
        let mut failed = None;
        let hands = Rc::new_cyclic(|hands| {
            let started = (0..cores.clamp(1, MOST_HANDS) as usize).map(|number| Hand::start(hands, number));
            let started: Result<Vec<Hand>, JsValue> = started.collect();
            let hands = started.unwrap_or_else(|error| {
                failed = Some(error);
                Vec::new()
            });
            Self {
                hands,
                next_id: Cell::new(0),
                waiting: RefCell::default(),
                is_broken: Cell::new(false),
                listeners: RefCell::default(),
            }
        });
        match failed {
            Some(error) => Err(Fault::new(FaultCode::Broken, global::words(&error))),
            None => Ok(hands),
        }
    }

    /// Whether one of them broke: they take no more orders.
    pub(crate) fn are_broken(&self) -> bool {
        self.is_broken.get()
    }

    /// Ends when one of them breaks, with what to say of it.
    pub(crate) async fn breaking(&self) -> Fault {
        if !self.are_broken() {
            let (listener, heard) = oneshot::channel();
            self.listeners.borrow_mut().push(listener);
            // Without a word when they are ended, which is the same to whoever still needs them.
            heard.await.ok();
        }
        broken()
    }

    /// Orders something. The bytes of `moved` go to the hand when it is given the order.
    pub(crate) fn order(&self, turn: Turn, words: [JsValue; 3], moved: Array) -> Answer {
        let (answer, answered) = oneshot::channel();
        if self.is_broken.get() {
            drop(answer.send(Err(broken())));
            return Answer(answered);
        }
        let order = Order { words, moved, answer };
        let idle = self.hands.iter().min_by_key(|hand| (hand.load(), hand.last_id.get()));
        match idle.filter(|hand| turn == Turn::Now || hand.load() < MOST_ORDERS) {
            Some(hand) => self.give(hand, order),
            None => self.waiting.borrow_mut().push_back(order),
        }
        Answer(answered)
    }

    fn give(&self, hand: &Hand, Order { words: [first, second, third], moved, answer }: Order) {
        let id = self.next_id.replace(self.next_id.get().wrapping_add(1));
        let order = Array::of4(&id.into(), &first, &second, &third);
        match hand.worker.post_message_with_transfer(&order, &moved) {
            Ok(()) => {
                hand.last_id.set(id);
                drop(hand.given.borrow_mut().insert(id, answer));
            }
            Err(error) => drop(answer.send(Err(Fault::new(FaultCode::Broken, global::words(&error))))),
        }
    }

    /// A hand has answered: it is free for another.
    fn answered(self: &Rc<Self>, number: usize, answer: Array) {
        let Some(hand) = self.hands.get(number) else { return };
        let id = answer.get(0).as_f64().unwrap_or_default() as u32;
        let wanted = hand.given.borrow_mut().remove(&id);
        if let Some(wanted) = wanted {
            drop(wanted.send(Ok(answer)));
        }
        // Not at once: the answer may be the last that a hash waited for, which is then ordered within one turn and goes first.
        let hands = Rc::downgrade(self);
        spawn_local(async move {
            global::later().await;
            global::later().await;
            if let Some(hands) = hands.upgrade() {
                hands.give_waiting();
            }
        });
    }

    fn give_waiting(&self) {
        for hand in &self.hands {
            while hand.load() < MOST_ORDERS {
                let Some(order) = self.waiting.borrow_mut().pop_front() else { return };
                if !order.answer.is_canceled() {
                    self.give(hand, order);
                }
            }
        }
    }

    /// A hand broke. What the others make has no use without its pieces: all fail, and the push begins again from what was sent.
    fn broke(&self) {
        self.is_broken.set(true);
        let given = self.hands.iter().flat_map(|hand| hand.given.take().into_values());
        let waiting = self.waiting.take().into_iter().map(|order| order.answer);
        for answer in given.chain(waiting) {
            drop(answer.send(Err(broken())));
        }
        for listener in self.listeners.take() {
            listener.send(()).ok();
        }
    }
}

fn broken() -> Fault {
    Fault::new(FaultCode::Broken, "a worker broke")
}

impl Drop for Hands {
    fn drop(&mut self) {
        for hand in &self.hands {
            hand.worker.terminate();
        }
    }
}

impl Hand {
    fn start(hands: &Weak<Hands>, number: usize) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(global::HAND);
        let worker = Worker::new_with_options(&global::scope().location().href(), &options)?;
        let all = hands.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(hands) = all.upgrade() {
                hands.answered(number, event.data().unchecked_into());
            }
        });
        let all = hands.clone();
        let on_error = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            // Else it is the conductor's error too, and the page would take that for broken.
            event.prevent_default();
            if let Some(hands) = all.upgrade() {
                hands.broke();
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self {
            worker,
            given: RefCell::default(),
            last_id: Cell::new(0),
            _on_message: on_message,
            _on_error: on_error,
        })
    }

    /// Orders that it was given and has not answered.
    fn load(&self) -> usize {
        self.given.borrow().len()
    }
}

impl Answer {
    /// The hand's answer, when it comes.
    pub(crate) async fn get(self) -> Result<Array, Fault> {
        self.0.await.unwrap_or_else(|_| Err(Fault::new(FaultCode::Broken, "a worker ended")))
    }
}
