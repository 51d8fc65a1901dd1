//! A running cluster: everything opened, started, served and stopped in order.
//!
//! Owns the order of start and stop. Every part knows its own business.

use std::{
    fs::File,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::Router;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    accounts::AccountError,
    acts::Acts,
    casts::{CastLimits, Casts},
    clock::Clock,
    config::{Config, EngineChoice},
    engine::{
        Endpoint, Engine, InvalidEndpoint,
        select::{self, Candidate, Choice, EngineSelector},
    },
    history::By,
    home::{self, Home, HomeError},
    http::{self, Api, causes},
    images::{Images, OwnNames, Parts},
    jobs::{JobRecord, Jobs},
    logs::{LogLimits, LogStore},
    registry::{Registry, RegistryError, RegistryOptions, Swept},
    runner::{Runner, RunnerOptions},
    store::{Store, settings},
};

/// How often room is looked for where the reserve was given up.
const RESERVE_EVERY: Duration = Duration::from_secs(60);
/// How often logs past their time are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);
/// The longest time that a push may take between a layer and the manifest that needs it.
const PUSH_MAY_TAKE: Duration = Duration::from_secs(24 * 3600);
/// How long streams may take to say farewell when the server stops.
const FAREWELL: Duration = Duration::from_secs(5);

/// Why a cluster did not start, or did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// The data folder cannot be used.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// Accounts refused.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The images cannot be opened.
    #[error("the registry of images cannot be opened")]
    Registry(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The address of the engine is none.
    #[error("the container engine's address cannot be used")]
    Engine(#[from] InvalidEndpoint),
}

/// A running cluster. Clones are handles of the same one.
#[derive(Clone, Debug)]
pub struct Cluster {
    api: Arc<Api>,
    home: Home,
    engines: Arc<EngineSelector>,
    tasks: TaskTracker,
    /// Held until the cluster has stopped: one server a data folder.
    lock: Arc<Mutex<Option<File>>>,
}

impl Cluster {
    /// Opens the data folder, looks for an engine in the background, and takes up the jobs that are there.
    ///
    /// # Errors
    /// When the folder is in use or cannot be used, or the engine's address is none.
    pub async fn start(config: Config) -> Result<Self, ClusterError> {
        let docker_host = std::env::var("DOCKER_HOST").ok().filter(|host| !host.is_empty());
        let engines = choice(&config, docker_host.as_deref())?;
        Self::start_with(config, engines, Clock::system()).await
    }

    /// The same on an engine that is at hand: a scripted one, or one of another make.
    ///
    /// # Errors
    /// As [`Cluster::start`].
    pub async fn start_on(config: Config, engine: Arc<dyn Engine>) -> Result<Self, ClusterError> {
        Self::start_with(config, Choice::Named(vec![Candidate::Given(engine)]), Clock::system()).await
    }

    /// The same, with engines and a clock given.
    pub(crate) async fn start_with(config: Config, engines: Choice, clock: Clock) -> Result<Self, ClusterError> {
        let lock = home::lock(&config.data_dir)?;
        Home::make_room(&config).await;
        let home = Home::open(&config, &clock).await?;
        let jobs = Jobs::new(home.store.clone(), clock.clone());
        let limits = LogLimits {
            max_bytes_per_job: config.log_max_bytes,
            max_age_after_finish: config.log_retention,
            ..LogLimits::default()
        };
        let logs = Arc::new(LogStore::new(home.logs.clone(), limits));
        let registry = open_registry(&home, &config, &clock).await?;
        let bound = engine_of_jobs(&home, &jobs).await?;
        let mut engines = EngineSelector::new(engines.with(bound.as_deref()), &home.instance)
            .with_busybox(config.sample_busybox.clone())
            .remembering(home.store.clone());
        if let Some(address) = bound {
            engines = engines.bound_to(&address);
        }
        let engines = Arc::new(engines);
        let options = RunnerOptions { kill_grace: config.kill_grace, ..RunnerOptions::new(&home.instance) };
        let stopping = CancellationToken::new();
        let tasks = TaskTracker::new();
        tasks.spawn(keep_reserve(home.store.clone(), stopping.clone()));
        let registry = Arc::new(registry);
        let images = Images::new(Parts {
            registry: Arc::clone(&registry),
            accounts: home.accounts.clone(),
            permissions: home.permissions.clone(),
            clock: clock.clone(),
            names: OwnNames::open(&home.store, &config.base_url, &config.cluster_name)
                .await
                .map_err(HomeError::from)?,
            copy_rules: config.copy.clone(),
            instance: home.instance.clone(),
            stopping: stopping.clone(),
            tasks: tasks.clone(),
        });
        let (book, own_images) = (Arc::new(jobs.clone()), Arc::clone(&images));
        let runner = Runner::new(book, Arc::clone(&logs), Arc::clone(&engines), own_images, clock.clone(), options);
        tasks.spawn(Arc::clone(&images).run_sweeps(Arc::clone(&engines)));
        tasks.spawn({
            let (engines, stopping) = (Arc::clone(&engines), stopping.clone());
            async move { engines.run(stopping).await }
        });
        tasks.spawn(Arc::clone(&runner).run(stopping.clone()));
        let limits = CastLimits { max_age: config.cast_retention, max_bytes: config.cast_max_bytes };
        let casts = Casts::new(home.casts.clone(), config.recorded, limits, clock.clone(), tasks.clone());
        let acts = Acts::new(home.store.clone());
        set_strangers_aside(&casts, &acts).await;
        let api = Arc::new(Api {
            config,
            clock,
            accounts: home.accounts.clone(),
            permissions: home.permissions.clone(),
            jobs,
            acts,
            casts,
            logs,
            registry,
            images,
            live: runner,
            stopping,
        });
        tasks.spawn(sweep(Arc::clone(&api)));
        tasks.spawn(sweep_images(Arc::clone(&api)));
        Ok(Self { api, home, engines, tasks, lock: Arc::new(Mutex::new(Some(lock))) })
    }

    /// The platform API, at `/api/v1` and `/oauth/token`.
    pub fn router(&self) -> Router {
        http::router(Arc::clone(&self.api))
    }

    /// The name that stands in URIs.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.api.config.cluster_name
    }

    /// The name of the user made at the first start.
    #[must_use]
    pub fn admin(&self) -> &str {
        &self.api.config.admin_name
    }

    /// A one-time code that signs a browser in, good for [`crate::CODE_LIFETIME`].
    ///
    /// # Errors
    /// When there is no such user.
    pub async fn sign_in_code(&self, user: &str) -> Result<String, ClusterError> {
        Ok(self.api.accounts.sign_in_code(user, self.api.clock.now()).await?)
    }

    /// A token for a program's account of that name, which is made when there is none. It may read what it is granted, and nothing else.
    ///
    /// # Errors
    /// When the name is a role's, or none.
    pub async fn service_token(&self, name: &str, lifetime: Duration) -> Result<String, ClusterError> {
        let now = self.api.clock.now();
        let by = By::program("service-account", now);
        self.api.accounts.ensure_service(name, &self.api.config.org_name, &by).await?;
        Ok(self.api.accounts.token_for(name, lifetime, now).await?)
    }

    /// Which engine runs the jobs, or why none does.
    #[must_use]
    pub fn engine_status(&self) -> select::EngineStatus {
        self.engines.status()
    }

    /// Ends open streams, and what goes on in the background; requests are still answered. For the moment when a server begins to stop,
    /// which open streams would hold.
    pub fn farewell(&self) {
        self.api.stopping.cancel();
    }

    /// Ends streams and tasks and closes the database, once nothing is asked any more. Containers run on and are taken up at the next
    /// start.
    pub async fn shutdown(&self) {
        self.farewell();
        self.tasks.close();
        if tokio::time::timeout(FAREWELL, self.tasks.wait()).await.is_err() {
            tracing::warn!("some tasks did not end in time and were left");
        }
        self.home.store.close().await;
        drop(self.lock.lock().expect("holders of the lock do not panic").take());
    }
}

fn choice(config: &Config, docker_host: Option<&str>) -> Result<Choice, InvalidEndpoint> {
    let found = match &config.engine {
        EngineChoice::Auto => select::candidates(docker_host)?,
        EngineChoice::DockerAt(address) => vec![Candidate::Docker(Endpoint::parse(address)?)],
    };
    if docker_host.is_some() || config.engine != EngineChoice::Auto {
        return Ok(Choice::Named(found));
    }
    let own = Candidate::Docker(Endpoint::Unix(home::engine_socket(&config.data_dir)));
    Ok(Choice::Usual(std::iter::once(own).chain(found).collect()))
}

/// The address of the engine that may hold containers of jobs; none when no job has one.
async fn engine_of_jobs(home: &Home, jobs: &Jobs) -> Result<Option<String>, HomeError> {
    let held = match jobs.materialized().await {
        Ok(jobs) => jobs.iter().any(JobRecord::was_launched),
        Err(error) => {
            tracing::error!(error = %causes(&error), "the jobs cannot be read");
            true
        }
    };
    Ok(if held { settings::find(&home.store, select::LAST_USED).await? } else { None })
}

/// Recordings of acts that the database does not know, for it was restored from before them: the acts to come must not be taken for
/// theirs.
async fn set_strangers_aside(casts: &Casts, acts: &Acts) {
    match acts.last().await {
        Ok(last) => match casts.set_aside_after(last).await {
            Ok(0) => {}
            Ok(aside) => {
                tracing::warn!(aside, "there are recordings of acts that are not known: they have other names now");
            }
            Err(error) => {
                tracing::error!(error = %causes(&error), "recordings of acts that are not known were not set aside");
            }
        },
        Err(error) => tracing::error!(error = %causes(&error), "the acts cannot be read"),
    }
}

/// Takes the reserve now, and again where it was given up and there is room.
async fn keep_reserve(store: Store, stopping: CancellationToken) {
    loop {
        if let Err(error) = store.reserve().ensure().await {
            tracing::warn!(%error, "no room is kept for a full disk; trying again");
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(RESERVE_EVERY) => {}
        }
    }
}

/// Removes logs and recordings past their time, now and every so often.
async fn sweep(api: Arc<Api>) {
    loop {
        match api.logs.sweep(api.clock.now_ns()).await {
            Ok(removed) => {
                for job in removed {
                    if let Err(error) = api.jobs.set_logs_removed(&job).await {
                        tracing::error!(job, error = %causes(&error), "a log's removal was not remembered");
                    }
                }
            }
            Err(error) => tracing::error!(error = %causes(&error), "old logs were not removed"),
        }
        match api.casts.sweep().await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "recordings past their time were removed"),
            Err(error) => tracing::error!(error = %causes(&error), "old recordings were not removed"),
        }
        tokio::select! {
            () = api.stopping.cancelled() => return,
            () = tokio::time::sleep(SWEEP_EVERY) => {}
        }
    }
}

async fn open_registry(home: &Home, config: &Config, clock: &Clock) -> Result<Registry, ClusterError> {
    let options = RegistryOptions {
        quota_bytes: config.image_quota_bytes,
        upload_retention: config.upload_retention,
        untagged_retention: config.untagged_retention,
        grace: PUSH_MAY_TAKE,
    };
    Registry::open(home.store.clone(), home.registry.clone(), clock.clone(), options)
        .await
        .map_err(|error: RegistryError| ClusterError::Registry(Box::new(error)))
}

/// Clears away what no image needs, now and every so often.
async fn sweep_images(api: Arc<Api>) {
    loop {
        tokio::select! {
            // Whole steps are transactions: a sweep that is cut off goes on at the next start.
            () = api.stopping.cancelled() => return,
            swept = api.registry.sweep() => match swept {
                Ok(swept) if swept == Swept::default() => {}
                Ok(swept) => tracing::info!(?swept, "cleared away what no image needs"),
                Err(error) => tracing::error!(error = %causes(&error), "what no image needs was not cleared away"),
            },
        }
        tokio::select! {
            () = api.stopping.cancelled() => return,
            () = tokio::time::sleep(SWEEP_EVERY) => {}
        }
    }
}

#[cfg(test)]
mod tests;
