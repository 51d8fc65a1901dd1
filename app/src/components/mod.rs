//! Building blocks that know `api`, or the stores.

pub(crate) mod confirm;
pub(crate) mod copy;
pub(crate) mod failed;
pub(crate) mod feed;
pub(crate) mod image_copy;
pub(crate) mod image_target;
pub(crate) mod job_save;
pub(crate) mod lazy;
pub(crate) mod link_made;
pub(crate) mod link_rows;
pub(crate) mod loaded;
pub(crate) mod members;
pub(crate) mod named;
pub(crate) mod page;
pub(crate) mod pages;
pub(crate) mod push_mark;
pub(crate) mod qr;
pub(crate) mod remove;
pub(crate) mod search;
pub(crate) mod share;
pub(crate) mod stage;
pub(crate) mod status;
pub(crate) mod story;
pub(crate) mod time;
pub(crate) mod toast;
pub(crate) mod transfer;
