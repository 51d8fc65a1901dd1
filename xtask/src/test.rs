//! `cargo xtask test`: every check and test there is; what is quick or breaks often comes first.

pub(crate) mod counts;

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::beside::beside;
use crate::command::{capture, cargo, command, show};
use crate::engine::TestEngine;
use crate::timing::Timing;
use crate::{check_deps, conformance, console, e2e, fuzz, oci, room, server, setup, workers};
use counts::Counts;

const WASM: &str = "wasm32-unknown-unknown";
/// A warning is an error.
const STRICT: [&str; 2] = ["-D", "warnings"];

#[derive(Args)]
pub(crate) struct Test {}

impl Test {
    pub(crate) fn run(self, timing: &Timing) -> Result<()> {
        let mut counts = Counts::default();
        let result = everything(timing, &mut counts);
        timing.print_table();
        // A check that is no test (a lint, a build) and fails ends the run: it counts as one failure.
        if result.is_err() {
            counts.failed += 1;
        }
        if let Err(error) = &result {
            println!("\nstopped: {error:#}\n");
        }
        println!("{counts}");
        if counts.failed > 0 {
            bail!("not everything passed");
        }
        Ok(())
    }
}

fn everything(timing: &Timing, counts: &mut Counts) -> Result<()> {
    timing.step("room on the disk", room::tell)?;
    timing.step("lock file", || capture(cargo().args(["metadata", "--locked", "--format-version", "1"])).map(drop))?;
    timing.step("format", || show(cargo().args(["fmt", "--all", "--check"])))?;
    timing.step("who imports whom", check_deps::run)?;
    timing.step("set up", || Ok(()))?;
    setup::for_up(timing)?;
    setup::for_test(timing)?;
    let engine = TestEngine::find(timing)?;
    let Some(engine) = &engine else {
        bail!(
            "there is no container engine, and this is no machine where one may be installed: install Docker or Podman"
        );
    };
    timing.step("licences and sources", || {
        // Advisories need the advisory database, which is not everywhere within reach: they are looked at apart.
        show(command(setup::cargo_deny()).args(["check", "bans", "licenses", "sources"]))
    })?;
    timing.step("lints, native", || {
        show(
            cargo()
                .args(["clippy", "--quiet", "--workspace", "--exclude", "app"])
                .args(["--all-targets", "--"])
                .args(STRICT),
        )
    })?;

    // Tests wait for containers and clocks, builds for their last single step: each fills what the other leaves.
    let (binary, passed) = beside(|| builds(timing), || native_tests(timing, engine))?;
    *counts += passed;
    *counts += workers::suite::tests(timing)?;
    *counts += workers::rehearse(timing)?;
    *counts += oci::tests(timing, &binary)?;
    let cli = || conformance::tests(timing, &binary, Some(engine), &[]);
    let (console, passed) = beside(|| console_checks(timing), cli)?;
    *counts += console;
    *counts += passed;
    *counts += e2e::tests(timing, &binary, Some(engine), e2e::Host::Native, &[])?;
    let smoke = ["--project=wide", "--grep=@both-hosts"].map(str::to_owned);
    *counts += e2e::tests(timing, &binary, Some(engine), e2e::Host::Workers, &smoke)?;
    Ok(())
}

/// Everything that is shipped, as it is shipped; returns the server.
fn builds(timing: &Timing) -> Result<PathBuf> {
    // Whole-program optimisation of the console and of the Worker keeps one processor busy: the server takes the other.
    let ((), assets) = beside(|| server::compile(timing), || console_and_worker(timing))?;
    server::build(timing, &assets)
}

fn console_and_worker(timing: &Timing) -> Result<PathBuf> {
    let assets = console::build(timing)?;
    timing.step("first load of the console", || {
        let load = console::FirstLoad::of(&assets)?;
        load.print();
        load.check()
    })?;
    workers::build(timing, Some(&assets))?;
    Ok(assets)
}

fn native_tests(timing: &Timing, engine: &TestEngine) -> Result<Counts> {
    timing.step("tests, native and with real containers", || {
        stream(native_test().arg("--no-fail-fast").env("DOCKER_HOST", engine.host()))
    })
}

/// `cargo test` of all that is compiled natively; always with the same features, so that nothing is compiled once more.
pub(crate) fn native_test() -> Command {
    let mut test = cargo();
    let features = "cluster/docker-tests,image/tool-tests";
    test.args(["test", "--quiet", "--workspace", "--exclude", "app", "--features", features]);
    test
}

/// What needs nobody but the compiler.
fn console_checks(timing: &Timing) -> Result<Counts> {
    timing.step("lints, wasm32", || {
        let packages = ["app", "archive-worker", "api", "platform", "image", "gateway", "gateway-workers"];
        let mut clippy = cargo();
        console::compile_c_for_wasm(&mut clippy);
        clippy.args(["clippy", "--quiet", "--target", WASM]);
        for package in packages {
            clippy.args(["--package", package]);
        }
        show(clippy.arg("--").args(STRICT))
    })?;
    let mut counts = timing.step("tests of the console's logic", || {
        stream(cargo().args(["test", "--quiet", "-p", "app", "--no-fail-fast"]))
    })?;
    counts += fuzz::tests(timing)?;
    Ok(counts)
}

/// Runs a test runner with its output on screen and counts what it reports.
///
/// A runner that fails without reporting a failed test (it did not compile, it crashed) is an error.
pub(crate) fn stream(command: &mut Command) -> Result<Counts> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("could not start {name}"))?;
    let output = child.stdout.take().expect("stdout was asked for as a pipe");
    let mut counts = Counts::default();
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        counts += Counts::of_line(&line);
    }
    let status = child.wait()?;
    if !status.success() && counts.failed == 0 {
        bail!("{name} ended with {status} without reporting a failed test");
    }
    if counts == Counts::default() {
        bail!("{name} ran no test");
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::{Counts, stream};
    use std::process::Command;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn failed_tests_are_counted_and_the_run_goes_on() {
        let counts = stream(&mut shell("echo '1 failed, 2 passed in 0.1s'; exit 1")).unwrap();
        assert_eq!(counts, Counts { passed: 2, failed: 1 });
    }

    #[test]
    fn a_runner_that_crashes_or_runs_nothing_is_an_error() {
        assert!(stream(&mut shell("echo compiling; exit 101")).is_err());
        assert!(stream(&mut shell("echo nothing to do")).is_err());
    }
}
