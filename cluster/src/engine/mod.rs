//! Containers, whatever runs them.
//!
//! Owns the [`Engine`] trait, its words (container, image, piece of log, sample of use) and its errors. Refuses to know
//! what a job is: labels, names and restarts are its caller's. `docker` speaks the Docker Engine API (docker, podman),
//! `fake` plays scripts for the tests of everything above, `select` chooses one by running a container on it.

mod docker;
mod error;
#[cfg(any(test, feature = "fake-engine"))]
pub mod fake;
pub mod sample;
pub mod select;
pub mod self_test;
mod session;

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;

pub use docker::{DockerEngine, Endpoint, InvalidEndpoint};
pub use error::{EngineError, ImageError};
pub use session::{Output, Session, SessionControl, SessionInput};

/// A stream of an engine.
pub type EngineStream<T> = BoxStream<'static, Result<T, EngineError>>;

/// What an engine says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineInfo {
    /// `docker`, `podman`, `fake`.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// Where it is reached.
    pub address: String,
}

/// What to create a container from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContainerSpec {
    /// The container's name, unique in the engine.
    pub name: String,
    /// The image reference.
    pub image: String,
    /// Replaces the image's entrypoint when given.
    pub entrypoint: Option<Vec<String>>,
    /// Replaces the image's command when given.
    pub command: Option<Vec<String>>,
    /// Environment on top of the image's.
    pub env: BTreeMap<String, String>,
    /// Replaces the image's working directory when given.
    pub working_dir: Option<String>,
    /// Most CPU cores it may use at once.
    pub cpu_cores: f64,
    /// Most memory, in bytes; more is an out-of-memory kill.
    pub memory_bytes: u64,
    /// Give it a terminal, and keep its input open.
    pub tty: bool,
    /// Labels to find it by.
    pub labels: BTreeMap<String, String>,
    /// A port of the container to publish on a free port of 127.0.0.1.
    pub http_port: Option<u16>,
    /// Let `/dev/shm` grow to the memory limit instead of the engine's small default.
    pub shm: bool,
    /// Give it the host's devices and capabilities.
    pub privileged: bool,
}

/// An engine's own name for a container.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContainerId(pub String);

impl std::fmt::Display for ContainerId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a container is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Made and never started.
    Created,
    /// Its process runs (or is paused).
    Running,
    /// Its process is over.
    Exited,
}

/// How a container stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerState {
    /// What it is doing.
    pub phase: Phase,
    /// The exit code, once exited.
    pub exit_code: Option<i64>,
    /// The kernel killed it for want of memory.
    pub oom_killed: bool,
    /// What the engine says went wrong, if anything.
    pub error: Option<String>,
    /// When its process started, nanoseconds since the Unix epoch.
    pub started_ns: Option<i64>,
    /// When its process ended, nanoseconds since the Unix epoch.
    pub finished_ns: Option<i64>,
    /// The port of 127.0.0.1 its published port answers on.
    pub published_port: Option<u16>,
    /// Its address on the engine's network.
    pub ip: Option<std::net::IpAddr>,
    /// It has a terminal.
    pub tty: bool,
}

/// A container found by its labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerSummary {
    /// The engine's name for it.
    pub id: ContainerId,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
}

/// Which of a container's two outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputStream {
    /// Standard output; all output of a terminal.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A piece of a container's log: a line with its newline, or a part of a longer one without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPiece {
    /// When the engine read it, nanoseconds since the Unix epoch.
    pub time_ns: i64,
    /// Where it was written.
    pub stream: OutputStream,
    /// The bytes as the process wrote them.
    pub bytes: Bytes,
}

impl LogPiece {
    /// The line goes on in the next piece.
    #[must_use]
    pub fn continues(&self) -> bool {
        self.bytes.last() != Some(&b'\n')
    }
}

/// What a container uses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StatsSample {
    /// When it was measured, nanoseconds since the Unix epoch.
    pub time_ns: i64,
    /// CPU cores in use since the sample before.
    pub cpu_cores: f64,
    /// Memory in use without reclaimable cache, in bytes.
    pub memory_bytes: u64,
}

/// A step of fetching an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PullProgress {
    /// Which layer, when it is about one.
    pub layer: Option<String>,
    /// The engine's words.
    pub status: String,
    /// Bytes fetched of that layer.
    pub current_bytes: Option<u64>,
    /// Bytes of that layer.
    pub total_bytes: Option<u64>,
}

/// Who fetches an image from a registry that asks.
#[derive(Clone, PartialEq, Eq)]
pub struct RegistryAuth {
    /// The user.
    pub username: String,
    /// The password or token.
    pub password: String,
    /// The registry's host and port.
    pub registry: String,
    /// The registry speaks HTTP without TLS. Engines that can be told so are; others know it of loopback addresses only.
    pub plain_http: bool,
}

/// An image that an engine holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalImage {
    /// The engine's own name for it: `sha256:` of its config, or of its manifest where the engine keeps manifests.
    pub id: String,
    /// Manifests it is known to come from, as `NAME@sha256:...`.
    pub repo_digests: Vec<String>,
    /// Digests of its layers before compression, the lowest first.
    pub diff_ids: Vec<String>,
}

/// The bytes of an image archive on their way to an engine.
pub type Archive = BoxStream<'static, std::io::Result<Bytes>>;

impl std::fmt::Debug for RegistryAuth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RegistryAuth({}@{})", self.username, self.registry)
    }
}

/// A command to run in a running container, or the container itself to attach to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionStreams {
    /// Run it in a terminal (exec); the container has one (attach).
    pub tty: bool,
    /// Send it input.
    pub stdin: bool,
    /// Receive its standard output.
    pub stdout: bool,
    /// Receive its standard error.
    pub stderr: bool,
}

/// How a process is told to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGTERM: please.
    Terminate,
    /// SIGKILL: now.
    Kill,
}

/// A TCP connection into a container.
pub trait Connection: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin {}
impl<T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin> Connection for T {}

/// Something that runs containers.
#[async_trait]
pub trait Engine: Send + Sync + std::fmt::Debug {
    /// Who answers. Fails when nobody does.
    async fn info(&self) -> Result<EngineInfo, EngineError>;

    /// An image that is here, by its reference.
    async fn find_image(&self, image: &str) -> Result<Option<LocalImage>, EngineError>;

    /// True when the image is here and needs no pull.
    async fn image_present(&self, image: &str) -> Result<bool, EngineError> {
        Ok(self.find_image(image).await?.is_some())
    }

    /// Fetches an image; the stream ends when it is here.
    async fn pull(&self, image: &str, auth: Option<RegistryAuth>) -> Result<EngineStream<PullProgress>, EngineError>;

    /// Makes an image called `image` of one layer, the tar archive `rootfs`, that runs `command` by default.
    async fn import(&self, image: &str, rootfs: Bytes, command: &[&str]) -> Result<(), EngineError>;

    /// Makes an image called `image` of a container's files as they stand, holding its processes meanwhile.
    async fn commit(&self, id: &ContainerId, image: &str) -> Result<(), EngineError>;

    /// An image as an archive in the manner of `docker save`. That the stream ends proves nothing: the archive must be
    /// found whole by its reader.
    async fn export(&self, image: &str) -> Result<EngineStream<Bytes>, EngineError>;

    /// Takes in the images of an archive, under the names it gives them.
    async fn load(&self, archive: Archive) -> Result<(), EngineError>;

    /// Takes a name from an image, which goes when it was the last. Removing what is not there is fine.
    async fn remove_image(&self, image: &str) -> Result<(), EngineError>;

    /// The names (with tags) of all images of one repository.
    async fn images_called(&self, repository: &str) -> Result<Vec<String>, EngineError>;

    /// Makes a container. Fails with [`EngineError::Image`] when its image is not here.
    async fn create(&self, spec: &ContainerSpec) -> Result<ContainerId, EngineError>;

    /// Starts it. Fails with [`EngineError::CannotRun`] when its process cannot be started.
    async fn start(&self, id: &ContainerId) -> Result<(), EngineError>;

    /// How it stands.
    async fn inspect(&self, id: &ContainerId) -> Result<ContainerState, EngineError>;

    /// Waits until it is not running.
    async fn wait(&self, id: &ContainerId) -> Result<(), EngineError>;

    /// Its log from `since_ns` on (pieces of that very time included), in the order it was stored. With `follow` it
    /// ends after the container did, and may lack the very last pieces (Docker stops following a moment too early):
    /// whoever wants all asks once more without.
    async fn logs(
        &self,
        id: &ContainerId,
        since_ns: Option<i64>,
        follow: bool,
    ) -> Result<EngineStream<LogPiece>, EngineError>;

    /// What it uses, about once a second while it runs.
    async fn stats(&self, id: &ContainerId) -> Result<EngineStream<StatsSample>, EngineError>;

    /// Runs a command in it.
    async fn exec(&self, id: &ContainerId, command: &[String], streams: SessionStreams)
    -> Result<Session, EngineError>;

    /// Attaches to its own process. `streams.tty` must be what the container was created with.
    async fn attach(&self, id: &ContainerId, streams: SessionStreams) -> Result<Session, EngineError>;

    /// Sends a signal to its process. Fails with [`EngineError::NotRunning`] when there is none.
    async fn signal(&self, id: &ContainerId, signal: Signal) -> Result<(), EngineError>;

    /// Removes it and its log, whatever it is doing. Removing what is not there is fine.
    async fn remove(&self, id: &ContainerId) -> Result<(), EngineError>;

    /// All containers, running or not, that carry this label with this value.
    async fn list(&self, label: &str, value: &str) -> Result<Vec<ContainerSummary>, EngineError>;

    /// Connects to a port inside it.
    async fn connect(&self, id: &ContainerId, port: u16) -> Result<Box<dyn Connection>, EngineError>;
}
