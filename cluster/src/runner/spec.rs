//! A job's container: its labels, its name, what goes into it.

use std::collections::BTreeMap;

use image::reference::{InvalidReference, Reference};

use crate::engine::{ContainerSpec, ContainerSummary, ImageError};
use crate::jobs::JobRecord;

/// The job's id.
pub(super) const JOB: &str = "roadstead.job";
/// The data folder's random id.
pub(super) const INSTANCE: &str = "roadstead.instance";
/// Which run of the job: 0, then 1 after the first restart.
pub(super) const RUN: &str = "roadstead.run";

/// Bytes that the job's log held before this run.
const LOG_BYTES: &str = "roadstead.log-bytes";

/// The container of the job's run number `run`, of the image that the engine calls so. The job's log holds `log_bytes` of the runs before.
pub(super) fn container(job: &JobRecord, image: String, instance: &str, run: u32, log_bytes: u64) -> ContainerSpec {
    let container = &job.spec.container;
    ContainerSpec {
        name: format!("roadstead-{}-{run}", job.id),
        image,
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
            (LOG_BYTES.to_owned(), log_bytes.to_string()),
        ]),
        http_port: container.http.as_ref().map(|http| http.port),
        shm: job.spec.large_shm(),
        privileged: false,
    }
}

/// What an engine is asked for: never without a tag or digest. An engine would take a bare word for the beginning of the id
/// of any image it holds, whoever's that is.
pub(super) fn image_name(image: &str) -> Result<String, ImageError> {
    let invalid = |message: String| ImageError::InvalidName { image: image.to_owned(), message };
    let name: Reference = image.parse().map_err(|why: InvalidReference| invalid(why.to_string()))?;
    if name.host().is_none() && matches!(name.path(), "sha256" | "sha512") {
        return Err(invalid("an image is named, not told by its id".to_owned()));
    }
    if name.tag().is_some() || name.digest().is_some() { Ok(image.to_owned()) } else { Ok(format!("{image}:latest")) }
}

/// The run number a container of ours carries.
pub(super) fn run_of(container: &ContainerSummary) -> Option<u32> {
    container.labels.get(RUN)?.parse().ok()
}

/// Bytes of the job's log that are of the runs before; none where an older version made the container.
pub(super) fn log_bytes_of(container: &ContainerSummary) -> Option<u64> {
    container.labels.get(LOG_BYTES)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::image_name;

    #[test]
    fn an_engine_is_never_asked_for_the_beginning_of_an_id() {
        let hex = "b7f3b88ae387b7f3b88ae387b7f3b88ae387b7f3b88ae387b7f3b88ae387b7f3";
        for bare in ["ubuntu", "b7f3b88ae387", hex] {
            assert_eq!(image_name(bare).expect("a name"), format!("{bare}:latest"));
        }
        for full in ["ubuntu:24.04", "localhost:1/x:y", &format!("ubuntu@sha256:{hex}")] {
            assert_eq!(image_name(full).expect("a name"), full);
        }
        for bad in [&format!("sha256:{hex}")[..], "..", "a/../b", "a b", "UPPER", "x:?"] {
            assert!(image_name(bad).is_err(), "{bad}");
        }
    }
}
