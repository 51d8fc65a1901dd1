//! `top`: what a job uses, about once a second while it runs.

use std::sync::Arc;

use axum::{
    extract::{State, ws::Message},
    response::Response,
};
use futures::StreamExt as _;
use platform::{permission::Action, telemetry::Telemetry};

use super::{
    super::{Api, Problem, caller::Caller, causes, input::Segments},
    socket::{End, Handshake, Sender, close, shaken, split},
};
use crate::engine::{EngineStream, StatsSample};

#[allow(clippy::cast_precision_loss)]
fn telemetry(sample: &StatsSample) -> Telemetry {
    Telemetry {
        cpu: sample.cpu_cores,
        memory: sample.memory_bytes as f64 / f64::from(1 << 20),
        memory_bytes: sample.memory_bytes,
        timestamp: sample.time_ns as f64 / 1e9,
        gpu_duty_cycle: None,
        gpu_memory_bytes: None,
    }
}

pub(in crate::http) async fn top(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(key): Segments<String>,
    handshake: Handshake,
) -> Result<Response, Problem> {
    let job = api.job_for(&caller, &key, Action::Read).await?;
    let upgrade = shaken(handshake)?;
    // Of a job that does not run there is nothing to tell: clients expect a close without any message.
    let samples = match api.live.running(&job.id) {
        Some(running) => Some(running.engine.stats(&running.container).await?),
        None => None,
    };
    Ok(upgrade.protocols(["top.apolo.us"]).on_upgrade(move |socket| async move {
        let (mut sender, mut receiver) = split(socket, &api.stopping);
        let end = match samples {
            Some(samples) => tokio::select! {
                end = send(&mut sender, samples) => end,
                end = receiver.gone() => end,
                () = api.right_lost(caller, &job, Action::Read) => End::Forbidden,
            },
            None => End::Complete,
        };
        close(sender, receiver, end).await;
    }))
}

async fn send(sender: &mut Sender, mut samples: EngineStream<StatsSample>) -> End {
    loop {
        let sample = match sender.wait_for(samples.next()).await {
            Ok(Some(Ok(sample))) => sample,
            Ok(None) => return End::Complete,
            Ok(Some(Err(error))) => {
                tracing::warn!(error = %causes(&error), "a telemetry stream broke off");
                return End::Failed;
            }
            Err(end) => return end,
        };
        let text = serde_json::to_string(&telemetry(&sample)).expect("telemetry is plain numbers");
        if let Err(end) = sender.send(Message::Text(text.into())).await {
            return end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_old_and_new_find_their_figures() {
        let sample = StatsSample { time_ns: 1_700_000_000_100_000_000, cpu_cores: 0.5, memory_bytes: 12 << 20 };
        let seen = serde_json::to_value(telemetry(&sample)).expect("serialises");
        assert_eq!(
            seen,
            serde_json::json!({"cpu": 0.5, "memory": 12.0, "memory_bytes": 12_582_912, "timestamp": 1_700_000_000.1})
        );
    }
}
