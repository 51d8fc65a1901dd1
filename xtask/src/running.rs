//! Servers that checks and benchmarks start for themselves: started, waited for, ended with whoever holds them.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::Signal;

use crate::command::{capture, command, log_file, tail};

/// A process that ends with this.
pub(crate) struct Running {
    child: Child,
    /// With all that it has started.
    is_group: bool,
    /// What it says, where that is kept.
    log: Option<PathBuf>,
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.is_group {
            rustix::process::kill_process_group(rustix::process::Pid::from_child(&self.child), Signal::KILL).ok();
        }
        self.child.kill().and_then(|()| self.child.wait()).ok();
    }
}

impl Running {
    /// An error that tells how it ended, if it has.
    pub(crate) fn ensure_up(&mut self) -> Result<()> {
        let Some(status) = self.child.try_wait()? else { return Ok(()) };
        let said = self.log.as_deref().map(tail).unwrap_or_default();
        bail!("a server ended with {status} before its time:\n{said}")
    }

    /// Seconds of processor time that it has used. (proc_pid_stat(5), fields 14 and 15)
    pub(crate) fn cpu_secs(&self) -> Result<f64> {
        /// USER_HZ, the same on every Linux that Rust knows.
        const TICKS: f64 = 100.0;
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |field: usize| fields.get(field).and_then(|text| text.parse::<f64>().ok());
        let used = ticks(11).zip(ticks(12)).context("the kernel's account of a process has another form")?;
        Ok((used.0 + used.1) / TICKS)
    }

    /// The most memory it ever had at once, MB.
    pub(crate) fn peak_memory_mb(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no peak of memory")?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib * 1024.0 / 1e6)
    }
}

/// Starts a server and waits until it listens.
pub(crate) fn start(command: &mut Command, port: u16) -> Result<Running> {
    start_any(command.stdout(Stdio::null()).stderr(Stdio::null()), port, false, None)
}

/// The same, and what the server says is kept in the log of that name.
pub(crate) fn start_logged(command: &mut Command, port: u16, log: &str) -> Result<Running> {
    let path = log_file(log)?;
    let file = File::create(&path).with_context(|| format!("could not write {}", path.display()))?;
    start_any(command.stdout(file.try_clone()?).stderr(file), port, false, Some(path))
}

/// The same for one that starts others, which it would leave behind when it is killed alone.
pub(crate) fn start_group(command: &mut Command, port: u16) -> Result<Running> {
    start_any(command.process_group(0).stdout(Stdio::null()).stderr(Stdio::null()), port, true, None)
}

fn start_any(command: &mut Command, port: u16, is_group: bool, log: Option<PathBuf>) -> Result<Running> {
    let child = command.spawn().context("could not start a server")?;
    let mut running = Running { child, is_group, log };
    let end = Instant::now() + Duration::from_secs(60);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        running.ensure_up()?;
        ensure!(Instant::now() < end, "{:?} does not listen on port {port}", command.get_program());
        thread::sleep(Duration::from_millis(20));
    }
    Ok(running)
}

/// What `look` finds, looking until the end.
pub(crate) fn wait_for<T>(end: Instant, between: Duration, look: impl Fn() -> Option<T>) -> Result<T> {
    loop {
        if let Some(found) = look() {
            return Ok(found);
        }
        ensure!(Instant::now() < end, "what was waited for did not come");
        thread::sleep(between);
    }
}

/// Ports that nobody listens on.
pub(crate) fn free_ports<const N: usize>() -> Result<[u16; N]> {
    // Held together, so that they differ.
    let listeners = [(); N].map(|()| TcpListener::bind("127.0.0.1:0"));
    let mut ports = [0; N];
    for (port, listener) in ports.iter_mut().zip(listeners) {
        *port = listener?.local_addr()?.port();
    }
    Ok(ports)
}

/// A token of the administrator of the cluster that keeps its things in this folder. One that was just started listens before it has
/// made its accounts.
pub(crate) fn admin_token(binary: &Path, data: &Path) -> Result<String> {
    let ask = || capture(command(binary).args(["user", "token", "admin", "--data"]).arg(data));
    let end = Instant::now() + Duration::from_secs(60);
    let said = wait_for(end, Duration::from_millis(50), || ask().ok()).or_else(|_| ask())?;
    Ok(said.split_whitespace().last().context("`user token` printed nothing")?.to_owned())
}
