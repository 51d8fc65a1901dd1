//! `/v2/`: the OCI distribution API of the cluster's registry, passed through.
//!
//! Owns who is let in and by which sign-in, which headers pass, and that addresses of the registry come out as our own. Decides
//! no rights: the registry does. Bodies stream through in both directions as they are, and nothing is remembered: what an upload
//! needs to go on is sealed into its address, so that any gateway can take any piece of it.

mod address;
mod admit;
#[cfg(feature = "chunk-socket")]
mod append;
mod headers;
mod pace;
mod pass;
mod upload;

pub(crate) use admit::admit;
#[cfg(feature = "chunk-socket")]
pub(crate) use append::append;
pub(crate) use pass::pass;
