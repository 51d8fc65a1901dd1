//! Trunk, wasm-bindgen and cargo-deny: compiled once with cargo, kept in the cache by version.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::node;
use crate::command::{cargo, quiet};
use crate::paths;
use crate::timing::Timing;

/// The newest Trunk that the workspace's compiler may build (0.22 wants 1.96).
const TRUNK: &str = "0.21.14";
const CARGO_DENY: &str = "0.20.2";

/// A program that is compiled from its crate.
struct Tool<'a> {
    program: &'a str,
    package: &'a str,
    version: &'a str,
    flags: &'a [&'a str],
    /// Used for seconds, most need no speed: that halves their compile time.
    opt_level: &'a str,
    how: &'a str,
}

pub(crate) fn ensure_trunk(timing: &Timing) -> Result<()> {
    Tool {
        program: "trunk",
        package: "trunk",
        version: TRUNK,
        // By default it can ask the network for newer versions of itself and for tools; it is called with --offline.
        flags: &["--locked", "--no-default-features"],
        opt_level: "0",
        how: "compiling it with cargo, about 2 min on 2 cores",
    }
    .ensure(timing)
}

pub(crate) fn ensure_wasm_bindgen(timing: &Timing) -> Result<()> {
    Tool {
        program: "wasm-bindgen",
        package: "wasm-bindgen-cli",
        version: &wasm_bindgen_version()?,
        // Its own lock file asks for crate versions that not every registry mirror has: resolved afresh.
        flags: &[],
        opt_level: "1",
        how: "compiling it with cargo, about 1 min on 2 cores",
    }
    .ensure(timing)
}

pub(crate) fn ensure_cargo_deny(timing: &Timing) -> Result<()> {
    Tool {
        program: "cargo-deny",
        package: "cargo-deny",
        version: CARGO_DENY,
        flags: &["--locked"],
        opt_level: "0",
        how: "compiling it with cargo, about 1 min on 2 cores",
    }
    .ensure(timing)
}

/// The cargo-deny program.
pub(crate) fn cargo_deny() -> PathBuf {
    paths::tool("cargo-deny", CARGO_DENY).join("bin/cargo-deny")
}

/// The wasm-bindgen program.
pub(crate) fn wasm_bindgen() -> Result<PathBuf> {
    Ok(paths::tool("wasm-bindgen", &wasm_bindgen_version()?).join("bin/wasm-bindgen"))
}

/// PATH with the console's build tools in front.
pub(crate) fn tool_path() -> Result<std::ffi::OsString> {
    let mut folders = vec![
        paths::tool("trunk", TRUNK).join("bin"),
        paths::tool("wasm-bindgen", &wasm_bindgen_version()?).join("bin"),
        node::wasm_opt_folder(),
    ];
    folders.extend(std::env::split_paths(&paths::search_path()));
    Ok(std::env::join_paths(folders)?)
}

/// The version that Cargo.lock holds: the tool must be the library's twin.
fn wasm_bindgen_version() -> Result<String> {
    let lock = fs::read_to_string(paths::root().join("Cargo.lock"))
        .context("Cargo.lock is missing: run `cargo metadata` once")?;
    locked_version(&lock, "wasm-bindgen")
        .context("Cargo.lock has no wasm-bindgen: does the console still depend on it?")
}

fn locked_version(lock: &str, package: &str) -> Option<String> {
    let mut lines = lock.lines();
    lines.find(|line| *line == format!("name = \"{package}\""))?;
    let version = lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')?;
    Some(version.to_owned())
}

impl Tool<'_> {
    fn ensure(&self, timing: &Timing) -> Result<()> {
        let folder = paths::tool(self.program, self.version);
        let installed = folder.join("bin").join(self.program);
        let name = format!("{} {}", self.program, self.version);
        timing.ensure(&name, self.how, || installed.is_file(), || self.install(&folder))
    }

    fn install(&self, folder: &Path) -> Result<()> {
        let build = paths::cache().join("build").join(self.program);
        let mut install = cargo();
        install
            .args(["install", self.package, "--version", self.version, "--root"])
            .arg(folder)
            .args(self.flags)
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", self.opt_level)
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
            .env("CARGO_TARGET_DIR", &build)
            .env_remove("RUSTFLAGS");
        let result = quiet(&mut install, self.program);
        fs::remove_dir_all(&build).ok();
        result
    }
}

#[cfg(test)]
mod tests {
    use super::locked_version;

    #[test]
    fn the_locked_version_is_that_of_the_package_and_not_of_one_with_a_longer_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.58\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked_version(lock, "leptos"), None);
    }
}
