//! A small HTTP load client: some connections, each asking again as soon as it has its answer.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// One kind of request: where it goes and all of its bytes.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) address: String,
    bytes: Vec<u8>,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// What a round of load gave.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) per_second: f64,
    pub(crate) median: Duration,
    pub(crate) p99: Duration,
}

impl Request {
    pub(crate) fn new(method: &str, port: u16, path: &str, headers: &[(&str, &str)], body: &str) -> Self {
        let address = format!("127.0.0.1:{port}");
        let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += "\r\n";
        text += body;
        Self { address, bytes: text.into_bytes() }
    }

    /// Sends it once on a connection of its own.
    pub(crate) fn send(&self) -> Result<Answer> {
        exchange(&mut connect(&self.address)?, &self.bytes)
    }

    /// Sends it from that many connections for that long.
    pub(crate) fn load(&self, connections: usize, time: Duration) -> Result<Load> {
        let began = Instant::now();
        let workers: Vec<_> = (0..connections)
            .map(|_| {
                let request = self.clone();
                thread::spawn(move || request.repeat(began + time))
            })
            .collect();
        let mut latencies = Vec::new();
        for worker in workers {
            latencies.extend(worker.join().map_err(|_| anyhow::anyhow!("a load thread panicked"))??);
        }
        let took = began.elapsed();
        latencies.sort_unstable();
        ensure!(!latencies.is_empty(), "nothing was answered in {time:?}");
        Ok(Load {
            per_second: latencies.len() as f64 / took.as_secs_f64(),
            median: latencies[latencies.len() / 2],
            p99: latencies[latencies.len() * 99 / 100],
        })
    }

    fn repeat(&self, end: Instant) -> Result<Vec<Duration>> {
        let mut stream = connect(&self.address)?;
        let mut latencies = Vec::new();
        while Instant::now() < end {
            let began = Instant::now();
            let answer = exchange(&mut stream, &self.bytes)?;
            ensure!(
                answer.status == 200,
                "{} answered {}: {}",
                self.address,
                answer.status,
                String::from_utf8_lossy(&answer.body)
            );
            latencies.push(began.elapsed());
        }
        Ok(latencies)
    }
}

/// Loads each in turn, one round to warm up caches and connections and then that many; of each the median round.
pub(crate) fn in_turn<const N: usize>(
    ways: [&Request; N],
    connections: usize,
    round: Duration,
    rounds: usize,
) -> Result<[Load; N]> {
    let mut loads = [(); N].map(|()| Vec::new());
    for n in 0..=rounds {
        for (request, loads) in ways.iter().zip(&mut loads) {
            let load = request.load(connections, round)?;
            if n > 0 {
                loads.push(load);
            }
        }
    }
    Ok(loads.map(|mut loads| {
        loads.sort_by(|a: &Load, b| a.per_second.total_cmp(&b.per_second));
        loads[loads.len() / 2]
    }))
}

fn connect(address: &str) -> Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect(address).with_context(|| format!("could not connect to {address}"))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    Ok(BufReader::new(stream))
}

/// One request and its answer (RFC 9112: a length or chunks, nothing else).
fn exchange(stream: &mut BufReader<TcpStream>, request: &[u8]) -> Result<Answer> {
    stream.get_mut().write_all(request)?;
    let status_line = line(stream)?;
    let status = status_line.split(' ').nth(1).and_then(|code| code.parse().ok()).context("no status line")?;
    let mut headers = Vec::new();
    loop {
        let header = line(stream)?;
        if header.is_empty() {
            break;
        }
        if let Some((name, value)) = header.split_once(':') {
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    let find = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let mut body = Vec::new();
    if let Some(length) = find("content-length") {
        body.resize(length.parse()?, 0);
        stream.read_exact(&mut body)?;
    } else if find("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        loop {
            let size = usize::from_str_radix(line(stream)?.split(';').next().unwrap_or_default(), 16)?;
            let at = body.len();
            body.resize(at + size, 0);
            stream.read_exact(&mut body[at..])?;
            line(stream)?;
            if size == 0 {
                break;
            }
        }
    } else if status != 204 && status != 304 {
        bail!("the answer has neither a length nor chunks");
    }
    Ok(Answer { status, headers, body })
}

fn line(stream: &mut BufReader<TcpStream>) -> Result<String> {
    let mut line = String::new();
    ensure!(stream.read_line(&mut line)? > 0, "the connection was closed in the middle");
    Ok(line.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::Request;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    fn answered_with(answer: &'static str) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _read = stream.read(&mut [0; 1024]).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        });
        port
    }

    #[test]
    fn bodies_come_by_length_or_in_chunks() {
        for answer in [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        ] {
            let answer = Request::new("GET", answered_with(answer), "/", &[], "").send().unwrap();
            assert_eq!((answer.status, &answer.body[..]), (200, &b"hello"[..]));
        }
    }
}
