//! `cargo xtask up`: from a fresh machine to a sign-in link.

use std::ffi::OsString;
use std::fs;
use std::net::{IpAddr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::command::command;
use crate::timing::Timing;
use crate::{console, engine, paths, server, setup};

#[derive(Args)]
pub(crate) struct Up {
    /// Port to listen on
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// Address by which browsers and command lines reach it, where that is not http://HOST:PORT
    #[arg(long)]
    public_url: Option<String>,
    /// Folder for everything that is kept [default: .roadstead in the repository]
    #[arg(long)]
    data: Option<PathBuf>,
}

impl Up {
    pub(crate) fn run(self, timing: &Timing) -> Result<()> {
        // Before anything that takes minutes.
        self.refuse_unreachable_address()?;
        refuse_taken_port(self.host, self.port)?;
        let data = std::path::absolute(self.data.clone().unwrap_or_else(paths::data))?;
        fs::create_dir_all(&data).with_context(|| format!("could not make the data folder {}", data.display()))?;

        println!("Set up:");
        setup::for_up(timing)?;
        engine::for_up(timing, &data)?;
        println!("Build:");
        let assets = console::build(timing)?;
        let binary = server::build(timing, &assets)?;
        timing.print_table();

        refuse_taken_port(self.host, self.port)?;
        let mut roadstead = command(&binary);
        roadstead.args(self.options(&data, setup::find_busybox()));
        // The server takes this process's place, so that Ctrl-C and signals reach it and nothing else.
        let refused = roadstead.exec();
        Err(refused).with_context(|| format!("could not start {}", binary.display()))
    }

    /// As the server would.
    fn refuse_unreachable_address(&self) -> Result<()> {
        if self.host.is_unspecified() && self.public_url.is_none() {
            bail!(
                "--host {} stands for all addresses of this machine; say by which one browsers and command lines reach it, as in `cargo xtask up --host {} --public-url http://192.0.2.7:{}`",
                self.host,
                self.host,
                self.port
            );
        }
        Ok(())
    }

    /// What the server is told. Not which engine to use: a server that is told keeps to no other, not even to the one that jobs run on.
    fn options(&self, data: &Path, busybox: Option<PathBuf>) -> Vec<OsString> {
        let mut options: Vec<OsString> =
            ["up", "--host", &self.host.to_string(), "--port", &self.port.to_string()].map(OsString::from).into();
        options.extend(["--data".into(), data.into()]);
        if let Some(url) = &self.public_url {
            options.extend(["--public-url".into(), url.into()]);
        }
        if let Some(busybox) = busybox {
            options.extend(["--sample-busybox".into(), busybox.into()]);
        }
        options
    }
}

fn refuse_taken_port(host: IpAddr, port: u16) -> Result<()> {
    match TcpListener::bind((host, port)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!("port {port} on {host} is taken by another program; choose one with `cargo xtask up --port NUMBER`")
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen on {host}, port {port}")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Up, refuse_taken_port};
    use std::net::TcpListener;
    use std::path::Path;

    #[test]
    fn the_engine_is_left_to_the_server_which_knows_where_jobs_run() {
        let up = Up { port: 8081, host: [127, 0, 0, 1].into(), public_url: None, data: None };
        let options = up.options(Path::new("/data"), Some("/bin/busybox".into()));
        let wanted = "up --host 127.0.0.1 --port 8081 --data /data --sample-busybox /bin/busybox";
        assert_eq!(options.join(" ".as_ref()), wanted);
    }

    #[test]
    fn an_address_that_nobody_can_reach_is_refused_before_anything_is_built() {
        let up = Up { port: 8081, host: [0, 0, 0, 0].into(), public_url: None, data: None };
        let refused = up.refuse_unreachable_address().unwrap_err().to_string();
        assert!(refused.contains("--host 0.0.0.0 --public-url http"), "{refused}");
        let up = Up { public_url: Some("https://jobs.example".to_owned()), ..up };
        assert!(up.refuse_unreachable_address().is_ok());
        let told = up.options(Path::new("/data"), None);
        assert!(told.join(" ".as_ref()).into_string().unwrap().contains("--public-url https://jobs.example"));
    }

    #[test]
    fn a_taken_port_is_named_with_the_flag_that_helps() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let message = refuse_taken_port(address.ip(), address.port()).unwrap_err().to_string();
        assert!(message.contains(&address.port().to_string()) && message.contains("--port"), "{message}");
    }

    #[test]
    fn a_free_port_is_not_refused() {
        // Port 0 is whichever is free: a port that was free a moment ago may be another test's by now.
        assert!(refuse_taken_port([127, 0, 0, 1].into(), 0).is_ok());
    }
}
