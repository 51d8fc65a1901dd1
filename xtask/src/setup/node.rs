//! Node, and what comes from npm for building: wasm-opt, and the console's own JavaScript (the terminal).

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use super::apt;
use crate::command::{capture, command, quiet};
use crate::paths;
use crate::timing::Timing;

const BINARYEN: &str = "132.0.0";
/// What Playwright and wasm-opt ask for.
const NODE_MAJOR: u32 = 20;

pub(crate) fn ensure_node(timing: &mut Timing) -> Result<()> {
    let ready = || paths::find_program("node").is_some() && paths::find_program("npm").is_some();
    timing.ensure("Node with npm", "installing Debian's packages", ready, || apt::install(&["nodejs", "npm"]))?;
    // Debian 12 has Node 18; npm carries newer ones as a package, which stays in our own folder.
    timing.ensure(&format!("Node {NODE_MAJOR} or newer"), "from npm, some seconds", is_new_enough, || {
        let folder = paths::tool("node", paths::NODE);
        fs::create_dir_all(&folder)?;
        let wanted = format!("{}@{}", paths::node_package(), paths::NODE);
        quiet(npm().args(["install", "--prefix"]).arg(&folder).arg(wanted), "npm-node")
    })
}

fn is_new_enough() -> bool {
    if paths::own_node_folder().join("node").exists() {
        return true;
    }
    let said = capture(command("node").arg("--version")).unwrap_or_default();
    let major = said.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    major.is_some_and(|major: u32| major >= NODE_MAJOR)
}

pub(crate) fn ensure_wasm_opt(timing: &mut Timing) -> Result<()> {
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
pub(crate) fn ensure_packages(timing: &mut Timing, what: &str, folder: &str) -> Result<()> {
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

/// Installs and builds the console's own JavaScript, where it has any (a package.json in app/ with a `build` script).
pub(crate) fn build_packages(timing: &mut Timing, folder: &str) -> Result<()> {
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
