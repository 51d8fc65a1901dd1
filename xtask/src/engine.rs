//! The container engine behind the server: one that is already there, or Debian's docker.io started for Roadstead.
//!
//! Owns finding, starting and stopping it; whether it can really run jobs is for the server's self-test to say.

mod daemon;
mod socket;

use std::path::Path;

use anyhow::{Result, anyhow};

use crate::paths;
use crate::setup::apt;
use crate::timing::Timing;
use daemon::{Daemon, Network};

/// What there is for jobs to run on.
#[derive(Debug, PartialEq)]
enum Found {
    /// `DOCKER_HOST` names it, whether or not it answers.
    Named(String),
    /// The data folder's own runs.
    Own,
    /// The data folder's own ran once and does not run now; perhaps another answers.
    OwnStopped {
        other: Option<String>,
    },
    /// One answers where engines usually listen.
    Usual(String),
    Nothing,
}

/// The data folder's own comes before a usual one: jobs may have containers there, and Debian's docker.io, installed for it, brings a
/// service that answers at the usual place.
fn find(named: Option<String>, own: &Daemon, usual: Vec<String>) -> Found {
    if let Some(host) = named {
        return Found::Named(host);
    }
    if own.answers() {
        return Found::Own;
    }
    let answering = usual.into_iter().find(|host| socket::answers(host));
    match answering {
        other if own.has_run() => Found::OwnStopped { other },
        Some(host) => Found::Usual(host),
        None => Found::Nothing,
    }
}

/// Sees to it that `up` has an engine, or says what to install. Which is used is left to the server: it looks at the same places, tries
/// what answers, and keeps to the engine that jobs run on.
///
/// An engine started here outlives `up`: its jobs keep running, and the next `up` finds it again.
pub(crate) fn for_up(timing: &Timing, data: &Path) -> Result<()> {
    let folder = data.join("engine");
    let network = Network::nat(&folder);
    let own = Daemon::in_folder(folder, network);
    match find(socket::named(), &own, socket::usual()) {
        Found::Named(host) if socket::answers(&host) => println!("  container engine: {host}, which DOCKER_HOST names"),
        Found::Named(host) => {
            println!(
                "  container engine: {host}, which DOCKER_HOST names, does not answer. Start it, or unset DOCKER_HOST."
            );
            println!("    The console starts all the same; jobs wait until it answers.");
        }
        Found::Own => println!("  container engine: {}", own.host()),
        Found::OwnStopped { other } => start_again(timing, &own, other),
        Found::Usual(host) => println!("  container engine: {host}"),
        Found::Nothing => start_first(timing, &own)?,
    }
    Ok(())
}

/// Where it cannot be started, the server waits for it if jobs run there.
fn start_again(timing: &Timing, own: &Daemon, other: Option<String>) {
    let started = if apt::is_root() { start(timing, own) } else { Err(anyhow!("only root can start it")) };
    if let Err(error) = started {
        println!("  container engine: {}, the data folder's own, does not run: {error:#}", own.host());
        match other {
            Some(host) => println!("    {host} is used instead, unless jobs run on the other: they wait for it."),
            None => println!("    The console starts all the same; jobs wait until there is an engine."),
        }
    }
}

fn start_first(timing: &Timing, own: &Daemon) -> Result<()> {
    if !apt::may_install() && daemon::program().is_none() {
        println!(
            "  container engine: none found. Install Docker (Debian, Ubuntu: `sudo apt-get install docker.io`) or Podman"
        );
        println!(
            "    (`sudo apt-get install podman`, then `systemctl --user start podman.socket`), or set DOCKER_HOST."
        );
        println!("    The console starts all the same; jobs wait until there is an engine.");
        return Ok(());
    }
    if !apt::is_root() {
        println!(
            "  container engine: Docker is installed but does not answer. Start it (`sudo systemctl start docker`), and make"
        );
        println!("    sure that you may use it (`sudo usermod -aG docker $USER`, then sign in anew).");
        return Ok(());
    }
    start(timing, own)
}

fn start(timing: &Timing, own: &Daemon) -> Result<()> {
    ensure_installed(timing)?;
    timing.ensure("container engine", "starting dockerd", || own.answers(), || own.start())
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
        let is_new = daemon::program().is_none();
        apt::install(&["docker.io", "iproute2", "iptables"])?;
        if is_new {
            // A second dockerd, which nobody asked for: those started here are the folders' own.
            apt::turn_off(&["docker.service", "docker.socket"]);
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::socket::tests::listen;
    use super::{Daemon, Found, Network, find};

    const PONG: &[u8] = b"HTTP/1.0 200 OK\r\n\r\nOK";

    struct Machine {
        folder: tempfile::TempDir,
        own: Daemon,
    }

    impl Machine {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let engine = folder.path().join("engine");
            fs::create_dir(&engine).unwrap();
            Self { own: Daemon::in_folder(engine, Network::test()), folder }
        }

        fn own_answers(&self) {
            listen(&self.folder.path().join("engine/docker.sock"), PONG);
        }

        fn own_has_run(&self) {
            fs::create_dir(self.folder.path().join("engine/images")).unwrap();
        }

        fn usual_answers(&self) -> String {
            listen(&self.folder.path().join("usual.sock"), PONG)
        }

        fn find(&self) -> Found {
            find(None, &self.own, vec![format!("unix://{}/usual.sock", self.folder.path().display())])
        }
    }

    #[test]
    fn the_data_folders_own_engine_comes_before_one_at_a_usual_place() {
        let machine = Machine::new();
        machine.usual_answers();
        machine.own_has_run();
        machine.own_answers();
        assert_eq!(machine.find(), Found::Own);
    }

    #[test]
    fn an_own_engine_that_ran_once_is_started_again_though_another_answers() {
        let machine = Machine::new();
        machine.own_has_run();
        assert_eq!(machine.find(), Found::OwnStopped { other: None });
        let other = Some(machine.usual_answers());
        assert_eq!(machine.find(), Found::OwnStopped { other });
    }

    #[test]
    fn without_an_own_engine_that_ran_one_at_a_usual_place_is_taken() {
        let machine = Machine::new();
        assert_eq!(machine.find(), Found::Nothing);
        let usual = machine.usual_answers();
        assert_eq!(machine.find(), Found::Usual(usual));
    }

    #[test]
    fn what_docker_host_names_is_taken_and_nothing_in_its_place_though_it_does_not_answer() {
        let machine = Machine::new();
        machine.own_answers();
        let named = "unix:///nowhere/engine.sock".to_owned();
        assert_eq!(find(Some(named.clone()), &machine.own, vec![machine.usual_answers()]), Found::Named(named));
    }
}
