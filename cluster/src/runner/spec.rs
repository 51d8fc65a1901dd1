//! A job's container: its labels, its name, what goes into it.

use std::collections::BTreeMap;

use crate::engine::{ContainerSpec, ContainerSummary};
use crate::jobs::JobRecord;

/// The job's id.
pub(super) const JOB: &str = "roadstead.job";
/// The data folder's random id.
pub(super) const INSTANCE: &str = "roadstead.instance";
/// Which run of the job: 0, then 1 after the first restart.
pub(super) const RUN: &str = "roadstead.run";

/// The container of the job's run number `run`.
pub(super) fn container(job: &JobRecord, instance: &str, run: u32) -> ContainerSpec {
    let container = &job.spec.container;
    ContainerSpec {
        name: format!("roadstead-{}-{run}", job.id),
        image: container.image.clone(),
        entrypoint: job.spec.entrypoint_words(),
        command: job.spec.command_words(),
        env: container.env.clone(),
        working_dir: container.working_dir.clone(),
        cpu_cores: container.resources.cpu,
        memory_bytes: container.resources.memory,
        tty: container.tty,
        labels: BTreeMap::from([
            (JOB.to_owned(), job.id.clone()),
            (INSTANCE.to_owned(), instance.to_owned()),
            (RUN.to_owned(), run.to_string()),
        ]),
        http_port: container.http.as_ref().map(|http| http.port),
        shm: job.spec.large_shm(),
        privileged: false,
    }
}

/// The run number a container of ours carries.
pub(super) fn run_of(container: &ContainerSummary) -> Option<u32> {
    container.labels.get(RUN)?.parse().ok()
}
