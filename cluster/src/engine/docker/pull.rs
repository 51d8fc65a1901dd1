//! Fetching images.

use bollard::auth::DockerCredentials;
use bollard::errors::Error;
use bollard::models::CreateImageInfo;
use bollard::query_parameters::CreateImageOptions;

use super::Endpoint;
use super::failure::engine_error;
use crate::engine::{EngineError, ImageError, PullProgress, RegistryAuth};

/// Without a tag the engine would fetch every tag of the repository.
pub(super) fn options(image: &str) -> CreateImageOptions {
    let (name, tag) = split(image);
    CreateImageOptions { from_image: Some(name.to_owned()), tag: tag.map(str::to_owned), ..Default::default() }
}

fn split(image: &str) -> (&str, Option<&str>) {
    if image.contains('@') {
        return (image, None);
    }
    let name_at = image.rfind('/').map_or(0, |at| at + 1);
    match image[name_at..].rfind(':') {
        Some(at) => (&image[..name_at + at], Some(&image[name_at + at + 1..])),
        None => (image, Some("latest")),
    }
}

pub(super) fn credentials(auth: RegistryAuth) -> DockerCredentials {
    DockerCredentials {
        username: Some(auth.username),
        password: Some(auth.password),
        serveraddress: Some(auth.registry),
        ..Default::default()
    }
}

pub(super) fn progress(info: CreateImageInfo) -> PullProgress {
    let detail = info.progress_detail;
    let bytes = |number: Option<i64>| number.and_then(|n| u64::try_from(n).ok());
    PullProgress {
        layer: info.id,
        status: info.status.unwrap_or_default(),
        current_bytes: bytes(detail.as_ref().and_then(|d| d.current)),
        total_bytes: bytes(detail.as_ref().and_then(|d| d.total)),
    }
}

pub(super) fn pull_error(endpoint: &Endpoint, image: &str, error: &Error) -> EngineError {
    match engine_error(endpoint, error) {
        EngineError::Failed { message, .. } => ImageError::classify(image, &message).into(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_port_is_not_a_tag_and_a_digest_needs_none() {
        assert_eq!(split("ubuntu"), ("ubuntu", Some("latest")));
        assert_eq!(split("ubuntu:24.04"), ("ubuntu", Some("24.04")));
        assert_eq!(split("127.0.0.1:1/none"), ("127.0.0.1:1/none", Some("latest")));
        assert_eq!(split("127.0.0.1:1/none:x"), ("127.0.0.1:1/none", Some("x")));
        assert_eq!(split("a@sha256:00"), ("a@sha256:00", None));
    }
}
