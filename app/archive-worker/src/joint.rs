//! Where the layers that are on their way wait for each other, so that their pieces are hashed side by side.

use crate::chain::Chain;
use crate::global;
use crate::pool::{Pool, Pressed};
use archive_protocol::{Fault, FaultCode};
use futures::channel::oneshot;
use js_sys::Uint8Array;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// A piece that is made and hashed.
pub(crate) struct Linked {
    /// The chain behind it.
    pub(crate) chain: Chain,
    /// What leaves of it.
    pub(crate) bytes: Uint8Array,
}

/// The meeting place of one pool's layers.
#[derive(Clone)]
pub(crate) struct Joint(Rc<Inner>);

struct Inner {
    pool: Pool,
    /// Layers whose next piece is in the making, or waits here.
    expected: Cell<usize>,
    waiting: RefCell<Vec<Wish>>,
    is_hashing: Cell<bool>,
    is_called: Cell<bool>,
}

struct Wish {
    chain: Chain,
    pressed: Pressed,
    answer: oneshot::Sender<Result<Linked, Fault>>,
}

/// A layer that the others wait for.
pub(crate) struct Expected(Joint);

impl Joint {
    pub(crate) fn of(pool: Pool) -> Self {
        Self(Rc::new(Inner {
            pool,
            expected: Cell::new(0),
            waiting: RefCell::default(),
            is_hashing: Cell::new(false),
            is_called: Cell::new(false),
        }))
    }

    /// Who makes and hashes.
    pub(crate) fn pool(&self) -> &Pool {
        &self.0.pool
    }

    /// As long as the result lives, the others wait for this layer's next piece.
    pub(crate) fn expect(&self) -> Expected {
        self.0.expected.set(self.0.expected.get() + 1);
        Expected(self.clone())
    }

    /// Looks whether all are here, once everything that can go on by itself has done so.
    fn call(&self) {
        if self.0.is_called.replace(true) {
            return;
        }
        let joint = self.clone();
        spawn_local(async move {
            global::later().await;
            joint.0.is_called.set(false);
            joint.hash_if_all_are_here().await;
        });
    }

    async fn hash_if_all_are_here(&self) {
        let here = self.0.waiting.borrow().len();
        if here == 0 || here < self.0.expected.get() || self.0.is_hashing.replace(true) {
            return;
        }
        let (pieces, answers): (Vec<_>, Vec<_>) =
            self.0.waiting.take().into_iter().map(|wish| ((wish.chain, wish.pressed), wish.answer)).unzip();
        let hashed = self.0.pool.hash(&pieces).await;
        self.0.is_hashing.set(false);
        match hashed {
            Ok(linked) => {
                for (linked, answer) in linked.into_iter().zip(answers) {
                    drop(answer.send(Ok(linked)));
                }
            }
            Err(fault) => {
                for answer in answers {
                    drop(answer.send(Err(fault.clone())));
                }
            }
        }
        self.call();
    }
}

impl Expected {
    /// Links a piece behind those before it.
    pub(crate) async fn link(self, chain: Chain, pressed: Pressed) -> Result<Linked, Fault> {
        let (answer, answered) = oneshot::channel();
        self.0.0.waiting.borrow_mut().push(Wish { chain, pressed, answer });
        self.0.call();
        answered.await.unwrap_or_else(|_| Err(Fault::new(FaultCode::Broken, "a worker ended")))
    }
}

impl Drop for Expected {
    fn drop(&mut self) {
        let expected = &self.0.0.expected;
        expected.set(expected.get().saturating_sub(1));
        self.0.call();
    }
}
