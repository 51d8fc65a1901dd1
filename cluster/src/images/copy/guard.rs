//! The one way out while an image is copied: a proxy on loopback for this copy alone.
//!
//! Owns which addresses are connected to. A registry may send its client anywhere: to a token server, to where its blobs lie,
//! by a name that means another address a moment later. All of it comes through here, by name, and the address that was
//! checked is the one connected to. Also counts the bytes that come in, so that no source sends without end.
//! TLS passes through untouched: whom the client speaks to is proved between the two.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use futures::TryStreamExt as _;
use http_body_util::{BodyExt as _, Empty, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Frame, Incoming},
    header,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::{AbortHandle, JoinSet},
};

use super::{
    address::{Reach, reach},
    rules::CopyRules,
    source::SourceError,
};

const USER: &str = "copy";
const CONNECT_LIMIT: Duration = Duration::from_secs(15);
const PIECE_BYTES: usize = 64 << 10;

type Out = UnsyncBoxBody<Bytes, io::Error>;

/// The open door. Dropped, it is shut, and whatever came through it ends.
#[derive(Debug)]
pub(super) struct Guard {
    address: SocketAddr,
    secret: String,
    watch: Arc<Watch>,
    task: AbortHandle,
}

#[derive(Debug)]
struct Watch {
    rules: CopyRules,
    /// `Basic ...`: other programs on this machine are not let through.
    password: String,
    /// Bytes that may still come in.
    budget: AtomicU64,
    refusal: Mutex<Option<SourceError>>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Guard {
    pub(super) async fn open(rules: CopyRules) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let secret = uuid::Uuid::new_v4().simple().to_string();
        let password = format!("Basic {}", STANDARD.encode(format!("{USER}:{secret}")));
        let watch = Arc::new(Watch { rules, password, budget: AtomicU64::new(0), refusal: Mutex::default() });
        let address = listener.local_addr()?;
        let task = tokio::spawn(serve(listener, Arc::clone(&watch))).abort_handle();
        Ok(Self { address, secret, watch, task })
    }

    /// The proxy's address, with the password.
    pub(super) fn url(&self) -> String {
        format!("http://{USER}:{}@{}", self.secret, self.address)
    }

    /// Lets so many more bytes in.
    pub(super) fn allow_bytes(&self, bytes: u64) {
        let _ =
            self.watch.budget.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| Some(left.saturating_add(bytes)));
    }

    /// Why something was not let through. What may pass is told once: the next time it may have passed.
    pub(super) fn refusal(&self) -> Option<SourceError> {
        let mut refusal = self.watch.refusal.lock().expect("holders of the lock do not panic");
        if refusal.as_ref().is_some_and(SourceError::may_pass) { refusal.take() } else { refusal.clone() }
    }
}

async fn serve(listener: TcpListener, watch: Arc<Watch>) {
    // Aborted with this task.
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        while connections.try_join_next().is_some() {}
        let watch = Arc::clone(&watch);
        connections.spawn(async move {
            let mut tunnels = JoinSet::new();
            let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
            let service = service_fn(|request| answer(Arc::clone(&watch), sender.clone(), request));
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .with_upgrades();
            let mut connection = std::pin::pin!(connection);
            loop {
                tokio::select! {
                    _ = &mut connection => break,
                    Some(tunnel) = receiver.recv() => { tunnels.spawn(tunnel); }
                }
            }
            if let Ok(tunnel) = receiver.try_recv() {
                tunnels.spawn(tunnel);
            }
            while tunnels.join_next().await.is_some() {}
        });
    }
}

type Tunnel = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

async fn answer(
    watch: Arc<Watch>,
    tunnels: tokio::sync::mpsc::Sender<Tunnel>,
    request: Request<Incoming>,
) -> Result<Response<Out>, hyper::Error> {
    let given = request.headers().get(header::PROXY_AUTHORIZATION).map(header::HeaderValue::as_bytes);
    if given != Some(watch.password.as_bytes()) {
        return Ok(plain(StatusCode::PROXY_AUTHENTICATION_REQUIRED));
    }
    let is_tunnel = request.method() == Method::CONNECT;
    let outcome = match request.uri().authority().map(ToString::to_string) {
        Some(authority) if is_tunnel => watch.tunnel(&authority, tunnels, request).await,
        Some(authority) => Arc::clone(&watch).forward(&authority, request).await,
        None => return Ok(plain(StatusCode::BAD_REQUEST)),
    };
    Ok(outcome.unwrap_or_else(|refusal| {
        tracing::info!(%refusal, "a copy was not let through");
        let status = if refusal.may_pass() { StatusCode::BAD_GATEWAY } else { StatusCode::FORBIDDEN };
        watch.note(refusal);
        plain(status)
    }))
}

impl Watch {
    /// A tunnel for TLS.
    async fn tunnel(
        self: &Arc<Self>,
        authority: &str,
        tunnels: tokio::sync::mpsc::Sender<Tunnel>,
        request: Request<Incoming>,
    ) -> Result<Response<Out>, SourceError> {
        let there = self.connect(authority, 443).await?;
        let watch = Arc::clone(self);
        let tunnel: Tunnel = Box::pin(async move {
            if let Ok(here) = hyper::upgrade::on(request).await {
                watch.pass(TokioIo::new(here), there).await;
            }
        });
        // The receiver lives as long as this connection.
        let _ = tunnels.send(tunnel).await;
        Ok(plain(StatusCode::OK))
    }

    /// A request without TLS: only to registries that an administrator named.
    async fn forward(
        self: Arc<Self>,
        authority: &str,
        request: Request<Incoming>,
    ) -> Result<Response<Out>, SourceError> {
        if !self.rules.is_plain_http(authority) {
            return Err(SourceError::PlainHttp { host: authority.to_owned() });
        }
        let unreachable = |error: &dyn std::fmt::Display| SourceError::Unreachable {
            host: authority.to_owned(),
            why: error.to_string(),
        };
        let there = self.connect(authority, 80).await?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(there)).await.map_err(|error| unreachable(&error))?;
        // Ends with the response's body, which this copy holds.
        tokio::spawn(connection);
        let (mut parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or("/", hyper::http::uri::PathAndQuery::as_str);
        parts.uri = path.parse().map_err(|error: hyper::http::uri::InvalidUri| unreachable(&error))?;
        parts.headers.remove(header::PROXY_AUTHORIZATION);
        let host = header::HeaderValue::from_str(authority).map_err(|error| unreachable(&error))?;
        parts.headers.insert(header::HOST, host);
        let response =
            sender.send_request(Request::from_parts(parts, body)).await.map_err(|error| unreachable(&error))?;
        Ok(response.map(|body| {
            let counted = body
                .into_data_stream()
                .map_err(io::Error::other)
                .and_then(move |piece| std::future::ready(self.spend(piece.len()).map(|()| Frame::data(piece))));
            StreamBody::new(counted).boxed_unsync()
        }))
    }

    /// Connects to where the name leads, if all the rules allow it.
    async fn connect(&self, authority: &str, default_port: u16) -> Result<TcpStream, SourceError> {
        let unreachable = |why: String| SourceError::Unreachable { host: authority.to_owned(), why };
        let parsed: hyper::http::uri::Authority =
            authority.parse().map_err(|error: hyper::http::uri::InvalidUri| unreachable(error.to_string()))?;
        let host = parsed.host().trim_start_matches('[').trim_end_matches(']');
        let port = parsed.port_u16().unwrap_or(default_port);
        let found = tokio::time::timeout(CONNECT_LIMIT, tokio::net::lookup_host((host, port))).await;
        let found: Vec<SocketAddr> = match found {
            Ok(Ok(found)) => found.collect(),
            Ok(Err(error)) => return Err(unreachable(error.to_string())),
            Err(_) => return Err(unreachable("its name was not found in time".to_owned())),
        };
        let private = self.rules.private_addresses || self.rules.is_plain_http(authority);
        let mut trouble = None;
        for address in found {
            let allowed = match reach(address.ip()) {
                Reach::Public => true,
                Reach::Private => private,
                Reach::Never => false,
            };
            if !allowed {
                let (host, address) = (authority.to_owned(), address.ip().to_string());
                trouble.get_or_insert(SourceError::Address { host, address });
                continue;
            }
            match tokio::time::timeout(CONNECT_LIMIT, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => trouble = Some(unreachable(error.to_string())),
                Err(_) => trouble = Some(unreachable("it does not answer".to_owned())),
            }
        }
        Err(trouble.unwrap_or_else(|| unreachable("its name leads nowhere".to_owned())))
    }

    /// Passes bytes both ways until either side ends.
    async fn pass<T: tokio::io::AsyncRead + tokio::io::AsyncWrite>(&self, here: T, there: TcpStream) {
        let (mut from_here, mut to_here) = tokio::io::split(here);
        let (mut from_there, mut to_there) = there.into_split();
        let out = tokio::io::copy(&mut from_here, &mut to_there);
        let back = async {
            let mut piece = vec![0; PIECE_BYTES];
            loop {
                let got = from_there.read(&mut piece).await?;
                if got == 0 {
                    return to_here.shutdown().await;
                }
                self.spend(got)?;
                to_here.write_all(&piece[..got]).await?;
            }
        };
        // What the client still sends after the answer's end interests nobody.
        tokio::select! {
            _ = back => {}
            Err(_) = out => {}
        }
    }

    /// Keeps the first refusal, of those that may not pass where there is one.
    fn note(&self, refusal: SourceError) {
        let mut noted = self.refusal.lock().expect("holders of the lock do not panic");
        if noted.as_ref().is_none_or(SourceError::may_pass) {
            *noted = Some(refusal);
        }
    }

    fn spend(&self, bytes: usize) -> io::Result<()> {
        let spent = self.budget.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(bytes as u64));
        if spent.is_ok() {
            return Ok(());
        }
        let refusal = SourceError::Broken("its registry sends far more than its manifests say".to_owned());
        self.note(refusal);
        Err(io::Error::other("more than was announced"))
    }
}

fn plain(status: StatusCode) -> Response<Out> {
    let mut response = Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a client is told that asks for `request`, and why.
    async fn ask(rules: CopyRules, request: &str, with_password: bool) -> (String, Option<SourceError>) {
        let guard = Guard::open(rules).await.expect("opens");
        guard.allow_bytes(1 << 20);
        let mut stream = TcpStream::connect(guard.address).await.expect("connects");
        let password = format!("Proxy-Authorization: {}\r\n", guard.watch.password);
        let head = format!("{request}\r\nHost: x\r\n{}\r\n", if with_password { &password } else { "" });
        stream.write_all(head.as_bytes()).await.expect("writes");
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.expect("an answer");
        (String::from_utf8_lossy(&answer[9..]).into_owned(), guard.refusal())
    }

    #[tokio::test]
    async fn nothing_private_is_reached_by_any_of_its_names() {
        for place in ["127.0.0.1:1", "localhost:1", "[::1]:1", "2130706433:1", "10.0.0.1:1", "169.254.169.254:80"] {
            let (status, why) = ask(CopyRules::default(), &format!("CONNECT {place} HTTP/1.1"), true).await;
            assert_eq!(status, "403", "{place}");
            assert!(matches!(why, Some(SourceError::Address { .. })), "{place}: {why:?}");
        }
        let rules = CopyRules { private_addresses: true, ..CopyRules::default() };
        let (_, why) = ask(rules, "CONNECT 169.254.169.254:80 HTTP/1.1", true).await;
        assert!(matches!(why, Some(SourceError::Address { .. })), "metadata stays out of reach: {why:?}");
    }

    #[tokio::test]
    async fn nothing_goes_without_tls_but_to_registries_that_are_named() {
        let (status, why) = ask(CopyRules::default(), "GET http://example.com/v2/ HTTP/1.1", true).await;
        assert_eq!((status.as_str(), why), ("403", Some(SourceError::PlainHttp { host: "example.com".to_owned() })));
        let rules = CopyRules { plain_http: vec!["127.0.0.1:2".to_owned()], ..CopyRules::default() };
        let (_, why) = ask(rules.clone(), "GET http://127.0.0.1:3/latest/meta-data HTTP/1.1", true).await;
        assert!(matches!(why, Some(SourceError::PlainHttp { .. })), "another port is another host: {why:?}");
        let (_, why) = ask(rules, "GET http://127.0.0.1:2/v2/ HTTP/1.1", true).await;
        assert!(matches!(why, Some(SourceError::Unreachable { .. })), "it was tried: {why:?}");
    }

    #[tokio::test]
    async fn other_programs_are_not_let_through() {
        let rules = CopyRules { private_addresses: true, ..CopyRules::default() };
        let (status, why) = ask(rules, "CONNECT 127.0.0.1:1 HTTP/1.1", false).await;
        assert_eq!((status.as_str(), why), ("407", None));
    }

    #[tokio::test]
    async fn a_source_that_sends_without_end_is_cut_off() {
        let there = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("binds");
        let place = there.local_addr().expect("an address");
        tokio::spawn(async move {
            let (mut stream, _) = there.accept().await.expect("accepts");
            while stream.write_all(&[0; 65536]).await.is_ok() {}
        });
        let rules = CopyRules { private_addresses: true, ..CopyRules::default() };
        let guard = Guard::open(rules).await.expect("opens");
        guard.allow_bytes(1 << 20);
        let mut stream = TcpStream::connect(guard.address).await.expect("connects");
        let head = format!("CONNECT {place} HTTP/1.1\r\nProxy-Authorization: {}\r\n\r\n", guard.watch.password);
        stream.write_all(head.as_bytes()).await.expect("writes");
        let mut got = Vec::new();
        let _ = stream.read_to_end(&mut got).await;
        assert!(got.len() <= (1 << 20) + 1000, "{}", got.len());
        assert!(matches!(guard.refusal(), Some(SourceError::Broken(_))));
    }
}
