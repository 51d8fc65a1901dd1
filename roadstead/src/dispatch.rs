//! One port, two languages: which requests speak the platform API and go to the cluster, and which are the console's.
//!
//! A page never sends `Authorization`; a command line always does. So that header decides, and the few platform paths that
//! are open without it are named here. A shared link is for whoever has it, and its token is no other server's to log. The rule is the whole of the matter: docs/ARCHITECTURE.md, "One port, two languages".

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use http::header::AUTHORIZATION;
use std::convert::Infallible;
use tower::{ServiceExt, service_fn};

/// Platform paths that are open without `Authorization`, besides all below `/oauth/`: the cluster's own sign-in.
const OPEN: [&str; 2] = ["/api/v1/config", "/api/v1/ping"];
const SIGN_IN: &str = "/oauth/";
/// Links of the gateway.
const LINKS: &str = "/s/";

/// Whether a request is for the cluster.
fn speaks_platform<B>(request: &http::Request<B>) -> bool {
    let path = request.uri().path();
    // Whoever has a link may come with any headers.
    if path.starts_with(LINKS) {
        return false;
    }
    request.headers().contains_key(AUTHORIZATION) || OPEN.contains(&path) || path.starts_with(SIGN_IN)
}

/// Both routers as one.
pub(crate) fn one_port(gateway: Router, cluster: Router) -> Router {
    Router::new().fallback_service(service_fn(move |request: Request| {
        let chosen = if speaks_platform(&request) { cluster.clone() } else { gateway.clone() };
        async move { Ok::<Response, Infallible>(chosen.oneshot(request).await.unwrap_or_else(|never| match never {})) }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::routing::any;
    use http::StatusCode;

    async fn goes_to(path: &str, authorization: Option<&str>) -> StatusCode {
        let gateway = Router::new().fallback(any(|| async { StatusCode::OK }));
        let cluster = Router::new().fallback(any(|| async { StatusCode::IM_A_TEAPOT }));
        let mut request = Request::builder().uri(path);
        if let Some(value) = authorization {
            request = request.header(AUTHORIZATION, value);
        }
        let request = request.body(Body::empty()).expect("a request");
        one_port(gateway, cluster).oneshot(request).await.expect("infallible").status()
    }

    #[tokio::test]
    async fn the_authorization_header_alone_tells_the_cluster_from_the_gateway() {
        let (gateway, cluster) = (StatusCode::OK, StatusCode::IM_A_TEAPOT);
        for path in ["/", "/jobs", "/api/v1/jobs", "/api/v1/session", "/api/v1/jobs/x/log_ws"] {
            assert_eq!(goes_to(path, None).await, gateway, "{path}");
            assert_eq!(goes_to(path, Some("Bearer x")).await, cluster, "{path}");
        }
        assert_eq!(goes_to("/v2/", Some("Basic x")).await, cluster);
        // The gateway asks for credentials, or takes the page's session.
        assert_eq!(goes_to("/v2/", None).await, gateway);
        assert_eq!(goes_to("/s/token/status", Some("Bearer x")).await, gateway);
        for path in OPEN.into_iter().chain(["/oauth/token", "/oauth/authorize", "/oauth/page.css"]) {
            assert_eq!(goes_to(path, None).await, cluster, "{path}");
        }
    }
}
