//! Builds the console: Trunk's output made fit for a strict content policy, compressed, in a folder named after its inputs.

mod compress;
mod fingerprint;
mod first_load;
mod minify;
mod names;
mod page;
pub(crate) mod quick;
pub(crate) mod split;
mod workers;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::beside::beside;
use crate::command::{cargo, command, show};
use crate::paths;
use crate::setup;
use crate::timing::Timing;

pub(crate) use compress::gzip;
pub(crate) use fingerprint::files_below;
pub(crate) use first_load::{FirstLoad, LIMIT_BYTES, kilobytes};
pub(crate) use workers::compile_c_for_wasm;

/// Builds the console unless its inputs are unchanged; returns the folder with the assets.
///
/// The folder's name changes with the inputs, so a server that embeds it is rebuilt exactly when it must be.
pub(crate) fn build(timing: &Timing) -> Result<PathBuf> {
    let inputs = fingerprint::of_inputs()?;
    let shelf = paths::target().join("console-assets");
    let assets = shelf.join(&inputs);
    if assets.join("index.html").is_file() {
        println!("  console: unchanged");
        return Ok(assets);
    }
    let dist = paths::target().join("console-dist");
    setup::build_packages(timing, "app/terminal-js")?;
    let work = paths::target().join("console-split");
    // Side by side: whole-program optimisation keeps only one processor busy.
    beside(
        || timing.step("compile the archive workers", workers::compile),
        || timing.step("build the console", || trunk(&dist, &work)),
    )?;
    timing.step("compress the console", || {
        workers::finish(&dist)?;
        let style = page::finish(&dist)?;
        split::finish(&work, &dist, &style)?;
        names::number(&dist)?;
        compress::write_beside(&dist)?;
        if shelf.exists() {
            fs::remove_dir_all(&shelf)?;
        }
        fs::create_dir_all(&shelf)?;
        fs::rename(&dist, &assets).with_context(|| format!("could not move the console to {}", assets.display()))
    })?;
    println!("  console: first load {} kB (brotli)", kilobytes(FirstLoad::of(&assets)?.sent()));
    Ok(assets)
}

fn trunk(dist: &Path, work: &Path) -> Result<()> {
    // Trunk runs cargo offline; what the lock file names is fetched before.
    show(cargo().args(["fetch", "--quiet", "--target", "wasm32-unknown-unknown"]))?;
    let mut trunk = command("trunk");
    trunk
        .args(["--config", "Trunk.toml", "build", "--release", "--offline", "--dist"])
        .arg(dist)
        // Trunk takes a NO_COLOR of any content for its own switch, which knows only true and false.
        .env_remove("NO_COLOR");
    split::hook(&mut trunk, work)?;
    show(&mut trunk)
}
