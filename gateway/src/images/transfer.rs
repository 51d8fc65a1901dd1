//! Saving and copying: the cluster's lines, translated one by one for the page.

use crate::{
    Gateway,
    rescue::{Failure, tell},
    upstream::UpstreamError,
};
use api::{
    Code, HEARTBEAT_SECS, Problem,
    images::{LayerState, Receipt, TransferEvent},
};
use axum::body::Body;
use futures::{Stream, StreamExt, future::Either, future::select, stream};
use platform::transfer::{Aux, TransferLine, reason, status};
use std::{io, pin::Pin, time::Duration};

type Lines = Pin<Box<dyn Stream<Item = Result<TransferLine, UpstreamError>> + Send>>;

struct Transfer {
    gateway: Gateway,
    /// `ORG/PROJECT/NAME:TAG`.
    image: String,
    /// None once the end was told.
    lines: Option<Lines>,
}

/// The answer's body: NDJSON of [`TransferEvent`], which ends with `done` or `failed`.
pub(crate) fn events(
    gateway: &Gateway,
    image: String,
    lines: impl Stream<Item = Result<TransferLine, UpstreamError>> + Send + 'static,
) -> Body {
    let transfer = Transfer { gateway: gateway.clone(), image, lines: Some(Box::pin(lines)) };
    Body::from_stream(stream::unfold(transfer, async |mut transfer| {
        let event = transfer.next().await?;
        let mut line = serde_json::to_vec(&event).expect("the contract's types always serialise");
        line.push(b'\n');
        Some((Ok::<_, io::Error>(line), transfer))
    }))
}

impl Transfer {
    async fn next(&mut self) -> Option<TransferEvent> {
        loop {
            let lines = self.lines.as_mut()?;
            let host = self.gateway.host();
            let silence = host.sleep(Duration::from_secs(HEARTBEAT_SECS));
            let stop = Box::pin(self.gateway.draining().thrown());
            let event = match select(select(lines.next(), silence), stop).await {
                Either::Right(((), _)) => Some(failed(
                    Code::Unavailable,
                    "The console's server is going away; the work may go on. Look at the image in a minute.",
                )),
                Either::Left((Either::Right(((), _)), _)) => Some(TransferEvent::Heartbeat),
                Either::Left((Either::Left((Some(Ok(line)), _)), _)) => event(line, &self.image),
                Either::Left((Either::Left((Some(Err(error)), _)), _)) => {
                    let told = tell(&Failure::Upstream(error));
                    Some(failed(told.code, told.message))
                }
                Either::Left((Either::Left((None, _)), _)) => Some(failed(
                    Code::BadUpstream,
                    "The cluster broke off without saying how it ended. Look whether the image is there.",
                )),
            };
            if matches!(event, Some(TransferEvent::Done { .. } | TransferEvent::Failed { .. })) {
                self.lines = None;
            }
            if event.is_some() {
                return event;
            }
        }
    }
}

fn failed(code: Code, message: impl Into<String>) -> TransferEvent {
    TransferEvent::Failed { problem: Problem { code, message: message.into(), request_id: String::new(), field: None } }
}

/// None: a line that says nothing to a page.
fn event(line: TransferLine, image: &str) -> Option<TransferEvent> {
    if let Some(error) = line.error {
        let reason = line.error_detail.and_then(|detail| detail.reason);
        let (code, field) = code(reason.as_deref());
        let message = error.chars().map(|c| if c.is_control() { ' ' } else { c }).take(500).collect();
        let problem = Problem { code, message, request_id: String::new(), field: field.map(str::to_owned) };
        return Some(TransferEvent::Failed { problem });
    }
    if let Some(Aux { digest, size, image_bytes, .. }) = line.aux {
        let receipt = Receipt { image: image.to_owned(), digest, size_bytes: image_bytes.unwrap_or(size) };
        return Some(TransferEvent::Done { receipt });
    }
    let word = line.status?;
    if let Some(id) = line.id {
        let detail = line.progress_detail.unwrap_or_default();
        let (done_bytes, total_bytes) = (detail.current.unwrap_or(0), detail.total.unwrap_or(0));
        return Some(TransferEvent::Layer { id, state: state(&word)?, done_bytes, total_bytes });
    }
    match word.as_str() {
        status::COMMIT_STARTED => Some(TransferEvent::Committing),
        status::COMMIT_FINISHED => Some(TransferEvent::Committed),
        _ => None,
    }
}

/// Docker's words too, which other clusters pass on as they come.
fn state(word: &str) -> Option<LayerState> {
    Some(match word {
        status::PREPARING | "Waiting" => LayerState::Waiting,
        status::PUSHING => LayerState::Pushing,
        status::PUSHED => LayerState::Pushed,
        status::EXISTS => LayerState::Exists,
        _ if word.starts_with("Mounted from") => LayerState::Exists,
        _ => return None,
    })
}

/// The kind of a failure, and the input it is about.
fn code(reason: Option<&str>) -> (Code, Option<&'static str>) {
    match reason {
        Some(reason::UNKNOWN_IMAGE) => (Code::NotFound, Some("source.reference")),
        Some(reason::UNAUTHORISED) => (Code::InvalidRequest, Some("source.password")),
        Some(reason::UNREACHABLE | reason::BAD_SOURCE) => (Code::InvalidRequest, Some("source.reference")),
        Some(reason::RATE_LIMITED) => (Code::TooManyRequests, None),
        Some(reason::QUOTA) => (Code::TooLarge, None),
        Some(reason::NOT_RUNNING) => (Code::Conflict, None),
        // The cluster's sentence says it better than a word of ours.
        _ => (Code::Conflict, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn told(line: Value) -> Option<Value> {
        let line = serde_json::from_value(line).expect("a line");
        event(line, "acme/demo/net:v1").map(|event| serde_json::to_value(event).expect("JSON"))
    }

    #[test]
    fn each_line_of_the_cluster_becomes_an_event_or_nothing() {
        let layer = |state: &str, done: u64, total: u64| {
            Some(
                json!({"type": "layer", "id": "b7f3b88ae387", "state": state, "done_bytes": done, "total_bytes": total}),
            )
        };
        let digest = "sha256:ab";
        for (line, expected) in [
            (
                json!({"status": "CommitStarted", "details": {"container": "c", "image": "i"}}),
                Some(json!({"type": "committing"})),
            ),
            (json!({"status": "CommitFinished"}), Some(json!({"type": "committed"}))),
            (json!({"status": "The push refers to repository [x]"}), None),
            (json!({"status": "Preparing", "id": "b7f3b88ae387"}), layer("waiting", 0, 0)),
            (
                json!({"status": "Pushing", "id": "b7f3b88ae387", "progressDetail": {"current": 5, "total": 9}}),
                layer("pushing", 5, 9),
            ),
            (json!({"status": "Pushed", "id": "b7f3b88ae387"}), layer("pushed", 0, 0)),
            (json!({"status": "Layer already exists", "id": "b7f3b88ae387"}), layer("exists", 0, 0)),
            (json!({"status": "Mounted from a/b", "id": "b7f3b88ae387"}), layer("exists", 0, 0)),
            (json!({"status": "Dreaming", "id": "b7f3b88ae387"}), None),
            (
                json!({"progressDetail": {}, "aux": {"Tag": "v1", "Digest": digest, "Size": 3, "ImageBytes": 77}}),
                Some(
                    json!({"type": "done", "receipt": {"image": "acme/demo/net:v1", "digest": digest, "size_bytes": 77}}),
                ),
            ),
        ] {
            assert_eq!(told(line.clone()), expected, "{line}");
        }
        let failed = told(json!({"error": "no room\u{7}", "errorDetail": {"message": "no room", "reason": "quota"}}));
        assert_eq!(failed.map(|event| event["problem"]["message"].clone()), Some(json!("no room ")));
    }
}
