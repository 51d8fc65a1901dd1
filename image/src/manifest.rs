//! Manifests, indexes and image configs: docker's schema 2 and OCI's, read strictly where it matters and written canonically.
//!
//! Plain serde structs rather than the `oci-spec` crate: that brings `regex` and builder macros into the page's WebAssembly for
//! types whose fields we need a third of. Bytes that came from elsewhere are never written again from these structs: a digest is
//! a digest of bytes.

mod check;
mod config;
mod descriptor;
mod document;
pub mod media_type;
#[cfg(test)]
mod tests;

pub use check::{Mismatch, check_image};
pub use config::{ContainerConfig, History, ImageConfig, InvalidConfig, RootFs};
pub use descriptor::{Descriptor, Platform};
pub use document::{CONFIG_MAX_BYTES, Document, ImageIndex, ImageManifest, InvalidManifest, MANIFEST_MAX_BYTES};
pub use media_type::{Compression, LayerKind};

/// Reads what JSON calls null as the default: docker writes `null` for what is empty.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Default + serde::Deserialize<'de>,
{
    Ok(<Option<T> as serde::Deserialize>::deserialize(deserializer)?.unwrap_or_default())
}
