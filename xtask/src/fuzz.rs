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
    #[arg(long, default_value_t = SHORT_SECS)]
    secs: u64,
    /// Only these
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

/// What every run of the tests spends on each target.
pub(crate) const SHORT_SECS: u64 = 10;

impl Fuzz {
    pub(crate) fn run(self, timing: &mut Timing) -> Result<()> {
        let counts = tests(timing, self.secs, &self.only)?;
        println!("{counts}");
        if counts.failed > 0 {
            bail!("what was found lies in {}", found().display());
        }
        Ok(())
    }
}

/// Runs the targets, or those of these names, for so many seconds each; a target counts as one test.
pub(crate) fn tests(timing: &mut Timing, secs: u64, only: &[String]) -> Result<Counts> {
    let program = timing.step("build the fuzz targets", build)?;
    let mut counts = Counts::default();
    for target in TARGETS.into_iter().filter(|target| only.is_empty() || only.iter().any(|name| name == target)) {
        let result = timing.step(&format!("fuzz {target}"), || run(&program, target, secs));
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

fn run(program: &Path, target: &str, secs: u64) -> Result<()> {
    let image = paths::root().join("image");
    // New inputs are kept from run to run, beside the corpus and not in it.
    let kept = paths::target().join("fuzz/corpus").join(target);
    let found = found();
    fs::create_dir_all(&kept)?;
    fs::create_dir_all(&found)?;
    let log = format!("fuzz-{target}");
    let mut fuzz = command(program);
    fuzz.arg(format!("-max_total_time={secs}"))
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
