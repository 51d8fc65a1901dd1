//! The hosts that the suite runs on: the native one within the test, or, where `ROADSTEAD_WORKERD` names workerd, the Worker.
//!
//! The suite knows a gateway's address and nothing else of it. What only one host does is marked by [`is_native`].

pub(crate) mod isolates;

use axum::Router;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use gateway::{Config, Gateway, SessionKeys, router};
use gateway_native::{Front, NativeHost};
use std::{env, net::SocketAddr, path::PathBuf, process::Stdio, sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    sync::oneshot,
    task::JoinHandle,
};

/// What seals sessions unless a test says otherwise.
pub(crate) const KEY: [u8; 32] = [7; 32];

/// A gateway that runs; ends with this.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    host: Host,
}

enum Host {
    Native { stop: oneshot::Sender<()>, served: JoinHandle<()> },
    Workers { _process: Child, _objects: TempDir },
}

/// Whether the native host is what is tested.
pub(crate) fn is_native() -> bool {
    workerd().is_none()
}

/// Lets time pass for the native host, which runs within the test. The Worker's passes by itself.
pub(crate) async fn pass(time: Duration) {
    if is_native() {
        tokio::time::pause();
        tokio::time::advance(time).await;
        tokio::time::resume();
    }
}

fn workerd() -> Option<PathBuf> {
    env::var_os("ROADSTEAD_WORKERD").map(PathBuf::from)
}

/// Starts a gateway before the cluster at this address.
pub(crate) async fn start(cluster: SocketAddr, set: impl FnOnce(&mut Config)) -> Running {
    start_with_key(KEY, cluster, set).await
}

/// The same, with another key for sessions.
pub(crate) async fn start_with_key(key: [u8; 32], cluster: SocketAddr, set: impl FnOnce(&mut Config)) -> Running {
    let upstream = format!("http://{cluster}/api/v1").parse().expect("a URL");
    let mut config = Config::new(upstream, SessionKeys::new(key, None));
    set(&mut config);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    let host = match workerd() {
        None => native(config, listener),
        Some(program) => {
            drop(listener);
            workers(program, &config, key, address).await
        }
    };
    Running { address, host }
}

fn native(config: Config, listener: TcpListener) -> Host {
    let host = NativeHost::new();
    let gateway = Gateway::new(config, Arc::new(host.clone()));
    let router = router(gateway.clone(), Router::new());
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async move {
        // A test that ends without a word leaves the gateway to its runtime's end.
        if stopped.await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    Host::Native {
        stop,
        served: tokio::spawn(gateway_native::serve(listener, router, Front::default(), gateway, host, stopped)),
    }
}

async fn workers(program: PathBuf, config: &Config, key: [u8; 32], address: SocketAddr) -> Host {
    let description = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../workers/workerd.capnp");
    let objects = TempDir::new().expect("a folder");
    let pace = |pace: gateway::Pace| format!("{}/{}", pace.burst, pace.per_second);
    let secs = |time: Duration| time.as_secs_f64().to_string();
    let mut command = Command::new(program);
    command
        .args(["serve", "--socket-addr"])
        .arg(format!("http={address}"))
        .arg("--directory-path")
        .arg(format!("objects={}", objects.path().display()))
        .arg("--directory-path")
        .arg(format!("console={}", env!("CARGO_TARGET_TMPDIR")))
        .arg(description)
        .env("UPSTREAM_URL", config.upstream.as_str())
        .env("SESSION_KEY", STANDARD.encode(key))
        .env("LINKS_TOKEN", config.links.as_ref().map_or("", |links| &links.token))
        .env("TRUSTED_HOSTS", config.trusted_hosts.join(","))
        .env("CHUNK_MAX_BYTES", config.chunk_max_bytes.to_string())
        .env("OAUTH_CLIENT_ID", config.oauth_client_id.as_deref().unwrap_or_default())
        .env("ADDRESS_PACE", pace(config.paces.of_address))
        .env("SESSION_PACE", pace(config.paces.of_session))
        .env("SIGN_IN_PACE", pace(config.paces.of_sign_in))
        .env("SESSION_STREAMS_MAX", config.session_streams_max.to_string())
        .env("SESSION_MAX_SECS", secs(config.session_max))
        .env("STREAM_MAX_SECS", secs(config.stream_max))
        .env("UPSTREAM_TIMEOUT_SECS", secs(config.upstream_timeout))
        .stdin(Stdio::null())
        .kill_on_drop(true);
    if env::var_os("ROADSTEAD_WORKERD_TALKS").is_none() {
        command.stdout(Stdio::null()).stderr(Stdio::null());
    }
    let mut process = command.spawn().expect("workerd starts");
    let listens = async {
        while TcpStream::connect(address).await.is_err() {
            assert!(process.try_wait().expect("a process").is_none(), "workerd ended: is the Worker built?");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), listens).await.expect("workerd listens");
    Host::Workers { _process: process, _objects: objects }
}

impl Running {
    /// Ends it in good order where the host has one.
    pub(crate) async fn stop(self) {
        if let Host::Native { stop, served } = self.host {
            let _ = stop.send(());
            served.await.expect("no panic");
        }
    }
}
