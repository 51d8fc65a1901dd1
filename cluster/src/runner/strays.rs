//! Containers that came when their job was over.
//!
//! An engine that is slow may make a container after its maker has given up, and the job is settled then: nobody looks for it any
//! more. Owns finding and removing these. What a job that is not settled has is none of its business, nor what no job here explains.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Runner, spec};
use crate::engine::{Engine, EngineError};

/// How often they are looked for, the first time when there is an engine.
const LOOK_EVERY: Duration = Duration::from_secs(3600);

/// Looks for ever, until told to stop.
pub(super) async fn run(runner: Arc<Runner>, stop: CancellationToken) {
    let looking = async {
        loop {
            let mut engines = runner.engines.watch();
            let Ok(found) = engines.wait_for(|status| status.engine().is_some()).await.map(|status| status.engine())
            else {
                return;
            };
            if let Some(engine) = found
                && let Err(error) = sweep(&runner, engine.as_ref()).await
            {
                tracing::warn!(%error, "containers of jobs that are over were not looked for to the end");
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = looking => {}
    }
}

async fn sweep(runner: &Runner, engine: &dyn Engine) -> Result<(), EngineError> {
    for found in engine.list(spec::INSTANCE, &runner.options.instance).await? {
        let Some(job) = found.labels.get(spec::JOB) else { continue };
        // Once settled, a job never has a container again. One that is not known may be of after the backup that was restored.
        let is_over = runner.book.get(job).await.is_ok_and(|job| job.status().is_finished() && !job.materialized);
        if is_over {
            tracing::info!(job, container = %found.id, "removing a container that came when its job was over");
            if let Err(error) = engine.remove(&found.id).await {
                // The others are not kept by this one; it is tried again with the next look.
                tracing::warn!(%error, container = %found.id, "a container of a job that is over cannot be removed");
            }
        }
    }
    Ok(())
}
