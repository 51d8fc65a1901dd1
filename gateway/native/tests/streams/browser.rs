//! A gateway, and a browser's side of its sockets.

use super::cluster::{Cluster, token};
use crate::host::{self, Running};
use api::logs::{Event, Frame, Reply};
use axum::body::Body;
use futures::{SinkExt, StreamExt};
use gateway::Config;
use http::{HeaderMap, HeaderValue, Request, Response, header};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::{client::legacy, client::legacy::connect::HttpConnector, rt::TokioExecutor};
use std::{net::SocketAddr, time::Duration};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{self, client::IntoClientRequest},
};

/// Fails a test that would wait for ever; nothing is measured by it.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future).await.unwrap_or_else(|_| panic!("{what} did not happen"))
}

pub(crate) struct Edge {
    pub(crate) address: SocketAddr,
    /// The name by which browsers reach it over TLS; none: they ask its address in clear.
    name: Option<&'static str>,
    running: Option<Running>,
    client: legacy::Client<HttpConnector, Body>,
}

impl Edge {
    pub(crate) async fn before(cluster: &Cluster) -> Self {
        Self::with(cluster, |_| {}).await
    }

    pub(crate) async fn with(cluster: &Cluster, set: impl FnOnce(&mut Config)) -> Self {
        let running = host::start(cluster.address, set).await;
        let edge = Self::at(running.address);
        Self { running: Some(running), ..edge }
    }

    /// One that somebody else has started.
    pub(crate) fn at(address: SocketAddr) -> Self {
        let client = legacy::Client::builder(TokioExecutor::new()).build(HttpConnector::new());
        Self { address, name: None, running: None, client }
    }

    /// The same, as browsers reach it by a name and over TLS.
    pub(crate) fn named(address: SocketAddr, name: &'static str) -> Self {
        Self { name: Some(name), ..Self::at(address) }
    }

    /// What a browser and the TLS before the gateway add to a request.
    fn dress(&self, headers: &mut HeaderMap) {
        let Some(name) = self.name else { return };
        headers.insert(header::HOST, HeaderValue::from_static(name));
        headers.insert("x-forwarded-proto", HeaderValue::from_static("https"));
    }

    /// Sends a request for a path as it is, and gives the answer.
    pub(crate) async fn send(&self, mut request: Request<Body>) -> Response<Incoming> {
        let at = format!("http://{}{}", self.address, request.uri());
        *request.uri_mut() = at.parse().expect("a URL");
        self.dress(request.headers_mut());
        self.client.request(request).await.expect("an answer")
    }

    /// Signs in and gives the cookie.
    pub(crate) async fn sign_in(&self, user: &str) -> String {
        self.sign_in_with(&serde_json::json!({"token": token(user)})).await
    }

    /// Signs in with what can be renewed, and gives the cookie.
    pub(crate) async fn sign_in_by_code(&self) -> String {
        self.sign_in_with(&serde_json::json!({"code": "once"})).await
    }

    async fn sign_in_with(&self, body: &serde_json::Value) -> String {
        let request =
            Request::post("/api/v1/session").header("x-roadstead", "1").header("content-type", "application/json");
        let response = self.send(request.body(Body::from(body.to_string())).expect("a request")).await;
        let cookie = response.headers().get(header::SET_COOKIE).expect("signed in").to_str().expect("text");
        cookie.split(';').next().expect("a pair").to_owned()
    }

    /// Sends what no sign-in is, from this address as Cloudflare would tell it, and gives the answer's status.
    pub(crate) async fn try_sign_in(&self, from: &str) -> u16 {
        let request = Request::post(format!("http://{}/api/v1/session", self.address))
            .header("x-roadstead", "1")
            .header("content-type", "application/json")
            .header("cf-connecting-ip", from)
            .body(Body::from("{}"));
        let response = self.client.request(request.expect("a request")).await.expect("an answer");
        response.status().as_u16()
    }

    /// Asks for a stream that is refused; gives the status and the body.
    pub(crate) async fn refused(&self, cookie: &str, path: &str) -> (u16, String) {
        let more = [
            ("connection", "Upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("origin", &format!("http://{}", self.address)),
        ];
        self.get_with(cookie, path, &more).await
    }

    pub(crate) async fn get(&self, cookie: &str, path: &str) -> (u16, String) {
        self.get_with(cookie, path, &[]).await
    }

    pub(crate) async fn get_with(&self, cookie: &str, path: &str, more: &[(&str, &str)]) -> (u16, String) {
        let mut request = Request::get(format!("http://{}/api/v1{path}", self.address))
            .header("x-roadstead", "1")
            .header(header::COOKIE, cookie);
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        let response = self.client.request(request.body(Body::empty()).expect("a request")).await.expect("an answer");
        let (head, body) = response.into_parts();
        let text = String::from_utf8_lossy(&body.collect().await.expect("a body").to_bytes()).into_owned();
        (head.status.as_u16(), text)
    }

    pub(crate) async fn sign_out(&self, cookie: &str) {
        let request = Request::delete(format!("http://{}/api/v1/session", self.address))
            .header("x-roadstead", "1")
            .header(header::COOKIE, cookie);
        let response = self.client.request(request.body(Body::empty()).expect("a request")).await.expect("an answer");
        assert_eq!(response.status(), 204);
    }

    /// Asks for JSON and gets it.
    pub(crate) async fn ask<T: serde::de::DeserializeOwned>(&self, request: Request<Body>) -> T {
        let response = self.send(request).await;
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        assert!(head.status.is_success(), "{}: {}", head.status, String::from_utf8_lossy(&bytes));
        serde_json::from_slice(&bytes).expect("JSON")
    }

    pub(crate) async fn open(&self, cookie: &str, path: &str) -> Page {
        self.socket(&format!("/api/v1{path}"), Some(cookie)).await
    }

    /// As somebody who is not signed in.
    pub(crate) async fn visit(&self, path: &str) -> Page {
        self.socket(path, None).await
    }

    async fn socket(&self, path: &str, cookie: Option<&str>) -> Page {
        let mut request = format!("ws://{}{path}", self.address).into_client_request().expect("a request");
        let origin = match self.name {
            Some(name) => format!("https://{name}"),
            None => format!("http://{}", self.address),
        };
        request.headers_mut().insert(header::ORIGIN, origin.parse().expect("a value"));
        self.dress(request.headers_mut());
        if let Some(cookie) = cookie {
            request.headers_mut().insert(header::COOKIE, cookie.parse().expect("a value"));
        }
        let tcp = TcpStream::connect(self.address).await.expect("a connection");
        let (socket, _) = client_async(request, tcp).await.expect("a handshake");
        Page { socket, taken: 0 }
    }

    pub(crate) async fn stop(self) {
        if let Some(running) = self.running {
            running.stop().await;
        }
    }
}

/// One open socket of a page.
pub(crate) struct Page {
    socket: WebSocketStream<TcpStream>,
    taken: u64,
}

/// What a page was sent.
#[derive(Debug, PartialEq)]
pub(crate) enum Sent {
    Text(String),
    Binary(Vec<u8>),
    Closed(u16),
    Broke,
}

impl Page {
    pub(crate) async fn next(&mut self) -> Sent {
        loop {
            return match soon("a message", self.socket.next()).await {
                Some(Ok(tungstenite::Message::Text(text))) => Sent::Text(text.to_string()),
                Some(Ok(tungstenite::Message::Binary(bytes))) => Sent::Binary(bytes.to_vec()),
                Some(Ok(tungstenite::Message::Close(frame))) => Sent::Closed(frame.map_or(1005, |f| f.code.into())),
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => Sent::Broke,
            };
        }
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.socket.send(tungstenite::Message::binary(bytes.to_vec())).await.expect("open");
    }

    /// Tells how much has been taken in.
    pub(crate) async fn answer(&mut self, bytes: u64) {
        let credit = serde_json::to_string(&Reply::Credit { bytes }).expect("JSON");
        let _ = self.socket.send(tungstenite::Message::text(credit)).await;
    }

    /// The next event of a text stream, without heartbeats.
    pub(crate) async fn event<T: serde::de::DeserializeOwned>(&mut self) -> T {
        loop {
            match self.next().await {
                Sent::Text(text) if text == r#"{"type":"heartbeat"}"# => {}
                Sent::Text(text) => return serde_json::from_str(&text).expect("an event"),
                other => panic!("not an event: {other:?}"),
            }
        }
    }

    /// The next thing of a log stream, as text: `12 text` for a row, `+12 text` for one that continues, `[type]` for an event.
    /// Frames are answered with credit.
    pub(crate) async fn log(&mut self) -> Vec<String> {
        match self.next().await {
            Sent::Binary(bytes) => {
                self.taken += bytes.len() as u64;
                self.answer(self.taken).await;
                let frame = Frame::parse(&bytes).expect("a frame");
                let row = |row: api::logs::Row<'_>| {
                    let plus = if row.flags & api::logs::CONTINUES != 0 { "+" } else { "" };
                    format!("{plus}{} {}", row.line, String::from_utf8_lossy(row.text))
                };
                frame.rows().map(row).collect()
            }
            Sent::Text(text) => vec![match serde_json::from_str(&text).expect("an event") {
                Event::Heartbeat => return Vec::new(),
                Event::Init { first_line, total_lines, seekable } => {
                    format!("[init {first_line} {total_lines:?} {seekable}]")
                }
                Event::InitDone => "[init_done]".into(),
                Event::Gap { lines } => format!("[gap {lines:?}]"),
                Event::Skipped { lines } => format!("[skipped {lines}]"),
                Event::Waiting { .. } => "[waiting]".into(),
                Event::Recovered => "[recovered]".into(),
                Event::End { reason } => format!("[end {reason:?}]"),
                Event::Unknown => panic!("an unknown event"),
            }],
            Sent::Closed(code) => vec![format!("[closed {code}]")],
            Sent::Broke => vec!["[broke]".into()],
        }
    }

    /// Reads a log stream until something that begins with `last` has come.
    pub(crate) async fn log_until(&mut self, last: &str) -> Vec<String> {
        let mut all = Vec::new();
        while !all.iter().any(|item: &String| item.starts_with(last)) {
            all.extend(self.log().await);
        }
        all
    }
}
