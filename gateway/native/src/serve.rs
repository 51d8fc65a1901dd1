//! Serving a router until told to stop, then in good order.

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    middleware::map_request,
};
use gateway::{Gateway, ports::Peer};
use std::{future::Future, io, net::SocketAddr, time::Duration};
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
    // Whoever keeps a history writes down where a change came from; who guesses links is counted by address.
    let router = router.layer(map_request(with_peer));
    let router = router.into_make_service_with_connect_info::<SocketAddr>();
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

/// Says who asks in the gateway's own words.
async fn with_peer(mut request: Request) -> Request {
    if let Some(ConnectInfo(address)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        let peer = Peer(address.ip());
        request.extensions_mut().insert(peer);
    }
    request
}
