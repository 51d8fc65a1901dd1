//! The platform's own CLI from PyPI, unmodified, in a virtual environment of its own, with pytest beside it.

use std::path::PathBuf;

use anyhow::Result;

use super::python;
use crate::paths;
use crate::timing::Timing;

const APOLO_CLI: &str = "26.9.0";
const PYTEST: &str = "9.2.0";

pub(crate) fn ensure(timing: &Timing) -> Result<()> {
    let packages = [format!("apolo-cli=={APOLO_CLI}"), format!("pytest=={PYTEST}")];
    python::ensure_venv(timing, &format!("apolo-cli {APOLO_CLI}"), &folder(), &packages)
}

/// A program of the CLI's virtual environment.
pub(crate) fn venv_program(name: &str) -> PathBuf {
    python::program(&folder(), name)
}

fn folder() -> PathBuf {
    paths::tool("apolo-cli", APOLO_CLI)
}
