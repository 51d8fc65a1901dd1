//! Which engine runs the jobs now.
//!
//! Owns the choice: by running the self-test on each candidate in turn, never by a program's or a socket's presence.
//! With none, says what to do; an engine that goes away is noticed, shown, and taken back when it answers again. Another
//! one never takes its place: it would know nothing of the containers that run on the first.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{DockerEngine, Endpoint, Engine, EngineInfo, self_test};
use crate::store::{Store, settings};

/// The setting that holds the address of the engine used last.
pub(crate) const LAST_USED: &str = "engine";

/// How often an absent engine is looked for, and a present one asked whether it is still there.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// A present engine that does not answer for so long counts as gone.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// The engine in use, or why there is none.
#[derive(Clone, Debug)]
pub enum EngineStatus {
    /// Nothing was tried yet.
    Looking,
    /// Jobs run here.
    Ready {
        /// The engine.
        engine: Arc<dyn Engine>,
        /// What it says of itself.
        info: EngineInfo,
    },
    /// Jobs wait.
    None {
        /// What was tried, what went wrong, and what to do.
        reason: String,
    },
}

impl EngineStatus {
    /// The engine, when there is one.
    #[must_use]
    pub fn engine(&self) -> Option<Arc<dyn Engine>> {
        match self {
            Self::Ready { engine, .. } => Some(Arc::clone(engine)),
            Self::Looking | Self::None { .. } => None,
        }
    }
}

/// An engine that may be used.
#[derive(Clone, Debug)]
pub enum Candidate {
    /// The Docker Engine API at an address.
    Docker(Endpoint),
    /// One that is already at hand.
    Given(Arc<dyn Engine>),
}

impl Candidate {
    fn place(&self) -> String {
        match self {
            Self::Docker(endpoint) => endpoint.to_string(),
            Self::Given(_) => "hand".to_owned(),
        }
    }

    fn is_at(&self, address: &str) -> bool {
        matches!(self, Self::Docker(endpoint) if endpoint.to_string() == address)
    }
}

/// The engines that may be used.
#[derive(Clone, Debug)]
pub(crate) enum Choice {
    /// These: somebody named them.
    Named(Vec<Candidate>),
    /// These, where engines usually listen, and the one that jobs have containers on, wherever that listens. Which places are usual
    /// depends on the environment that a server is started in, and that is another from a shell than from cron.
    Usual(Vec<Candidate>),
}

impl Choice {
    /// The candidates, when jobs have containers on the engine at this address.
    pub(crate) fn with(self, bound: Option<&str>) -> Vec<Candidate> {
        let mut candidates = match self {
            Self::Named(candidates) => return candidates,
            Self::Usual(candidates) => candidates,
        };
        if let Some(address) = bound
            && !candidates.iter().any(|candidate| candidate.is_at(address))
            && let Ok(endpoint) = Endpoint::parse(address)
        {
            candidates.push(Candidate::Docker(endpoint));
        }
        candidates
    }
}

/// Where to look on this machine: `DOCKER_HOST` alone when it is set, else the well-known sockets.
///
/// # Errors
/// The text of a `DOCKER_HOST` that cannot be used.
pub fn candidates(docker_host: Option<&str>) -> Result<Vec<Candidate>, super::InvalidEndpoint> {
    if let Some(host) = docker_host.filter(|host| !host.is_empty()) {
        return Ok(vec![Candidate::Docker(Endpoint::parse(host)?)]);
    }
    let dir = |name| std::env::var_os(name).map(PathBuf::from);
    let known = Endpoint::well_known(dir("HOME").as_deref(), dir("XDG_RUNTIME_DIR").as_deref());
    Ok(known.into_iter().map(Candidate::Docker).collect())
}

/// Chooses an engine and keeps watching it.
#[derive(Debug)]
pub struct EngineSelector {
    candidates: Vec<Candidate>,
    /// The one that is used, from the first time on: its place in the list.
    chosen: OnceLock<usize>,
    /// Where it is remembered for the next start.
    memory: Option<Store>,
    instance: String,
    busybox: Option<PathBuf>,
    status: watch::Sender<EngineStatus>,
    /// One look at a time: two self-tests would get into each other's way.
    looking: tokio::sync::Mutex<()>,
}

impl EngineSelector {
    /// A selector that has not looked yet. `instance` names this server among those that share an engine.
    #[must_use]
    pub fn new(candidates: Vec<Candidate>, instance: impl Into<String>) -> Self {
        Self {
            candidates,
            chosen: OnceLock::new(),
            memory: None,
            instance: instance.into(),
            busybox: None,
            status: watch::Sender::new(EngineStatus::Looking),
            looking: tokio::sync::Mutex::default(),
        }
    }

    /// The same, making the sample image of this static busybox rather than of the machine's own.
    #[must_use]
    pub fn with_busybox(self, busybox: Option<PathBuf>) -> Self {
        Self { busybox, ..self }
    }

    /// The same, remembering the engine in use as [`LAST_USED`].
    #[must_use]
    pub(crate) fn remembering(self, memory: Store) -> Self {
        Self { memory: Some(memory), ..self }
    }

    /// The same, using the engine at this address and no other: jobs have containers there. An address that is not among the
    /// candidates was given up by whoever chose these, and changes nothing.
    #[must_use]
    pub(crate) fn bound_to(self, address: &str) -> Self {
        match self.candidates.iter().position(|candidate| candidate.is_at(address)) {
            Some(at) => drop(self.chosen.set(at)),
            None => tracing::warn!(
                address,
                "jobs ran on a container engine that is not used any more; their containers there are left alone"
            ),
        }
        self
    }

    /// The state now.
    #[must_use]
    pub fn status(&self) -> EngineStatus {
        self.status.borrow().clone()
    }

    /// The state now and its changes.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<EngineStatus> {
        self.status.subscribe()
    }

    /// Looks once, now.
    pub async fn look(&self) {
        let _one = self.looking.lock().await;
        if let EngineStatus::Ready { engine, info } = self.status() {
            match tokio::time::timeout(ANSWER_LIMIT, engine.info()).await {
                Ok(Ok(_)) => return,
                Ok(Err(error)) => self.lose(&info, &error.to_string()),
                Err(_) => self.lose(&info, "it does not answer"),
            }
            return;
        }
        let found = self.find().await;
        self.status.send_if_modified(|status| {
            let same = matches!((&*status, &found), (EngineStatus::None { reason: a }, EngineStatus::None { reason: b }) if a == b);
            if !same {
                match &found {
                    EngineStatus::Ready { info, .. } => {
                        tracing::info!(engine = info.name, version = info.version, address = info.address, "container engine ready");
                    }
                    EngineStatus::None { reason } => tracing::warn!(reason, "no container engine"),
                    EngineStatus::Looking => {}
                }
                *status = found;
            }
            !same
        });
    }

    fn lose(&self, info: &EngineInfo, why: &str) {
        let reason = format!(
            "The container engine {} at {} stopped answering ({why}). Start it again; jobs go on by themselves.",
            info.name, info.address
        );
        tracing::warn!(reason, "container engine lost");
        self.status.send_replace(EngineStatus::None { reason });
    }

    async fn find(&self) -> EngineStatus {
        if let Some(chosen) = self.chosen.get() {
            return self.find_again(&self.candidates[*chosen]).await;
        }
        let mut tried = Vec::new();
        for (at, candidate) in self.candidates.iter().enumerate() {
            match self.try_one(candidate).await {
                Ok(Some((engine, info))) => {
                    // Before anybody is told of it, and makes a container there.
                    self.remember(&info.address).await;
                    let _ = self.chosen.set(at);
                    return EngineStatus::Ready { engine, info };
                }
                Ok(None) => {}
                Err(why) => tried.push(why),
            }
        }
        let found = if tried.is_empty() { "none was found".to_owned() } else { tried.join("; ") };
        EngineStatus::None {
            reason: format!(
                "No container engine is ready: {found}. Install and start Docker or Podman, or set DOCKER_HOST to its address."
            ),
        }
    }

    /// The engine in use, which went away or was not there at the start.
    async fn find_again(&self, chosen: &Candidate) -> EngineStatus {
        let why = match self.try_one(chosen).await {
            Ok(Some((engine, info))) => return EngineStatus::Ready { engine, info },
            Ok(None) => "nothing is there".to_owned(),
            Err(why) => why,
        };
        EngineStatus::None {
            reason: format!(
                "The container engine that jobs run on ({}) is not ready: {why}. Start it again; jobs go on by themselves. \
                 To use another instead, start Roadstead again, with DOCKER_HOST set to its address: what still runs on this one is given up then.",
                chosen.place()
            ),
        }
    }

    async fn remember(&self, address: &str) {
        if let Some(memory) = &self.memory
            && let Err(error) = settings::set(memory, LAST_USED, address).await
        {
            tracing::error!(address, %error, "which container engine is used was not remembered");
        }
    }

    async fn try_one(&self, candidate: &Candidate) -> Result<Option<(Arc<dyn Engine>, EngineInfo)>, String> {
        let engine: Arc<dyn Engine> = match candidate {
            Candidate::Given(engine) => Arc::clone(engine),
            Candidate::Docker(endpoint) if !endpoint.exists() => return Ok(None),
            Candidate::Docker(endpoint) => {
                match tokio::time::timeout(ANSWER_LIMIT, DockerEngine::connect(endpoint.clone())).await {
                    Ok(Ok(engine)) => Arc::new(engine),
                    Ok(Err(error)) => return Err(error.to_string()),
                    Err(_) => return Err(format!("the one at {endpoint} does not answer")),
                }
            }
        };
        let place = candidate.place();
        match self_test::run(engine.as_ref(), &self.instance, self.busybox.as_deref()).await {
            Ok(info) => Ok(Some((engine, info))),
            Err(error) => Err(format!("the one at {place} cannot be used: {error}")),
        }
    }

    /// Looks for ever, until told to stop.
    pub async fn run(&self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.look() => {}
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fake::FakeEngine;

    #[tokio::test]
    async fn an_engine_is_used_after_its_self_test_and_its_loss_is_seen_and_healed() {
        let fake = FakeEngine::new();
        let selector = EngineSelector::new(vec![Candidate::Given(fake.clone())], "test");
        assert!(matches!(selector.status(), EngineStatus::Looking));
        fake.go_away();
        selector.look().await;
        let EngineStatus::None { reason } = selector.status() else { panic!("no engine answers") };
        assert!(reason.contains("DOCKER_HOST"), "{reason}");
        fake.come_back();
        selector.look().await;
        assert!(selector.status().engine().is_some());
        fake.go_away();
        selector.look().await;
        assert!(matches!(selector.status(), EngineStatus::None { reason } if reason.contains("stopped answering")));
        fake.come_back();
        selector.look().await;
        assert!(selector.status().engine().is_some());
    }

    #[tokio::test]
    async fn an_engine_that_answers_but_cannot_run_containers_is_not_used() {
        let fake = FakeEngine::new();
        fake.break_containers();
        let selector = EngineSelector::new(vec![Candidate::Given(fake)], "test");
        selector.look().await;
        assert!(matches!(selector.status(), EngineStatus::None { reason } if reason.contains("start a container")));
    }

    #[tokio::test]
    async fn an_engine_that_is_away_is_waited_for_and_no_other_takes_its_place() {
        let (first, second) = (FakeEngine::new(), FakeEngine::new());
        first.go_away();
        let candidates = vec![Candidate::Given(first.clone()), Candidate::Given(second.clone())];
        let selector = EngineSelector::new(candidates, "test");
        let uses = |engine: &Arc<FakeEngine>| {
            let engine: Arc<dyn Engine> = engine.clone();
            selector.status().engine().is_some_and(|used| Arc::ptr_eq(&used, &engine))
        };
        selector.look().await;
        assert!(uses(&second), "the first that works");
        first.come_back();
        second.go_away();
        for _ in 0..3 {
            selector.look().await;
            assert!(selector.status().engine().is_none());
        }
        assert!(matches!(selector.status(), EngineStatus::None { reason } if reason.contains("Start it again")));
        second.come_back();
        selector.look().await;
        assert!(uses(&second));
    }
}
