//! The embedded cluster: the platform API, an engine for containers, a store for jobs and logs.
//!
//! Owns accounts, permissions, jobs, their logs and their containers. Knows nothing of the console or the gateway: it
//! speaks the platform API (crate `platform`) and nothing else.

mod accounts;
pub mod clock;
mod config;
pub mod engine;
mod http;
mod jobs;
pub mod logs;
mod permissions;
mod store;
