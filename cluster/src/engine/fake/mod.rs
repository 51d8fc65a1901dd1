//! A scripted engine: containers that play the words of their command, images that behave by their name.
//!
//! Owns no real process; keeps the promises of the [`Engine`] trait. For the tests of everything above the seam.
//!
//! Images: `missing/x`, `denied/x`, `unreachable/x` fail to be pulled as their name says, `flaky/x` fails once,
//! `slow/x` waits for [`FakeEngine::release_pulls`], a name with capitals is invalid, all others can be pulled. The
//! words of a command are in `script`: `print:hello exit:3`, `forever:100`, `oom`, ...; any other word cannot start.

mod directions;
mod images;
mod process;
mod script;
mod session;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{self, StreamExt, TryStreamExt, try_unfold};
use tokio::sync::{mpsc, watch};

use super::{
    Archive, Connection, ContainerId, ContainerSpec, ContainerState, ContainerSummary, Engine, EngineError, EngineInfo,
    EngineStream, ImageError, LocalImage, LogPiece, OutputStream, Phase, PullProgress, RegistryAuth, Session,
    SessionStreams, Signal, StatsSample,
};
use crate::clock::Clock;
use images::Image;
use process::{Surroundings, play};

/// The port every fake container with that http port "publishes".
const PUBLISHED_PORT: u16 = 32_768;

/// A scripted engine.
#[derive(Debug)]
pub struct FakeEngine {
    me: Weak<FakeEngine>,
    clock: Clock,
    state: Mutex<State>,
    /// Moves at every change anybody could wait for.
    changed: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
    away: bool,
    broken: bool,
    pulls_released: bool,
    failing_starts: u32,
    slow_making: u32,
    exports_end: Option<f64>,
    exports_held: bool,
    logs_readable: Option<usize>,
    images: BTreeMap<String, Image>,
    failed_once: BTreeSet<String>,
    containers: BTreeMap<ContainerId, Container>,
    /// Commands of sessions that run.
    sessions: u64,
    made: u64,
    last_time: i64,
}

#[derive(Debug)]
struct Container {
    spec: ContainerSpec,
    state: ContainerState,
    log: Vec<LogPiece>,
    /// Refusals of its name until it is shown.
    hidden: u32,
    signals: Option<mpsc::UnboundedSender<Signal>>,
}

impl FakeEngine {
    /// An engine with no containers and no images.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Self::with_clock(Clock::system())
    }

    /// The same, telling the time by this clock.
    #[must_use]
    pub fn with_clock(clock: Clock) -> Arc<Self> {
        Arc::new_cyclic(|me| Self { me: me.clone(), clock, state: Mutex::default(), changed: watch::Sender::new(0) })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("holders of the fake's state do not panic")
    }

    fn touch(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    fn write(&self, id: &ContainerId, stream: OutputStream, bytes: Vec<u8>) {
        let mut state = self.lock();
        let time_ns = self.clock.now_ns().max(state.last_time + 1);
        state.last_time = time_ns;
        if let Some(container) = state.containers.get_mut(id) {
            container.log.push(LogPiece { time_ns, stream, bytes: bytes.into() });
        }
        drop(state);
        self.touch();
    }

    fn answer(&self) -> Result<MutexGuard<'_, State>, EngineError> {
        let state = self.lock();
        if state.away { Err(gone()) } else { Ok(state) }
    }

    /// Waits until `look` finds something.
    async fn until<T>(
        &self,
        mut look: impl FnMut(&mut State) -> Option<Result<T, EngineError>>,
    ) -> Result<T, EngineError> {
        let mut changed = self.changed.subscribe();
        loop {
            {
                let mut state = self.answer()?;
                if let Some(found) = look(&mut state) {
                    return found;
                }
            }
            if changed.changed().await.is_err() {
                return Err(gone());
            }
        }
    }
}

fn gone() -> EngineError {
    EngineError::Gone { address: "fake".to_owned(), message: "it was told to be away".to_owned() }
}

fn find<'a>(state: &'a mut State, id: &ContainerId) -> Result<&'a mut Container, EngineError> {
    state.containers.get_mut(id).ok_or_else(|| EngineError::NoSuchContainer(id.0.clone()))
}

#[async_trait]
impl Engine for FakeEngine {
    async fn info(&self) -> Result<EngineInfo, EngineError> {
        drop(self.answer()?);
        Ok(EngineInfo { name: "fake".to_owned(), version: "1".to_owned(), address: "fake".to_owned() })
    }

    async fn find_image(&self, image: &str) -> Result<Option<LocalImage>, EngineError> {
        Ok(self.answer()?.images.get(image).map(Image::local))
    }

    async fn pull(&self, image: &str, _auth: Option<RegistryAuth>) -> Result<EngineStream<PullProgress>, EngineError> {
        let first = self.answer()?.failed_once.insert(image.to_owned());
        let fail = |message: &str| Err(EngineError::from(ImageError::classify(image, message)));
        if image.chars().any(char::is_uppercase) {
            return fail("invalid reference format: repository name must be lowercase");
        }
        match image.split('/').next() {
            Some("missing") => return fail("manifest unknown"),
            Some("denied") => return fail("unauthorized: authentication required"),
            Some("unreachable") => return fail("connection refused"),
            Some("flaky") if first => return fail("connection reset by peer"),
            Some("slow") => self.until(|state| state.pulls_released.then_some(Ok(()))).await?,
            _ => {}
        }
        self.answer()?.images.insert(image.to_owned(), Image::opaque(image));
        let step = PullProgress { status: "Pull complete".to_owned(), ..PullProgress::default() };
        Ok(stream::iter([Ok(step)]).boxed())
    }

    async fn import(&self, image: &str, _rootfs: Bytes, _command: &[&str]) -> Result<(), EngineError> {
        self.answer()?.images.insert(image.to_owned(), Image::opaque(image));
        Ok(())
    }

    async fn commit(&self, id: &ContainerId, image: &str) -> Result<(), EngineError> {
        let mut state = self.answer()?;
        let container = find(&mut state, id)?;
        let (spec, log) = (container.spec.clone(), container.log.clone());
        let written: Vec<u8> = log.iter().flat_map(|piece| piece.bytes.clone()).collect();
        let base = state.images.get(&spec.image).cloned().unwrap_or_default();
        state.images.insert(image.to_owned(), base.with_layer(&written, &spec.labels));
        Ok(())
    }

    async fn export(&self, image: &str) -> Result<EngineStream<Bytes>, EngineError> {
        self.until(|state| (!state.exports_held).then_some(Ok(()))).await?;
        let (found, part) = {
            let state = self.answer()?;
            (state.images.get(image).cloned(), state.exports_end.unwrap_or(1.0))
        };
        let found = found.ok_or_else(|| ImageError::classify(image, "No such image"))?;
        // In pieces, as from a socket.
        let archive = found.archive(image);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a part"
        )]
        let archive = archive.slice(..(archive.len() as f64 * part) as usize);
        let pieces: Vec<_> = archive.chunks(1000).map(Bytes::copy_from_slice).map(Ok).collect();
        Ok(stream::iter(pieces).boxed())
    }

    async fn load(&self, archive: Archive) -> Result<(), EngineError> {
        let pieces: Vec<Bytes> = archive.try_collect().await.map_err(|e| EngineError::Protocol(e.to_string()))?;
        let failed = |message| EngineError::Failed { status: 500, message };
        let images = Image::read(&pieces.concat()).map_err(failed)?;
        self.answer()?.images.extend(images);
        Ok(())
    }

    async fn remove_image(&self, image: &str) -> Result<(), EngineError> {
        self.answer()?.images.remove(image);
        Ok(())
    }

    async fn images_called(&self, repository: &str) -> Result<Vec<String>, EngineError> {
        let state = self.answer()?;
        let of_repository = |name: &&String| name.strip_prefix(repository).is_some_and(|rest| rest.starts_with(':'));
        Ok(state.images.keys().filter(of_repository).cloned().collect())
    }

    async fn create(&self, spec: &ContainerSpec) -> Result<ContainerId, EngineError> {
        let mut state = self.answer()?;
        if !state.images.contains_key(&spec.image) {
            return Err(ImageError::classify(&spec.image, "No such image").into());
        }
        if let Some(taken) = state.containers.values_mut().find(|container| container.spec.name == spec.name) {
            taken.hidden = taken.hidden.saturating_sub(1);
            let message = format!("the name {} is in use", spec.name);
            return Err(EngineError::Failed { status: 409, message });
        }
        state.made += 1;
        let id = ContainerId(format!("fake-{}", state.made));
        let hidden = std::mem::take(&mut state.slow_making);
        let container = Container {
            spec: spec.clone(),
            state: ContainerState {
                phase: Phase::Created,
                exit_code: None,
                oom_killed: false,
                error: None,
                started_ns: None,
                finished_ns: None,
                published_port: None,
                ip: None,
                tty: spec.tty,
            },
            log: Vec::new(),
            hidden,
            signals: None,
        };
        state.containers.insert(id.clone(), container);
        if hidden > 0 { Err(gone()) } else { Ok(id) }
    }

    async fn start(&self, id: &ContainerId) -> Result<(), EngineError> {
        let mut state = self.answer()?;
        let broken = state.broken;
        let now = self.clock.now_ns();
        if let Some(left) = state.failing_starts.checked_sub(1) {
            state.failing_starts = left;
            return Err(EngineError::Failed { status: 500, message: "no space left on device".to_owned() });
        }
        let container = find(&mut state, id)?;
        if broken {
            return Err(EngineError::CannotRun { message: "the runtime is broken".to_owned() });
        }
        let mut words = container.spec.entrypoint.clone().unwrap_or_default();
        words.extend(container.spec.command.clone().unwrap_or_default());
        let steps = script::parse(&words).map_err(|message| EngineError::CannotRun { message })?;
        let (send, signals) = mpsc::unbounded_channel();
        container.signals = Some(send);
        container.state.phase = Phase::Running;
        container.state.started_ns = Some(now);
        container.state.published_port = container.spec.http_port.map(|_| PUBLISHED_PORT);
        drop(state);
        self.touch();
        let (me, writer) = (self.me.clone(), self.me.clone());
        let (own, written) = (id.clone(), id.clone());
        let write = Arc::new(move |stream, bytes| {
            if let Some(engine) = writer.upgrade() {
                engine.write(&written, stream, bytes);
            }
        });
        tokio::spawn(async move {
            let exit = play(steps, Surroundings { write, signals, input: None, size: None }).await;
            let Some(engine) = me.upgrade() else { return };
            if let Some(container) = engine.lock().containers.get_mut(&own) {
                container.state.phase = Phase::Exited;
                container.state.exit_code = Some(exit.code);
                container.state.oom_killed = exit.oom;
                container.state.finished_ns = Some(engine.clock.now_ns());
                container.state.published_port = None;
            }
            engine.touch();
        });
        Ok(())
    }

    async fn inspect(&self, id: &ContainerId) -> Result<ContainerState, EngineError> {
        Ok(find(&mut *self.answer()?, id)?.state.clone())
    }

    async fn wait(&self, id: &ContainerId) -> Result<(), EngineError> {
        self.until(|state| match find(state, id) {
            Ok(container) => (container.state.phase != Phase::Running).then_some(Ok(())),
            Err(error) => Some(Err(error)),
        })
        .await
    }

    async fn logs(
        &self,
        id: &ContainerId,
        since_ns: Option<i64>,
        follow: bool,
    ) -> Result<EngineStream<LogPiece>, EngineError> {
        find(&mut *self.answer()?, id)?;
        let (me, id) = (self.me.upgrade().ok_or_else(gone)?, id.clone());
        let since = since_ns.unwrap_or(i64::MIN);
        Ok(try_unfold(0, move |mut at| {
            let (me, id) = (Arc::clone(&me), id.clone());
            async move {
                me.until(|state| {
                    let readable = state.logs_readable;
                    let container = match find(state, &id) {
                        Ok(container) => container,
                        Err(error) => return Some(Err(error)),
                    };
                    while let Some(piece) = container.log.get(at) {
                        if readable.is_some_and(|readable| at >= readable) {
                            let message = "Error grabbing logs: unexpected EOF".to_owned();
                            return Some(Err(EngineError::Failed { status: 500, message }));
                        }
                        at += 1;
                        if piece.time_ns >= since {
                            return Some(Ok(Some((piece.clone(), at))));
                        }
                    }
                    (!follow || container.state.phase != Phase::Running).then_some(Ok(None))
                })
                .await
            }
        })
        .boxed())
    }

    async fn stats(&self, id: &ContainerId) -> Result<EngineStream<StatsSample>, EngineError> {
        find(&mut *self.answer()?, id)?;
        let (me, id) = (self.me.upgrade().ok_or_else(gone)?, id.clone());
        Ok(try_unfold((), move |()| {
            let (me, id) = (Arc::clone(&me), id.clone());
            async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                if find(&mut *me.answer()?, &id)?.state.phase != Phase::Running {
                    return Ok(None);
                }
                let sample = StatsSample { time_ns: me.clock.now_ns(), cpu_cores: 0.5, memory_bytes: 12 << 20 };
                Ok(Some((sample, ())))
            }
        })
        .boxed())
    }

    async fn exec(
        &self,
        id: &ContainerId,
        command: &[String],
        streams: SessionStreams,
    ) -> Result<Session, EngineError> {
        self.exec_now(id, command, streams)
    }

    async fn attach(&self, id: &ContainerId, streams: SessionStreams) -> Result<Session, EngineError> {
        self.attach_now(id, streams).await
    }

    async fn signal(&self, id: &ContainerId, signal: Signal) -> Result<(), EngineError> {
        let mut state = self.answer()?;
        let container = find(&mut state, id)?;
        match &container.signals {
            Some(signals) if container.state.phase == Phase::Running => {
                let _ = signals.send(signal);
                Ok(())
            }
            _ => Err(EngineError::NotRunning),
        }
    }

    async fn remove(&self, id: &ContainerId) -> Result<(), EngineError> {
        self.answer()?.containers.remove(id);
        self.touch();
        Ok(())
    }

    async fn list(&self, label: &str, value: &str) -> Result<Vec<ContainerSummary>, EngineError> {
        let state = self.answer()?;
        let carries = |container: &Container| {
            container.hidden == 0 && container.spec.labels.get(label).is_some_and(|v| v == value)
        };
        Ok(state
            .containers
            .iter()
            .filter(|(_, container)| carries(container))
            .map(|(id, container)| ContainerSummary { id: id.clone(), labels: container.spec.labels.clone() })
            .collect())
    }

    async fn connect(&self, id: &ContainerId, port: u16) -> Result<Box<dyn Connection>, EngineError> {
        let mut state = self.answer()?;
        let container = find(&mut state, id)?;
        if container.state.phase != Phase::Running {
            return Err(EngineError::NotRunning);
        }
        if container.spec.http_port != Some(port) {
            return Err(EngineError::PortClosed { port, message: "connection refused".to_owned() });
        }
        // An echo server listens there.
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        tokio::spawn(async move {
            let (mut reader, mut writer) = tokio::io::split(theirs);
            let _ = tokio::io::copy(&mut reader, &mut writer).await;
        });
        Ok(Box::new(ours))
    }
}
