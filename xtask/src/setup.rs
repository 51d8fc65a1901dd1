//! What a bare machine lacks, piece by piece. Each piece is skipped at once when it is already there.

pub(crate) mod apt;
mod browser;
mod busybox;
mod cargo_tools;
mod clang;
mod cli;
pub(crate) mod go;
mod image_tools;
mod node;
mod python;
mod registry_tools;
mod wasm_std;

use anyhow::Result;

pub(crate) use browser::{CHROMIUM, playwright};
pub(crate) use busybox::find as find_busybox;
pub(crate) use cargo_tools::{cargo_deny, tool_path, wasm_bindgen};
pub(crate) use cli::venv_program;
pub(crate) use node::build_packages;
pub(crate) use registry_tools::crane;

use crate::beside::beside;
use crate::timing::Timing;

/// What building the console needs.
pub(crate) fn for_console(timing: &Timing) -> Result<()> {
    let compiled = || {
        cargo_tools::ensure_trunk(timing)?;
        cargo_tools::ensure_wasm_bindgen(timing)
    };
    let fetched = || {
        wasm_std::ensure(timing)?;
        clang::ensure(timing)?;
        node::ensure_node(timing)?;
        node::ensure_wasm_opt(timing)
    };
    beside(compiled, fetched).map(|_| ())
}

/// What `up` needs besides a container engine.
pub(crate) fn for_up(timing: &Timing) -> Result<()> {
    for_console(timing)?;
    busybox::ensure(timing)
}

/// What the tests need besides what `up` needs.
pub(crate) fn for_test(timing: &Timing) -> Result<()> {
    let fetched = || {
        for_cli(timing)?;
        for_oci(timing)?;
        for_image_tools(timing)?;
        for_workers(timing)?;
        for_browser(timing)
    };
    beside(|| cargo_tools::ensure_cargo_deny(timing), fetched).map(|_| ())
}

/// What the Worker is built and tested with: the console's tools, esbuild, workerd, wrangler.
pub(crate) fn for_workers(timing: &Timing) -> Result<()> {
    wasm_std::ensure(timing)?;
    cargo_tools::ensure_wasm_bindgen(timing)?;
    node::ensure_node(timing)?;
    node::ensure_wasm_opt(timing)?;
    node::ensure_packages(timing, "workerd and wrangler", "gateway/workers")
}

/// The OCI's conformance suite.
pub(crate) fn for_oci(timing: &Timing) -> Result<()> {
    go::ensure(timing)?;
    crate::oci::ensure(timing)
}

/// The tools that write and read image archives beside ours.
pub(crate) fn for_image_tools(timing: &Timing) -> Result<()> {
    image_tools::ensure(timing)
}

/// The platform's own CLI, and what else speaks to the registry in its tests.
pub(crate) fn for_cli(timing: &Timing) -> Result<()> {
    cli::ensure(timing)?;
    for_nginx(timing)?;
    for_caddy(timing)?;
    registry_tools::ensure(timing)
}

/// Chromium and Playwright.
pub(crate) fn for_browser(timing: &Timing) -> Result<()> {
    browser::ensure_chromium(timing)?;
    browser::ensure_playwright(timing)
}

/// nginx, which the gateway is measured beside, and which docs/deploy sets before it.
pub(crate) fn for_nginx(timing: &Timing) -> Result<()> {
    let ready = || crate::paths::find_program("nginx").is_some();
    timing.ensure("nginx", "installing Debian's package", ready, || apt::install(&["nginx-light"]))
}

/// Caddy, which docs/deploy sets before the gateway. Debian's package begins to serve at once; the tests start their own.
fn for_caddy(timing: &Timing) -> Result<()> {
    let ready = || crate::paths::find_program("caddy").is_some();
    timing.ensure("caddy", "installing Debian's package", ready, || {
        apt::install(&["caddy"])?;
        apt::turn_off(&["caddy.service"]);
        Ok(())
    })
}

/// Debian's docker-registry: what the cluster's own is measured beside, and what images are copied from in browser tests.
pub(crate) fn for_other_registry(timing: &Timing) -> Result<()> {
    let ready = || crate::paths::find_program("docker-registry").is_some();
    timing.ensure("docker-registry", "installing Debian's package", ready, || apt::install(&["docker-registry"]))
}
