//! `cargo xtask oci`: the OCI distribution specification's own conformance suite against a registry.
//!
//! Owns which version of the suite is run, with which of its parts on, and how its result is read.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::command::{command, quiet};
use crate::running::{admin_token, free_ports, start, start_logged};
use crate::setup::go;
use crate::test::counts::Counts;
use crate::timing::Timing;
use crate::{console, paths, server, setup, workers};

const MODULE: &str = "github.com/opencontainers/distribution-spec/conformance";
const VERSION: &str = "v0.0.0-20260831232431-97274622c111";
/// Of the specification.
const SPEC: &str = "1.1";
/// Parts that the suite leaves out unless asked for; all the others (pull, push, content discovery, content management) are on.
const ALSO: [&str; 4] = [
    "OCI_API_BLOBS_DIGEST_HEADER",
    "OCI_API_MANIFESTS_DIGEST_HEADER",
    "OCI_API_BLOBS_UPLOAD_CANCEL",
    "OCI_API_MANIFESTS_TAG_PARAM",
];

#[derive(Args)]
pub(crate) struct Oci {
    /// HOST:PORT of a running registry; by default a cluster is started for the run
    #[arg(long, requires = "password")]
    registry: Option<String>,
    /// User name
    #[arg(long, default_value = "token")]
    username: String,
    /// Password: a token
    #[arg(long)]
    password: Option<String>,
    /// ORG/PROJECT that images may be pushed to
    #[arg(long, default_value = "main/default")]
    project: String,
}

/// A registry that the suite is run against.
pub(crate) struct Registry<'a> {
    /// What it is, for the timing table and the folder of results.
    pub(crate) name: &'a str,
    /// `HOST:PORT`, plain HTTP.
    pub(crate) address: &'a str,
    pub(crate) username: &'a str,
    pub(crate) password: &'a str,
    /// `ORG/PROJECT`.
    pub(crate) project: &'a str,
}

impl Oci {
    pub(crate) fn run(self, timing: &Timing) -> Result<()> {
        let counts = match (&self.registry, &self.password) {
            (Some(address), Some(password)) => {
                setup::for_oci(timing)?;
                let (username, project) = (&self.username, &self.project);
                suite(timing, &Registry { name: "given", address, username, password, project })?
            }
            _ => {
                setup::for_up(timing)?;
                setup::for_oci(timing)?;
                setup::for_workers(timing)?;
                workers::build(timing, None)?;
                let assets = console::build(timing)?;
                let binary = server::build(timing, &assets)?;
                tests(timing, &binary)?
            }
        };
        println!("{counts}");
        if counts.failed > 0 {
            bail!("the registry does not conform");
        }
        Ok(())
    }
}

/// Builds the suite; for set-up.
pub(crate) fn ensure(timing: &Timing) -> Result<()> {
    let ready = || program().is_file();
    timing.ensure("the OCI conformance suite", "building it with Go", ready, || {
        let module = format!("{MODULE}@{VERSION}");
        let folder = paths::tool("oci-conformance", VERSION);
        fs::create_dir_all(&folder)?;
        quiet(go::run(&go::find()?).args(["install", &module]).env("GOBIN", &folder), "oci-conformance")
    })
}

fn program() -> PathBuf {
    paths::tool("oci-conformance", VERSION).join("conformance")
}

/// Runs the suite against a cluster of its own, and against the same through a gateway on either host. The Worker must have been built.
pub(crate) fn tests(timing: &Timing, binary: &Path) -> Result<Counts> {
    let folder = paths::target().join("oci-cluster");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let [port, gateway_port] = free_ports()?;
    let mut cluster = command(binary);
    cluster.args(["cluster", "--port", &port.to_string(), "--data"]).arg(&folder);
    let mut cluster = start_logged(&mut cluster, port, "oci-cluster")?;
    let password = admin_token(binary, &folder)?;
    cluster.ensure_up()?;
    let address = format!("127.0.0.1:{port}");
    let registry = Registry {
        name: "the cluster",
        address: &address,
        username: "token",
        password: &password,
        project: "main/default",
    };
    let mut counts = suite(timing, &registry)?;
    cluster.ensure_up()?;

    let gateway_folder = folder.join("gateway");
    let mut gateway = command(binary);
    gateway.args(["gateway", "--port", &gateway_port.to_string()]);
    let upstream = format!("http://{address}/api/v1");
    gateway.args(["--upstream", &upstream, "--data"]).arg(&gateway_folder);
    let mut gateway = start_logged(&mut gateway, gateway_port, "oci-gateway")?;
    let address = format!("127.0.0.1:{gateway_port}");
    let registry = Registry { name: "the gateway", address: &address, ..registry };
    counts += suite(timing, &registry)?;
    gateway.ensure_up()?;

    let [worker_port] = free_ports()?;
    let _worker = start(&mut workers::server(worker_port, &upstream)?, worker_port)?;
    let address = format!("127.0.0.1:{worker_port}");
    counts += suite(timing, &Registry { name: "the Worker", address: &address, ..registry })?;
    cluster.ensure_up()?;
    fs::remove_dir_all(&folder).ok();
    Ok(counts)
}

/// Runs the suite against a registry.
pub(crate) fn suite(timing: &Timing, registry: &Registry) -> Result<Counts> {
    timing.step(&format!("OCI conformance of {}", registry.name), || {
        let results = paths::target().join("oci-results").join(registry.name.replace(' ', "-"));
        let repository = |n: u32| format!("{}/conformance-{n}", registry.project);
        let mut suite = command(program());
        suite
            .current_dir(fresh(&results)?)
            .env("OCI_VERSION", SPEC)
            .env("OCI_TLS", "disabled")
            .env("OCI_RESULTS_DIR", &results)
            .env("OCI_REGISTRY", registry.address)
            .env("OCI_USERNAME", registry.username)
            .env("OCI_PASSWORD", registry.password)
            .env("OCI_REPO1", repository(1))
            .env("OCI_REPO2", repository(2))
            .envs(ALSO.map(|part| (part, "true")));
        // It ends badly when a test failed; what it says is read in any case.
        let output = suite.output().context("could not start the suite")?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let counts = read(&said)
            .with_context(|| format!("the suite gave no result: {}", String::from_utf8_lossy(&output.stderr)))?;
        if counts.failed > 0 {
            for line in said.lines().filter(|line| is_failure(line)) {
                println!("{line}");
            }
            println!("  every request and answer: {}", results.join("report.html").display());
        }
        if counts.passed == 0 && counts.failed == 0 {
            bail!("the suite ran no test");
        }
        Ok(counts)
    })
}

fn fresh(folder: &Path) -> Result<&Path> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    Ok(folder)
}

/// `  <test>: FAIL`, and below it `   - <why>`.
fn is_failure(line: &str) -> bool {
    line.ends_with(": FAIL") || line.ends_with(": Error") || line.trim_start().starts_with("- ")
}

/// The numbers below the suite's verdict: `  Pass....:   852`.
fn read(said: &str) -> Option<Counts> {
    let below = &said[said.find("OCI Conformance Result")?..];
    let number = |word: &str| {
        let line = below.lines().map(str::trim).find(|line| line.starts_with(word) && line.contains("..:"))?;
        line.rsplit(':').next()?.trim().parse::<u64>().ok()
    };
    Some(Counts { passed: number("Pass.")?, failed: number("FAIL.")? + number("Error.")? })
}

#[cfg(test)]
mod tests {
    use super::{Counts, read};

    #[test]
    fn the_suites_closing_numbers_are_read() {
        let said = "noise: Pass\nOCI Conformance Result: FAIL\n  Disabled....:  2\n  Skip........:  4\n  Pass........:  852\n  FAIL........:  3\n  Error.......:  1\n  Total.......:  858\n\nAPI conformance:\n  Tag listing...................:       Pass\n";
        assert_eq!(read(said), Some(Counts { passed: 852, failed: 4 }));
        assert_eq!(read("could not connect"), None);
    }
}
