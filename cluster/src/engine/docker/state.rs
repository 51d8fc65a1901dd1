//! What the engine says of a container, in our words.

use bollard::models::{ContainerInspectResponse, ContainerStateStatusEnum, PortMap};

use crate::clock;
use crate::engine::{ContainerState, Phase};

/// Killed by SIGKILL.
pub(super) const KILLED: i64 = 137;

pub(super) fn state(found: &ContainerInspectResponse) -> ContainerState {
    let state = found.state.as_ref();
    let started_ns = time(state.and_then(|s| s.started_at.as_deref()));
    let phase = match state.and_then(|s| s.status) {
        Some(
            ContainerStateStatusEnum::RUNNING | ContainerStateStatusEnum::PAUSED | ContainerStateStatusEnum::RESTARTING,
        ) => Phase::Running,
        Some(
            ContainerStateStatusEnum::EXITED | ContainerStateStatusEnum::DEAD | ContainerStateStatusEnum::REMOVING,
        ) => Phase::Exited,
        // Podman has words of its own ("configured", "stopped", "initialized").
        Some(
            ContainerStateStatusEnum::CREATED | ContainerStateStatusEnum::EMPTY | ContainerStateStatusEnum::STOPPING,
        )
        | None => match (state.and_then(|s| s.running), started_ns) {
            (Some(true), _) => Phase::Running,
            (_, Some(_)) => Phase::Exited,
            (_, None) => Phase::Created,
        },
    };
    let exited = phase == Phase::Exited;
    ContainerState {
        phase,
        exit_code: state.and_then(|s| s.exit_code).filter(|_| exited),
        oom_killed: exited && state.and_then(|s| s.oom_killed).unwrap_or(false),
        error: state.and_then(|s| s.error.clone()).filter(|error| !error.is_empty()),
        started_ns,
        finished_ns: time(state.and_then(|s| s.finished_at.as_deref())).filter(|_| exited),
        published_port: ports(found).and_then(|ports| ports.values().find_map(host_port)),
        ip: found
            .network_settings
            .as_ref()
            .and_then(|network| network.networks.as_ref())
            .and_then(|networks| networks.values().find_map(|n| n.ip_address.as_ref()?.parse().ok())),
        tty: found.config.as_ref().and_then(|config| config.tty).unwrap_or(false),
    }
}

pub(super) fn ports(found: &ContainerInspectResponse) -> Option<&PortMap> {
    found.network_settings.as_ref()?.ports.as_ref()
}

pub(super) fn host_port(bindings: &Option<Vec<bollard::models::PortBinding>>) -> Option<u16> {
    bindings.as_ref()?.iter().find_map(|binding| binding.host_port.as_ref()?.parse().ok())
}

/// Engines write the year 1 for "never".
fn time(text: Option<&str>) -> Option<i64> {
    let time: jiff::Timestamp = text?.parse().ok()?;
    (time.as_second() > 0).then(|| clock::nanos(time))
}
