//! What is measured in Chromium: each spec in e2e/bench writes its table as JSON.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::report::Table;
use crate::command::{command, show};
use crate::conformance::environment;
use crate::engine::TestEngine;
use crate::{paths, setup};

/// Runs e2e/bench, or only the specs of those names, and collects `{title, method, head, rows}` from e2e/results/bench.
///
/// `more`: what the specs are told besides, by their environment.
pub(crate) fn measure(
    binary: &Path,
    engine: Option<&TestEngine>,
    specs: &[&str],
    more: &[(&str, OsString)],
) -> Result<Vec<Table>> {
    let e2e = paths::root().join("e2e");
    let results = e2e.join("results/bench");
    if results.exists() {
        fs::remove_dir_all(&results)?;
    }
    fs::create_dir_all(&results)?;
    let mut playwright = command(setup::playwright());
    playwright
        .args(["test", "--config", "bench.config.ts"])
        .args(specs.iter().map(|name| format!("bench/{name}.spec.ts")))
        .current_dir(&e2e)
        .envs(more.iter().map(|(name, value)| (name, value)))
        .env("ROADSTEAD_CHROMIUM", setup::CHROMIUM);
    environment(&mut playwright, binary, engine);
    show(&mut playwright)?;

    let mut files: Vec<_> = fs::read_dir(&results)?.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
        .iter()
        .map(|file| {
            let json = serde_json::from_slice(&fs::read(file)?)?;
            Table::from_json(&json).with_context(|| format!("{} is no table", file.display()))
        })
        .collect()
}
