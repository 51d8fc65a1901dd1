//! What gateways of one installation may share where each request has a gateway of its own.

use crate::{access, audit, images, links, upstream};
use std::sync::Arc;

/// What was learnt of the cluster and saves asking again: data without anything under way in it. Clones are the same memory.
#[derive(Clone, Default)]
pub struct Memory {
    pub(crate) configurations: Arc<upstream::Configurations>,
    pub(crate) images: Arc<images::Configs>,
    pub(crate) policies: Arc<access::Policies>,
    pub(crate) audits: Arc<audit::Kept>,
    pub(crate) guesses: Arc<links::Guesses>,
}
