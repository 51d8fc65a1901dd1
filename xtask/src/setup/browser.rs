//! Chromium and Playwright, for the browser tests.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{apt, node};
use crate::paths;
use crate::timing::Timing;

/// The browser the tests drive.
pub(crate) const CHROMIUM: &str = "/usr/bin/chromium";

pub(crate) fn ensure_chromium(timing: &Timing) -> Result<()> {
    timing.ensure(
        "Chromium",
        "installing Debian's package, under a minute",
        || Path::new(CHROMIUM).exists(),
        || {
            // Without a font the pages would be boxes.
            apt::install(&["chromium", "fonts-dejavu-core"])
        },
    )
}

pub(crate) fn ensure_playwright(timing: &Timing) -> Result<()> {
    node::ensure_node(timing)?;
    node::ensure_packages(timing, "Playwright", "e2e")
}

/// The Playwright command.
pub(crate) fn playwright() -> PathBuf {
    paths::root().join("e2e/node_modules/.bin/playwright")
}
