//! Where a container engine may listen, and whether it answers.

use std::env;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(3);

/// The first engine that answers, in the order in which Docker's and Podman's own clients look.
pub(crate) fn find_reachable() -> Option<String> {
    let named = env::var("DOCKER_HOST").ok().filter(|host| !host.is_empty());
    if named.is_some() {
        return named.filter(|host| answers(host));
    }
    let podman = env::var("XDG_RUNTIME_DIR").ok().map(|folder| format!("unix://{folder}/podman/podman.sock"));
    ["unix:///var/run/docker.sock".to_owned()]
        .into_iter()
        .chain(podman)
        .chain(["unix:///run/podman/podman.sock".to_owned()])
        .find(|host| answers(host))
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
mod tests {
    use super::answers;
    use std::io::{Read, Write};
    use std::os::unix::net::UnixListener;

    fn listener_saying(answer: &'static [u8]) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("engine.sock");
        let listener = UnixListener::bind(&path).unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0_u8; 64];
            let _read = stream.read(&mut request).unwrap();
            stream.write_all(answer).unwrap();
        });
        let host = format!("unix://{}", path.display());
        (folder, host)
    }

    #[test]
    fn an_engine_that_answers_the_ping_is_reachable() {
        let (_folder, host) = listener_saying(b"HTTP/1.0 200 OK\r\n\r\nOK");
        assert!(answers(&host));
    }

    #[test]
    fn a_socket_that_refuses_or_is_missing_is_not() {
        let (_folder, host) = listener_saying(b"HTTP/1.0 500 Internal Server Error\r\n\r\n");
        assert!(!answers(&host));
        assert!(!answers("unix:///nowhere/engine.sock"));
    }
}
