//! Serving a router until told to stop, then in good order. What an open address must bear is borne here: clients that are slow
//! to say what they want, that want nothing, or that are too many.

mod client_address;
mod places;

pub(crate) use client_address::told_address;
pub use client_address::{InvalidProxy, Proxies};

use std::{future::Future, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use gateway::{Gateway, ports::Peer};
use http::Request;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use places::{Place, Places};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

use crate::{Metrics, NativeHost};

/// How long open requests and streams may take to end.
const DRAIN_LIMIT: Duration = Duration::from_secs(10);
/// How long a client may take over a request's head, or stay without saying anything.
const HEAD_LIMIT: Duration = Duration::from_secs(30);
/// Of a head, and of what is read ahead of a body.
const BUFFER_MAX_BYTES: usize = 128 * 1024;
/// After the system had no descriptor or memory for a connection.
const BREATH: Duration = Duration::from_millis(100);

/// What one server bears.
#[derive(Clone, Debug)]
pub struct Front {
    /// Whose word on the client's address is taken.
    pub proxies: Proxies,
    /// Connections at once, open streams included.
    pub connections_max: usize,
    /// Those of one address (of one /64, with IPv6) that is no proxy.
    pub connections_max_per_address: usize,
    /// How long a client may take over a request's head.
    pub head_limit: Duration,
    /// Where requests and connections are counted.
    pub metrics: Metrics,
}

impl Default for Front {
    fn default() -> Self {
        Self {
            proxies: Proxies::default(),
            connections_max: 10_000,
            connections_max_per_address: 2_000,
            head_limit: HEAD_LIMIT,
            metrics: Metrics::new(),
        }
    }
}

/// Serves a gateway until `stop` resolves; then takes no new connections, ends the streams with `end{shutdown}`, and waits for
/// what is under way, at most ten seconds.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    front: Front,
    gateway: Gateway,
    host: NativeHost,
    stop: impl Future<Output = ()> + Send + 'static,
) {
    let stop = async move {
        stop.await;
        gateway.drain();
    };
    serve_router(listener, router, front, stop).await;
    let left = host.drained(DRAIN_LIMIT).await;
    if left > 0 {
        tracing::warn!(left, "streams did not end in time and are broken off");
    }
}

/// Serves any router so: until `stop` resolves, then what is under way for at most ten seconds.
pub async fn serve_router(
    listener: TcpListener,
    router: Router,
    front: Front,
    stop: impl Future<Output = ()> + Send + 'static,
) {
    let front = Arc::new(front);
    let places = Places::new(front.connections_max, front.connections_max_per_address);
    let (stopping, under_way) = (CancellationToken::new(), TaskTracker::new());
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // A client that was gone at once is no trouble; a system without descriptors gets a moment.
                    tracing::debug!(%error, "a connection was not accepted");
                    tokio::time::sleep(BREATH).await;
                    continue;
                }
            },
        };
        // Whoever comes beyond the bounds is let go at once: nothing is kept of them.
        let Some(place) = places.take(peer.ip(), front.proxies.include(peer.ip())) else {
            tracing::debug!(%peer, "too many connections");
            front.metrics.connection_refused();
            continue;
        };
        under_way.spawn(connection(stream, peer, place, router.clone(), front.clone(), stopping.clone()));
    }
    drop(listener);
    stopping.cancel();
    under_way.close();
    if tokio::time::timeout(DRAIN_LIMIT, under_way.wait()).await.is_err() {
        tracing::warn!("some requests did not end in time and are broken off");
    }
}

/// One connection until its client leaves, or until the request that is under way is answered after `stopping`.
async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    place: Place,
    router: Router,
    front: Arc<Front>,
    stopping: CancellationToken,
) {
    // A small answer must not wait for a next one.
    let _ = stream.set_nodelay(true);
    let head_limit = front.head_limit;
    let _counted = front.metrics.connection();
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        let client = front.proxies.client(peer.ip(), request.headers_mut());
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(client, peer.port())));
        request.extensions_mut().insert(Peer(client));
        let measured = front.metrics.request(request.method(), request.uri().path());
        let answering = router.clone().oneshot(request);
        async move {
            let answer = answering.await;
            if let Ok(answer) = &answer {
                measured.answered(answer.status());
            }
            answer
        }
    });
    let serving = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_limit)
        .max_buf_size(BUFFER_MAX_BYTES)
        .serve_connection(TokioIo::new(place.hold(stream)), service)
        .with_upgrades();
    let mut serving = pin!(serving);
    let served = tokio::select! {
        served = serving.as_mut() => served,
        () = stopping.cancelled() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%peer, error = &error as &dyn std::error::Error, "a connection ended badly");
    }
}
