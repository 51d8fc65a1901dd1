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

/// Whether an engine's words are about the process that was to be started, and not about itself. Podman answers 500 to both,
/// docker to those of its runtimes that it does not know.
pub(super) fn is_about_process(message: &str) -> bool {
    let lower = message.to_lowercase();
    [
        "executable file",
        "no such file or directory",
        "permission denied",
        "exec format error",
        "is a directory",
        "oci runtime",
        "not a directory",
    ]
    .iter()
    .any(|words| lower.contains(words))
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

#[cfg(test)]
mod tests {
    use super::is_about_process;

    #[test]
    fn a_bad_command_is_told_from_a_bad_engine() {
        for bad_command in [
            "OCI runtime create failed: container_linux.go:380: starting container process caused: exec: \"nosuch\"",
            "crun: executable file `nosuch` not found in $PATH: No such file or directory",
            "exec /run.sh: exec format error",
        ] {
            assert!(is_about_process(bad_command), "{bad_command}");
        }
        for bad_engine in [
            "driver failed programming external connectivity on endpoint x: address already in use",
            "write /var/lib/docker/containers/x: no space left on device",
            "containerd: context deadline exceeded",
        ] {
            assert!(!is_about_process(bad_engine), "{bad_engine}");
        }
    }
}
