//! From accepted to started: the image, the container, the start.
//!
//! Owns the reasons a job shows while pending, and the ways it can fail before it runs.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures::TryStreamExt;
use platform::job::{JobStatus, reason};

use super::course::{Course, Halt};
use super::{OwnImage, spec};
use crate::engine::{ContainerId, Engine, EngineError, ImageError};
use crate::jobs::JobRecord;

/// What the platform gives as exit code of a process that could not be started.
const CANNOT_RUN_CODE: i32 = 128;

/// The reason of a job that the engine failed to start, though nothing was wrong with it.
const ENGINE_FAILED: &str = "EngineFailed";

/// How a launch ended.
pub(super) enum Launched {
    /// The container's process runs, or ran.
    Started(ContainerId),
    /// The job failed and its story says so.
    Failed,
}

impl Course {
    /// Gets the image and makes and starts the container of run number `run`.
    pub(super) async fn launch(&self, engine: &Arc<dyn Engine>, job: &JobRecord, run: u32) -> Result<Launched, Halt> {
        let Some(image) = self.image(engine, job, run).await? else { return Ok(Launched::Failed) };
        if run == 0 {
            self.story(JobStatus::Pending, Some(reason::CONTAINER_CREATING), None, None).await?;
        }
        // The run before is stored to its end, or there would not be another one.
        let log_bytes = self.log().await?.totals().bytes;
        match engine.create(&spec::container(job, image, &self.runner.options.instance, run, log_bytes)).await {
            Ok(id) => self.start(engine, id).await,
            Err(error) => self.cannot_run(error).await,
        }
    }

    /// Starts a container that was made.
    pub(super) async fn start(&self, engine: &Arc<dyn Engine>, id: ContainerId) -> Result<Launched, Halt> {
        match engine.start(&id).await {
            Ok(()) => {
                self.engine_failures.store(0, Ordering::SeqCst);
                Ok(Launched::Started(id))
            }
            Err(error) => self.cannot_run(error).await,
        }
    }

    async fn cannot_run(&self, error: EngineError) -> Result<Launched, Halt> {
        if error.is_gone() {
            return Err(error.into());
        }
        // An image that went away between the look and the creation is not the command's fault: begin again.
        if matches!(error, EngineError::Image(_)) {
            return Err(Halt::Again);
        }
        // 409: the name is taken, by the container that an earlier try asked for. An engine that was slow to make it shows it soon, and
        // then it is started.
        if let EngineError::Failed { status: 409 | 500.., .. } | EngineError::Protocol(_) = error {
            return self.engine_failed(&error).await;
        }
        let message = error.to_string();
        let code = Some(CANNOT_RUN_CODE);
        self.story(JobStatus::Failed, Some(reason::CONTAINER_CANNOT_RUN), Some(&message), code).await?;
        Ok(Launched::Failed)
    }

    /// The engine failed for a reason of its own: that may pass. It is asked again a few times, and the story says so.
    async fn engine_failed(&self, error: &EngineError) -> Result<Launched, Halt> {
        let options = &self.runner.options;
        let failed = self.engine_failures.fetch_add(1, Ordering::SeqCst) + 1;
        if failed >= options.engine_tries {
            self.engine_failures.store(0, Ordering::SeqCst);
            let words = format!(
                "The container engine failed {failed} times to start the job; the last time: {error}. Its own log may say why."
            );
            self.story(JobStatus::Failed, Some(ENGINE_FAILED), Some(&words), None).await?;
            return Ok(Launched::Failed);
        }
        // A restart is running already; only a first run has a reason to tell.
        if self.runner.book.get(&self.id).await?.status() == JobStatus::Pending {
            let words = format!("{error}; trying again ({failed} of {})", options.engine_tries);
            self.story(JobStatus::Pending, Some(reason::CONTAINER_CREATING), Some(&words), None).await?;
        }
        self.pause(options.engine_backoff * 2_u32.pow(failed - 1)).await?;
        Err(Halt::Again)
    }

    /// Makes sure that the image is there; what the engine calls it. `None` when it cannot be had and the story says so.
    async fn image(&self, engine: &Arc<dyn Engine>, job: &JobRecord, run: u32) -> Result<Option<String>, Halt> {
        let image = &job.spec.container.image;
        let options = &self.runner.options;
        let mut wait = options.pull_backoff;
        // A restart is running already; only a first run tells that it is being fetched.
        let tell = run == 0;
        for tried in 1.. {
            let failure = match self.try_image(engine, job, tell).await {
                Ok(name) => return Ok(Some(name)),
                Err(EngineError::Image(failure)) => failure,
                Err(other) => return Err(other.into()),
            };
            let message = failure.to_string();
            let tries = match failure {
                ImageError::InvalidName { .. } => 1,
                ImageError::NotFound { .. } | ImageError::Unauthorised { .. } => options.pull_tries,
                ImageError::Unreachable { .. } => options.pull_tries_unreachable,
            };
            if tell {
                let word = if failure.is_final() { reason::INVALID_IMAGE_NAME } else { reason::ERR_IMAGE_PULL };
                self.story(JobStatus::Pending, Some(word), Some(&message), None).await?;
            }
            if tried >= tries {
                let words = format!("Image '{image}' can not be pulled");
                self.story(JobStatus::Failed, Some(reason::COLLECTED), Some(&words), None).await?;
                return Ok(None);
            }
            self.pause(wait / 2).await?;
            if tell {
                self.story(JobStatus::Pending, Some(reason::IMAGE_PULL_BACK_OFF), Some(&message), None).await?;
            }
            self.pause(wait / 2).await?;
            wait *= 2;
        }
        unreachable!("the loop ends by returning")
    }

    async fn try_image(&self, engine: &Arc<dyn Engine>, job: &JobRecord, tell: bool) -> Result<String, EngineError> {
        let image = &job.spec.container.image;
        if let Some(own) = self.runner.images.find(image, &job.owner).await? {
            return self.own_image(engine, &own, tell).await;
        }
        let name = spec::image_name(image)?;
        if !engine.image_present(&name).await? {
            self.tell_pulling(tell).await;
            self.unless_ended(async {
                engine.pull(&name, None).await?.try_for_each(|_| std::future::ready(Ok(()))).await
            })
            .await?;
        }
        Ok(name)
    }

    /// An image of the own registry: asked for at every start, since tags move and rights end.
    async fn own_image(&self, engine: &Arc<dyn Engine>, own: &OwnImage, tell: bool) -> Result<String, EngineError> {
        for name in [&own.name, &own.loaded_as] {
            if engine.find_image(name).await?.is_some_and(|found| own.is(&found)) {
                return Ok(name.clone());
            }
        }
        self.tell_pulling(tell).await;
        self.unless_ended(async {
            let auth = Some(own.auth.clone());
            let pulled =
                async { engine.pull(&own.name, auth).await?.try_for_each(|_| std::future::ready(Ok(()))).await };
            let refusal = match pulled.await {
                Ok(()) => return Ok(own.name.clone()),
                Err(EngineError::Image(refusal)) => refusal,
                Err(other) => return Err(other),
            };
            // An engine elsewhere may not reach this registry, or may want TLS of it. Then it is handed the image.
            tracing::info!(image = own.name, %refusal, "the engine cannot fetch an image itself; handing it over");
            match engine.load(self.runner.images.archive(own).await?).await {
                Ok(()) => Ok(own.loaded_as.clone()),
                Err(error) if error.is_gone() => Err(error),
                Err(error) => {
                    let message = format!("{refusal}; nor could the engine be handed it: {error}");
                    Err(ImageError::Unreachable { image: own.name.clone(), message }.into())
                }
            }
        })
        .await
        .map(|name| name.unwrap_or_else(|| own.name.clone()))
    }

    async fn tell_pulling(&self, tell: bool) {
        if tell && let Err(error) = self.story(JobStatus::Pending, Some(reason::PULLING), None, None).await {
            tracing::warn!(job = self.id, ?error, "a transition was not stored");
        }
    }

    /// Does something that may take long. `None` when the job ended meanwhile: whoever waits may change his mind.
    async fn unless_ended<T>(
        &self,
        work: impl Future<Output = Result<T, EngineError>>,
    ) -> Result<Option<T>, EngineError> {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done.map(Some),
                () = self.poke.notified() => if self.has_ended().await {
                    return Ok(None);
                },
            }
        }
    }
}
