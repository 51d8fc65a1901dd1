//! Container images without I/O: the same code in the browser, the gateway, the cluster, and under test.
//!
//! Bytes and events go in; requests for bytes, requests to a registry, and results come out. Nothing here reads a file, opens a
//! socket, looks at a clock or draws a random number: who drives the state machines does that and feeds them.
//!
//! - [`digest`]: `sha256:<hex>`, and the hashers behind it.
//! - [`mod@reference`]: docker references and `image:` URIs, and the way from one to the other.
//! - [`manifest`]: manifests, indexes and image configs, docker's and OCI's; what about them does not hold together.
//! - [`tar`]: the tar format, read by hopping over headers or as a stream, and written.
//! - [`archive`]: what `docker save`, `podman save` and `skopeo` write, found in a tar.
//! - [`plan`]: what of an archive must travel to a registry, and the manifest to write there.
//! - [`upload`]: the chunked upload of one blob, through faults and across restarts.
//! - [`download`]: the exact layout of the archive that an image is downloaded as.
#![forbid(unsafe_code)]

pub mod archive;
pub mod digest;
pub mod download;
pub mod manifest;
pub mod plan;
pub mod reference;
pub mod tar;
pub mod upload;

pub use digest::Digest;
