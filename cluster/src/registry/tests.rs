//! The registry against a temporary folder.
