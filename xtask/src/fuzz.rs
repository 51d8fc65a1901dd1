//! `cargo xtask fuzz`: libFuzzer looks for bytes at which image/fuzz's targets do not hold, for a bounded time.
//!
//! The coverage counters come from LLVM's own pass, which the stable compiler lets one switch on; safe Rust needs no address sanitizer.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::command::{capture, cargo, command, log_file, quiet, show, tail};
use crate::paths;
use crate::test::counts::Counts;
use crate::timing::Timing;

const TARGETS: [&str; 5] = ["references", "archive", "manifests", "upload", "range"];
const RUST_FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
     -Cllvm-args=-sanitizer-coverage-trace-compares";

#[derive(Args)]
pub(crate) struct Fuzz {
    /// Seconds for each target
    #[arg(long, default_value_t = 10)]
    secs: u64,
    /// Only these
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

/// How far a run goes.
#[derive(Clone, Copy)]
enum Reach {
    /// As far as the time goes, on from what earlier runs have kept.
    Secs(u64),
    /// So many inputs from one seed and the corpus alone: every run tries the same, so that a red one is red again.
    Inputs(u64),
}

/// Inputs that every run of the tests gives each target: some seconds.
const TEST_INPUTS: u64 = 40_000;

impl Fuzz {
    pub(crate) fn run(self, timing: &Timing) -> Result<()> {
        let counts = targets(timing, Reach::Secs(self.secs), &self.only)?;
        println!("{counts}");
        if counts.failed > 0 {
            bail!("what was found lies in {}", found().display());
        }
        Ok(())
    }
}

/// What belongs to every run of the tests; a target counts as one.
pub(crate) fn tests(timing: &Timing) -> Result<Counts> {
    targets(timing, Reach::Inputs(TEST_INPUTS), &[])
}

/// Runs the targets, or those of these names.
fn targets(timing: &Timing, reach: Reach, only: &[String]) -> Result<Counts> {
    let program = timing.step("build the fuzz targets", build)?;
    let mut counts = Counts::default();
    for target in TARGETS.into_iter().filter(|target| only.is_empty() || only.iter().any(|name| name == target)) {
        let result = timing.step(&format!("fuzz {target}"), || run(&program, target, reach));
        match result {
            Ok(()) => counts.passed += 1,
            Err(error) => {
                println!("{error:#}");
                counts.failed += 1;
            }
        }
    }
    Ok(counts)
}

fn build() -> Result<PathBuf> {
    let host = capture(command("rustc").args(["--print", "host-tuple"]))?.trim().to_owned();
    // A target folder of its own: the flags would have everything else compiled anew. With --target, build scripts are without them.
    let folder = paths::target().join("fuzz");
    show(
        cargo()
            .args(["build", "--quiet", "--package", "image-fuzz", "--features", "libfuzzer", "--profile", "fuzz"])
            .args(["--target", &host, "--target-dir"])
            .arg(&folder)
            .env("RUSTFLAGS", RUST_FLAGS),
    )?;
    Ok(folder.join(host).join("fuzz/fuzz"))
}

fn found() -> PathBuf {
    paths::target().join("fuzz/found")
}

fn run(program: &Path, target: &str, reach: Reach) -> Result<()> {
    let image = paths::root().join("image");
    // New inputs are kept from run to run, beside the corpus and not in it.
    let (shelf, bound) = match reach {
        Reach::Secs(secs) => ("fuzz/corpus", vec![format!("-max_total_time={secs}")]),
        Reach::Inputs(inputs) => ("fuzz/test-corpus", vec![format!("-runs={inputs}"), "-seed=1".to_owned()]),
    };
    let kept = paths::target().join(shelf).join(target);
    if matches!(reach, Reach::Inputs(_)) && kept.exists() {
        fs::remove_dir_all(&kept)?;
    }
    let found = found();
    fs::create_dir_all(&kept)?;
    fs::create_dir_all(&found)?;
    let log = format!("fuzz-{target}");
    let mut fuzz = command(program);
    fuzz.args(bound)
        .args(["-timeout=10", "-rss_limit_mb=1024", "-max_len=65536", "-print_final_stats=1"])
        .arg(format!("-artifact_prefix={}/{target}-", found.display()))
        .arg(kept)
        .arg(image.join("fuzz/corpus").join(target))
        .env("ROADSTEAD_FUZZ", target);
    if target == "archive" {
        fuzz.arg(image.join("tests/corpus"));
    }
    quiet(&mut fuzz, &log).with_context(|| format!("{target} does not hold"))?;
    let said = tail(&log_file(&log)?);
    let figure = |name: &str| said.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("?").trim().to_owned();
    println!(
        "  {target}: {} inputs, {} a second",
        figure("stat::number_of_executed_units:"),
        figure("stat::average_exec_per_sec:")
    );
    Ok(())
}
