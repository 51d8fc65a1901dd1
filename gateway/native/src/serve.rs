//! Serving a router until told to stop, then in good order.

use axum::Router;
use gateway::Gateway;
use std::{future::Future, io, time::Duration};
use tokio::net::TcpListener;

use crate::NativeHost;

/// How long open requests and streams may take to end.
const DRAIN_LIMIT: Duration = Duration::from_secs(10);

/// Serves until `stop` resolves; then takes no new connections, ends the streams with `end{shutdown}`, and waits for what
/// is under way, at most ten seconds.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    gateway: Gateway,
    host: NativeHost,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (stopping, stopped) = tokio::sync::oneshot::channel();
    let stop = async move {
        stop.await;
        gateway.drain();
        let _ = stopping.send(());
    };
    // Whoever keeps a history writes down where a change came from.
    let router = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
    let serving = async move { axum::serve(listener, router).with_graceful_shutdown(stop).await };
    let limit = async move {
        // Without a stop there is no limit.
        if stopped.await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(DRAIN_LIMIT).await;
    };
    let served = tokio::select! {
        served = serving => served,
        () = limit => Ok(()),
    };
    let left = host.drained(DRAIN_LIMIT).await;
    if left > 0 {
        tracing::warn!(left, "streams did not end in time and are broken off");
    }
    served
}
