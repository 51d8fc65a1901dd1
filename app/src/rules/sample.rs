//! The job that runs on every cluster of our own, without any network.

/// The image of the sample job.
pub(crate) const SAMPLE_IMAGE: &str = "roadstead/sample:latest";
/// What the sample job does: the image itself has nothing but a shell.
pub(crate) const SAMPLE_COMMAND: &str =
    "sh -c 'for i in $(seq 1 60); do echo \"Line $i of 60 from $(hostname)\"; sleep 1; done; echo Done'";
