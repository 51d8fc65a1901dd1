//! The platform's own CLI from PyPI, unmodified, in a virtual environment of its own, with pytest beside it.

use std::path::PathBuf;

use anyhow::Result;

use super::apt;
use crate::command::{command, quiet};
use crate::paths;
use crate::timing::Timing;

const APOLO_CLI: &str = "26.9.0";
const PYTEST: &str = "9.2.0";

pub(crate) fn ensure(timing: &mut Timing) -> Result<()> {
    let ready = || stamp().exists() && venv_program("apolo").exists();
    let has_venv = || {
        let mut python = command("python3");
        python.args(["-c", "import venv, ensurepip"]);
        ready() || python.output().is_ok_and(|output| output.status.success())
    };
    timing.ensure("Python with venv", "installing Debian's packages", has_venv, || {
        apt::install(&["python3", "python3-venv"])
    })?;
    timing.ensure(&format!("apolo-cli {APOLO_CLI}"), "from PyPI, under a minute", ready, || {
        quiet(command("python3").args(["-m", "venv", "--clear"]).arg(folder()), "venv")?;
        quiet(
            command(venv_program("pip"))
                .args(["install", "--disable-pip-version-check", "--no-input", "--quiet"])
                .args([format!("apolo-cli=={APOLO_CLI}"), format!("pytest=={PYTEST}")]),
            "pip",
        )?;
        std::fs::write(stamp(), "")?;
        Ok(())
    })
}

/// A program of the virtual environment.
pub(crate) fn venv_program(name: &str) -> PathBuf {
    folder().join("bin").join(name)
}

fn folder() -> PathBuf {
    paths::tool("apolo-cli", APOLO_CLI)
}

/// Written last: a venv whose installation was cut short is made anew.
fn stamp() -> PathBuf {
    folder().join(format!("with-pytest-{PYTEST}"))
}
