//! The Docker Engine API: docker, podman, and what else speaks it.
//!
//! Owns the conversation with one engine at one address. Bollard carries the JSON calls; bodies that must arrive byte
//! for byte (logs, exec, attach) go over `wire`.

mod connect;
mod create;
mod failure;
mod frames;
mod hang_up;
mod images;
mod log;
mod name;
mod pieces;
mod pull;
mod session;
mod stamp;
mod state;
mod stats;
mod wire;

use std::collections::HashSet;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bollard::Docker;
use bollard::errors::Error;
use bollard::models::ExecConfig;
use bollard::query_parameters::{
    CreateContainerOptions, CreateImageOptions, KillContainerOptions, RemoveContainerOptions, StatsOptions,
    WaitContainerOptions,
};
use bytes::Bytes;
use futures::stream::{StreamExt, TryStreamExt};

pub use connect::{Endpoint, InvalidEndpoint};

use super::{
    Archive, Connection, ContainerId, ContainerSpec, ContainerState, ContainerSummary, Engine, EngineError, EngineInfo,
    EngineStream, ImageError, LocalImage, LogPiece, Phase, PullProgress, RegistryAuth, Session, SessionStreams, Signal,
    StatsSample,
};
use create::Traits;
use failure::{container_error, engine_error};
use hang_up::Marked;
use log::Manner;
use pieces::Pieces;
use session::Subject;
use wire::Wire;

const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// One engine behind one address.
#[derive(Debug)]
pub struct DockerEngine {
    docker: Docker,
    wire: Wire,
    traits: Traits,
    forgets_newline: Arc<AtomicBool>,
    /// Containers we sent SIGKILL: their code 137 is not for want of memory.
    killed: Mutex<HashSet<ContainerId>>,
}

impl DockerEngine {
    /// Connects and agrees on a version of the API.
    ///
    /// # Errors
    /// [`EngineError::Gone`] when nobody answers.
    pub async fn connect(endpoint: Endpoint) -> Result<Self, EngineError> {
        let failed = |error: Error| engine_error(&endpoint, &error);
        let docker = Docker::connect_with_host(&endpoint.to_string()).map_err(failed)?;
        let docker = docker.negotiate_version().await.map_err(failed)?;
        let version = docker.client_version();
        let info = docker.info().await.map_err(failed)?;
        let podman = is_podman(&docker.version().await.map_err(failed)?);
        let traits = Traits {
            podman,
            local: matches!(endpoint, Endpoint::Unix(_)),
            #[expect(clippy::cast_precision_loss, reason = "no machine has 2^52 CPUs")]
            cpus: info.ncpu.filter(|n| *n > 0).map_or(f64::MAX, |n| n as f64),
        };
        let prefix = format!("/v{}.{}", version.major_version, version.minor_version);
        Ok(Self {
            docker,
            wire: Wire { endpoint, prefix },
            traits,
            forgets_newline: Arc::new(AtomicBool::new(!podman)),
            killed: Mutex::default(),
        })
    }

    fn failed(&self, error: &Error) -> EngineError {
        engine_error(&self.wire.endpoint, error)
    }

    fn of(&self, id: &ContainerId, error: &Error) -> EngineError {
        container_error(&id.0, self.failed(error))
    }

    fn was_killed(&self, id: &ContainerId) -> bool {
        self.killed.lock().expect("holders of the set do not panic").contains(id)
    }
}

fn is_podman(version: &bollard::models::SystemVersion) -> bool {
    version.components.iter().flatten().any(|component| component.name.to_lowercase().contains("podman"))
}

#[async_trait]
impl Engine for DockerEngine {
    async fn info(&self) -> Result<EngineInfo, EngineError> {
        let version = self.docker.version().await.map_err(|e| self.failed(&e))?;
        Ok(EngineInfo {
            name: if is_podman(&version) { "podman" } else { "docker" }.to_owned(),
            version: version.version.unwrap_or_default(),
            address: self.wire.endpoint.to_string(),
        })
    }

    async fn find_image(&self, image: &str) -> Result<Option<LocalImage>, EngineError> {
        images::find(&self.wire, &name::full(image)?).await
    }

    async fn pull(&self, image: &str, auth: Option<RegistryAuth>) -> Result<EngineStream<PullProgress>, EngineError> {
        let full = name::full(image)?.to_string();
        if let Some(auth) = auth.as_ref().filter(|auth| self.traits.podman && auth.plain_http) {
            return images::pull_by_podman(&self.wire, &full, auth).await;
        }
        let (endpoint, image_name) = (self.wire.endpoint.clone(), image.to_owned());
        let stream = self.docker.create_image(Some(pull::options(&full)), None, auth.map(pull::credentials));
        Ok(stream
            .map(move |step| match step {
                Ok(info) => match info.error_detail.as_ref().and_then(|detail| detail.message.clone()) {
                    Some(message) => Err(ImageError::classify(&image_name, &message).into()),
                    None => Ok(pull::progress(info)),
                },
                Err(error) => Err(pull::pull_error(&endpoint, &image_name, &error)),
            })
            .boxed())
    }

    async fn import(&self, image: &str, rootfs: Bytes, command: &[&str]) -> Result<(), EngineError> {
        let full = name::full(image)?;
        let (repo, tag) = name::repository_and_tag(&full);
        let options = CreateImageOptions {
            from_src: Some("-".to_owned()),
            repo: Some(repo),
            tag: Some(tag.to_owned()),
            changes: vec![
                format!("CMD {}", serde_json::json!(command)),
                "ENV PATH=/bin:/usr/bin:/sbin:/usr/sbin".to_owned(),
            ],
            ..Default::default()
        };
        let steps = self.docker.create_image(Some(options), Some(bollard::body_full(rootfs)), None);
        steps.try_for_each(|_| std::future::ready(Ok(()))).await.map_err(|e| self.failed(&e))
    }

    async fn commit(&self, id: &ContainerId, image: &str) -> Result<(), EngineError> {
        images::commit(&self.wire, id, &name::full(image)?).await
    }

    async fn export(&self, image: &str) -> Result<EngineStream<Bytes>, EngineError> {
        images::export(&self.wire, &name::full(image)?).await
    }

    async fn load(&self, archive: Archive) -> Result<(), EngineError> {
        images::load(&self.wire, archive).await
    }

    async fn remove_image(&self, image: &str) -> Result<(), EngineError> {
        images::remove(&self.wire, &name::full(image)?).await
    }

    async fn images_called(&self, repository: &str) -> Result<Vec<String>, EngineError> {
        images::called(&self.wire, &name::full(repository)?).await
    }

    async fn create(&self, spec: &ContainerSpec) -> Result<ContainerId, EngineError> {
        let options = CreateContainerOptions { name: Some(spec.name.clone()), ..Default::default() };
        let image = name::full(&spec.image)?.to_string();
        match self.docker.create_container(Some(options), create::body(spec, image, self.traits)).await {
            Ok(created) => Ok(ContainerId(created.id)),
            Err(error) => Err(match self.failed(&error) {
                EngineError::Failed { status: 404, message } => ImageError::classify(&spec.image, &message).into(),
                EngineError::Failed { status: 400, message } if message.contains("reference format") => {
                    ImageError::classify(&spec.image, &message).into()
                }
                EngineError::Failed { status: 400, message } => EngineError::CannotRun { message },
                other => other,
            }),
        }
    }

    async fn start(&self, id: &ContainerId) -> Result<(), EngineError> {
        self.docker.start_container(&id.0, None).await.map_err(|error| match self.failed(&error) {
            EngineError::Failed { status: 404, message } if message.to_lowercase().contains("no such container") => {
                EngineError::NoSuchContainer(id.0.clone())
            }
            EngineError::Failed { status, message } if status < 500 || failure::is_about_process(&message) => {
                EngineError::CannotRun { message }
            }
            other => other,
        })
    }

    async fn inspect(&self, id: &ContainerId) -> Result<ContainerState, EngineError> {
        let look = async || {
            let found = self.wire.inspect(id).await?;
            Ok::<_, EngineError>(found.state())
        };
        let mut state = look().await?;
        let unexplained = |state: &ContainerState| {
            state.phase == Phase::Exited && state.exit_code == Some(state::KILLED) && !state.oom_killed
        };
        if unexplained(&state) && !self.was_killed(id) {
            // The engine may learn of the kernel's kill a moment after the exit.
            tokio::time::sleep(Duration::from_millis(100)).await;
            state = look().await?;
            // Podman never learns of it on cgroup v1: an unasked SIGKILL under a memory limit is that.
            state.oom_killed |= unexplained(&state) && self.traits.podman;
        }
        Ok(state)
    }

    async fn wait(&self, id: &ContainerId) -> Result<(), EngineError> {
        loop {
            let options = WaitContainerOptions { condition: "not-running".to_owned() };
            match self.docker.wait_container(&id.0, Some(options)).next().await {
                // Bollard makes an error of every code but 0.
                Some(Ok(_) | Err(Error::DockerContainerWaitError { .. })) => return Ok(()),
                Some(Err(Error::RequestTimeoutError)) => {}
                Some(Err(error)) => return Err(self.of(id, &error)),
                None => {
                    return Err(EngineError::Gone {
                        address: self.wire.endpoint.to_string(),
                        message: "it stopped answering".to_owned(),
                    });
                }
            }
        }
    }

    async fn logs(
        &self,
        id: &ContainerId,
        since_ns: Option<i64>,
        follow: bool,
    ) -> Result<EngineStream<LogPiece>, EngineError> {
        let state = self.inspect(id).await?;
        let manner = match (follow, self.traits.podman) {
            (false, _) => Manner::Once,
            (true, false) => Manner::Follow,
            (true, true) if state.phase == Phase::Running => Manner::FollowWhileItRuns,
            (true, true) => Manner::Once,
        };
        let asked = u8::from(manner != Manner::Once);
        let mut path = format!("/containers/{}/logs?stdout=1&stderr=1&timestamps=1&follow={asked}", id.0);
        if let Some(since) = since_ns {
            let (second, rest) = (since.div_euclid(1_000_000_000), since.rem_euclid(1_000_000_000));
            path = format!("{path}&since={second}.{rest:09}");
        }
        // Podman cuts lines anywhere and puts a time before each part: without frames, which only its own API has for a
        // terminal, the times could not be told from the output.
        let (path, tty) = if self.traits.podman { (format!("/libpod{path}"), false) } else { (path, state.tty) };
        let body = self.wire.get(&path).await.map_err(|e| container_error(&id.0, e))?;
        let pieces = Pieces::new(tty, Arc::clone(&self.forgets_newline));
        Ok(log::stream(self.wire.clone(), id.clone(), manner, body, pieces))
    }

    async fn stats(&self, id: &ContainerId) -> Result<EngineStream<StatsSample>, EngineError> {
        let options = StatsOptions { stream: true, one_shot: false };
        let stats = self.docker.stats(&id.0, Some(options));
        let (endpoint, id) = (self.wire.endpoint.clone(), id.clone());
        let mut rates = stats::Rates::default();
        Ok(stats
            .map_err(move |error| container_error(&id.0, engine_error(&endpoint, &error)))
            .try_filter_map(move |stats| std::future::ready(Ok(rates.sample(&stats))))
            .boxed())
    }

    async fn exec(
        &self,
        id: &ContainerId,
        command: &[String],
        streams: SessionStreams,
    ) -> Result<Session, EngineError> {
        let mark = hang_up::new_mark();
        let config = ExecConfig {
            cmd: Some(command.to_vec()),
            tty: Some(streams.tty),
            attach_stdin: Some(streams.stdin),
            attach_stdout: Some(streams.stdout),
            attach_stderr: Some(streams.stderr),
            env: Some(vec![mark.clone()]),
            ..Default::default()
        };
        let made = self.docker.create_exec(&id.0, config).await.map_err(|e| self.of(id, &e))?;
        let body = serde_json::json!({"Detach": false, "Tty": streams.tty});
        let io = self.wire.hijack(&format!("/exec/{}/start", made.id), Some(&body)).await;
        let io = io.map_err(|e| container_error(&id.0, e))?;
        let subject = Subject::Exec(Marked { exec: made.id, container: id.clone(), mark });
        Ok(session::session(self.docker.clone(), self.wire.clone(), subject, streams.tty, io))
    }

    async fn attach(&self, id: &ContainerId, streams: SessionStreams) -> Result<Session, EngineError> {
        if self.inspect(id).await?.phase != Phase::Running {
            return Err(EngineError::NotRunning);
        }
        let flag = u8::from;
        let path = format!(
            "/containers/{}/attach?stream=1&stdin={}&stdout={}&stderr={}",
            id.0,
            flag(streams.stdin),
            flag(streams.stdout),
            flag(streams.stderr)
        );
        let io = self.wire.hijack(&path, None).await.map_err(|e| container_error(&id.0, e))?;
        let subject = Subject::Container(id.clone());
        Ok(session::session(self.docker.clone(), self.wire.clone(), subject, streams.tty, io))
    }

    async fn signal(&self, id: &ContainerId, signal: Signal) -> Result<(), EngineError> {
        let name = match signal {
            Signal::Terminate => "SIGTERM",
            Signal::Kill => {
                self.killed.lock().expect("holders of the set do not panic").insert(id.clone());
                "SIGKILL"
            }
        };
        let options = KillContainerOptions { signal: name.to_owned() };
        self.docker.kill_container(&id.0, Some(options)).await.map_err(|e| self.of(id, &e))
    }

    async fn remove(&self, id: &ContainerId) -> Result<(), EngineError> {
        let options = RemoveContainerOptions { force: true, v: true, link: false };
        let removed = self.docker.remove_container(&id.0, Some(options)).await;
        self.killed.lock().expect("holders of the set do not panic").remove(id);
        match removed.map_err(|e| self.failed(&e)) {
            // Gone already, or another removal is on its way.
            Ok(()) | Err(EngineError::Failed { status: 404 | 409, .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }

    async fn list(&self, label: &str, value: &str) -> Result<Vec<ContainerSummary>, EngineError> {
        let filters = serde_json::json!({"label": [format!("{label}={value}")]}).to_string();
        let filters: String = url::form_urlencoded::byte_serialize(filters.as_bytes()).collect();
        let rows: Vec<state::Listed> = self.wire.json(&format!("/containers/json?all=1&filters={filters}")).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    async fn connect(&self, id: &ContainerId, port: u16) -> Result<Box<dyn Connection>, EngineError> {
        let found = self.wire.inspect(id).await?;
        let state = found.state();
        if state.phase != Phase::Running {
            return Err(EngineError::NotRunning);
        }
        // Straight to the container where its network is ours; else by the port published on this machine.
        let direct = state.ip.map(|ip| std::net::SocketAddr::new(ip, port));
        let published = found.published(port).map(|host| std::net::SocketAddr::from(([127, 0, 0, 1], host)));
        let mut message = "the container has no address".to_owned();
        for address in direct.into_iter().chain(published) {
            match tokio::time::timeout(CONNECT_LIMIT, tokio::net::TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(Box::new(stream)),
                // The container itself said no. A published port would accept, and reset the connection afterwards.
                Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                    return Err(EngineError::PortClosed { port, message: error.to_string() });
                }
                Ok(Err(error)) => message = error.to_string(),
                Err(_) => message = "no answer".to_owned(),
            }
        }
        Err(EngineError::PortClosed { port, message })
    }
}
