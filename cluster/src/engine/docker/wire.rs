//! The few requests whose bodies must pass byte for byte: logs, exec, attach, image archives.
//!
//! Bollard cuts these streams at newlines and takes the first byte of terminal output for a frame header, so they are
//! spoken here over hyper directly, on a connection each. Owns the connection; knows nothing of what is in the bodies.

use futures::TryStreamExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::client::conn::http1;
use hyper::upgrade::Upgraded;
use hyper::{Method, Request, Response, StatusCode, Version, header};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, UnixStream};

use super::connect::Endpoint;
use super::failure::container_error;
use super::state::Inspected;
use crate::engine::{Archive, ContainerId, EngineError};

/// What a request carries.
type Outgoing = UnsyncBoxBody<Bytes, std::io::Error>;

fn whole(bytes: impl Into<Bytes>) -> Outgoing {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// Speaks to one engine at one API version.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    pub(super) endpoint: Endpoint,
    /// For example `/v1.41`.
    pub(super) prefix: String,
}

impl Wire {
    pub(super) fn gone(&self, error: impl std::fmt::Display) -> EngineError {
        EngineError::Gone { address: self.endpoint.to_string(), message: error.to_string() }
    }

    async fn send(&self, request: Request<Outgoing>) -> Result<Response<Incoming>, EngineError> {
        let response = match &self.endpoint {
            Endpoint::Unix(path) => {
                let stream = UnixStream::connect(path).await.map_err(|e| self.gone(e))?;
                self.send_on(TokioIo::new(stream), request).await?
            }
            Endpoint::Tcp(address) => {
                let stream = TcpStream::connect(address).await.map_err(|e| self.gone(e))?;
                self.send_on(TokioIo::new(stream), request).await?
            }
        };
        if response.status().is_success() || response.status() == StatusCode::SWITCHING_PROTOCOLS {
            return Ok(response);
        }
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.map_err(|e| self.gone(e))?.to_bytes();
        let message = serde_json::from_slice::<serde_json::Value>(&body)
            .ok()
            .and_then(|value| value.get("message").and_then(|m| m.as_str()).map(str::to_owned))
            .unwrap_or_else(|| String::from_utf8_lossy(&body).trim().to_owned());
        Err(EngineError::Failed { status, message })
    }

    async fn send_on<T>(&self, io: T, request: Request<Outgoing>) -> Result<Response<Incoming>, EngineError>
    where
        T: hyper::rt::Read + hyper::rt::Write + Send + Unpin + 'static,
    {
        let (mut sender, connection) = http1::handshake(io).await.map_err(|e| self.gone(e))?;
        // Ends with the response's body or the upgraded stream: whoever holds that owns this task's life.
        tokio::spawn(async move {
            let _ = connection.with_upgrades().await;
        });
        sender.send_request(request).await.map_err(|e| self.gone(e))
    }

    fn request(&self, method: Method, path: &str) -> hyper::http::request::Builder {
        Request::builder().method(method).uri(format!("{}{path}", self.prefix)).header(header::HOST, "engine")
    }

    /// A body that streams.
    ///
    /// Asked for in HTTP/1.0: engines flush after every log line, and in 1.1 each flush is a chunk that wakes two tasks
    /// here. Without chunks, what is there is read at once. The end of such a body proves nothing (a dying engine looks
    /// the same): the caller must ask how the container stands.
    pub(super) async fn get(&self, path: &str) -> Result<Incoming, EngineError> {
        let request = self
            .request(Method::GET, path)
            .version(Version::HTTP_10)
            .body(whole(Bytes::new()))
            .map_err(|e| protocol(&e))?;
        Ok(self.send(request).await?.into_body())
    }

    /// A JSON answer.
    pub(super) async fn json<T: serde::de::DeserializeOwned>(&self, path: &str) -> Result<T, EngineError> {
        let body = self.get(path).await?.collect().await.map_err(|e| self.gone(e))?.to_bytes();
        serde_json::from_slice(&body).map_err(|e| EngineError::Protocol(format!("{path}: {e}")))
    }

    /// Posts JSON and reads the answer to its end.
    pub(super) async fn post_json(&self, path: &str, body: &serde_json::Value) -> Result<Bytes, EngineError> {
        let request = self.request(Method::POST, path).header(header::CONTENT_TYPE, "application/json");
        let request = request.body(whole(body.to_string())).map_err(|e| protocol(&e))?;
        Ok(self.send(request).await?.into_body().collect().await.map_err(|e| self.gone(e))?.to_bytes())
    }

    /// Posts a stream of bytes; the answer streams.
    pub(super) async fn post_stream(&self, path: &str, archive: Archive) -> Result<Incoming, EngineError> {
        let body = StreamBody::new(archive.map_ok(Frame::data)).boxed_unsync();
        let request = self.request(Method::POST, path).header(header::CONTENT_TYPE, "application/x-tar");
        Ok(self.send(request.body(body).map_err(|e| protocol(&e))?).await?.into_body())
    }

    /// Posts nothing but a header at a path outside the Docker API; the answer streams.
    pub(super) async fn post_at(&self, path: &str, name: &str, value: &str) -> Result<Incoming, EngineError> {
        let request = Request::post(path).header(header::HOST, "engine").header(name, value);
        Ok(self.send(request.body(whole(Bytes::new())).map_err(|e| protocol(&e))?).await?.into_body())
    }

    /// Deletes what is at a path.
    pub(super) async fn delete(&self, path: &str) -> Result<(), EngineError> {
        let request = self.request(Method::DELETE, path).body(whole(Bytes::new())).map_err(|e| protocol(&e))?;
        self.send(request).await?.into_body().collect().await.map_err(|e| self.gone(e))?;
        Ok(())
    }

    /// How a container stands.
    pub(super) async fn inspect(&self, id: &ContainerId) -> Result<Inspected, EngineError> {
        self.json(&format!("/containers/{id}/json")).await.map_err(|e| container_error(&id.0, e))
    }

    /// A connection that becomes a plain two-way stream. Without a body none may be sent, not even an empty object:
    /// podman takes it for the first input.
    pub(super) async fn hijack(
        &self,
        path: &str,
        body: Option<&serde_json::Value>,
    ) -> Result<TokioIo<Upgraded>, EngineError> {
        let mut request =
            self.request(Method::POST, path).header(header::CONNECTION, "Upgrade").header(header::UPGRADE, "tcp");
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let bytes = body.map(ToString::to_string).unwrap_or_default();
        let request = request.body(whole(bytes)).map_err(|e| protocol(&e))?;
        let response = self.send(request).await?;
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(EngineError::Protocol(format!("{path} was answered with {}", response.status())));
        }
        hyper::upgrade::on(response).await.map(TokioIo::new).map_err(|e| self.gone(e))
    }
}

fn protocol(error: &hyper::http::Error) -> EngineError {
    EngineError::Protocol(error.to_string())
}
