//! From accepted to started: the image, the container, the start.
//!
//! Owns the reasons a job shows while pending, and the ways it can fail before it runs.

use std::sync::Arc;

use futures::TryStreamExt;
use platform::job::{JobStatus, reason};

use super::course::{Course, Halt};
use super::spec;
use crate::engine::{ContainerId, Engine, EngineError, ImageError};
use crate::jobs::JobRecord;

/// What the platform gives as exit code of a process that could not be started.
const CANNOT_RUN_CODE: i32 = 128;

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
        if !self.image(engine, job, run).await? {
            return Ok(Launched::Failed);
        }
        if run == 0 {
            self.story(JobStatus::Pending, Some(reason::CONTAINER_CREATING), None, None).await?;
        }
        match engine.create(&spec::container(job, &self.runner.options.instance, run)).await {
            Ok(id) => self.start(engine, id).await,
            Err(error) => self.cannot_run(error).await,
        }
    }

    /// Starts a container that was made.
    pub(super) async fn start(&self, engine: &Arc<dyn Engine>, id: ContainerId) -> Result<Launched, Halt> {
        match engine.start(&id).await {
            Ok(()) => Ok(Launched::Started(id)),
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
        let message = error.to_string();
        let code = Some(CANNOT_RUN_CODE);
        self.story(JobStatus::Failed, Some(reason::CONTAINER_CANNOT_RUN), Some(&message), code).await?;
        Ok(Launched::Failed)
    }

    /// Makes sure that the image is there. False when it cannot be had and the story says so.
    async fn image(&self, engine: &Arc<dyn Engine>, job: &JobRecord, run: u32) -> Result<bool, Halt> {
        let image = &job.spec.container.image;
        let options = &self.runner.options;
        let mut wait = options.pull_backoff;
        // A restart is running already; only a first run tells that it is being fetched.
        let tell = run == 0;
        for tried in 1.. {
            let failure = match self.try_image(engine, image, tell).await {
                Ok(()) => return Ok(true),
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
                return Ok(false);
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

    async fn try_image(&self, engine: &Arc<dyn Engine>, image: &str, tell: bool) -> Result<(), EngineError> {
        if engine.image_present(image).await? {
            return Ok(());
        }
        if tell && let Err(error) = self.story(JobStatus::Pending, Some(reason::PULLING), None, None).await {
            tracing::warn!(job = self.id, ?error, "a transition was not stored");
        }
        let mut fetch = std::pin::pin!(async {
            engine.pull(image, None).await?.try_for_each(|_| std::future::ready(Ok(()))).await
        });
        loop {
            tokio::select! {
                done = &mut fetch => return done,
                // Whoever waits for an image may change his mind.
                () = self.poke.notified() => if self.has_ended().await {
                    return Ok(());
                },
            }
        }
    }
}
