//! `cargo xtask e2e`: the browser tests against servers of their own.

use std::path::Path;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::command::command;
use crate::conformance::environment;
use crate::engine::TestEngine;
use crate::test::counts::Counts;
use crate::test::stream;
use crate::timing::Timing;
use crate::{console, paths, server, setup, workers};

#[derive(Args)]
pub(crate) struct E2e {
    /// Build console and server without optimisation: minutes sooner, for work on them; what is shipped is tested without
    #[arg(long)]
    quick: bool,
    /// Kills of each kind in the specs of faults
    #[arg(long)]
    faults: Option<u32>,
    /// What stands between browser and cluster
    #[arg(long, value_enum, default_value_t = Host::Native)]
    host: Host,
    /// Passed on to Playwright, e.g. `-- --project wide logs`
    #[arg(last = true)]
    playwright: Vec<String>,
}

/// A host of the gateway.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum Host {
    /// The binary's own
    Native,
    /// The Worker, in workerd before the binary
    Workers,
}

impl E2e {
    pub(crate) fn run(self, timing: &Timing) -> Result<()> {
        setup::for_up(timing)?;
        setup::for_browser(timing)?;
        setup::for_other_registry(timing)?;
        let engine = TestEngine::find(timing)?;
        let (assets, binary) = if self.quick {
            let assets = console::quick::build(timing)?;
            let binary = server::build_quick(timing, &assets)?;
            (assets, binary)
        } else {
            println!("  built as it is shipped; for work on it `cargo xtask e2e --quick -- ...` is minutes sooner");
            let assets = console::build(timing)?;
            let binary = server::build(timing, &assets)?;
            (assets, binary)
        };
        if self.host == Host::Workers {
            setup::for_workers(timing)?;
            workers::build(timing, Some(&assets))?;
        }
        let faults = self.faults.map(|faults| ("ROADSTEAD_FAULTS", faults.to_string()));
        let counts = tests_with(timing, &binary, engine.as_ref(), self.host, &self.playwright, faults.as_slice())?;
        println!("{counts}");
        if counts.failed > 0 {
            bail!("browser tests failed; pictures and traces lie in e2e/results");
        }
        Ok(())
    }
}

/// Runs the specs in e2e/ against that binary, on that host; the Worker must have been built.
pub(crate) fn tests(
    timing: &Timing,
    binary: &Path,
    engine: Option<&TestEngine>,
    host: Host,
    arguments: &[String],
) -> Result<Counts> {
    tests_with(timing, binary, engine, host, arguments, &[])
}

fn tests_with(
    timing: &Timing,
    binary: &Path,
    engine: Option<&TestEngine>,
    host: Host,
    arguments: &[String],
    more: &[(&str, String)],
) -> Result<Counts> {
    let step = match host {
        Host::Native => "browser tests",
        Host::Workers => "browser tests on the Worker",
    };
    timing.step(step, || {
        let mut playwright = command(setup::playwright());
        playwright
            .arg("test")
            .args(arguments)
            .current_dir(paths::root().join("e2e"))
            .envs(more.iter().map(|(name, value)| (name, value)))
            .env("ROADSTEAD_CHROMIUM", setup::CHROMIUM);
        environment(&mut playwright, binary, engine);
        if host == Host::Workers {
            playwright.env("ROADSTEAD_WORKERD", workers::workerd()?);
        }
        stream(&mut playwright)
    })
}
