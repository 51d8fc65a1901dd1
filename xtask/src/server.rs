//! The roadstead binary with the console in it: built here, started by `up`, the tests and the benchmarks.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::command::{cargo, show};
use crate::paths;
use crate::timing::Timing;

/// Builds the binary around the console's assets; cargo decides whether there is anything to do.
pub(crate) fn build(timing: &Timing, assets: &Path) -> Result<PathBuf> {
    timing.step("build the server", || {
        show(cargo().args(["build", "--release", "--package", "roadstead"]).env("ROADSTEAD_CONSOLE_DIR", assets))
    })?;
    Ok(paths::target().join("release/roadstead"))
}

/// Compiles all that the binary consists of before there is a console to be put into it: `build` then has the last step only.
pub(crate) fn compile(timing: &Timing) -> Result<()> {
    timing
        .step("compile the server", || show(cargo().args(["build", "--quiet", "--release", "--package", "roadstead"])))
}

/// The same without optimisation: built sooner, for work on the console and its tests.
pub(crate) fn build_quick(timing: &Timing, assets: &Path) -> Result<PathBuf> {
    timing.step("build the server, quickly", || {
        show(cargo().args(["build", "--package", "roadstead"]).env("ROADSTEAD_CONSOLE_DIR", assets))
    })?;
    Ok(paths::target().join("debug/roadstead"))
}
