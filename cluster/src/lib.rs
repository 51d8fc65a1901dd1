//! The embedded cluster: the platform API, an engine for containers, a store for jobs and logs.
//!
//! Owns accounts, permissions, jobs, their logs and their containers. Knows nothing of the console or the gateway: it
//! speaks the platform API (crate `platform`) and nothing else.

mod accounts;
mod acts;
mod casts;
pub mod clock;
mod cluster;
mod config;
pub mod engine;
mod history;
mod home;
mod http;
mod images;
mod jobs;
pub mod logs;
mod people;
mod permissions;
mod registry;
mod runner;
mod store;

pub use accounts::{AccountError, CODE_LIFETIME, InvalidPassword, InvalidToken, PASSWORD_CODE_LIFETIME, ProjectRole};
pub use casts::Recorded;
pub use cluster::{Cluster, ClusterError};
pub use config::{Config, EngineChoice};
pub use home::HomeError;
pub use images::CopyRules;
pub use people::Accounts;
pub use store::StoreError;
