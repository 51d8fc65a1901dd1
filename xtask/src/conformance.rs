//! `cargo xtask conformance`: the unmodified apolo CLI against a server of its own.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};
use clap::Args;

use crate::command::command;
use crate::engine::TestEngine;
use crate::test::counts::Counts;
use crate::test::stream;
use crate::timing::Timing;
use crate::{console, server, setup};

#[derive(Args)]
pub(crate) struct Conformance {
    /// Passed on to pytest, e.g. `-- -k exec`
    #[arg(last = true)]
    pytest: Vec<String>,
}

impl Conformance {
    pub(crate) fn run(self, timing: &Timing) -> Result<()> {
        setup::for_up(timing)?;
        setup::for_cli(timing)?;
        let engine = TestEngine::find(timing)?;
        let assets = console::build(timing)?;
        let binary = server::build(timing, &assets)?;
        let counts = tests(timing, &binary, engine.as_ref(), &self.pytest)?;
        println!("{counts}");
        if counts.failed > 0 {
            bail!("the CLI does not get what it expects");
        }
        Ok(())
    }
}

/// Runs the CLI's tests in conformance/ against that binary.
pub(crate) fn tests(
    timing: &Timing,
    binary: &Path,
    engine: Option<&TestEngine>,
    arguments: &[String],
) -> Result<Counts> {
    timing.step("the apolo CLI", || {
        let mut pytest = command(setup::venv_program("pytest"));
        pytest
            .args(["-p", "no:cacheprovider", "-q", "--color=no", "e2e/cli"])
            .args(arguments)
            .env("ROADSTEAD_APOLO", setup::venv_program("apolo"))
            .env("ROADSTEAD_CRANE", setup::crane())
            .env("PYTHONDONTWRITEBYTECODE", "1");
        environment(&mut pytest, binary, engine);
        stream(&mut pytest)
    })
}

/// What every test outside cargo needs to start a server: the binary, its sample image, the engine.
pub(crate) fn environment(command: &mut Command, binary: &Path, engine: Option<&TestEngine>) {
    command.env("ROADSTEAD_BIN", binary);
    if let Some(busybox) = setup::find_busybox() {
        command.env("ROADSTEAD_SAMPLE_BUSYBOX", busybox);
    }
    if let Some(engine) = engine {
        command.env("DOCKER_HOST", engine.host());
    }
}
