//! The console's archive workers: one WebAssembly module, two roles.
//!
//! The **conductor** talks to the page: it looks into archives, plans pushes, drives the uploads and remembers them. The **hands**,
//! one a core, do what costs: they read pieces of a layer, compress and hash them. A push goes on whatever the page does.
//!
//! Owns files, compression, hashing, sending and remembering; refuses to know what the page looks like. What an archive, a plan or an
//! upload is, is the crate `image`'s.
#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "natively only what is tested natively is built"))]

#[cfg(target_arch = "wasm32")]
mod blob;
mod chain;
#[cfg(target_arch = "wasm32")]
mod conductor;
#[cfg(target_arch = "wasm32")]
mod control;
mod crc32;
mod deflate;
mod found;
#[cfg(target_arch = "wasm32")]
mod global;
#[cfg(target_arch = "wasm32")]
mod hand;
#[cfg(target_arch = "wasm32")]
mod hands;
#[cfg(target_arch = "wasm32")]
mod http;
#[cfg(target_arch = "wasm32")]
mod joint;
#[cfg(target_arch = "wasm32")]
mod ledger;
#[cfg(target_arch = "wasm32")]
mod lock;
mod mark;
#[cfg(target_arch = "wasm32")]
mod memory;
#[cfg(target_arch = "wasm32")]
mod open;
mod pace;
#[cfg(target_arch = "wasm32")]
mod pool;
mod press;
#[cfg(target_arch = "wasm32")]
mod prove;
#[cfg(target_arch = "wasm32")]
mod push;
#[cfg(target_arch = "wasm32")]
mod reader;
mod receipt;
#[cfg(target_arch = "wasm32")]
mod remember;
#[cfg(target_arch = "wasm32")]
mod report;
mod sha256;
#[cfg(target_arch = "wasm32")]
mod source;
#[cfg(target_arch = "wasm32")]
mod spool;
mod unpack;
#[cfg(target_arch = "wasm32")]
mod wire;

#[cfg(target_arch = "wasm32")]
pub use entry::receive;

#[cfg(target_arch = "wasm32")]
mod entry {
    use crate::{conductor::Conductor, global, hand};
    use std::cell::OnceCell;
    use wasm_bindgen::prelude::*;

    /// What the first message says a worker is: a number makes it a hand.
    enum Role {
        Conductor(Conductor),
        Hand,
    }

    thread_local! {
        static ROLE: OnceCell<Role> = const { OnceCell::new() };
    }

    /// Takes a message of the page, or of the conductor; called by the worker's script for each, in order.
    #[wasm_bindgen]
    pub fn receive(message: JsValue) {
        ROLE.with(|role| {
            let role =
                role.get_or_init(|| if global::is_hand() { Role::Hand } else { Role::Conductor(Conductor::start()) });
            match role {
                Role::Conductor(conductor) => conductor.receive(&message),
                Role::Hand => hand::receive(message),
            }
        });
    }
}
