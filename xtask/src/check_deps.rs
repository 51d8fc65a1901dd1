//! `cargo xtask check-deps`: the rules "Who may know whom" of docs/ARCHITECTURE.md, held against Cargo.toml files and sources.

mod packages;
mod source;
mod sources;

use anyhow::{Result, bail};

use crate::command::{capture, cargo};
use crate::paths;

/// One broken rule, with what to do about it.
#[derive(Debug, PartialEq)]
pub(crate) struct Breach {
    place: String,
    message: String,
}

impl Breach {
    fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into() }
    }
}

/// Checks the whole repository.
pub(crate) fn run() -> Result<()> {
    let metadata = capture(cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let mut breaches = packages::breaches(&serde_json::from_str(&metadata)?);
    breaches.extend(sources::breaches(&paths::root())?);
    for breach in &breaches {
        println!("{}: {}", breach.place, breach.message);
    }
    if !breaches.is_empty() {
        bail!("{} of the rules \"Who may know whom\" (docs/ARCHITECTURE.md) are broken", breaches.len());
    }
    println!("every part knows only what it may know");
    Ok(())
}
