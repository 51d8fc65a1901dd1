//! The cluster's registry beside Debian's docker-registry: the same blobs pushed and pulled by the same plain client.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest as _, Sha256};

use super::report::Table;
use crate::command::command;
use crate::paths;
use crate::running::{Running, admin_token, free_ports, start};

const BLOB_BYTES: usize = 256 << 20;
const BLOBS: usize = 4;
const ROUNDS: usize = 3;
const REPOSITORY: &str = "/v2/main/default/bench";

/// A registry that is measured.
struct Subject {
    name: &'static str,
    server: Running,
    port: u16,
    authorization: Option<String>,
    rounds: Vec<Round>,
}

/// What one round gave.
#[derive(Clone, Copy)]
struct Round {
    push: Cost,
    pull: Cost,
}

/// Names in lower case, and values.
type Headers = Vec<(String, String)>;

#[derive(Clone, Copy)]
struct Cost {
    secs: f64,
    cpu_secs: f64,
}

/// Pushes and pulls the same bytes through both, in turn.
pub(crate) fn measure(binary: &Path) -> Result<Table> {
    let folder = paths::target().join("bench-registry");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut subjects = [ours(binary, &folder)?, debians(&folder)?];
    let mut blobs = vec![noise(BLOB_BYTES); BLOBS];
    for round in 0..=ROUNDS {
        for subject in &mut subjects {
            // New bytes each time: what is there already need not be stored.
            for (n, blob) in blobs.iter_mut().enumerate() {
                blob[..16].copy_from_slice(format!("{:>7}{round:>4}{n:>5}", subject.port).as_bytes());
            }
            let digests: Vec<String> = blobs.iter().map(|blob| digest(blob)).collect();
            let push = subject.cost(|subject| subject.each(&blobs, &digests, Subject::push))?;
            let pull = subject.cost(|subject| subject.each(&blobs, &digests, Subject::pull))?;
            // The first round warms caches.
            if round > 0 {
                subject.rounds.push(Round { push, pull });
            }
        }
    }
    let table = table(&subjects)?;
    drop(subjects);
    fs::remove_dir_all(&folder).ok();
    Ok(table)
}

fn ours(binary: &Path, folder: &Path) -> Result<Subject> {
    let [port] = free_ports()?;
    let data = folder.join("cluster");
    let mut cluster = command(binary);
    cluster
        .args(["cluster", "--engine-host", "unix:///nowhere.sock", "--port", &port.to_string(), "--data"])
        .arg(&data);
    let server = start(&mut cluster, port)?;
    let token = admin_token(binary, &data)?;
    Ok(Subject { name: "Roadstead", server, port, authorization: Some(format!("Bearer {token}")), rounds: Vec::new() })
}

fn debians(folder: &Path) -> Result<Subject> {
    let [port] = free_ports()?;
    let file = folder.join("docker-registry.yml");
    let configuration = format!(
        "version: 0.1\nlog: {{ level: error, accesslog: {{ disabled: true }} }}\nhttp: {{ addr: \"127.0.0.1:{port}\" }}\n\
         storage: {{ filesystem: {{ rootdirectory: \"{}\" }} }}\n",
        folder.join("docker-registry").display()
    );
    fs::write(&file, configuration)?;
    let program = paths::find_program("docker-registry").context("docker-registry is not installed")?;
    let server = start(command(program).arg("serve").arg(&file), port)?;
    Ok(Subject { name: "docker-registry (Debian)", server, port, authorization: None, rounds: Vec::new() })
}

fn table(subjects: &[Subject]) -> Result<Table> {
    let megabytes = (BLOB_BYTES * BLOBS) as f64 / 1e6;
    let mut table = Table::new(
        "Registry, throughput",
        &format!(
            "{BLOBS} blobs of {} MiB that do not compress, one connection each, at once: pushed (POST, one PATCH, PUT), then pulled; \
             median of {ROUNDS} rounds in turn after one to warm up, new bytes each round. Both registries keep their blobs on the same file \
             system and sync them before they answer; Roadstead checks a token and a right on each call, the other is open. CPU is the registry's own.",
            BLOB_BYTES >> 20
        ),
        &["registry", "push MB/s", "push CPU s/GB", "pull MB/s", "pull CPU s/GB", "peak memory MB"],
    );
    for subject in subjects {
        let median = |pick: &dyn Fn(&Round) -> f64| {
            let mut values: Vec<f64> = subject.rounds.iter().map(pick).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        table.row([
            subject.name.to_owned(),
            format!("{:.0}", megabytes / median(&|round| round.push.secs)),
            format!("{:.2}", median(&|round| round.push.cpu_secs) / megabytes * 1000.0),
            format!("{:.0}", megabytes / median(&|round| round.pull.secs)),
            format!("{:.2}", median(&|round| round.pull.cpu_secs) / megabytes * 1000.0),
            format!("{:.0}", subject.server.peak_memory_mb()?),
        ]);
    }
    Ok(table)
}

impl Subject {
    fn cost(&self, work: impl FnOnce(&Self) -> Result<()>) -> Result<Cost> {
        let (began, cpu) = (Instant::now(), self.server.cpu_secs()?);
        work(self)?;
        Ok(Cost { secs: began.elapsed().as_secs_f64(), cpu_secs: self.server.cpu_secs()? - cpu })
    }

    fn each(
        &self,
        blobs: &[Vec<u8>],
        digests: &[String],
        work: impl Fn(&Self, &[u8], &str) -> Result<()> + Copy + Send,
    ) -> Result<()> {
        thread::scope(|scope| {
            let threads: Vec<_> =
                blobs.iter().zip(digests).map(|(blob, digest)| scope.spawn(move || work(self, blob, digest))).collect();
            threads.into_iter().try_for_each(|thread| thread.join().expect("a load thread does not panic"))
        })
    }

    fn push(&self, blob: &[u8], digest: &str) -> Result<()> {
        let begun = self.call("POST", &format!("{REPOSITORY}/blobs/uploads/"), b"", 202)?;
        let sent = self.call("PATCH", &begun, blob, 202)?;
        let and = if sent.contains('?') { '&' } else { '?' };
        self.call("PUT", &format!("{sent}{and}digest={digest}"), b"", 201).map(drop)
    }

    /// Sends a request and gives the path of the answer's `Location`.
    fn call(&self, method: &str, path: &str, body: &[u8], expected: u16) -> Result<String> {
        let (mut stream, headers) = self.exchange(method, path, body, expected)?;
        io::copy(&mut stream, &mut io::sink())?;
        let location = find(&headers, "location").context("no location")?;
        Ok(location.find("/v2/").map_or(location, |at| &location[at..]).to_owned())
    }

    fn pull(&self, blob: &[u8], digest: &str) -> Result<()> {
        let (mut stream, _) = self.exchange("GET", &format!("{REPOSITORY}/blobs/{digest}"), b"", 200)?;
        let (mut piece, mut got) = (vec![0; 1 << 20], 0);
        loop {
            match stream.read(&mut piece)? {
                0 => break,
                more => got += more,
            }
        }
        ensure!(got == blob.len(), "pulled {got} bytes of {}", blob.len());
        Ok(())
    }

    fn exchange(
        &self,
        method: &str,
        path: &str,
        body: &[u8],
        expected: u16,
    ) -> Result<(BufReader<TcpStream>, Headers)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_nodelay(true)?;
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n", self.port);
        if let Some(authorization) = &self.authorization {
            head += &format!("Authorization: {authorization}\r\n");
        }
        head += &format!("Content-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)?;
        let mut stream = BufReader::with_capacity(1 << 20, stream);
        let status_line = line(&mut stream)?;
        let mut headers = Headers::new();
        loop {
            let header = line(&mut stream)?;
            let Some((name, value)) = header.split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        if status_line.split(' ').nth(1) != Some(&expected.to_string()) {
            let mut said = String::new();
            stream.take(2000).read_to_string(&mut said).ok();
            bail!("{} answered {status_line} to {method} {path}: {said}", self.name);
        }
        Ok((stream, headers))
    }
}

fn line(stream: &mut BufReader<TcpStream>) -> Result<String> {
    let mut line = String::new();
    ensure!(stream.read_line(&mut line)? > 0, "the connection was closed in the middle");
    Ok(line.trim_end().to_owned())
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// Bytes that do not compress.
fn noise(len: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(len + 8);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}
