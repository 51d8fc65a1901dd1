//! Where a container engine may listen, and whether it answers.

use std::env;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(3);

/// The address that `DOCKER_HOST` names.
pub(crate) fn named() -> Option<String> {
    env::var("DOCKER_HOST").ok().filter(|host| !host.is_empty())
}

/// Where Docker and Podman listen when nobody says otherwise, as the server looks there.
pub(crate) fn usual() -> Vec<String> {
    let below = |variable: &str, path: &str| env::var(variable).ok().map(|folder| format!("unix://{folder}/{path}"));
    let places = [
        Some("unix:///var/run/docker.sock".to_owned()),
        below("XDG_RUNTIME_DIR", "docker.sock"),
        below("XDG_RUNTIME_DIR", "podman/podman.sock"),
        below("HOME", ".docker/run/docker.sock"),
        Some("unix:///run/podman/podman.sock".to_owned()),
    ];
    places.into_iter().flatten().collect()
}

/// The named engine, if it answers; where none is named, the first usual one that does.
pub(crate) fn find_reachable() -> Option<String> {
    named().map_or_else(usual, |host| vec![host]).into_iter().find(|host| answers(host))
}

/// Whether something at `unix://path` or `tcp://host:port` answers the engine API's ping.
pub(crate) fn answers(host: &str) -> bool {
    if let Some(path) = host.strip_prefix("unix://") {
        return Path::new(path).exists()
            && UnixStream::connect(path)
                .is_ok_and(|stream| stream.set_read_timeout(Some(PATIENCE)).is_ok() && pong(stream));
    }
    let address = host.strip_prefix("tcp://").or_else(|| host.strip_prefix("http://"));
    address.is_some_and(|address| {
        TcpStream::connect(address.trim_end_matches('/'))
            .is_ok_and(|stream| stream.set_read_timeout(Some(PATIENCE)).is_ok() && pong(stream))
    })
}

fn pong(mut stream: impl Read + Write) -> bool {
    let mut status = [0_u8; 12];
    stream.write_all(b"GET /_ping HTTP/1.0\r\nHost: engine\r\n\r\n").is_ok()
        && stream.read_exact(&mut status).is_ok()
        && status.starts_with(b"HTTP/1.")
        && status.ends_with(b" 200")
}

#[cfg(test)]
pub(super) mod tests {
    use super::answers;
    use std::io::{Read, Write};
    use std::os::unix::net::UnixListener;
    use std::path::Path;

    /// Gives that answer to whoever connects, until the tests end; the address.
    pub(crate) fn listen(path: &Path, answer: &'static [u8]) -> String {
        let listener = UnixListener::bind(path).unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = [0_u8; 64];
                let _read = stream.read(&mut request).unwrap();
                stream.write_all(answer).unwrap();
            }
        });
        format!("unix://{}", path.display())
    }

    #[test]
    fn an_engine_that_answers_the_ping_is_reachable() {
        let folder = tempfile::tempdir().unwrap();
        assert!(answers(&listen(&folder.path().join("engine.sock"), b"HTTP/1.0 200 OK\r\n\r\nOK")));
    }

    #[test]
    fn a_socket_that_refuses_or_is_missing_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let refusal = b"HTTP/1.0 500 Internal Server Error\r\n\r\n";
        assert!(!answers(&listen(&folder.path().join("engine.sock"), refusal)));
        assert!(!answers("unix:///nowhere/engine.sock"));
    }
}
