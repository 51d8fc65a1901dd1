//! Bollard's errors as ours. The one mapping of this edge.

use bollard::errors::Error;

use super::Endpoint;
use crate::engine::EngineError;

/// The error of a call about no particular container.
pub(super) fn engine_error(endpoint: &Endpoint, error: &Error) -> EngineError {
    match error {
        Error::DockerResponseServerError { status_code, message } => {
            EngineError::Failed { status: *status_code, message: message.trim().to_owned() }
        }
        Error::DockerStreamError { error } => EngineError::Failed { status: 500, message: error.trim().to_owned() },
        Error::JsonDataError { message, .. } => EngineError::Protocol(message.clone()),
        Error::JsonSerdeError { err } => EngineError::Protocol(err.to_string()),
        other => EngineError::Gone { address: endpoint.to_string(), message: chain(other) },
    }
}

/// The error of a call about one container.
pub(super) fn container_error(id: &str, error: EngineError) -> EngineError {
    match error {
        EngineError::Failed { status: 404, .. } => EngineError::NoSuchContainer(id.to_owned()),
        EngineError::Failed { status: 409, message } if message.contains("not running") => EngineError::NotRunning,
        // Podman: "can only create exec sessions on running containers".
        EngineError::Failed { message, .. } if message.contains("on running containers") => EngineError::NotRunning,
        // Podman: "can only kill running containers. x is in state exited".
        EngineError::Failed { message, .. } if message.contains("can only kill running") => EngineError::NotRunning,
        other => other,
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
