//! Container images without I/O: references, digests, archives, upload plans.
//!
//! Empty until the console handles images; it stands here so that the layout and its rules (no I/O, no async runtime,
//! native and wasm32) hold from the first commit.
