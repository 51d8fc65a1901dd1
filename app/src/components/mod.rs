//! Building blocks that know `api`, or the stores.

pub(crate) mod confirm;
pub(crate) mod copy;
pub(crate) mod feed;
pub(crate) mod page;
pub(crate) mod status;
pub(crate) mod time;
pub(crate) mod toast;
