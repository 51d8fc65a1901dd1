//! The store of links on this host: one SQLite file.

mod rows;
mod store;
#[cfg(test)]
mod tests;

pub use store::{OpenError, SqliteLinks};
