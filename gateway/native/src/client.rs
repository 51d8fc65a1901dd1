//! The HTTP client: pooled HTTP/1.1 connections over TCP or TLS, streaming both ways.

use crate::home::Home;
use axum::body::Body;
use futures::{
    FutureExt,
    future::{BoxFuture, Either},
};
use gateway::ports::SendError;
use http::{Request, Response, header};
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        self,
        connect::{
            HttpConnector,
            dns::{GaiResolver, Name},
        },
    },
    rt::{TokioExecutor, TokioTimer},
};
use std::{
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tower::Service;

const CONNECT_LIMIT: Duration = Duration::from_secs(10);
const IDLE_LIMIT: Duration = Duration::from_secs(60);
/// A rush of viewers must not leave a connection of each behind.
const IDLE_MAX: usize = 32;

#[derive(Clone, Debug)]
pub(crate) struct Client {
    client: legacy::Client<HttpsConnector<HttpConnector<Resolver>>, Body>,
    home: Option<Home>,
}

impl Client {
    pub(crate) fn new() -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Resolver(GaiResolver::new()));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_LIMIT));
        // A cluster that is gone without a word is noticed within about a minute.
        tcp.set_keepalive(Some(Duration::from_secs(30)));
        tcp.set_keepalive_interval(Some(Duration::from_secs(10)));
        tcp.set_keepalive_retries(Some(3));
        let connector =
            HttpsConnectorBuilder::new().with_tls_config(tls()).https_or_http().enable_http1().wrap_connector(tcp);
        let client = legacy::Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE_LIMIT)
            .pool_max_idle_per_host(IDLE_MAX)
            .pool_timer(TokioTimer::new())
            .build(connector);
        Self { client, home: None }
    }

    /// With what is asked of this process itself answered at home.
    pub(crate) fn at_home(self, home: Home) -> Self {
        Self { home: Some(home), ..self }
    }

    /// The answer's head, with the body to come. Redirects are answers.
    pub(crate) fn send(
        &self,
        mut request: Request<Body>,
    ) -> impl Future<Output = Result<Response<Body>, SendError>> + use<> {
        let home = self.home.as_ref().filter(|home| home.takes(&mut request));
        if let Some(home) = home.filter(|_| !request.headers().contains_key(header::UPGRADE)) {
            return Either::Left(home.answer(request));
        }
        let client = self.client.clone();
        Either::Right(async move {
            let authority = request.uri().authority().map(ToString::to_string).unwrap_or_default();
            match client.request(request).await {
                Ok(response) => Ok(response.map(Body::new)),
                Err(error) if error.is_connect() => Err(SendError::Connect { authority, source: error.into() }),
                Err(error) => Err(SendError::Broken { authority, source: error.into() }),
            }
        })
    }
}

/// The system's resolver, without the addresses at which machines in clouds keep their secrets: whatever a name resolves to
/// today, the gateway does not go there.
#[derive(Clone, Debug)]
pub(crate) struct Resolver(GaiResolver);

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Self::Response>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let resolving = self.0.call(name);
        async move { allowed(resolving.await?) }.boxed()
    }
}

fn allowed(found: impl Iterator<Item = SocketAddr>) -> io::Result<std::vec::IntoIter<SocketAddr>> {
    let allowed: Vec<SocketAddr> = found.filter(|address| !is_link_local(address.ip())).collect();
    if allowed.is_empty() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the name leads to link-local addresses only"));
    }
    Ok(allowed.into_iter())
}

fn is_link_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    }
}

/// TLS by the system's certificates. Without any, plain HTTP still works and each HTTPS connection fails with its reason.
fn tls() -> rustls::ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = || {
        rustls::ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .expect("ring serves the default versions")
    };
    match builder().with_native_roots() {
        Ok(roots) => roots.with_no_client_auth(),
        Err(error) => {
            tracing::warn!(%error, "no certificates found on this system: only http: clusters can be reached");
            builder().with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_leads_to_a_metadata_address_leads_nowhere() {
        let at = |text: &str| text.parse::<SocketAddr>().expect("an address");
        let both = [at("169.254.169.254:80"), at("192.0.2.1:80")];
        assert_eq!(allowed(both.into_iter()).expect("one is left").collect::<Vec<_>>(), [at("192.0.2.1:80")]);
        for bad in ["169.254.169.254:80", "[fe80::1]:80", "[::ffff:169.254.169.254]:80"] {
            assert!(allowed([at(bad)].into_iter()).is_err(), "{bad}");
        }
    }
}
