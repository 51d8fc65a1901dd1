//! The small cluster's monitoring service.

use super::cluster::Cluster;
use axum::{
    Json,
    body::Body,
    extract::{
        Path, RawQuery, State,
        ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade},
    },
    response::{IntoResponse, Response},
};
use futures::{SinkExt, StreamExt};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use platform::{
    channel::{Exit, Frame},
    extension::RECORDED_HEADER,
};
use serde_json::json;
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

struct Asked {
    from: usize,
    headers: Vec<(&'static str, String)>,
    limit: Option<usize>,
}

fn asked(cluster: &Cluster, query: Option<String>) -> Asked {
    let query = query.unwrap_or_default();
    let find = |name: &str| {
        url::form_urlencoded::parse(query.as_bytes()).find(|(k, _)| k == name).map(|(_, v)| v.into_owned())
    };
    assert_eq!(find("timestamps").as_deref(), Some("true"));
    let jobs = cluster.jobs();
    let total = jobs.log.len();
    let since = find("since").map(|since| {
        let since = i64::try_from(since.parse::<Timestamp>().expect("a time").as_nanosecond()).expect("this century");
        let late = cluster.since_is_late.load(Ordering::SeqCst);
        jobs.log.iter().position(|(time, _)| *time > since || (!late && *time == since)).unwrap_or(total)
    });
    if !cluster.seekable.load(Ordering::SeqCst) {
        return Asked { from: since.unwrap_or(0), headers: Vec::new(), limit: None };
    }
    let from = find("from_line").map(|line| line.parse::<i64>().expect("a number")).map(|line| {
        if line < 0 {
            total.saturating_sub(usize::try_from(-line).expect("small"))
        } else {
            usize::try_from(line).expect("small").min(total)
        }
    });
    let from = from.or(since).unwrap_or(0);
    let headers = vec![("x-roadstead-first-line", from.to_string()), ("x-roadstead-total-lines", total.to_string())];
    let limit =
        find("limit").map(|l| l.parse::<u64>().expect("a number")).map(|l| usize::try_from(l).unwrap_or(usize::MAX));
    Asked { from, headers, limit }
}

fn bytes(lines: &[(i64, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (time, line) in lines {
        let time = Timestamp::from_nanosecond((*time).into()).expect("this century");
        out.extend_from_slice(format!("{time} ").as_bytes());
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    out
}

pub(super) async fn log_ws(
    State(cluster): State<Arc<Cluster>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if let Err(refusal) = cluster.allows(&headers) {
        return *refusal;
    }
    if cluster.log_is_down.load(Ordering::SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let asked = asked(&cluster, query);
    cluster.log_sockets.fetch_add(1, Ordering::SeqCst);
    let cut = cluster.cut();
    let mut response = upgrade.on_upgrade(move |socket| async move {
        cluster.open_log_sockets.fetch_add(1, Ordering::SeqCst);
        tokio::select! {
            () = follow(&cluster, &id, asked.from, socket) => {}
            () = cut => {}
        }
        cluster.open_log_sockets.fetch_sub(1, Ordering::SeqCst);
        cluster.changed.send_modify(|n| *n += 1);
    });
    for (name, value) in asked.headers {
        response.headers_mut().insert(name, value.parse().expect("a value"));
    }
    response
}

async fn follow(cluster: &Cluster, id: &str, mut from: usize, mut socket: WebSocket) {
    let mut changed = cluster.changed.subscribe();
    let breaks = {
        let mut breaks = cluster.breaks.lock().expect("unpoisoned");
        (!breaks.is_empty()).then(|| breaks.remove(0))
    };
    let until = breaks.map(|lines| from + lines);
    loop {
        changed.mark_unchanged();
        let (piece, end, ended) = {
            let jobs = cluster.jobs();
            let end = jobs.log.len().min(from + 500).min(until.unwrap_or(usize::MAX));
            let piece = bytes(&jobs.log[from..end]);
            let ended = matches!(jobs.status.get(id), Some(&("succeeded" | "failed"))) && end == jobs.log.len();
            (piece, end, ended)
        };
        from = end;
        if !piece.is_empty() && socket.send(Message::Binary(piece.into())).await.is_err() {
            return;
        }
        if until == Some(from) {
            // Gone without a close frame, in the middle of a line.
            let _ = socket.send(Message::Binary("2026-11-23T08:00:00Z half a li".into())).await;
            return;
        }
        if ended {
            let _ = socket.send(Message::Close(Some(CloseFrame { code: 1000, reason: "".into() }))).await;
            while let Some(Ok(_)) = socket.recv().await {}
            return;
        }
        let more = cluster.jobs().log.len() > from;
        if !more {
            tokio::select! {
                _ = changed.changed() => {}
                message = socket.recv() => match message {
                    Some(Ok(Message::Ping(_))) => drop(cluster.pings.fetch_add(1, Ordering::SeqCst)),
                    Some(Ok(Message::Pong(_))) => {}
                    _ => return,
                },
            }
        }
    }
}

pub(super) async fn log(
    State(cluster): State<Arc<Cluster>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = cluster.allows(&headers) {
        return *refusal;
    }
    let asked = asked(&cluster, query);
    let jobs = cluster.jobs();
    let end = asked.limit.map_or(jobs.log.len(), |limit| asked.from.saturating_add(limit).min(jobs.log.len()));
    let mut response = Body::from(bytes(&jobs.log[asked.from..end])).into_response();
    for (name, value) in asked.headers {
        response.headers_mut().insert(name, value.parse().expect("a value"));
    }
    response
}

pub(super) async fn top(
    State(cluster): State<Arc<Cluster>>,
    Path(id): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade.on_upgrade(async move |mut socket| {
        let mut changed = cluster.changed.subscribe();
        loop {
            changed.mark_unchanged();
            if cluster.status(&id) != Some("running") {
                let _ = socket.send(Message::Close(None)).await;
                return;
            }
            let sample = json!({"cpu": 0.5, "memory": 12, "memory_bytes": 12582912, "timestamp": 1700000000.25});
            if socket.send(Message::Text(sample.to_string().into())).await.is_err() {
                return;
            }
            let _ = changed.changed().await;
        }
    })
}

/// Echoes input; the line `exit` ends it with code 7. The command `yes` floods.
pub(super) async fn exec(
    State(cluster): State<Arc<Cluster>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    upgrade: WebSocketUpgrade,
) -> Response {
    if cluster.status(&id) != Some("running") {
        let refusal = json!({"error": format!("Job '{id}' is not running.")});
        return (StatusCode::NOT_FOUND, [("x-error", refusal.to_string())], Json(refusal)).into_response();
    }
    let begins = |command: &str| query.as_deref().is_some_and(|query| query.starts_with(command));
    // `read` waits for a key first.
    let (floods, waits) = (begins("cmd=yes"), begins("cmd=read"));
    // A job of that name is recorded.
    let is_recorded = id == "job-recorded";
    let mut response = upgrade.on_upgrade(async move |mut socket| {
        if waits {
            while !matches!(socket.recv().await, Some(Ok(Message::Binary(_))) | Some(Err(_)) | None) {}
        }
        if floods || waits {
            return flood(&cluster, socket).await;
        }
        let hello = Frame::Stdout(query.unwrap_or_default().as_bytes()).encode();
        let _ = socket.send(Message::Binary(hello.into())).await;
        while let Some(Ok(message)) = socket.recv().await {
            let Message::Binary(bytes) = message else { continue };
            let reply = match Frame::parse(&bytes) {
                Ok(Frame::Stdin(b"exit")) => Frame::Exit(Exit { exit_code: 7, message: None }).encode(),
                Ok(Frame::Stdin(text)) => Frame::Stdout(text).encode(),
                Ok(Frame::Resize(size)) => Frame::Stdout(format!("{}x{}", size.width, size.height).as_bytes()).encode(),
                Ok(_) | Err(_) => Frame::Stderr(b"not for me").encode(),
            };
            let over = reply[0] == 3;
            if socket.send(Message::Binary(reply.into())).await.is_err() || over {
                return;
            }
        }
    });
    if is_recorded {
        response.headers_mut().insert(RECORDED_HEADER, http::HeaderValue::from_static("1"));
    }
    response
}

/// Writes without end, and notes what is typed and whether nobody takes the output.
async fn flood(cluster: &Cluster, socket: WebSocket) {
    let (mut tx, mut rx) = socket.split();
    let lines = Frame::Stdout("y\n".repeat(8192).as_bytes()).encode();
    let writing = async {
        loop {
            let mut sent = tx.send(Message::Binary(lines.clone().into()));
            if tokio::time::timeout(Duration::from_millis(200), &mut sent).await.is_err() {
                cluster.note_flood(|flood| flood.is_stuck = true);
                if sent.await.is_err() {
                    return;
                }
            }
        }
    };
    let reading = async {
        while let Some(Ok(message)) = rx.next().await {
            if let Message::Binary(bytes) = message
                && let Ok(Frame::Stdin(text)) = Frame::parse(&bytes)
            {
                cluster.note_flood(|flood| flood.typed.extend_from_slice(text));
            }
        }
    };
    tokio::select! {
        () = writing => {}
        () = reading => {}
    }
}
