//! Two isolates of the Worker in one workerd, with what they write to the log.

use super::KEY;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::{env, net::SocketAddr, path::PathBuf, process::Stdio, time::Duration};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    sync::mpsc,
};

/// Ends with this.
pub(crate) struct Isolates {
    pub(crate) addresses: [SocketAddr; 2],
    /// The log's lines.
    pub(crate) log: mpsc::UnboundedReceiver<String>,
    _process: Child,
    _objects: TempDir,
}

impl Isolates {
    /// Starts them before the cluster at this address.
    pub(crate) async fn before(cluster: SocketAddr) -> Self {
        let program =
            env::var_os("ROADSTEAD_WORKERD").expect("the Worker's tests are run by `cargo xtask workers --test`");
        let description = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/host/isolates.capnp");
        let objects = TempDir::new().expect("a folder");
        let [one, other] = [free().await, free().await];
        let mut process = Command::new(program)
            .args(["serve", "--socket-addr", &format!("one={one}"), "--socket-addr", &format!("other={other}")])
            .args(["--directory-path", &format!("objects={}", objects.path().display())])
            .arg(description)
            .env("UPSTREAM_URL", format!("http://{cluster}/api/v1"))
            .env("SESSION_KEY", STANDARD.encode(KEY))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("workerd starts");
        let (lines, log) = mpsc::unbounded_channel();
        let (out, err) = (process.stdout.take().expect("piped"), process.stderr.take().expect("piped"));
        tokio::spawn(read(out, lines.clone()));
        tokio::spawn(read(err, lines));
        let listen = async {
            for address in [one, other] {
                while TcpStream::connect(address).await.is_err() {
                    assert!(process.try_wait().expect("a process").is_none(), "workerd ended: is the Worker built?");
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), listen).await.expect("workerd listens");
        Self { addresses: [one, other], log, _process: process, _objects: objects }
    }

    /// The next line of the log that holds this.
    pub(crate) async fn said(&mut self, part: &str) -> String {
        loop {
            let line = self.log.recv().await.expect("workerd goes on");
            if line.contains(part) {
                return line;
            }
        }
    }
}

async fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("bound")
}

async fn read(from: impl tokio::io::AsyncRead + Unpin, lines: mpsc::UnboundedSender<String>) {
    let mut from = BufReader::new(from).lines();
    while let Ok(Some(line)) = from.next_line().await {
        let _ = lines.send(line);
    }
}
