//! The tools whose image archives are read, and that read ours: podman, buildah and skopeo.

use anyhow::Result;

use super::apt;
use crate::paths::find_program;
use crate::timing::Timing;

const TOOLS: [&str; 3] = ["podman", "buildah", "skopeo"];

pub(crate) fn ensure(timing: &Timing) -> Result<()> {
    timing.ensure(
        "podman, buildah and skopeo",
        "installing Debian's packages",
        || missing().is_empty(),
        || apt::install(&missing()),
    )
}

fn missing() -> Vec<&'static str> {
    TOOLS.into_iter().filter(|tool| find_program(tool).is_none()).collect()
}
