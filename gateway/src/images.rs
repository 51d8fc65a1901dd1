//! Images as the console sees them: gathered from the registry and, where the cluster has it, from its extension.
//!
//! Owns the gathering, bounded in requests and memory, and the archive that an image is downloaded as. Decides no rights: the
//! cluster does, call by call.

mod access;
mod archive;
mod config;
mod detail;
mod jobs;
mod layers;
mod list;
mod name;
mod repository;
mod tags;
mod transfer;

pub(crate) use access::access;
pub(crate) use archive::archive;
pub(crate) use detail::detail;
pub(crate) use jobs::jobs;
pub(crate) use layers::{Configs, layers};
pub(crate) use list::list;
pub(crate) use name::{ImageAt, NameCursor, image_name, target};
pub(crate) use tags::tags;
pub(crate) use transfer::events;
