//! Where things lie: the repository, cargo's target folder, the cache of tools.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository's root").to_path_buf()
}

/// Cargo's target folder, as cargo itself finds it.
pub(crate) fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// A user's cache folder for Roadstead: tools that were fetched or compiled once, and the logs of doing so.
pub(crate) fn cache() -> PathBuf {
    env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute())
        .unwrap_or_else(|| home().join(".cache"))
        .join("roadstead")
}

/// The folder that `up` uses unless `--data` names another; the server's own default, seen from the root.
pub(crate) fn data() -> PathBuf {
    root().join(".roadstead")
}

fn home() -> PathBuf {
    env::home_dir().unwrap_or_else(|| PathBuf::from("/var/tmp"))
}

/// `<cache>/tools/<name>-<version>`.
pub(crate) fn tool(name: &str, version: &str) -> PathBuf {
    cache().join("tools").join(format!("{name}-{version}"))
}

/// The Node that is fetched where the machine's own is too old.
pub(crate) const NODE: &str = "24.19.0";

/// Where that Node and its npm lie once they are fetched.
pub(crate) fn own_node_folder() -> PathBuf {
    tool("node", NODE).join("bin")
}

/// PATH for every program that is run from here: our own Node, if it had to be fetched, comes first.
pub(crate) fn search_path() -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let node = own_node_folder();
    if !node.is_dir() {
        return path;
    }
    let folders = std::iter::once(node).chain(env::split_paths(&path));
    env::join_paths(folders).unwrap_or(path)
}

/// The first executable of that name on PATH (and in the places for administrators, which users' PATHs lack).
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin", "/usr/local/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file())
}
