//! Python's virtual environments: PyPI carries the platform's CLI, and a Node that is new enough where Debian's is not.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::apt;
use crate::command::{command, quiet};
use crate::timing::Timing;

/// Makes sure of a virtual environment with exactly these packages (`name==version`).
pub(crate) fn ensure_venv(timing: &Timing, what: &str, folder: &Path, packages: &[String]) -> Result<()> {
    let stamp = folder.join("roadstead-packages");
    let wanted = packages.join("\n");
    let ready = || fs::read_to_string(&stamp).is_ok_and(|got| got == wanted);
    let has_venv = || {
        let mut python = command("python3");
        python.args(["-c", "import venv, ensurepip"]);
        ready() || python.output().is_ok_and(|output| output.status.success())
    };
    if !has_venv() {
        timing.ensure("Python with venv", "installing Debian's packages", has_venv, || {
            apt::install(&["python3", "python3-venv"])
        })?;
    }
    timing.ensure(what, "from PyPI, under a minute", ready, || {
        quiet(command("python3").args(["-m", "venv", "--clear"]).arg(folder), "venv")?;
        let mut pip = command(program(folder, "pip"));
        quiet(pip.args(["install", "--disable-pip-version-check", "--no-input", "--quiet"]).args(packages), "pip")?;
        // Written last: an installation that was cut short is made anew.
        fs::write(&stamp, &wanted)?;
        Ok(())
    })
}

/// A program of a virtual environment.
pub(crate) fn program(folder: &Path, name: &str) -> PathBuf {
    folder.join("bin").join(name)
}
