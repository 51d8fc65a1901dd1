//! What the console's page and its archive workers say to each other: plain data, sent as JSON text; files travel beside it.
//!
//! Owns the words, and nothing of either side: no browser, no registry, no page. Both sides come from the same build, so there is
//! no room for unknown variants here.
#![forbid(unsafe_code)]

mod fault;
mod order;
mod report;
mod word;

pub use fault::{Fault, FaultCode};
pub use order::{Order, PushOrder, Target};
pub use report::{FileReport, FoundImage, FoundLayer, LeftOut, Unfinished};
pub use word::{LayerLine, LayerStage, Progress, PushReceipt, Stage, Tagged, Word};
