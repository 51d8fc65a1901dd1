//! A dockerd of Roadstead's own: own socket, images, log and bridge, all below one folder, beside any other Docker.

mod calm;

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::socket;
use crate::command::{capture, command, tail};
use crate::paths;

/// How long a first start may take on a slow disk.
const START: Duration = Duration::from_secs(90);
const STOP: Duration = Duration::from_secs(60);
/// A Unix socket's path must fit `sockaddr_un` (108 bytes with the end).
const SOCKET_PATH_MAX: usize = 107;

/// How containers reach other machines.
pub(crate) enum Network {
    /// Through address translation, for images and jobs that need the network.
    Nat { bridge: String },
    /// Only this machine; no firewall rule of the machine is touched. The daemon ends with the terminal's Ctrl-C.
    Test { bridge: String },
}

impl Network {
    pub(crate) fn nat(folder: &Path) -> Self {
        // Two data folders may be up at once. An interface's name has 15 characters at most.
        Network::Nat { bridge: format!("rsnat{:08x}", hash(folder) as u32) }
    }

    pub(crate) fn test() -> Self {
        // Two checkouts may be tested at once.
        Network::Test { bridge: format!("rstest{:08x}", hash(&paths::target()) as u32) }
    }

    fn bridge(&self) -> &str {
        match self {
            Network::Nat { bridge } | Network::Test { bridge } => bridge,
        }
    }
}

/// One dockerd, running or not.
pub(crate) struct Daemon {
    folder: PathBuf,
    network: Network,
}

/// Debian's dockerd, if it is installed.
pub(crate) fn program() -> Option<PathBuf> {
    paths::find_program("dockerd")
}

impl Daemon {
    pub(crate) fn in_folder(folder: PathBuf, network: Network) -> Self {
        Self { folder, network }
    }

    /// The address for `DOCKER_HOST`.
    pub(crate) fn host(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    pub(crate) fn answers(&self) -> bool {
        socket::answers(&self.host())
    }

    /// Whether it ran once: containers of jobs may lie there.
    pub(crate) fn has_run(&self) -> bool {
        self.images().is_dir()
    }

    /// Starts it and waits until it answers.
    pub(crate) fn start(&self) -> Result<()> {
        let socket = self.socket();
        if socket.as_os_str().len() > SOCKET_PATH_MAX {
            bail!(
                "{} is too long for a socket (107 bytes): choose a shorter data folder with --data",
                socket.display()
            );
        }
        let program = program().context("dockerd is not installed")?;
        fs::create_dir_all(&self.folder).with_context(|| format!("could not make {}", self.folder.display()))?;
        self.remove_stale_pidfile();
        self.ensure_bridge()?;
        if let Network::Test { .. } = self.network {
            calm::begin(&self.folder);
        }

        let log = self.folder.join("dockerd.log");
        let output = File::create(&log)?;
        let mut dockerd = match self.network {
            // A session of its own: Ctrl-C in the terminal of `up` must not end the jobs.
            Network::Nat { .. } => {
                let mut setsid = command("setsid");
                setsid.arg("--fork").arg(program);
                setsid
            }
            Network::Test { .. } => {
                let mut dockerd = command(program);
                dockerd.arg("--iptables=false");
                dockerd
            }
        };
        dockerd
            .arg("--host")
            .arg(self.host())
            .arg("--data-root")
            .arg(self.images())
            .arg("--exec-root")
            .arg(self.exec_root())
            .arg("--pidfile")
            .arg(self.pidfile())
            .args(["--bridge", self.network.bridge()])
            .args(["--log-driver", "json-file", "--log-opt", "max-size=64m", "--log-opt", "max-file=2"])
            .current_dir("/")
            // Its own files come from its flags; a client's settings must not reach it.
            .env_remove("DOCKER_HOST")
            .stdout(output.try_clone()?)
            .stderr(output);
        let mut child = dockerd.spawn().context("could not start dockerd")?;
        let detached = matches!(self.network, Network::Nat { .. });

        let began = Instant::now();
        while !self.answers() {
            let ended = child.try_wait()?.filter(|status| !detached || !status.success());
            if ended.is_some() || began.elapsed() > START {
                bail!("dockerd did not come up; the end of {}:\n{}", log.display(), tail(&log));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Ends it with its containers and removes its folder and bridge.
    pub(crate) fn stop_and_remove(&self) -> Result<()> {
        if let Some(pid) = self.pid() {
            command("kill").args(["-TERM", &pid]).output()?;
            let began = Instant::now();
            while is_running(&pid) {
                if began.elapsed() > STOP {
                    bail!("dockerd (process {pid}) is still running after {} s", STOP.as_secs());
                }
                thread::sleep(Duration::from_millis(50));
            }
        }
        calm::end(&self.folder);
        command("ip").args(["link", "delete", self.network.bridge()]).output()?;
        fs::remove_dir_all(self.exec_root()).ok();
        fs::remove_dir_all(&self.folder).with_context(|| format!("could not remove {}", self.folder.display()))
    }

    fn images(&self) -> PathBuf {
        self.folder.join("images")
    }

    /// The server looks there too (`cluster`, `home`).
    fn socket(&self) -> PathBuf {
        self.folder.join("docker.sock")
    }

    fn pidfile(&self) -> PathBuf {
        self.folder.join("dockerd.pid")
    }

    /// The process that the file names, if that is this dockerd: after a cut of the power the number is another's.
    fn pid(&self) -> Option<String> {
        let pid = fs::read_to_string(self.pidfile()).ok()?.trim().to_owned();
        let words = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        words.split(|byte| *byte == 0).any(|word| word == self.pidfile().as_os_str().as_bytes()).then_some(pid)
    }

    /// dockerd refuses to start where the file names any process that runs.
    fn remove_stale_pidfile(&self) {
        if self.pid().is_none() {
            fs::remove_file(self.pidfile()).ok();
        }
    }

    /// State of running containers, worthless after a restart of the machine: in /run, which is empty then.
    fn exec_root(&self) -> PathBuf {
        PathBuf::from(format!("/run/roadstead-{:016x}", hash(&self.folder)))
    }

    /// A bridge of its own, so that this dockerd and another one never give out the same addresses.
    fn ensure_bridge(&self) -> Result<()> {
        let bridge = self.network.bridge();
        let has_address = capture(command("ip").args(["-4", "-o", "address", "show", "dev", bridge]))
            .is_ok_and(|addresses| addresses.contains("inet "));
        if has_address {
            return Ok(());
        }
        let taken =
            capture(command("ip").args(["-4", "-o", "address"]))? + &capture(command("ip").args(["-4", "route"]))?;
        let address =
            free_subnet(&taken).context("no free subnet among 10.203.0.0/24 to 10.203.255.0/24 for containers")?;
        // It may be left from a run that was cut short, without its address.
        command("ip").args(["link", "add", "name", bridge, "type", "bridge"]).output()?;
        capture(command("ip").args(["address", "add", &address, "dev", bridge]))?;
        capture(command("ip").args(["link", "set", "dev", bridge, "up"]))?;
        Ok(())
    }
}

fn hash(path: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}

fn free_subnet(taken: &str) -> Option<String> {
    (0..=255)
        .map(|third| format!("10.203.{third}."))
        .find(|prefix| !taken.contains(prefix))
        .map(|prefix| prefix + "1/24")
}

fn is_running(pid: &str) -> bool {
    // A zombie (our own child, already ended) has no open files to list, but its stat line says Z.
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or_default().trim_start().starts_with('Z'))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    use super::{Daemon, Network, free_subnet};

    #[test]
    fn a_pid_file_that_names_another_process_is_removed_before_a_start() {
        let folder = tempfile::tempdir().unwrap();
        let daemon = Daemon::in_folder(folder.path().to_owned(), Network::test());
        let pidfile = folder.path().join("dockerd.pid");
        fs::write(&pidfile, std::process::id().to_string()).unwrap();
        assert_eq!(daemon.pid(), None);
        daemon.remove_stale_pidfile();
        assert!(!pidfile.exists());

        // Stands in for a dockerd that does not answer yet; it ends with its standard input.
        let mut sleeper = Command::new("sh");
        sleeper.args(["-c", "echo up; read end", "dockerd", "--pidfile"]).arg(&pidfile);
        let mut running = sleeper.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        // Before it has begun, its command line may still be empty.
        let mut said = String::new();
        BufReader::new(running.stdout.take().unwrap()).read_line(&mut said).unwrap();
        fs::write(&pidfile, format!("{}\n", running.id())).unwrap();
        daemon.remove_stale_pidfile();
        assert_eq!(daemon.pid(), Some(running.id().to_string()));
        drop(running.stdin.take());
        running.wait().unwrap();
        daemon.remove_stale_pidfile();
        assert!(!pidfile.exists());
    }

    #[test]
    fn two_data_folders_share_no_bridge() {
        let [one, other] =
            ["/one/engine", "/other/engine"].map(|folder| Network::nat(folder.as_ref()).bridge().to_owned());
        assert!(one != other && one.len() <= 15 && other.len() <= 15, "{one} {other}");
    }

    #[test]
    fn a_subnet_in_use_is_not_given_out_again() {
        assert_eq!(free_subnet("").as_deref(), Some("10.203.0.1/24"));
        let taken = "4: roadstead0 inet 10.203.0.1/24 scope global\n10.203.1.0/24 dev other";
        assert_eq!(free_subnet(taken).as_deref(), Some("10.203.2.1/24"));
    }
}
