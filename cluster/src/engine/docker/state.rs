//! What the engine says of a container, in our words.
//!
//! Read by types of our own: podman has states ("stopped", "configured") that make bollard refuse the whole answer.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use crate::clock;
use crate::engine::{ContainerId, ContainerState, ContainerSummary, Phase};

/// Killed by SIGKILL.
pub(super) const KILLED: i64 = 137;

/// An answer to "inspect", as far as it matters here.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Inspected {
    state: State,
    #[serde(default)]
    config: Config,
    #[serde(default)]
    network_settings: Network,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct State {
    #[serde(default)]
    status: String,
    running: Option<bool>,
    #[serde(rename = "OOMKilled", default)]
    oom_killed: bool,
    exit_code: Option<i64>,
    error: Option<String>,
    started_at: Option<String>,
    finished_at: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Config {
    #[serde(default)]
    tty: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Network {
    ports: Option<HashMap<String, Option<Vec<Binding>>>>,
    networks: Option<HashMap<String, Attached>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Binding {
    host_port: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Attached {
    #[serde(rename = "IPAddress")]
    ip_address: Option<String>,
}

impl Inspected {
    pub(super) fn state(&self) -> ContainerState {
        let state = &self.state;
        let started_ns = time(state.started_at.as_deref());
        let phase = match state.status.as_str() {
            "running" | "paused" | "restarting" | "stopping" => Phase::Running,
            "exited" | "dead" | "removing" | "stopped" => Phase::Exited,
            // "created", podman's "configured" and "initialized", and whatever comes.
            _ => match (state.running, started_ns) {
                (Some(true), _) => Phase::Running,
                (_, Some(_)) => Phase::Exited,
                (_, None) => Phase::Created,
            },
        };
        let exited = phase == Phase::Exited;
        let ports = self.network_settings.ports.iter().flatten();
        let networks = self.network_settings.networks.iter().flatten();
        ContainerState {
            phase,
            exit_code: state.exit_code.filter(|_| exited),
            oom_killed: exited && state.oom_killed,
            error: state.error.clone().filter(|error| !error.is_empty()),
            started_ns,
            finished_ns: time(state.finished_at.as_deref()).filter(|_| exited),
            published_port: ports.map(|(_, bindings)| bindings).find_map(host_port),
            ip: networks.map(|(_, network)| network).find_map(|n| n.ip_address.as_ref()?.parse().ok()),
            tty: self.config.tty,
        }
    }

    /// The port of this machine that a port of the container is published on.
    pub(super) fn published(&self, port: u16) -> Option<u16> {
        host_port(self.network_settings.ports.as_ref()?.get(&format!("{port}/tcp"))?)
    }
}

fn host_port(bindings: &Option<Vec<Binding>>) -> Option<u16> {
    bindings.as_ref()?.iter().find_map(|binding| binding.host_port.as_ref()?.parse().ok())
}

/// Engines write the year 1 for "never".
fn time(text: Option<&str>) -> Option<i64> {
    let time: jiff::Timestamp = text?.parse().ok()?;
    (time.as_second() > 0).then(|| clock::nanos(time))
}

/// A row of a listing, as far as it matters here.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Listed {
    id: String,
    labels: Option<BTreeMap<String, String>>,
}

impl From<Listed> for ContainerSummary {
    fn from(row: Listed) -> Self {
        Self { id: ContainerId(row.id), labels: row.labels.unwrap_or_default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phase(state: &serde_json::Value) -> Phase {
        serde_json::from_value::<Inspected>(serde_json::json!({ "State": state })).unwrap().state().phase
    }

    #[test]
    fn states_of_docker_and_podman_are_three_phases() {
        let never = "0001-01-01T00:00:00Z";
        for (status, started, expected) in [
            ("created", never, Phase::Created),
            ("configured", never, Phase::Created),
            ("initialized", never, Phase::Created),
            ("running", "2026-11-23T10:00:00Z", Phase::Running),
            ("stopping", "2026-11-23T10:00:00Z", Phase::Running),
            ("stopped", "2026-11-23T10:00:00.123456789+01:00", Phase::Exited),
            ("exited", "2026-11-23T10:00:00Z", Phase::Exited),
            ("something new", "2026-11-23T10:00:00Z", Phase::Exited),
        ] {
            let state = serde_json::json!({"Status": status, "Running": status == "running", "StartedAt": started});
            assert_eq!(phase(&state), expected, "{status}");
        }
    }
}
