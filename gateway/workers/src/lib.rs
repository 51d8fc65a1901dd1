//! The gateway's host on Cloudflare Workers: fetch, sockets, timers and Durable Objects behind the gateway's ports.
//!
//! Knows nothing of jobs or sessions but by what name streams are found that many watch. Built for wasm32 by `cargo xtask workers`;
//! elsewhere there is nothing in it.
#![cfg(target_arch = "wasm32")]

mod body;
mod client;
mod console;
mod entry;
mod exchange;
mod host;
mod links;
mod log;
mod notes;
mod plain;
mod refusal;
mod settings;
mod socket;
mod sql;
mod streams;
