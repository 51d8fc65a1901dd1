//! A container specification in the Docker Engine API's words.
//!
//! Owns the choices that keep a job inside its limits on every engine we met: no swap, process limits that the
//! machine allows, a log driver that keeps every byte.

use std::collections::HashMap;

use bollard::models::{ContainerCreateBody, HostConfig, HostConfigLogConfig, PortBinding, ResourcesUlimits};
use rustix::process::{Resource, getrlimit};

use crate::engine::ContainerSpec;

/// What of the engine the translation depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traits {
    pub(super) podman: bool,
    /// It runs on this machine, so our own process limits are its too.
    pub(super) local: bool,
    /// CPUs of its machine: more cannot be asked for.
    pub(super) cpus: f64,
}

/// What to ask for; the image by its full name.
pub(super) fn body(spec: &ContainerSpec, image: String, traits: Traits) -> ContainerCreateBody {
    let port = spec.http_port.map(|port| format!("{port}/tcp"));
    let memory = i64::try_from(spec.memory_bytes).unwrap_or(i64::MAX);
    ContainerCreateBody {
        image: Some(image),
        entrypoint: spec.entrypoint.clone(),
        cmd: spec.command.clone(),
        env: Some(spec.env.iter().map(|(name, value)| format!("{name}={value}")).collect()),
        working_dir: spec.working_dir.clone(),
        tty: Some(spec.tty),
        open_stdin: Some(spec.tty),
        labels: Some(spec.labels.clone().into_iter().collect()),
        exposed_ports: port.clone().map(|port| vec![port]),
        host_config: Some(HostConfig {
            nano_cpus: Some(nano_cpus(spec.cpu_cores, traits.cpus)),
            memory: Some(memory),
            memory_swap: Some(memory),
            shm_size: spec.shm.then_some(memory),
            privileged: Some(spec.privileged),
            ulimits: traits.local.then(ulimits),
            log_config: log_config(traits.podman),
            port_bindings: port.map(|port| {
                let binding = PortBinding { host_ip: Some("127.0.0.1".to_owned()), host_port: Some(String::new()) };
                HashMap::from([(port, Some(vec![binding]))])
            }),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    }
}

fn nano_cpus(cores: f64, most: f64) -> i64 {
    // Hundredths are the engine's finest step; less than one is refused.
    let hundredths = (cores.min(most) * 100.0).round().max(1.0);
    #[expect(clippy::cast_possible_truncation, reason = "bounded by the CPUs of a machine")]
    let hundredths = hundredths as i64;
    hundredths * 10_000_000
}

/// Both limits, soft equal to hard, within what this process itself may have: where raising a limit is not allowed an
/// engine's own default (1048576) fails the start, and podman refuses a soft limit below the hard one.
fn ulimits() -> Vec<ResourcesUlimits> {
    // Podman's service lowers its own process limit to 32768, and cannot give more than it has.
    [("nofile", Resource::Nofile, 1 << 20), ("nproc", Resource::Nproc, 1 << 15)]
        .into_iter()
        .map(|(name, resource, most)| {
            let limit = getrlimit(resource).maximum.unwrap_or(u64::MAX).min(most);
            let limit = i64::try_from(limit).expect("at most 2^20");
            ResourcesUlimits { name: Some(name.to_owned()), soft: Some(limit), hard: Some(limit) }
        })
        .collect()
}

/// Docker's default driver replaces bytes that are not UTF-8; `local` keeps them. Podman's own file driver does too,
/// and knows no `local`.
fn log_config(podman: bool) -> Option<HostConfigLogConfig> {
    let config = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    if podman {
        Some(HostConfigLogConfig { typ: Some("k8s-file".to_owned()), config: None })
    } else {
        Some(HostConfigLogConfig {
            typ: Some("local".to_owned()),
            // Large enough that a job may talk for long while nobody reads.
            config: Some(config(&[("max-size", "1g"), ("max-file", "4"), ("compress", "false")])),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_equal_and_within_our_own_and_cpus_within_the_machine() {
        let spec = ContainerSpec { cpu_cores: 64.0, memory_bytes: 1 << 30, http_port: Some(80), ..Default::default() };
        let traits = Traits { podman: false, local: true, cpus: 2.0 };
        let host = body(&spec, String::new(), traits).host_config.unwrap();
        assert_eq!(host.nano_cpus, Some(2_000_000_000));
        assert_eq!(host.memory, host.memory_swap);
        for limit in host.ulimits.unwrap() {
            assert_eq!(limit.soft, limit.hard);
            assert!(limit.hard.unwrap() <= 1 << 20);
        }
        let bindings = host.port_bindings.unwrap();
        assert_eq!(bindings["80/tcp"].as_ref().unwrap()[0].host_ip.as_deref(), Some("127.0.0.1"));
    }
}
