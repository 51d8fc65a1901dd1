//! `cargo xtask`: the only commands people type. Owns set-up, checks, test runs and benchmarks;
//! refuses to know how the parts it builds and starts work inside.

mod bench;
mod beside;
mod check_deps;
mod command;
mod conformance;
mod console;
mod e2e;
mod engine;
mod fuzz;
mod oci;
mod paths;
mod room;
mod running;
#[cfg(test)]
mod security;
mod server;
mod setup;
mod soak;
mod test;
mod timing;
mod up;
mod workers;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::timing::Timing;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Everything one does with this repository, each as one command.")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Get what is missing, build console and server, start them
    Up(up::Up),
    /// Get what is missing and run every check and test there is
    Test(test::Test),
    /// Get what is missing, build and start nothing
    Setup,
    /// Build the console into the target folder
    Console,
    /// Build the gateway for Cloudflare Workers, as it is deployed
    Workers(workers::Workers),
    /// Check who imports whom against docs/ARCHITECTURE.md
    CheckDeps,
    /// Run the unmodified apolo CLI against a server of its own
    Conformance(conformance::Conformance),
    /// Run the OCI distribution conformance suite against a cluster of its own, or a registry that is named
    Oci(oci::Oci),
    /// Run the browser tests against a server of their own
    E2e(e2e::E2e),
    /// Look for bytes that images' code does not bear, for a bounded time
    Fuzz(fuzz::Fuzz),
    /// Measure, print tables, and keep them in docs/BENCHMARKS.md
    Bench(bench::Bench),
    /// Mixed traffic for half an hour: no error, no gap in any stream, and memory that does not grow
    Soak(soak::Soak),
}

fn main() -> ExitCode {
    let result = if console::split::is_asked() { console::split::run() } else { run(Arguments::parse().task) };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    let timing = Timing::start();
    match task {
        Task::Up(up) => up.run(&timing),
        Task::Test(test) => test.run(&timing),
        Task::Setup => {
            setup::for_up(&timing)?;
            setup::for_test(&timing)?;
            timing.print_table();
            Ok(())
        }
        Task::Console => {
            setup::for_console(&timing)?;
            console::build(&timing).map(|_| ())
        }
        Task::Workers(workers) => workers.run(&timing),
        Task::CheckDeps => check_deps::run(),
        Task::Conformance(conformance) => conformance.run(&timing),
        Task::Oci(oci) => oci.run(&timing),
        Task::E2e(e2e) => e2e.run(&timing),
        Task::Fuzz(fuzz) => fuzz.run(&timing),
        Task::Bench(bench) => bench.run(&timing),
        Task::Soak(soak) => soak.run(&timing),
    }
}
