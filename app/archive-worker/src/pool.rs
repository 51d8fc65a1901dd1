//! The hands: as many workers as the machine has cores, at most four, started when first needed.

use crate::chain::Chain;
use crate::global;
use crate::joint::Linked;
use crate::memory::Shelf;
use crate::press::Method;
use archive_protocol::{Fault, FaultCode};
use futures::channel::oneshot;
use js_sys::{Array, Uint8Array};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

const MOST_HANDS: u32 = 4;

/// A piece that is made.
pub(crate) struct Pressed {
    /// The bytes of the layer.
    pub(crate) read: Uint8Array,
    /// What was made of them; `None` where they stay as they are.
    pub(crate) made: Option<Uint8Array>,
}

type Waiting = Rc<RefCell<HashMap<u32, oneshot::Sender<Result<Array, Fault>>>>>;

/// The hands.
#[derive(Clone)]
pub(crate) struct Pool(Rc<Inner>);

struct Inner {
    shelf: Shelf,
    hands: Vec<Hand>,
    next_id: Cell<u32>,
    waiting: Waiting,
}

struct Hand {
    worker: Worker,
    /// Orders that it was given and that somebody waits for.
    load: Rc<Cell<u32>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(web_sys::Event)>,
}

impl Pool {
    /// Starts the hands.
    pub(crate) fn start() -> Result<Self, Fault> {
        let waiting = Waiting::default();
        let cores = global::scope().navigator().hardware_concurrency() as u32;
        let hands = (0..cores.clamp(1, MOST_HANDS))
            .map(|_| Hand::start(&waiting).map_err(|error| Fault::new(FaultCode::Broken, global::words(&error))))
            .collect::<Result<_, _>>()?;
        Ok(Self(Rc::new(Inner { shelf: Shelf::default(), hands, next_id: Cell::new(0), waiting })))
    }

    /// How many there are.
    pub(crate) fn size(&self) -> usize {
        self.0.hands.len()
    }

    /// Memory for pieces.
    pub(crate) fn shelf(&self) -> &Shelf {
        &self.0.shelf
    }

    /// Has the least busy hand make a piece of these bytes, which go there.
    pub(crate) fn make(&self, read: Uint8Array, method: Method) -> Result<Making, Fault> {
        if method == Method::Stored {
            return Ok(Making::Made(Pressed { read, made: None }));
        }
        let memory = self.0.shelf.take();
        let moved = Array::of2(&read.buffer(), &memory);
        self.order(&read, &method.number().into(), &memory, &moved).map(Making::Ordered)
    }

    /// Has the least busy hand add a piece to each of these chains. The pieces' bytes go there, and those that leave come back.
    pub(crate) async fn hash(&self, pieces: &[(Chain, Pressed)]) -> Result<Vec<Linked>, Fault> {
        let states: Vec<u8> = pieces.iter().flat_map(|(chain, _)| chain.to_bytes()).collect();
        let reads: Array = pieces.iter().map(|(_, pressed)| &pressed.read).collect();
        let mades: Array = pieces.iter().map(|(_, pressed)| JsValue::from(pressed.made.clone())).collect();
        let bytes = pieces.iter().flat_map(|(_, pressed)| [&pressed.read].into_iter().chain(&pressed.made));
        let moved: Array = bytes.map(Uint8Array::buffer).collect();
        let answer = self.order(&Uint8Array::from(&states[..]), &reads, &mades, &moved)?.answer().await?;
        let (Ok(states), Ok(reads), Ok(mades)) = (
            answer.get(1).dyn_into::<Uint8Array>(),
            answer.get(2).dyn_into::<Array>(),
            answer.get(3).dyn_into::<Array>(),
        ) else {
            return Err(Fault::new(FaultCode::Broken, answer.get(1).as_string().unwrap_or_default()));
        };
        let states = states.to_vec();
        let states = states.chunks_exact((states.len() / pieces.len().max(1)).max(1));
        states
            .zip(reads.iter().zip(mades.iter()))
            .map(|(state, (read, made))| {
                let chain = Chain::from_bytes(state).map_err(|error| Fault::new(FaultCode::Broken, error))?;
                let read: Uint8Array = read.unchecked_into();
                let bytes = match made.dyn_into() {
                    Ok(made) => {
                        self.0.shelf.put(&read);
                        made
                    }
                    Err(_) => read,
                };
                Ok(Linked { chain, bytes })
            })
            .collect()
    }

    /// Gives the least busy hand an order.
    fn order(&self, first: &JsValue, second: &JsValue, third: &JsValue, moved: &Array) -> Result<Task, Fault> {
        let id = self.0.next_id.replace(self.0.next_id.get().wrapping_add(1));
        let hand = self
            .0
            .hands
            .iter()
            .min_by_key(|hand| hand.load.get())
            .ok_or_else(|| Fault::new(FaultCode::Broken, "no worker could be started"))?;
        let (answer, answered) = oneshot::channel();
        self.0.waiting.borrow_mut().insert(id, answer);
        hand.load.set(hand.load.get() + 1);
        let task = Task { load: hand.load.clone(), answered };
        let sent = hand.worker.post_message_with_transfer(&Array::of4(&id.into(), first, second, third), moved);
        sent.map_err(|error| Fault::new(FaultCode::Broken, global::words(&error)))?;
        Ok(task)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        for hand in &self.hands {
            hand.worker.terminate();
        }
    }
}

/// A piece in the making.
pub(crate) enum Making {
    /// It stays as it is.
    Made(Pressed),
    /// A hand has it.
    Ordered(Task),
}

impl Making {
    /// The piece, when it is made.
    pub(crate) async fn pressed(self) -> Result<Pressed, Fault> {
        match self {
            Self::Made(pressed) => Ok(pressed),
            Self::Ordered(task) => task.pressed().await,
        }
    }
}

/// What a hand was ordered to do; its answer is thrown away when nobody waits for it any more.
pub(crate) struct Task {
    load: Rc<Cell<u32>>,
    answered: oneshot::Receiver<Result<Array, Fault>>,
}

impl Task {
    async fn answer(&mut self) -> Result<Array, Fault> {
        (&mut self.answered).await.unwrap_or_else(|_| Err(Fault::new(FaultCode::Broken, "a worker ended")))
    }

    async fn pressed(mut self) -> Result<Pressed, Fault> {
        let answer = self.answer().await?;
        let Ok(read) = answer.get(1).dyn_into::<Uint8Array>() else {
            return Err(Fault::new(FaultCode::Broken, answer.get(1).as_string().unwrap_or_default()));
        };
        Ok(Pressed { read, made: answer.get(2).dyn_into().ok() })
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.load.set(self.load.get().saturating_sub(1));
    }
}

impl Hand {
    fn start(waiting: &Waiting) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(global::HAND);
        let worker = Worker::new_with_options(&global::scope().location().href(), &options)?;
        let load = Rc::new(Cell::new(0));

        let answers = waiting.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let answer: Array = event.data().unchecked_into();
            let id = answer.get(0).as_f64().unwrap_or_default() as u32;
            if let Some(wanted) = answers.borrow_mut().remove(&id) {
                drop(wanted.send(Ok(answer)));
            }
        });
        let lost = waiting.clone();
        let on_error = Closure::<dyn FnMut(web_sys::Event)>::new(move |_| {
            // Which pieces it held cannot be told from here: all fail, and the push begins again from what was sent.
            for (_, wanted) in lost.borrow_mut().drain() {
                drop(wanted.send(Err(Fault::new(FaultCode::Broken, "a worker broke"))));
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self { worker, load, _on_message: on_message, _on_error: on_error })
    }
}
