//! The deployment, rehearsed: wrangler reads wrangler.toml and packs what it would send, and serves it on this machine.
//!
//! Nothing leaves the machine: wrangler's statistics, reports and look-ups are off (seen once without any network, and by strace).

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};

use super::folder;
use crate::bench::client::Request;
use crate::command::{command, quiet};
use crate::paths;
use crate::running::{free_ports, start_group, wait_for};
use crate::test::counts::Counts;
use crate::timing::Timing;

/// wrangler itself takes seconds to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// Packs and serves; the Worker must have been built.
pub(crate) fn tests(timing: &Timing) -> Result<Counts> {
    timing.step("rehearsal of the Worker's deployment", || {
        let packed = paths::target().join("edge-rehearsal");
        quiet(wrangler().args(["deploy", "--dry-run", "--outdir"]).arg(&packed), "wrangler-dry-run")?;
        for file in ["index.js", "index_bg.wasm"] {
            ensure!(packed.join(file).is_file(), "wrangler would not deploy {file}");
        }
        serve()?;
        Ok(Counts { passed: 2, failed: 0 })
    })
}

fn wrangler() -> Command {
    let mut wrangler = command(folder().join("node_modules/.bin/wrangler"));
    wrangler
        .current_dir(folder())
        .env("CI", "1")
        .env("WRANGLER_SEND_METRICS", "false")
        .env("WRANGLER_SEND_ERROR_REPORTS", "false")
        .env("WRANGLER_HIDE_BANNER", "true")
        .env("WRANGLER_LOG_PATH", paths::target().join("wrangler-logs"))
        .env("DO_NOT_TRACK", "1")
        .env("CLOUDFLARE_CF_FETCH_ENABLED", "false");
    wrangler
}

/// `wrangler dev --local` answers as deployed: the gateway's own refusal, with its headers, and the console's page.
fn serve() -> Result<()> {
    let [port, nobody] = free_ports()?;
    let state = paths::target().join("edge-rehearsal-state");
    if state.exists() {
        fs::remove_dir_all(&state)?;
    }
    let mut dev = wrangler();
    dev.args([
        "dev",
        "--local",
        "--ip",
        "127.0.0.1",
        "--show-interactive-dev-session=false",
        "--port",
        &port.to_string(),
    ])
    .args(["--var", &format!("UPSTREAM_URL:http://127.0.0.1:{nobody}/api/v1")])
    .args(["--var", "SESSION_KEY:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="])
    .arg("--persist-to")
    .arg(&state);
    let _dev = start_group(&mut dev, port)?;
    let session = Request::new("GET", port, "/api/v1/session", &[("X-Roadstead", "1")], "");
    let end = Instant::now() + PATIENCE;
    let answer =
        wait_for(end, Duration::from_millis(100), || session.send().ok().filter(|answer| answer.status == 401))?;
    let said = String::from_utf8_lossy(&answer.body);
    ensure!(said.contains("\"signed_out\""), "the Worker answered {said}");
    let has = |name: &str| answer.headers.iter().any(|(header, _)| header == name);
    for header in ["content-security-policy", "x-request-id", "x-content-type-options"] {
        if !has(header) {
            bail!("the Worker's answer lacks {header}");
        }
    }
    if folder().join("build/console/index.html").is_file() {
        let page = Request::new("GET", port, "/jobs/job-1", &[], "").send()?;
        ensure!(page.status == 200 && page.body.starts_with(b"<!"), "the console's page was answered {}", page.status);
    }
    Ok(())
}
