//! Other people's tools for images, with which the registry is tested: Debian's own registry, skopeo, podman; crane.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use super::{apt, go};
use crate::command::quiet;
use crate::paths;
use crate::timing::Timing;

/// What each package is known by once it is there.
const PACKAGES: [&str; 4] = ["docker-registry", "skopeo", "podman", "openssl"];
const CRANE: &str = "github.com/google/go-containerregistry/cmd/crane";
const CRANE_VERSION: &str = "v0.22.1";

pub(crate) fn ensure(timing: &Timing) -> Result<()> {
    let missing = || PACKAGES.into_iter().filter(|name| paths::find_program(name).is_none()).collect::<Vec<_>>();
    let what = PACKAGES.join(", ");
    timing.ensure(&what, "installing Debian's packages", || missing().is_empty(), || apt::install(&missing()))?;
    go::ensure(timing)?;
    timing.ensure(
        "crane",
        "building it with Go",
        || crane().is_file(),
        || {
            let folder = paths::tool("crane", CRANE_VERSION);
            fs::create_dir_all(&folder)?;
            let module = format!("{CRANE}@{CRANE_VERSION}");
            quiet(go::run(&go::find()?).args(["install", &module]).env("GOBIN", &folder), "crane")
        },
    )
}

/// The crane program.
pub(crate) fn crane() -> PathBuf {
    paths::tool("crane", CRANE_VERSION).join("crane")
}
