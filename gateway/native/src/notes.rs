//! What is remembered of sessions beyond the life of a process.

mod store;

pub use store::FileNotes;
