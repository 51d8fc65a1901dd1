//! What stands around pages.

pub(crate) mod keys;
pub(crate) mod shell;
