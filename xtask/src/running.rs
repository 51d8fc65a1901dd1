//! Servers that checks and benchmarks start for themselves: started, waited for, ended with whoever holds them.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::command::{capture, command};

/// A process that ends with this.
pub(crate) struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().and_then(|()| self.0.wait()).ok();
    }
}

/// Starts a server and waits until it listens.
pub(crate) fn start(command: &mut Command, port: u16) -> Result<Running> {
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().context("could not start a server")?;
    let mut running = Running(child);
    let end = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if let Some(status) = running.0.try_wait()? {
            bail!("{:?} ended with {status}", command.get_program());
        }
        ensure!(Instant::now() < end, "{:?} does not listen on port {port}", command.get_program());
        thread::sleep(Duration::from_millis(20));
    }
    Ok(running)
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

/// A token of the administrator of the cluster that keeps its things in this folder.
pub(crate) fn admin_token(binary: &Path, data: &Path) -> Result<String> {
    let said = capture(command(binary).args(["user", "token", "admin", "--data"]).arg(data))?;
    Ok(said.split_whitespace().last().context("`user token` printed nothing")?.to_owned())
}
