//! What whoever runs a server asks of it: whether it lives, whether it is to be sent requests, and numbers about it.

use anyhow::{Context, bail};
use axum::{Router, extract::State, response::IntoResponse, routing::get};
use gateway_native::{Front, Metrics, serve_router};
use http::{StatusCode, header};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::net::TcpListener;

/// The format that Prometheus reads (OpenMetrics 1.0).
const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Clone)]
pub(crate) struct Operations {
    metrics: Metrics,
    stopping: Arc<AtomicBool>,
}

impl Operations {
    pub(crate) fn new(metrics: Metrics) -> Self {
        Self { metrics, stopping: Arc::default() }
    }

    /// A router with the addresses for whoever balances load, which say no more than anybody may know.
    pub(crate) fn beside(&self, router: Router) -> Router {
        self.health().fallback_service(router)
    }

    /// The same stop, known here from its first moment, so that no new requests are sent.
    pub(crate) fn stopping(
        &self,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> impl Future<Output = ()> + Send + 'static {
        let stopping = self.stopping.clone();
        async move {
            stop.await;
            stopping.store(true, Ordering::SeqCst);
        }
    }

    /// Serves the numbers at an address of their own, which must be this machine's alone.
    pub(crate) async fn listen(&self, address: Option<SocketAddr>) -> anyhow::Result<()> {
        let Some(address) = address else { return Ok(()) };
        if !address.ip().is_loopback() {
            bail!(
                "--metrics {address} is open to others: give a loopback address, and let a proxy or an agent on this machine read it"
            );
        }
        let listener =
            TcpListener::bind(address).await.with_context(|| format!("--metrics: cannot listen on {address}"))?;
        tracing::info!(address = %listener.local_addr()?, "metrics are served");
        let metrics = self.metrics.clone();
        let text = get(async move || ([(header::CONTENT_TYPE, FORMAT)], metrics.text()));
        let router = self.health().route("/metrics", text);
        tokio::spawn(serve_router(listener, router, Front::default(), std::future::pending()));
        Ok(())
    }

    fn health(&self) -> Router {
        let ready = async |State(stopping): State<Arc<AtomicBool>>| {
            let no_store = [(header::CACHE_CONTROL, "no-store")];
            if stopping.load(Ordering::SeqCst) {
                (StatusCode::SERVICE_UNAVAILABLE, no_store, "stopping\n").into_response()
            } else {
                (no_store, "ready\n").into_response()
            }
        };
        Router::new()
            .route("/healthz", get(async || ([(header::CACHE_CONTROL, "no-store")], "alive\n")))
            .route("/readyz", get(ready))
            .with_state(self.stopping.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use http::Request;
    use tower::ServiceExt;

    async fn asked(router: &Router, path: &str) -> StatusCode {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        router.clone().oneshot(request).await.expect("infallible").status()
    }

    #[tokio::test]
    async fn a_server_that_stops_lives_on_and_is_not_ready() {
        let operations = Operations::new(Metrics::new());
        let router = operations.beside(Router::new().fallback(async || StatusCode::IM_A_TEAPOT));
        assert_eq!(asked(&router, "/readyz").await, StatusCode::OK);
        operations.stopping(std::future::ready(())).await;
        assert_eq!(asked(&router, "/readyz").await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(asked(&router, "/healthz").await, StatusCode::OK);
        assert_eq!(asked(&router, "/jobs").await, StatusCode::IM_A_TEAPOT);
        assert_eq!(asked(&router, "/metrics").await, StatusCode::IM_A_TEAPOT, "numbers are not for everybody");
    }

    #[tokio::test]
    async fn numbers_are_not_served_to_others() {
        let refused = Operations::new(Metrics::new()).listen(Some("0.0.0.0:0".parse().expect("an address"))).await;
        assert!(refused.expect_err("refused").to_string().contains("loopback"));
    }
}
