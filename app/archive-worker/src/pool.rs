//! The hands: as many workers as the machine has cores, at most four, started when first needed.

use crate::chain::Chain;
use crate::global;
use crate::press::Method;
use archive_protocol::{Fault, FaultCode};
use futures::channel::oneshot;
use js_sys::{Array, Uint8Array};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, MessageEvent, Worker, WorkerOptions, WorkerType};

const MOST_HANDS: u32 = 4;

/// A piece that is made and linked.
pub(crate) struct Made {
    /// The chain behind it.
    pub(crate) chain: Chain,
    /// What was made of it.
    pub(crate) bytes: Uint8Array,
    /// Bytes of the layer in it.
    pub(crate) read_bytes: u64,
}

type Waiting = Rc<RefCell<HashMap<u32, oneshot::Sender<Result<Made, Fault>>>>>;

/// The hands.
#[derive(Clone)]
pub(crate) struct Pool(Rc<Inner>);

struct Inner {
    hands: Vec<Hand>,
    next_id: Cell<u32>,
    waiting: Waiting,
}

struct Hand {
    worker: Worker,
    /// Pieces it was given and has not handed back.
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
        Ok(Self(Rc::new(Inner { hands, next_id: Cell::new(0), waiting })))
    }

    /// How many there are.
    pub(crate) fn size(&self) -> usize {
        self.0.hands.len()
    }

    /// Has the least busy hand make a piece.
    pub(crate) fn make(&self, blob: &Blob, method: Method) -> Result<Piece, Fault> {
        let id = self.0.next_id.replace(self.0.next_id.get().wrapping_add(1));
        let (hand, _) = self
            .0
            .hands
            .iter()
            .enumerate()
            .min_by_key(|(_, hand)| hand.load.get())
            .ok_or_else(|| Fault::new(FaultCode::Broken, "no worker could be started"))?;
        let (answer, answered) = oneshot::channel();
        self.0.waiting.borrow_mut().insert(id, answer);
        let piece = Piece { pool: self.clone(), hand, id, answered: Some(answered) };
        self.0.hands[hand].load.set(self.0.hands[hand].load.get() + 1);
        self.post(hand, &Array::of3(&id.into(), blob, &method.number().into()))?;
        Ok(piece)
    }

    fn post(&self, hand: usize, message: &Array) -> Result<(), Fault> {
        let sent = self.0.hands[hand].worker.post_message(message);
        sent.map_err(|error| Fault::new(FaultCode::Broken, global::words(&error)))
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        for hand in &self.hands {
            hand.worker.terminate();
        }
    }
}

/// A piece in the making; when dropped, nobody wants it any more.
pub(crate) struct Piece {
    pool: Pool,
    hand: usize,
    id: u32,
    answered: Option<oneshot::Receiver<Result<Made, Fault>>>,
}

impl Piece {
    /// Links it behind those before it.
    pub(crate) async fn link(mut self, chain: &Chain) -> Result<Made, Fault> {
        let state = Uint8Array::from(&chain.to_bytes()[..]);
        self.pool.post(self.hand, &Array::of2(&self.id.into(), &state))?;
        match self.answered.take() {
            Some(answered) => answered.await.unwrap_or_else(|_| Err(Fault::new(FaultCode::Broken, "a worker ended"))),
            None => Err(Fault::new(FaultCode::Broken, "a piece was linked twice")),
        }
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        let load = &self.pool.0.hands[self.hand].load;
        load.set(load.get().saturating_sub(1));
        if self.pool.0.waiting.borrow_mut().remove(&self.id).is_some() {
            // It is still there: told that it is not wanted.
            drop(self.pool.post(self.hand, &Array::of1(&self.id.into())));
        }
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
                drop(wanted.send(made(&answer)));
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

fn made(answer: &Array) -> Result<Made, Fault> {
    let (Ok(state), Ok(bytes)) = (answer.get(1).dyn_into::<Uint8Array>(), answer.get(2).dyn_into::<Uint8Array>())
    else {
        // Reading is what fails in practice: the file was changed or removed while it was being pushed.
        return Err(Fault::new(FaultCode::FileChanged, answer.get(1).as_string().unwrap_or_default()));
    };
    let chain = Chain::from_bytes(&state.to_vec()).map_err(|error| Fault::new(FaultCode::Broken, error))?;
    Ok(Made { chain, bytes, read_bytes: answer.get(3).as_f64().unwrap_or_default() as u64 })
}
