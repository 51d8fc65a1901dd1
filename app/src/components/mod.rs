//! Building blocks that know `api`.

pub(crate) mod confirm;
pub(crate) mod feed;
pub(crate) mod page;
pub(crate) mod status;
