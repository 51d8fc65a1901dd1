//! The container engine behind the server: one that is already there, or Debian's docker.io started for Roadstead.
//!
//! Owns finding, starting and stopping it; whether it can really run jobs is for the server's self-test to say.

mod daemon;
mod socket;

use std::path::Path;

use anyhow::Result;

use crate::paths;
use crate::setup::apt;
use crate::timing::Timing;
use daemon::{Daemon, Network};

/// Finds or starts the engine for `up`; returns the address for `DOCKER_HOST`, or none after saying what to install.
///
/// An engine started here outlives `up`: its jobs keep running, and the next `up` finds it again.
pub(crate) fn for_up(timing: &Timing, data: &Path) -> Result<Option<String>> {
    if let Some(host) = socket::find_reachable() {
        println!("  container engine: {host}");
        return Ok(Some(host));
    }
    let daemon = Daemon::in_folder(data.join("engine"), Network::Nat { bridge: "roadstead0".to_owned() });
    if !apt::may_install() && daemon::program().is_none() {
        println!(
            "  container engine: none found. Install Docker (Debian, Ubuntu: `sudo apt-get install docker.io`) or Podman"
        );
        println!(
            "    (`sudo apt-get install podman`, then `systemctl --user start podman.socket`), or set DOCKER_HOST."
        );
        println!("    The console starts all the same; jobs wait until there is an engine.");
        return Ok(None);
    }
    if !apt::is_root() {
        println!(
            "  container engine: Docker is installed but does not answer. Start it (`sudo systemctl start docker`), and make"
        );
        println!("    sure that you may use it (`sudo usermod -aG docker $USER`, then sign in anew).");
        return Ok(None);
    }
    ensure_installed(timing)?;
    timing.ensure("container engine", "starting dockerd", || daemon.answers(), || daemon.start())?;
    Ok(Some(daemon.host()))
}

/// An engine for one run of the tests; one that was started for it is stopped when this is dropped.
pub(crate) struct TestEngine {
    host: String,
    started: Option<Daemon>,
}

impl TestEngine {
    /// Starts an engine of the tests' own where that is possible, else takes one that is there; none where neither is.
    pub(crate) fn find(timing: &Timing) -> Result<Option<Self>> {
        if !apt::is_root() || (daemon::program().is_none() && !apt::may_install()) {
            return Ok(socket::find_reachable().map(|host| Self { host, started: None }));
        }
        ensure_installed(timing)?;
        let daemon = Daemon::in_folder(paths::target().join("test-engine"), Network::test());
        let result =
            timing.ensure("container engine for the tests", "starting dockerd", || daemon.answers(), || daemon.start());
        let engine = Self { host: daemon.host(), started: Some(daemon) };
        result.map(|()| Some(engine))
    }

    /// The address for `DOCKER_HOST`.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }
}

impl Drop for TestEngine {
    fn drop(&mut self) {
        if let Some(daemon) = &self.started
            && let Err(error) = daemon.stop_and_remove()
        {
            eprintln!("the tests' container engine could not be stopped: {error:#}");
        }
    }
}

fn ensure_installed(timing: &Timing) -> Result<()> {
    let installed = || daemon::program().is_some() && paths::find_program("ip").is_some();
    timing.ensure("Docker", "installing Debian's packages, under a minute", installed, || {
        apt::install(&["docker.io", "iproute2", "iptables"])
    })
}
