//! `monitoring/{job}/…`: what goes on inside a job.
//!
//! Owns the addresses; each kind of stream has its own file. Whoever may read a job sees its log and its use; whoever
//! may write it also gets in.

mod logs;
mod port_forward;
mod session;
mod socket;
mod top;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{Json, extract::State, http::StatusCode};
use platform::{audit::ActKind, permission::Action};
use tokio::time::sleep;

pub(super) use logs::{log, log_delete, log_ws};
pub(super) use port_forward::port_forward;
pub(super) use session::{attach, exec};
pub(super) use top::top;

use super::{Api, Problem, caller::Caller, causes, input::Segments};
use crate::{config::Machine, engine::Signal, jobs::JobRecord, runner::Running};

/// How often it is asked whether whoever has a stream may still have it.
const LOOK: Duration = Duration::from_secs(15);

impl Api {
    /// Resolves when the caller may not do that to the job any more: a stream ends with the right to it.
    async fn right_lost(&self, mut caller: Caller, job: &JobRecord, action: Action) {
        loop {
            sleep(LOOK).await;
            match caller.refresh(self).await {
                Ok(()) if caller.require_on_job(job, action).is_ok() => {}
                Ok(()) => break,
                // The next look may succeed.
                Err(error) => tracing::warn!(error = %causes(&error), "whether a stream may go on could not be seen"),
            }
        }
        tracing::info!(job = job.id, by = caller.name(), "a stream ends: the right to it was taken back");
    }

    /// The container of a job whose process runs.
    pub(super) fn running(&self, job: &JobRecord) -> Result<Running, Problem> {
        self.live.running(&job.id).ok_or_else(|| Problem::NotRunning(job.id.clone()))
    }
}

/// How many more jobs of each preset the machine has room for.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
pub(super) async fn capacity(
    State(api): State<Arc<Api>>,
    _caller: Caller,
) -> Result<Json<BTreeMap<String, u64>>, Problem> {
    let machine = Machine::this();
    let active = api.jobs.active_resources().await?;
    let cores = machine.cores - active.iter().map(|(cpu, _)| cpu).sum::<f64>();
    let memory = machine.memory_bytes as f64 - active.iter().map(|(_, memory)| *memory as f64).sum::<f64>();
    let room = |cpu: f64, bytes: u64| (cores / cpu).min(memory / bytes as f64).max(0.0).floor() as u64;
    Ok(Json(api.config.presets.iter().map(|preset| (preset.name.clone(), room(preset.cpu, preset.memory))).collect()))
}

/// Kills the container, not the job: its restart policy decides what comes next.
pub(super) async fn kill(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(key): Segments<String>,
) -> Result<StatusCode, Problem> {
    let job = api.job_for(&caller, &key, Action::Write).await?;
    let running = api.running(&job)?;
    api.acts.record(&caller.by(&api), ActKind::Kill, &job.id, "").await?;
    running.engine.signal(&running.container, Signal::Kill).await?;
    Ok(StatusCode::NO_CONTENT)
}
