//! Where an engine may listen.
//!
//! Owns the list of places and the reading of `DOCKER_HOST`. That something listens proves nothing: `select` runs a
//! container before an engine is used.

use std::path::{Path, PathBuf};

/// An address of the Docker Engine API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// A Unix socket.
    Unix(PathBuf),
    /// Plain TCP, `host:port`.
    Tcp(String),
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp(address) => write!(f, "tcp://{address}"),
        }
    }
}

/// A `DOCKER_HOST` that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an address of a container engine; use unix:///path or tcp://host:port")]
pub struct InvalidEndpoint(pub String);

impl Endpoint {
    /// Reads an address as `DOCKER_HOST` has it.
    ///
    /// # Errors
    /// [`InvalidEndpoint`] for anything but a Unix socket or plain TCP.
    pub fn parse(text: &str) -> Result<Self, InvalidEndpoint> {
        if let Some(path) = text.strip_prefix("unix://") {
            if path.starts_with('/') {
                return Ok(Self::Unix(path.into()));
            }
        } else if let Some(address) = text.strip_prefix("tcp://").or_else(|| text.strip_prefix("http://")) {
            let address = address.trim_end_matches('/');
            if !address.is_empty() && !address.contains('/') {
                let port = if address.rsplit(':').next().is_some_and(|p| p.parse::<u16>().is_ok()) {
                    address.to_owned()
                } else {
                    format!("{address}:2375")
                };
                return Ok(Self::Tcp(port));
            }
        }
        Err(InvalidEndpoint(text.to_owned()))
    }

    /// The sockets worth trying when nobody named one, in order.
    #[must_use]
    pub fn well_known(home: Option<&Path>, runtime_dir: Option<&Path>) -> Vec<Self> {
        let mut found: Vec<PathBuf> = vec!["/var/run/docker.sock".into()];
        if let Some(dir) = runtime_dir {
            found.push(dir.join("docker.sock"));
            found.push(dir.join("podman/podman.sock"));
        }
        if let Some(home) = home {
            found.push(home.join(".docker/run/docker.sock"));
        }
        found.push("/run/podman/podman.sock".into());
        found.into_iter().map(Self::Unix).collect()
    }

    /// True when connecting can succeed at all.
    #[must_use]
    pub fn exists(&self) -> bool {
        match self {
            Self::Unix(path) => path.exists(),
            Self::Tcp(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_docker_reads_them() {
        assert_eq!(Endpoint::parse("unix:///run/x.sock"), Ok(Endpoint::Unix("/run/x.sock".into())));
        assert_eq!(Endpoint::parse("tcp://127.0.0.1:2376"), Ok(Endpoint::Tcp("127.0.0.1:2376".into())));
        assert_eq!(Endpoint::parse("http://localhost/"), Ok(Endpoint::Tcp("localhost:2375".into())));
        for bad in ["", "ssh://x", "unix://relative", "tcp://", "/run/docker.sock"] {
            assert_eq!(Endpoint::parse(bad), Err(InvalidEndpoint(bad.into())));
        }
    }
}
