//! What the gateway costs over calling the cluster directly, beside nginx as reverse proxy doing the same.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::client::{Request, in_turn};
use super::report::Table;
use crate::command::command;
use crate::paths;
use crate::running::{admin_token, free_ports, start};

const CONNECTIONS: usize = 16;
const ROUND: Duration = Duration::from_secs(4);
const ROUNDS: usize = 3;

/// Measures reading one job through each way.
pub(crate) fn measure(binary: &Path) -> Result<Table> {
    let folder = paths::target().join("bench-proxy");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let [cluster, gateway, nginx] = free_ports()?;

    let data = folder.join("cluster").display().to_string();
    let mut server = command(binary);
    server.args(["cluster", "--port", &cluster.to_string(), "--data", &data]);
    let _cluster = start(&mut server, cluster)?;
    let mut host = command(binary);
    host.args(["gateway", "--port", &gateway.to_string(), "--upstream", &format!("http://127.0.0.1:{cluster}/api/v1")]);
    // One session asks for all: what is measured is not how it is held back.
    host.args(["--session-rate", "0", "--data", &folder.join("gateway").display().to_string()]);
    let _gateway = start(&mut host, gateway)?;
    let _nginx = start(&mut nginx_command(&folder, nginx, cluster)?, nginx)?;

    let token = admin_token(binary, Path::new(&data))?;
    let cookie = sign_in(gateway, &token)?;
    let id = run_job(gateway, &cookie)?;

    let bearer = format!("Bearer {token}");
    let path = format!("/api/v1/jobs/{id}");
    let platform = |port| Request::new("GET", port, &path, &[("Authorization", &bearer)], "");
    let ways = [
        ("cluster, directly", platform(cluster)),
        ("nginx, then the cluster", platform(nginx)),
        (
            "gateway, then the cluster",
            Request::new("GET", gateway, &path, &[("Cookie", &cookie), ("X-Roadstead", "1")], ""),
        ),
    ];
    let medians = in_turn(ways.each_ref().map(|(_, request)| request), CONNECTIONS, ROUND, ROUNDS)?;
    let mut table = Table::new(
        "Gateway, requests",
        &format!(
            "Reading one job, {CONNECTIONS} connections that ask again at once, {} s a round, the ways in turn, median of {ROUNDS} rounds after one to warm up. \
             Cluster, gateway and nginx are processes of their own on one machine with the client. The gateway opens its session, \
             translates the answer into the console's contract and adds its headers; nginx passes bytes on.",
            ROUND.as_secs()
        ),
        &["way", "requests/s", "of direct", "median ms", "p99 ms"],
    );
    for ((name, _), load) in ways.iter().zip(&medians) {
        table.row([
            (*name).to_owned(),
            format!("{:.0}", load.per_second),
            format!("{:.2}", load.per_second / medians[0].per_second),
            format!("{:.2}", load.median.as_secs_f64() * 1000.0),
            format!("{:.2}", load.p99.as_secs_f64() * 1000.0),
        ]);
    }
    fs::remove_dir_all(&folder).ok();
    Ok(table)
}

pub(super) fn sign_in(gateway: u16, token: &str) -> Result<String> {
    let origin = format!("http://127.0.0.1:{gateway}");
    let headers = [("Content-Type", "application/json"), ("X-Roadstead", "1"), ("Origin", origin.as_str())];
    let answer =
        Request::new("POST", gateway, "/api/v1/session", &headers, &json!({"token": token}).to_string()).send()?;
    ensure!(answer.status == 200, "signing in gave {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
    let cookie = answer.headers.iter().find(|(name, _)| name == "set-cookie").context("signing in gave no cookie")?;
    Ok(cookie.1.split(';').next().unwrap_or_default().to_owned())
}

pub(super) fn run_job(gateway: u16, cookie: &str) -> Result<String> {
    let headers = [("Content-Type", "application/json"), ("X-Roadstead", "1"), ("Cookie", cookie)];
    let create = json!({"image": "roadstead/sample:latest", "command": "true"}).to_string();
    let answer = Request::new("POST", gateway, "/api/v1/jobs", &headers, &create).send()?;
    ensure!(answer.status == 201, "starting a job gave {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
    let job: Value = serde_json::from_slice(&answer.body)?;
    job["id"].as_str().map(str::to_owned).context("the new job has no id")
}

pub(super) fn nginx_command(folder: &Path, port: u16, upstream: u16) -> Result<Command> {
    let nginx = paths::find_program("nginx").context("nginx is not installed")?;
    let here = folder.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {here}/nginx-{kind};\n"))
        .concat();
    let configuration = format!(
        "daemon off;\npid {here}/nginx.pid;\nerror_log {here}/nginx.log;\nworker_processes auto;\nevents {{ worker_connections 1024; }}\n\
         http {{\naccess_log off;\nclient_max_body_size 0;\nproxy_request_buffering off;\n{temporary}upstream cluster {{ server 127.0.0.1:{upstream}; keepalive 64; }}\n\
         server {{ listen 127.0.0.1:{port}; keepalive_requests 1000000; location / {{ proxy_pass http://cluster; proxy_http_version 1.1; proxy_set_header Connection \"\"; }} }}\n}}\n"
    );
    let file = folder.join("nginx.conf");
    fs::write(&file, configuration)?;
    let mut nginx = command(nginx);
    nginx.arg("-e").arg(folder.join("nginx.log")).arg("-c").arg(file);
    Ok(nginx)
}
