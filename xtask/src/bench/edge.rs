//! What each host costs a large body that it passes through, beside nginx; and how soon a host answers after its start.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::client::Request;
use super::proxy::nginx_command;
use super::report::Table;
use crate::command::command;
use crate::paths;
use crate::running::{admin_token, free_ports, start, wait_for};
use crate::workers;

/// What a page sends at once at most, and more than any buffer on the way.
const CHUNK_BYTES: usize = 32 * 1024 * 1024;
const ROUNDS: usize = 7;
const STARTS: usize = 7;
const REPOSITORY: &str = "main/default/bench";

/// Measures both; the Worker must have been built.
pub(crate) fn measure(binary: &Path) -> Result<[Table; 2]> {
    let folder = paths::target().join("bench-edge");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let [cluster, native, worker, nginx] = free_ports()?;
    let data = folder.join("cluster");
    let mut server = command(binary);
    server.args(["cluster", "--port", &cluster.to_string(), "--data"]).arg(&data);
    let _cluster = start(&mut server, cluster)?;
    let upstream = format!("http://127.0.0.1:{cluster}/api/v1");
    let tables = {
        let _native = start(&mut gateway(binary, native, &upstream, &folder), native)?;
        let _worker = start(&mut workers::server(worker, &upstream)?, worker)?;
        let _nginx = start(&mut nginx_command(&folder, nginx, cluster)?, nginx)?;
        let authorization = format!("Bearer {}", admin_token(binary, &data)?);
        let ways = [
            ("cluster, directly", cluster),
            ("nginx, then the cluster", nginx),
            ("gateway, native, then the cluster", native),
            ("gateway, workerd, then the cluster", worker),
        ];
        passing(&ways, &authorization)?
    };
    let starts = starting(binary, &upstream, &folder)?;
    fs::remove_dir_all(&folder).ok();
    Ok([tables, starts])
}

fn gateway(binary: &Path, port: u16, upstream: &str, folder: &Path) -> Command {
    let mut gateway = command(binary);
    gateway.args(["gateway", "--port", &port.to_string(), "--upstream", upstream, "--data"]);
    gateway.arg(folder.join("gateway"));
    gateway
}

fn passing(ways: &[(&str, u16)], authorization: &str) -> Result<Table> {
    let chunk = "0123456789abcdef".repeat(CHUNK_BYTES / 16);
    let mut rates = vec![Vec::new(); ways.len()];
    for round in 0..=ROUNDS {
        for ((_, port), rates) in ways.iter().zip(&mut rates) {
            let rate = send_chunk(*port, authorization, &chunk)?;
            // The first round warms connections and files.
            if round > 0 {
                rates.push(rate);
            }
        }
    }
    let mut table = Table::new(
        "Gateway, a chunk passed through",
        &format!(
            "PATCH of {} MiB into an upload of the cluster's registry, one at a time, the ways in turn, median of {ROUNDS} rounds after one to warm up. \
             The registry hashes and writes what comes, on the same machine.",
            CHUNK_BYTES / 1024 / 1024
        ),
        &["way", "MB/s", "of direct"],
    );
    let medians: Vec<f64> = rates.into_iter().map(median).collect();
    for ((name, _), rate) in ways.iter().zip(&medians) {
        table.row([(*name).to_owned(), format!("{rate:.0}"), format!("{:.2}", rate / medians[0])]);
    }
    Ok(table)
}

/// MB/s of one chunk, from its first byte to its answer.
fn send_chunk(port: u16, authorization: &str, chunk: &str) -> Result<f64> {
    let credentials = [("Authorization", authorization)];
    let begun = Request::new("POST", port, &format!("/v2/{REPOSITORY}/blobs/uploads/"), &credentials, "").send()?;
    ensure!(begun.status == 202, "an upload was answered {}", begun.status);
    let location = begun.headers.iter().find(|(name, _)| name == "location").context("an upload has no Location")?;
    // The cluster's own may be whole addresses.
    let path = location.1.find("/v2/").map(|at| &location.1[at..]).context("an upload's Location is elsewhere")?;
    let headers = [("Authorization", authorization), ("Content-Type", "application/octet-stream")];
    let patch = Request::new("PATCH", port, path, &headers, chunk);
    let began = Instant::now();
    let answer = patch.send()?;
    let took = began.elapsed();
    ensure!(answer.status == 202, "a chunk was answered {}", answer.status);
    let after = answer.headers.iter().find(|(name, _)| name == "location").map_or(path, |(_, value)| value);
    let after = after.find("/v2/").map_or(path, |at| &after[at..]);
    Request::new("DELETE", port, after, &credentials, "").send()?;
    Ok(CHUNK_BYTES as f64 / 1e6 / took.as_secs_f64())
}

fn starting(binary: &Path, upstream: &str, folder: &Path) -> Result<Table> {
    let mut table = Table::new(
        "Gateway, from its start to its first answer",
        &format!("The process is started and asked for the session (401) until it answers; median of {STARTS}."),
        &["host", "ms"],
    );
    let (mut native, mut worker) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let [one, other] = free_ports()?;
        native.push(first_answer(&mut gateway(binary, one, upstream, folder), one)?);
        worker.push(first_answer(&mut workers::server(other, upstream)?, other)?);
    }
    for (name, times) in [("native", native), ("workerd", worker)] {
        table.row([name.to_owned(), format!("{:.0}", median(times))]);
    }
    Ok(table)
}

/// Milliseconds.
fn first_answer(command: &mut Command, port: u16) -> Result<f64> {
    let began = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let session = Request::new("GET", port, "/api/v1/session", &[("X-Roadstead", "1")], "");
    let answered = wait_for(began + Duration::from_secs(30), Duration::from_millis(1), || session.send().ok());
    let took = began.elapsed();
    child.kill()?;
    child.wait()?;
    ensure!(answered?.status == 401, "the first answer is not the one expected");
    Ok(took.as_secs_f64() * 1000.0)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
