//! The real binary, killed at many moments of a push: nothing it acknowledged may be gone, nothing half may be seen.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};

const ROADSTEAD: &str = env!("CARGO_BIN_EXE_roadstead");
const CHUNK: usize = 700_000;
const REPOSITORY: &str = "/v2/main/default/tool";

struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(data: &Path) -> Self {
        let mut process = Command::new(ROADSTEAD)
            .args(["cluster", "--port", "0", "--engine-host", "unix:///nowhere.sock", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        let mut said = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let line = said.find_map(|line| line.ok().filter(|line| line.contains("is up at http://"))).expect("comes up");
        let address = line.split("http://").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("an address");
        Self { address: address.to_owned(), process }
    }

    /// As the power of the operating system goes: no destructor, no handler.
    fn kill(mut self) {
        self.process.kill().expect("kills");
        self.process.wait().expect("is gone");
    }
}

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// Bytes that `Range: 0-N` tells of.
    fn offset(&self) -> usize {
        let last: usize = self.header("range").expect("a range")[2..].parse().expect("a number");
        // Nothing and one byte look the same; this test never sends one.
        if last == 0 { 0 } else { last + 1 }
    }
}

struct Client {
    authorization: String,
}

impl Client {
    fn call(&self, server: &str, method: &str, path: &str, headers: &str, body: &[u8]) -> io::Result<Answer> {
        let mut stream = TcpStream::connect(server)?;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\nAuthorization: {}\r\nContent-Length: {}\r\n{headers}\r\n",
            self.authorization,
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)?;
        let mut said = Vec::new();
        stream.read_to_end(&mut said)?;
        let end = said.windows(4).position(|four| four == b"\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
        let head = String::from_utf8_lossy(&said[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
        Ok(Answer { status, head, body: said[end + 4..].to_vec() })
    }

    /// Sends chunks until all is sent or the server is gone; the bytes that were acknowledged.
    fn send(&self, server: &str, upload: &str, blob: &[u8], mut at: usize) -> usize {
        while at < blob.len() {
            let end = blob.len().min(at + CHUNK);
            let range = format!("Content-Range: {at}-{}\r\n", end - 1);
            match self.call(server, "PATCH", upload, &range, &blob[at..end]) {
                Ok(answer) => {
                    assert_eq!((answer.status, answer.offset()), (202, end), "{}", answer.head);
                    at = end;
                }
                Err(_) => return at,
            }
        }
        at
    }
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// Bytes that no two parts of which are alike, so that a shifted or doubled piece is seen.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    std::iter::repeat_with(&mut next).flatten().take(len).collect()
}

#[test]
fn a_push_survives_a_server_that_is_killed_again_and_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let mut server = Server::start(&data);
    let token = Command::new(ROADSTEAD).args(["user", "token", "admin", "--data"]).arg(&data).output().expect("runs");
    let token = String::from_utf8(token.stdout).expect("text");
    let authorization = format!("Basic {}", STANDARD.encode(format!("token:{}", token.trim())));
    let client = Client { authorization };

    let blob = noise(16_000_000);
    let begun = client.call(&server.address, "POST", &format!("{REPOSITORY}/blobs/uploads/"), "", b"").expect("begins");
    let upload = begun.header("location").expect("a location").to_owned();
    let (mut at, mut cut_off) = (0, 0);
    for round in 0..8_u64 {
        let acknowledged = thread::scope(|scope| {
            let (client, upload, blob, address) = (&client, &upload, &blob, server.address.clone());
            let sender = scope.spawn(move || client.send(&address, upload, blob, at));
            // Never the same place of a chunk's way.
            thread::sleep(Duration::from_millis(5 + round * 13));
            server.kill();
            sender.join().expect("does not panic")
        });
        server = Server::start(&data);
        let status = client.call(&server.address, "GET", &upload, "", b"").expect("answers");
        assert_eq!(status.status, 204, "the upload is still there");
        assert!(status.offset() >= acknowledged, "{acknowledged} were acknowledged, {} are there", status.offset());
        at = status.offset();
        cut_off += u32::from(acknowledged < blob.len());
    }
    assert!(cut_off >= 2, "the server was too quick to be killed in the middle");
    assert_eq!(client.send(&server.address, &upload, &blob, at), blob.len());

    // Killed while it finishes: afterwards it is either finished or can be.
    let finish = format!("{upload}?digest={}", digest(&blob));
    for round in 0..4_u64 {
        thread::scope(|scope| {
            let address = server.address.clone();
            let (client, finish) = (&client, &finish);
            let finishing = scope.spawn(move || client.call(&address, "PUT", finish, "", b"").ok());
            thread::sleep(Duration::from_millis(round * 7));
            server.kill();
            if let Some(answer) = finishing.join().expect("does not panic") {
                assert_eq!(answer.status, 201, "{}", answer.head);
            }
        });
        server = Server::start(&data);
    }
    let finished = client.call(&server.address, "PUT", &finish, "", b"").expect("answers");
    assert_eq!(finished.status, 201, "{}", finished.head);
    let path = format!("{REPOSITORY}/blobs/{}", digest(&blob));
    let read = client.call(&server.address, "GET", &path, "", b"").expect("reads");
    assert_eq!(read.status, 200);
    assert!(read.body == blob, "the blob is what was sent");
    server.kill();
}
