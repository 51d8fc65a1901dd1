//! What redeeming a link to a job's status costs beside reading the job with a session.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::client::{Request, in_turn};
use super::proxy::{run_job, sign_in};
use super::report::Table;
use crate::command::command;
use crate::paths;
use crate::running::{admin_token, free_ports, start};

const CONNECTIONS: usize = 16;
const ROUND: Duration = Duration::from_secs(4);
const ROUNDS: usize = 3;

/// Measures both ways in turn.
pub(crate) fn measure(binary: &Path) -> Result<Table> {
    let folder = paths::target().join("bench-links");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let [port] = free_ports()?;
    let mut server = command(binary);
    server.args(["up", "--session-rate", "0", "--port", &port.to_string()]).arg("--data").arg(&folder);
    let _server = start(&mut server, port)?;
    let cookie = sign_in(port, &admin_token(binary, &folder)?)?;
    let id = run_job(port, &cookie)?;
    let headers = [("Cookie", cookie.as_str()), ("X-Roadstead", "1")];
    let token = make(port, &cookie, &id)?;
    let ways = [
        ("job, with a session", Request::new("GET", port, &format!("/api/v1/jobs/{id}"), &headers, "")),
        ("job, by a link", Request::new("GET", port, &format!("/s/{token}/status"), &[], "")),
    ];
    let medians = in_turn(ways.each_ref().map(|(_, request)| request), CONNECTIONS, ROUND, ROUNDS)?;
    let mut table = Table::new(
        "Links to jobs",
        &format!(
            "Reading one job from `roadstead up`, {CONNECTIONS} connections that ask again at once, {} s a round, both in turn, median of \
             {ROUNDS} rounds after one to warm up. By a link: the token is looked up by its hash in SQLite, the job is read by the service \
             account, the view is counted. Aim: at most 1.2 times the cost of a session.",
            ROUND.as_secs()
        ),
        &["way", "requests/s", "cost", "median ms", "p99 ms"],
    );
    for ((name, _), load) in ways.iter().zip(&medians) {
        table.row([
            (*name).to_owned(),
            format!("{:.0}", load.per_second),
            format!("{:.2}", medians[0].per_second / load.per_second),
            format!("{:.2}", load.median.as_secs_f64() * 1000.0),
            format!("{:.2}", load.p99.as_secs_f64() * 1000.0),
        ]);
    }
    fs::remove_dir_all(&folder).ok();
    Ok(table)
}

fn make(port: u16, cookie: &str, job: &str) -> Result<String> {
    let headers = [("Content-Type", "application/json"), ("X-Roadstead", "1"), ("Cookie", cookie)];
    let answer = Request::new("POST", port, &format!("/api/v1/jobs/{job}/links"), &headers, "{}").send()?;
    ensure!(answer.status == 201, "making a link gave {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
    let made: Value = serde_json::from_slice(&answer.body)?;
    made["token"].as_str().map(str::to_owned).context("the new link has no token")
}
