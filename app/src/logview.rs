//! A job's log as it is written: kept in a bounded ring, painted by the screenful, searched, selected and linked to.
//!
//! What is kept is in [`store`], what comes in in [`intake`], where the view stands in [`viewport`], what drives it all in
//! [`engine`]. Log text is data: it reaches the page through `textContent` alone.

mod address;
mod clock;
mod core;
mod engine;
mod find;
mod intake;
mod keys;
mod painter;
mod pointer;
mod selection;
mod store;
mod text;
mod told;
mod view;
mod viewport;

pub(crate) use view::{LogView, reach_down};
