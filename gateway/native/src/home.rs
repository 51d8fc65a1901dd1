//! What the process asks of itself: a gateway beside its cluster reaches it without going out by the network, or by its own proxy.

use crate::HomeKey;
use crate::serve::told_address;
use axum::{Router, body::Body, extract::ConnectInfo};
use futures::FutureExt;
use gateway::ports::{Peer, SendError};
use http::{
    HeaderMap, HeaderValue, Request, Response, Uri, header,
    uri::{Authority, Scheme},
};
use hyper::body::Body as _;
use std::{
    future::Future,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    panic::AssertUnwindSafe,
};
use tower::ServiceExt;

/// The addresses that are this process's own, and who answers there.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    scheme: Option<Scheme>,
    authority: Option<Authority>,
    listener: Authority,
    key: HomeKey,
    router: Router,
}

impl Home {
    /// `public`: what clients call it; `listener`: where it listens.
    pub(crate) fn new(public: &Uri, listener: SocketAddr, key: HomeKey, router: Router) -> Self {
        let listener = listener.to_string().parse().expect("an address and a port are an authority");
        Self { scheme: public.scheme().cloned(), authority: public.authority().cloned(), listener, key, router }
    }

    /// Whether a request comes home. Its way is the shortest then, and it has the key that it is known by where it listens.
    pub(crate) fn takes<T>(&self, request: &mut Request<T>) -> bool {
        self.lead_home(request);
        let comes_home = request.uri().authority() == Some(&self.listener);
        if comes_home {
            self.key.put(request.headers_mut());
        }
        comes_home
    }

    fn lead_home<T>(&self, request: &mut Request<T>) {
        let mut parts = request.uri().clone().into_parts();
        if parts.scheme.is_some() && parts.scheme == self.scheme && parts.authority == self.authority {
            (parts.scheme, parts.authority) = (Some(Scheme::HTTP), Some(self.listener.clone()));
            *request.uri_mut() = Uri::from_parts(parts).expect("only the place changes");
        }
    }

    /// The answer to a request that comes home: given here, not over a connection. One that is to become another protocol needs one.
    pub(crate) fn answer(
        &self,
        request: Request<Body>,
    ) -> impl Future<Output = Result<Response<Body>, SendError>> + use<> {
        let authority = self.listener.to_string();
        let answering = self.router.clone().oneshot(arrived(request, &self.key));
        // A handler that panics takes its connection with it, and nothing else.
        AssertUnwindSafe(answering).catch_unwind().map(move |answered| match answered {
            Ok(Ok(mut response)) => {
                response.extensions_mut().clear();
                Ok(response)
            }
            Ok(Err(never)) => match never {},
            Err(_) => Err(SendError::Broken { authority, source: "the handler panicked".into() }),
        })
    }
}

/// The request as a server sees it that has read it from a connection (RFC 9112, sections 3.2 and 6).
fn arrived(mut request: Request<Body>, key: &HomeKey) -> Request<Body> {
    request.extensions_mut().clear();
    let authority = request.uri().authority().and_then(|authority| HeaderValue::try_from(authority.as_str()).ok());
    let path = request.uri().path_and_query().cloned();
    *request.uri_mut() = path.map_or_else(Uri::default, Uri::from);
    let length = request.body().size_hint().exact();
    let headers = request.headers_mut();
    // What the key proves is known here without it.
    key.take(headers);
    if let Some(authority) = authority {
        headers.entry(header::HOST).or_insert(authority);
    }
    frame(headers, length);
    let client = told_address(headers).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(client, 0)));
    request.extensions_mut().insert(Peer(client));
    request
}

/// Says how long the body is, where that is known and there is one.
fn frame(headers: &mut HeaderMap, length: Option<u64>) {
    match length {
        _ if headers.contains_key(header::CONTENT_LENGTH) => {}
        Some(0) => {}
        Some(bytes) => drop(headers.insert(header::CONTENT_LENGTH, bytes.into())),
        None => drop(headers.insert(header::TRANSFER_ENCODING, HeaderValue::from_static("chunked"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::any;
    use http::StatusCode;

    fn home(router: Router) -> Home {
        let listener = SocketAddr::from(([127, 0, 0, 1], 8080));
        Home::new(&Uri::from_static("https://console.example"), listener, HomeKey::new(), router)
    }

    #[test]
    fn the_own_public_address_is_reached_at_home_and_no_other() {
        let home = home(Router::new());
        for (asked, goes) in [
            ("https://console.example/v2/a?b=c", "http://127.0.0.1:8080/v2/a?b=c"),
            ("http://127.0.0.1:8080/v2/a?b=c", "http://127.0.0.1:8080/v2/a?b=c"),
            ("http://console.example/v2/", "http://console.example/v2/"),
            ("https://console.example:444/v2/", "https://console.example:444/v2/"),
            ("https://console.example.evil/v2/", "https://console.example.evil/v2/"),
        ] {
            let mut request = Request::new(());
            *request.uri_mut() = asked.parse().expect("a URI");
            let comes_home = home.takes(&mut request);
            assert_eq!(request.uri().to_string(), goes);
            assert_eq!(comes_home, goes.starts_with("http://127.0.0.1:8080/"), "{goes}");
            // The key is nobody else's.
            assert_eq!(home.key.take(request.headers_mut()), comes_home, "{goes}");
        }
    }

    async fn answered(home: &Home, mut request: Request<Body>) -> Result<Response<Body>, SendError> {
        assert!(home.takes(&mut request));
        home.answer(request).await
    }

    #[tokio::test]
    async fn a_request_arrives_at_home_as_it_would_over_a_connection() {
        let router = Router::new().fallback(any(|request: Request<Body>| async move {
            let header = |name| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            let peer = request.extensions().get::<Peer>().unwrap().0;
            let ConnectInfo(address) = *request.extensions().get::<ConnectInfo<SocketAddr>>().unwrap();
            assert_eq!(address.ip(), peer);
            assert_eq!(header("x-roadstead-home"), None, "the key goes no further");
            let seen = [header("host"), header("content-length"), header("transfer-encoding")];
            (StatusCode::IM_A_TEAPOT, format!("{} {peer} {seen:?}", request.uri()))
        }));
        let home = home(router);
        let stream = || Body::from_stream(futures::stream::iter([Ok::<_, std::convert::Infallible>("x")]));
        for (told, body, seen) in [
            (None, Body::empty(), r#"127.0.0.1 [Some("127.0.0.1:8080"), None, None]"#),
            (Some("192.0.2.7"), Body::from("four"), r#"192.0.2.7 [Some("127.0.0.1:8080"), Some("4"), None]"#),
            (Some("192.0.2.7"), stream(), r#"192.0.2.7 [Some("127.0.0.1:8080"), None, Some("chunked")]"#),
        ] {
            let mut request = Request::post("https://console.example/v2/a?b=c");
            if let Some(told) = told {
                request = request.header("x-forwarded-for", told);
            }
            let response = answered(&home, request.body(body).unwrap()).await.expect("an answer");
            assert_eq!(response.status(), StatusCode::IM_A_TEAPOT);
            let text = axum::body::to_bytes(response.into_body(), 1024).await.expect("its body");
            assert_eq!(text, format!("/v2/a?b=c {seen}"));
        }
    }

    #[tokio::test]
    async fn a_handler_that_panics_at_home_is_a_broken_connection() {
        let router = Router::new().fallback(any(|| async { panic!("a bug") as StatusCode }));
        let request = Request::get("http://127.0.0.1:8080/").body(Body::empty()).unwrap();
        let broken = answered(&home(router), request).await;
        assert!(matches!(broken, Err(SendError::Broken { .. })), "{broken:?}");
    }
}
