//! A cluster, a gateway before it, and those who use them.

use crate::host::{self, Running};
use axum::{
    body::Body,
    extract::Request,
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use cluster::{Accounts, Cluster, ProjectRole, engine::fake::FakeEngine};
use gateway::Config;
use http::{HeaderMap, Method, StatusCode, header};
use http_body_util::BodyExt;
use hyper_util::{client::legacy, client::legacy::connect::HttpConnector, rt::TokioExecutor};
use image::{
    Digest,
    manifest::{Descriptor, ImageManifest, media_type},
};
use serde_json::{Value, json};
use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// A place with a cluster and a gateway.
pub(crate) struct World {
    pub(crate) address: SocketAddr,
    _gateway: Running,
    pub(crate) cluster_address: SocketAddr,
    people: Accounts,
    client: legacy::Client<HttpConnector, Body>,
    cluster: Cluster,
    folder: TempDir,
}

/// How somebody proves who they are.
#[derive(Clone, Debug)]
pub(crate) enum As {
    /// A page, by its cookie.
    Page(String),
    /// A client, by name and token.
    Client(String),
    Nobody,
}

pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
}

impl Got {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    pub(crate) fn text(&self, name: header::HeaderName) -> String {
        self.headers.get(name).map(|v| v.to_str().expect("text").to_owned()).unwrap_or_default()
    }

    /// The registry's code of a refusal.
    pub(crate) fn code(&self) -> String {
        self.json()["errors"][0]["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// The repository that tests push to.
pub(crate) const NET: &str = "main/default/net";

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(set: impl FnOnce(&mut Config)) -> Self {
        Self::build(true, set).await
    }

    /// A cluster that knows the platform's API and nothing beyond it.
    pub(crate) async fn without_extension() -> Self {
        Self::build(false, |_| {}).await
    }

    async fn build(extension: bool, set: impl FnOnce(&mut Config)) -> Self {
        let folder = TempDir::new().expect("a folder");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let cluster_address = listener.local_addr().expect("bound");
        let base = format!("http://{cluster_address}").parse().expect("a URL");
        let config = cluster::Config::new(folder.path().to_owned(), base);
        let people = Accounts::open(&config).await.expect("accounts");
        for (user, role) in [("bob", ProjectRole::Writer), ("carol", ProjectRole::Reader)] {
            people.add_user(user, role, None).await.expect("a user");
        }
        let cluster = Cluster::start_on(config, Arc::clone(&FakeEngine::new()) as _).await.expect("a cluster");
        let mut served = cluster.router();
        if !extension {
            served = served.layer(from_fn(hide_extension));
        }
        tokio::spawn(async move { axum::serve(listener, served).await });
        let gateway = host::start(cluster_address, set).await;
        let client = legacy::Client::builder(TokioExecutor::new()).build(HttpConnector::new());
        Self { address: gateway.address, _gateway: gateway, cluster_address, people, client, cluster, folder }
    }

    pub(crate) async fn stop(self) {
        self.cluster.shutdown().await;
    }

    /// Another gateway before the same cluster, which seals with this key.
    pub(crate) async fn another_gateway(&self, key: [u8; 32]) -> Running {
        host::start_with_key(key, self.cluster_address, |_| {}).await
    }

    pub(crate) async fn token(&self, user: &str) -> String {
        self.people.token(user, Duration::from_secs(3600)).await.expect("a token")
    }

    pub(crate) async fn client(&self, user: &str) -> As {
        As::Client(format!("Basic {}", STANDARD.encode(format!("{user}:{}", self.token(user).await))))
    }

    pub(crate) async fn page(&self, user: &str) -> As {
        let token = json!({"token": self.token(user).await}).to_string();
        let headers = [("content-type", "application/json"), ("x-roadstead", "1")];
        let got = self.at(self.address, Method::POST, "/api/v1/session", &As::Nobody, &headers, token).await;
        assert_eq!(got.status, 200, "{:?}", got.json());
        As::Page(got.text(header::SET_COOKIE).split(';').next().expect("a pair").to_owned())
    }

    /// Any request to the gateway.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        who: &As,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Got {
        self.at(self.address, method, path, who, headers, body).await
    }

    pub(crate) async fn get(&self, path: &str, who: &As) -> Got {
        self.ask(Method::GET, path, who, &[], Body::empty()).await
    }

    pub(crate) async fn at(
        &self,
        address: SocketAddr,
        method: Method,
        path: &str,
        who: &As,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Got {
        let response = self.send(address, method, path, who, headers, body).await;
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.expect("a whole body").to_bytes();
        Got { status: head.status, headers: head.headers, bytes }
    }

    /// The same, with the body still to come.
    pub(crate) async fn send(
        &self,
        address: SocketAddr,
        method: Method,
        path: &str,
        who: &As,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Response {
        let mut request = http::Request::builder().method(method).uri(format!("http://{address}{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request = match who {
            As::Page(cookie) => request.header(header::COOKIE, cookie).header("x-roadstead", "1"),
            As::Client(authorization) => request.header(header::AUTHORIZATION, authorization),
            As::Nobody => request,
        };
        let response = self.client.request(request.body(body.into()).expect("a request")).await.expect("an answer");
        response.map(Body::new)
    }

    /// Pushes a blob in one piece.
    pub(crate) async fn push_blob(&self, who: &As, repository: &str, bytes: &[u8]) -> Digest {
        let digest = Digest::sha256_of(bytes);
        let begun = self.ask(Method::POST, &format!("/v2/{repository}/blobs/uploads/"), who, &[], Body::empty()).await;
        assert_eq!(begun.status, 202, "{:?}", begun.json());
        let to = format!("{}?digest={digest}", begun.text(header::LOCATION));
        let done = self.ask(Method::PUT, &to, who, &[], bytes.to_vec()).await;
        assert_eq!(done.status, 201, "{:?}", done.json());
        digest
    }

    /// Pushes an image of these layers and gives its manifest.
    pub(crate) async fn push_image(&self, who: &As, repository: &str, tag: &str, layers: &[Vec<u8>]) -> Vec<u8> {
        let mut descriptors = Vec::new();
        for layer in layers {
            self.push_blob(who, repository, layer).await;
            descriptors.push(Descriptor::of(media_type::OCI_LAYER, layer));
        }
        // Not compressed: the diffID is the digest.
        let diff_ids: Vec<String> = layers.iter().map(|layer| Digest::sha256_of(layer).to_string()).collect();
        let config = json!({
            "architecture": "amd64", "os": "linux", "created": "2026-11-23T08:00:00Z", "author": "alice",
            "config": {"Entrypoint": ["/run"], "Env": ["A=b"], "Labels": {"l": "v"}, "ExposedPorts": {"80/tcp": {}}},
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
            "history": [{"created_by": "ENV A=b", "empty_layer": true}, {"created_by": "COPY . ."}],
        });
        let config = config.to_string().into_bytes();
        self.push_blob(who, repository, &config).await;
        let config = Descriptor::of(media_type::OCI_CONFIG, &config);
        let manifest = ImageManifest::oci(config, descriptors, Default::default()).to_bytes();
        let kind = [("content-type", media_type::OCI_MANIFEST)];
        let to = format!("/v2/{repository}/manifests/{tag}");
        let put = self.ask(Method::PUT, &to, who, &kind, manifest.clone()).await;
        assert_eq!(put.status, 201, "{:?}", put.json());
        manifest
    }

    /// The file in which the cluster keeps a blob.
    pub(crate) fn blob_file(&self, digest: &Digest) -> PathBuf {
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                } else if entry.file_name().to_string_lossy().contains(digest.hex()) {
                    return entry.path();
                }
            }
        }
        panic!("no file of {digest}");
    }
}

async fn hide_extension(request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/api/v1/extensions") {
        return StatusCode::NOT_FOUND.into_response();
    }
    next.run(request).await
}
