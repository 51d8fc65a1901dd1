//! What an open address must bear: clients that are slow, that are too many, that say too much, and a stop in the middle.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Extension, Router, body::Body, response::IntoResponse, routing::get};
use futures::{StreamExt, stream};
use gateway::ports::Peer;
use gateway_native::{Front, Metrics, Proxies, serve_router};
use http::{Request, StatusCode, header};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

/// Fails a test that would wait for ever; nothing is measured by it.
async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future).await.unwrap_or_else(|_| panic!("{what} did not happen"))
}

struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<()>,
    metrics: Metrics,
}

impl Server {
    async fn start(router: Router, mut front: Front) -> Self {
        let metrics = Metrics::new();
        front.metrics = metrics.clone();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async move {
            let _ = stopped.await;
        };
        let served = tokio::spawn(serve_router(listener, router, front, stopped));
        Self { address, stop: Some(stop), served, metrics }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("connects")
    }

    /// Everything the server says on a connection until it closes it.
    async fn said(&self, request: &[u8]) -> String {
        let mut stream = self.connect().await;
        // The server may close before it has read all.
        let _ = stream.write_all(request).await;
        rest(&mut stream).await
    }

    async fn is_well(&self) -> bool {
        self.said(b"GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.starts_with("HTTP/1.1 200")
    }
}

async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let _ = soon("the end of the connection", stream.read_to_end(&mut bytes)).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hello() -> Router {
    Router::new().route("/hello", get(async || "hello"))
}

fn front(connections_max: usize, head_millis: u64) -> Front {
    Front { connections_max, head_limit: Duration::from_millis(head_millis), ..Front::default() }
}

#[tokio::test]
async fn a_client_that_never_finishes_its_request_is_let_go() {
    let server = Server::start(hello(), front(100, 200)).await;
    let mut silent = server.connect().await;
    let mut slow = server.connect().await;
    slow.write_all(b"GET /hello HTTP/1.1\r\nHost: x\r\nX-Slow: ").await.expect("sends");
    // A drop now and then buys no time.
    let trickle = async {
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if slow.write_all(b"a").await.is_err() {
                return;
            }
        }
    };
    soon("the trickling client's end", trickle).await;
    assert_eq!(rest(&mut silent).await, "");
    assert!(server.is_well().await);
}

#[tokio::test]
async fn ten_thousand_half_open_websockets_take_no_more_than_their_bound() {
    let bound = 64;
    let server = Server::start(hello(), front(bound, 2_000)).await;
    let half =
        b"GET /api/v1/jobs/events HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-";
    let mut held: Vec<TcpStream> = stream::iter(0..10_000)
        .map(|_| async {
            let mut stream = server.connect().await;
            let _ = stream.write_all(half).await;
            // Those beyond the bound are closed at once; the others wait for more.
            let mut byte = [0];
            let over = tokio::time::timeout(Duration::from_millis(50), stream.read(&mut byte)).await;
            over.is_err().then_some(stream)
        })
        .buffer_unordered(256)
        .filter_map(std::future::ready)
        .collect()
        .await;
    assert!(!server.metrics.text().contains("roadstead_connections_refused_total 0"));
    for stream in &mut held {
        rest(stream).await;
    }
    assert!(server.is_well().await, "the server goes on once they are let go");
}

#[tokio::test]
async fn a_websocket_keeps_its_place_for_as_long_as_it_is_open() {
    let upgrading = get(|mut request: Request<Body>| async move {
        let upgrade = hyper::upgrade::on(&mut request);
        tokio::spawn(async move {
            let upgraded = upgrade.await.expect("upgrades");
            let mut io = hyper_util::rt::TokioIo::new(upgraded);
            let _ = tokio::io::copy(&mut io, &mut tokio::io::sink()).await;
        });
        let headers = [(header::CONNECTION, "Upgrade"), (header::UPGRADE, "echo")];
        (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
    });
    let server = Server::start(hello().route("/socket", upgrading), front(2, 10_000)).await;
    let handshake = b"GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut stream = server.connect().await;
        stream.write_all(handshake).await.expect("sends");
        let mut head = [0; 12];
        soon("an answer", stream.read_exact(&mut head)).await.expect("an answer");
        assert_eq!(&head, b"HTTP/1.1 101");
        open.push(stream);
    }
    assert!(!server.is_well().await, "both places are taken");
    open.clear();
    let well = async {
        while !server.is_well().await {
            tokio::task::yield_now().await;
        }
    };
    soon("a free place", well).await;
}

#[tokio::test]
async fn a_head_that_is_too_large_or_malformed_is_refused() {
    let server = Server::start(hello(), Front::default()).await;
    let long = format!("GET /hello HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "a".repeat(300_000));
    let many = format!("GET /hello HTTP/1.1\r\nHost: x\r\n{}\r\n", "X: y\r\n".repeat(500));
    let mut refused = vec![(long, "431"), (many, "431")];
    for malformed in [
        "GET /hello HTTP/1.1\r\nHost: x\r\nBad Name: y\r\n\r\n",
        "GET /hello HTTP/9.9\r\nHost: x\r\n\r\n",
        "\0\0\0\0\r\n\r\n",
        "POST /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        "POST /hello HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /hello HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
    ] {
        refused.push((malformed.to_owned(), "400"));
    }
    for (request, status) in refused {
        let said = server.said(request.as_bytes()).await;
        assert!(said.starts_with(&format!("HTTP/1.1 {status}")), "{request:.60}: {said}");
    }
    assert!(server.is_well().await);
}

#[tokio::test]
async fn a_proxys_word_on_the_client_is_taken_only_where_it_is_trusted() {
    let told = get(|Extension(Peer(address)): Extension<Peer>| async move { address.to_string() });
    let request = b"GET /who HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.7\r\nConnection: close\r\n\r\n";
    for (proxies, address) in [(vec![], "127.0.0.1"), (vec!["127.0.0.1".to_owned()], "192.0.2.7")] {
        let front = Front { proxies: Proxies::parse(&proxies).expect("proxies"), ..Front::default() };
        let server = Server::start(Router::new().route("/who", told.clone()), front).await;
        assert!(server.said(request).await.ends_with(address));
    }
}

#[tokio::test]
async fn a_stop_lets_what_is_under_way_end_and_idle_connections_go() {
    let (begun, begins) = oneshot::channel();
    let (let_go, go) = oneshot::channel::<()>();
    let once = Arc::new(Mutex::new(Some((begun, go))));
    let slow = get(move || {
        let (begun, go) = once.lock().expect("unpoisoned").take().expect("asked once");
        async move {
            begun.send(()).expect("the test waits");
            go.await.expect("the test lets it go");
            "done"
        }
    });
    let mut server = Server::start(hello().route("/slow", slow), Front::default()).await;
    let mut idle = server.connect().await;
    idle.write_all(b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sends");
    let mut hello = [0; 15];
    soon("an answer", idle.read_exact(&mut hello)).await.expect("an answer");
    let mut working = server.connect().await;
    working.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sends");
    soon("the slow request", begins).await.expect("begins");
    server.stop.take().expect("running").send(()).expect("is told");
    rest(&mut idle).await;
    assert!(!server.served.is_finished(), "it waits for what is under way");
    let_go.send(()).expect("the handler waits");
    assert!(rest(&mut working).await.ends_with("done"));
    soon("the stop", server.served).await.expect("ends well");
    assert!(TcpStream::connect(server.address).await.is_err(), "and takes nobody new");
}
