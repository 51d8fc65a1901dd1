//! Telemetry of one job: waits until it runs, hands samples on, and says when there will be no more.

use crate::{
    Gateway,
    jobs::JobId,
    ports::{Message, Socket},
    session::Session,
    streams::{Backoff, Fate, Left, Viewer, fate},
    upstream::UpstreamError,
};
use api::{
    logs::EndReason,
    top::{Sample, TopEvent},
};
use futures::StreamExt;
use jiff::Timestamp;
use platform::{job::JobStatus, telemetry::Telemetry};
use std::{sync::Arc, time::Duration};

/// How often a job that is not running yet is looked at.
const LOOK: Duration = Duration::from_secs(1);
const BEAT: TopEvent = TopEvent::Heartbeat;

pub(super) async fn serve(gateway: Gateway, session: Arc<Session>, id: JobId, socket: Socket) {
    let mut viewer = Viewer::new(&gateway, &session, socket);
    if let Ok(reason) = run(&gateway, &session, &id, &mut viewer).await
        && viewer.event(&TopEvent::End { reason }).await.is_ok()
    {
        viewer.close(1000, "").await;
    }
}

/// One thing at a time, each given up when the page leaves or the stream must end.
enum Step {
    Look,
    Open,
    Read(Socket),
    Wait(Duration),
}

async fn run(gateway: &Gateway, session: &Session, id: &JobId, viewer: &mut Viewer) -> Result<EndReason, Left> {
    let upstream = gateway.upstream();
    let mut backoff = Backoff::default();
    let mut step = Step::Look;
    let mut told_waiting = false;
    loop {
        step = match step {
            Step::Look => {
                let looking = async { upstream.job(&gateway.current(session).await?, id.as_str()).await };
                match viewer.wait_for(looking, &BEAT).await? {
                    Err(reason) => return Ok(reason),
                    Ok(Ok(job)) if job.status.is_finished() => return Ok(EndReason::Finished),
                    Ok(Ok(job)) if job.status == JobStatus::Running => Step::Open,
                    Ok(Ok(_)) => {
                        if !std::mem::replace(&mut told_waiting, true) {
                            viewer.event(&TopEvent::Waiting).await?;
                        }
                        Step::Wait(LOOK)
                    }
                    Ok(Err(error)) => match again(gateway, error, &mut backoff) {
                        Ok(delay) => Step::Wait(delay),
                        Err(reason) => return Ok(reason),
                    },
                }
            }
            Step::Open => {
                let opening = async { upstream.top_socket(&gateway.current(session).await?, id.as_str()).await };
                match viewer.wait_for(opening, &BEAT).await? {
                    Err(reason) => return Ok(reason),
                    Ok(Ok(socket)) => Step::Read(socket),
                    // It ended between the look and the opening.
                    Ok(Err(error)) if error.is_absent() => Step::Wait(LOOK),
                    Ok(Err(error)) => match again(gateway, error, &mut backoff) {
                        Ok(delay) => Step::Wait(delay),
                        Err(reason) => return Ok(reason),
                    },
                }
            }
            Step::Read(mut socket) => match viewer.wait_for(socket.rx.next(), &BEAT).await? {
                Err(reason) => return Ok(reason),
                Ok(Some(Ok(Message::Text(text)))) => {
                    if let Some(sample) = serde_json::from_str(&text).ok().and_then(|t| sample(&t)) {
                        backoff.reset();
                        told_waiting = false;
                        viewer.event(&TopEvent::Sample(sample)).await?;
                    }
                    Step::Read(socket)
                }
                Ok(Some(Ok(Message::Binary(_) | Message::Ping))) => Step::Read(socket),
                // The platform closes when the job has ended; a break looks alike, so the job is asked.
                Ok(Some(Ok(Message::Close(..)) | Err(_)) | None) => Step::Wait(LOOK),
            },
            Step::Wait(delay) => match viewer.wait_for(gateway.host().sleep(delay), &BEAT).await? {
                Err(reason) => return Ok(reason),
                Ok(()) => Step::Look,
            },
        };
    }
}

fn again(gateway: &Gateway, error: UpstreamError, backoff: &mut Backoff) -> Result<Duration, EndReason> {
    match fate(error) {
        Fate::Refused(reason) => Err(reason),
        Fate::Gone => Err(EndReason::Gone),
        Fate::Trouble(_) => backoff.fail(gateway).ok_or(EndReason::Upstream),
    }
}

/// None for numbers that are none.
fn sample(telemetry: &Telemetry) -> Option<Sample> {
    // A float of seconds holds microseconds at best. Beyond some thousand years it is not a time.
    let micros = (telemetry.timestamp * 1e6).round();
    let time =
        (micros.is_finite() && micros.abs() < 1e17).then(|| Timestamp::from_microsecond(micros as i64).ok())??;
    telemetry.cpu.is_finite().then(|| Sample {
        time,
        cpu: telemetry.cpu.max(0.0),
        memory_bytes: telemetry.memory_bytes,
        gpu_duty_percent: telemetry.gpu_duty_cycle,
        gpu_memory_bytes: telemetry.gpu_memory_bytes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_keeps_its_time_and_nonsense_is_left_out() {
        let read = |json: &str| sample(&serde_json::from_str(json).expect("telemetry"));
        let good = read(r#"{"cpu":0.5,"memory_bytes":7,"timestamp":1.5}"#).expect("a sample");
        assert_eq!((good.time.as_millisecond(), good.memory_bytes), (1500, 7));
        assert_eq!(read(r#"{"cpu":0.5,"memory_bytes":7,"timestamp":1e300}"#), None);
    }
}
