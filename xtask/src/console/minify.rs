//! Scripts and styles without what only people read, by the esbuild that bundles the console's own JavaScript.
//!
//! Trunk's minifier fails on what wasm-bindgen writes; esbuild only warns of an object that names a key twice.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::command::{command, show};
use crate::paths;

/// Makes them smaller in place.
pub(super) fn in_place(file: &Path) -> Result<()> {
    let esbuild = paths::root().join("app/terminal-js/node_modules/.bin/esbuild");
    ensure!(esbuild.exists(), "esbuild is missing: app/terminal-js should bring it");
    let mut minify = command(esbuild);
    minify.args(["--minify", "--charset=utf8", "--log-level=error", "--allow-overwrite"]);
    show(minify.arg(file).arg(format!("--outfile={}", file.display())))
}
