//! A cluster, a gateway before it, and people as types.

use api::exec::{CLOSE_FORBIDDEN, CLOSE_SIGNED_OUT};
use axum::{
    Router,
    body::Body,
    extract::Request,
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use cluster::{Accounts, Cluster, ProjectRole, engine::fake::FakeEngine};
use futures::{SinkExt, StreamExt};
use gateway::{Config, Gateway, LinksConfig, SessionKeys, router};
use gateway_native::{Front, NativeHost, SqliteLinks};
use http::{Method, StatusCode, header};
use http_body_util::BodyExt;
use hyper_util::{client::legacy, client::legacy::connect::HttpConnector, rt::TokioExecutor};
use serde_json::{Value, json};
use std::{collections::HashMap, net::SocketAddr, sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    client_async,
    tungstenite::{self, Message, client::IntoClientRequest},
};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum As {
    /// Has no session.
    Nobody,
    /// Reads in project `default`.
    Carol,
    /// Writes there.
    Bob,
    /// Manages it.
    Mona,
    /// May do everything.
    Admin,
    /// Writes in another project of the organisation.
    Stranger,
}

impl As {
    pub(crate) const ALL: [Self; 6] = [Self::Nobody, Self::Carol, Self::Bob, Self::Mona, Self::Admin, Self::Stranger];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Carol => "carol",
            Self::Bob => "bob",
            Self::Mona => "mona",
            Self::Admin => "admin",
            Self::Stranger => "stranger",
        }
    }
}

pub(crate) struct World {
    address: SocketAddr,
    cluster_address: SocketAddr,
    people: Accounts,
    cookies: HashMap<As, String>,
    client: legacy::Client<HttpConnector, Body>,
    cluster: Cluster,
    _folder: TempDir,
}

#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Got {
    pub(crate) fn message(&self) -> &str {
        self.body["message"].as_str().unwrap_or_default()
    }

    pub(crate) fn items(&self) -> &[Value] {
        self.body["items"].as_array().map(Vec::as_slice).unwrap_or_default()
    }
}

/// What the cluster has beyond the platform's API.
async fn hide_extensions(request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/api/v1/extensions") {
        return (StatusCode::NOT_FOUND, "404: Not Found").into_response();
    }
    next.run(request).await
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::build(true, None).await
    }

    /// Where links to jobs are read for by somebody's account.
    pub(crate) async fn with_links_read_by(who: As) -> Self {
        Self::build(true, Some(who)).await
    }

    /// A cluster that knows the platform's API and nothing beyond it.
    pub(crate) async fn bare() -> Self {
        Self::build(false, None).await
    }

    async fn build(extensions: bool, reads_links: Option<As>) -> Self {
        let folder = TempDir::new().expect("a folder");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let cluster_address = listener.local_addr().expect("bound");
        let base = format!("http://{cluster_address}").parse().expect("a URL");
        let config = cluster::Config::new(folder.path().to_owned(), base);
        let people = Accounts::open(&config).await.expect("accounts");
        for (user, role, project) in [
            ("carol", ProjectRole::Reader, None),
            ("bob", ProjectRole::Writer, None),
            ("mona", ProjectRole::Manager, None),
            ("stranger", ProjectRole::Writer, Some("elsewhere")),
        ] {
            people.add_user(user, role, project).await.expect("a user");
        }
        let cluster = Cluster::start_on(config, Arc::clone(&FakeEngine::new()) as _).await.expect("a cluster");
        let served = cluster.router();
        let served = if extensions { served } else { served.layer(from_fn(hide_extensions)) };
        tokio::spawn(async move { axum::serve(listener, served).await });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let upstream = format!("http://{cluster_address}/api/v1").parse().expect("a URL");
        let host = NativeHost::new();
        let mut config = Config::new(upstream, SessionKeys::new([7; 32], None));
        if let Some(who) = reads_links {
            let store = SqliteLinks::open(&folder.path().join("links.sqlite")).await.expect("opens");
            let token = people.token(who.name(), Duration::from_secs(3600)).await.expect("a token");
            config.links = Some(LinksConfig::try_new(Arc::new(store), token).expect("names somebody"));
        }
        let gateway = Gateway::new(config, Arc::new(host.clone()));
        let router = router(gateway.clone(), Router::new());
        tokio::spawn(gateway_native::serve(listener, router, Front::default(), gateway, host, std::future::pending()));
        let client = legacy::Client::builder(TokioExecutor::new()).build(HttpConnector::new());
        let cookies = HashMap::new();
        let mut world = Self { address, cluster_address, people, cookies, client, cluster, _folder: folder };
        for who in As::ALL.into_iter().filter(|who| *who != As::Nobody) {
            let sign_in = json!({"token": world.token(who).await});
            let response = world.send("POST", "/api/v1/session", As::Nobody, &[("x-roadstead", "1")], sign_in).await;
            assert_eq!(response.status(), 200);
            let cookie = response.headers()[header::SET_COOKIE].to_str().expect("text");
            world.cookies.insert(who, cookie.split(';').next().expect("a pair").to_owned());
        }
        world
    }

    pub(crate) async fn stop(self) {
        self.cluster.shutdown().await;
    }

    async fn token(&self, who: As) -> String {
        self.people.token(who.name(), Duration::from_secs(3600)).await.expect("a token")
    }

    /// Any request to the gateway, as a browser of theirs sends it.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        who: As,
        headers: &[(&str, &str)],
        body: Value,
    ) -> Response {
        let uri = format!("http://{}{path}", self.address);
        let method: Method = method.parse().expect("a method");
        let mut request = http::Request::builder().method(method).uri(uri);
        if let Some(cookie) = self.cookies.get(&who) {
            request = request.header(header::COOKIE, cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(body.to_string())
        };
        self.client.request(request.body(body).expect("a request")).await.expect("an answer").map(Body::new)
    }

    /// Opens a WebSocket and reads how it begins: 401 and 403 are told in its own words, since no page can read why a handshake
    /// was refused. 0: it streams, or has nothing to stream now.
    pub(crate) async fn opened(&self, path: &str, who: As, origin: Option<&str>) -> u16 {
        let mut request = format!("ws://{}{path}", self.address).into_client_request().expect("a request");
        let own = format!("http://{}", self.address);
        request.headers_mut().insert(header::ORIGIN, origin.unwrap_or(&own).parse().expect("a value"));
        if let Some(cookie) = self.cookies.get(&who) {
            request.headers_mut().insert(header::COOKIE, cookie.parse().expect("a value"));
        }
        let tcp = TcpStream::connect(self.address).await.expect("a connection");
        let (mut socket, _) = match client_async(request, tcp).await {
            Ok(opened) => opened,
            Err(tungstenite::Error::Http(refused)) => return refused.status().as_u16(),
            Err(error) => panic!("{path}: {error}"),
        };
        if path.ends_with("/images/chunks") {
            // It speaks when it is spoken to: this is no order, which it says to whom it lets in.
            socket.send(Message::text("{}")).await.expect("open");
        }
        let first = tokio::time::timeout(Duration::from_secs(30), async {
            while let Some(Ok(message)) = socket.next().await {
                match message {
                    Message::Text(text) => return text.to_string(),
                    Message::Close(frame) => return frame.map(|frame| frame.code.to_string()).unwrap_or_default(),
                    _ => {}
                }
            }
            String::new()
        });
        let first = first.await.unwrap_or_else(|_| panic!("{path} says nothing"));
        match first.as_str() {
            text if text.contains("signed_out") || text.contains("\"status\":401") => 401,
            text if text == CLOSE_SIGNED_OUT.to_string() => 401,
            text if text.contains("forbidden") || text == CLOSE_FORBIDDEN.to_string() => 403,
            _ => 0,
        }
    }

    /// A call as the console makes it, below `/api/v1`.
    pub(crate) async fn call(&self, who: As, method: &str, path: &str, body: Value) -> Got {
        self.marked(who, method, &format!("/api/v1{path}"), body).await
    }

    /// The same at any address.
    pub(crate) async fn marked(&self, who: As, method: &str, path: &str, body: Value) -> Got {
        read(self.send(method, path, who, &[("x-roadstead", "1")], body).await).await
    }

    pub(crate) async fn get(&self, who: As, path: &str) -> Got {
        self.call(who, "GET", path, Value::Null).await
    }

    /// The same call without the proof that the console makes it.
    pub(crate) async fn forged(&self, who: As, method: &str, path: &str, body: Value) -> Got {
        read(self.send(method, path, who, &[], body).await).await
    }

    /// A call of the platform's own command line, straight to the cluster.
    pub(crate) async fn cli(&self, who: As, method: &str, path: &str, body: Value) -> Got {
        let uri = format!("http://{}{path}", self.cluster_address);
        let request = http::Request::builder().method(method).uri(uri);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token(who).await));
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let response = self.client.request(request.body(body).expect("a request")).await.expect("an answer");
        read(response.map(Body::new)).await
    }

    /// What `apolo acl ls --shared` lists for them.
    pub(crate) async fn shared(&self, who: As) -> Vec<(String, String, String)> {
        let listed =
            self.cli(who, "GET", &format!("/api/v1/users/{}/permissions/shared", who.name()), Value::Null).await;
        let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
        let all = listed.body.as_array().expect("a list").iter();
        all.map(|one| (text(one, "user"), text(one, "uri"), text(one, "action"))).collect()
    }
}

async fn read(response: Response) -> Got {
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.expect("a whole body").to_bytes();
    Got { status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
}

/// One change of a grant, as the console sends it.
pub(crate) fn change(principal: &str, uri: &str, from: Option<&str>, to: Option<&str>) -> Value {
    json!({"changes": [{"principal": principal, "uri": uri, "from": from, "to": to}]})
}

/// A URI in a query.
pub(crate) fn in_query(uri: &str) -> String {
    url::form_urlencoded::byte_serialize(uri.as_bytes()).collect()
}
