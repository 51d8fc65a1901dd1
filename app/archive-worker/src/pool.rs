//! What the hands are ordered to do: pieces to be made, and made ones to be hashed.

use crate::chain::Chain;
use crate::hands::{Answer, Hands, Turn};
use crate::joint::Linked;
use crate::memory::Shelf;
use crate::press::Method;
use archive_protocol::{Fault, FaultCode};
use js_sys::{Array, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Bytes that hands work on to become faster: some milliseconds of work.
const WARM_BYTES: u32 = 1024 * 1024;

/// A piece that is made.
pub(crate) struct Pressed {
    /// The bytes of the layer.
    pub(crate) read: Uint8Array,
    /// What was made of them; `None` where they stay as they are.
    pub(crate) made: Option<Uint8Array>,
}

/// The hands, and memory for them.
#[derive(Clone)]
pub(crate) struct Pool(Rc<Inner>);

struct Inner {
    shelf: Shelf,
    hands: Rc<Hands>,
}

impl Pool {
    /// Starts the hands.
    pub(crate) fn start() -> Result<Self, Fault> {
        Ok(Self(Rc::new(Inner { shelf: Shelf::default(), hands: Hands::start()? })))
    }

    /// Whether a hand broke, and the pool is good for nothing more.
    pub(crate) fn is_broken(&self) -> bool {
        self.0.hands.are_broken()
    }

    /// Ends when a hand breaks, with what to say of it.
    pub(crate) async fn breaking(&self) -> Fault {
        self.0.hands.breaking().await
    }

    /// Has one hand work on what nobody needs. The browser compiles what runs often anew, faster, for all hands: that is then not done while
    /// a push begins.
    pub(crate) async fn warm_up(&self) -> Result<(), Fault> {
        let bytes: Vec<u8> = (0..WARM_BYTES / 4).flat_map(|word| (word / 7 * 13).to_le_bytes()).collect();
        let read = Uint8Array::new_with_byte_offset_and_length(&self.0.shelf.take(), 0, WARM_BYTES);
        read.copy_from(&bytes);
        let pressed = self.make(read, Method::Gzip).pressed().await?;
        let hashed = self.hash(&[(Chain::new(), pressed)]).await?;
        hashed.iter().for_each(|linked| self.0.shelf.put(&linked.bytes));
        Ok(())
    }

    /// Memory for pieces.
    pub(crate) fn shelf(&self) -> &Shelf {
        &self.0.shelf
    }

    /// Has a hand make a piece of these bytes, which go there.
    pub(crate) fn make(&self, read: Uint8Array, method: Method) -> Making {
        if method == Method::Stored {
            return Making::Made(Pressed { read, made: None });
        }
        let memory = self.0.shelf.take();
        let moved = Array::of2(&read.buffer(), &memory);
        let words = [read.into(), method.number().into(), memory.into()];
        Making::Ordered(self.0.hands.order(Turn::Next, words, moved))
    }

    /// Has a hand add a piece to each of these chains, before anything else that waits: the layers cannot go on without it. The
    /// pieces' bytes go there, and those that leave come back.
    pub(crate) async fn hash(&self, pieces: &[(Chain, Pressed)]) -> Result<Vec<Linked>, Fault> {
        let states: Vec<u8> = pieces.iter().flat_map(|(chain, _)| chain.to_bytes()).collect();
        let reads: Array = pieces.iter().map(|(_, pressed)| &pressed.read).collect();
        let mades: Array = pieces.iter().map(|(_, pressed)| JsValue::from(pressed.made.clone())).collect();
        let bytes = pieces.iter().flat_map(|(_, pressed)| [&pressed.read].into_iter().chain(&pressed.made));
        let moved: Array = bytes.map(Uint8Array::buffer).collect();
        let words = [Uint8Array::from(&states[..]).into(), reads.into(), mades.into()];
        let answer = self.0.hands.order(Turn::Now, words, moved).get().await?;
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
}

/// A piece in the making.
pub(crate) enum Making {
    /// It stays as it is.
    Made(Pressed),
    /// A hand has it, or will have it.
    Ordered(Answer),
}

impl Making {
    /// The piece, when it is made.
    pub(crate) async fn pressed(self) -> Result<Pressed, Fault> {
        let answer = match self {
            Self::Made(pressed) => return Ok(pressed),
            Self::Ordered(answer) => answer.get().await?,
        };
        let Ok(read) = answer.get(1).dyn_into::<Uint8Array>() else {
            return Err(Fault::new(FaultCode::Broken, answer.get(1).as_string().unwrap_or_default()));
        };
        Ok(Pressed { read, made: answer.get(2).dyn_into().ok() })
    }
}
