//! The proof that a call comes from the console itself, and the limit on headers.
//!
//! A call carries a header that a foreign page cannot set without a preflight, which is never granted. What cannot carry it
//! proves itself otherwise: a WebSocket by its `Origin`, a download that the browser navigates to by `Sec-Fetch-Site`.

use crate::{Gateway, config::Config, rescue::Failure};
use api::{CSRF_HEADER, CSRF_VALUE};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, header};
use url::Url;

const HEADERS_MAX_BYTES: usize = 32 * 1024;
/// Where a browser comes back to from the platform's sign-in page; the route proves the rest.
const CALLBACK: &str = "/session/callback";
/// GET addresses of these endings are navigated to, so that the browser saves them.
const DOWNLOADS: [&str; 2] = ["/download", "/archive"];

/// Middleware over `/api/v1`.
pub(crate) async fn guard(State(gateway): State<Gateway>, request: Request, next: Next) -> Response {
    let public = gateway.config().public_url.as_ref();
    match check(request.method(), request.uri().path(), request.headers(), public) {
        Ok(()) => next.run(request).await,
        Err(failure) => failure.into_response(),
    }
}

fn check(method: &Method, path: &str, headers: &HeaderMap, public: Option<&Url>) -> Result<(), Failure> {
    let size: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if size > HEADERS_MAX_BYTES {
        return Err(Failure::TooLarge { what: "The request's head", limit_bytes: HEADERS_MAX_BYTES });
    }
    if prove_socket(headers, public)? {
        return Ok(());
    }
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    // Sec-Fetch-Site stands in no request of an older browser; where it stands, no other site's page may make a call.
    let site = text("sec-fetch-site");
    if method == Method::GET && path == CALLBACK && text("sec-fetch-mode").is_none_or(|mode| mode == "navigate") {
        return Ok(());
    }
    if matches!(site, Some("cross-site" | "same-site")) {
        return Err(Failure::Csrf("it comes from another site's page"));
    }
    if let Some(origin) = text("origin")
        && !is_own(origin, text("host"), public)
    {
        return Err(Failure::Csrf("it comes from another origin"));
    }
    let marked = text(CSRF_HEADER) == Some(CSRF_VALUE);
    let navigated = method == Method::GET
        && DOWNLOADS.iter().any(|ending| path.ends_with(ending))
        && matches!(site, Some("same-origin" | "none"));
    if marked || navigated { Ok(()) } else { Err(Failure::Csrf("the header X-Roadstead: 1 is missing")) }
}

/// Whether a request opens a WebSocket, which only the own origin's pages may.
pub(crate) fn prove_socket(headers: &HeaderMap, public: Option<&Url>) -> Result<bool, Failure> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if !text(header::UPGRADE.as_str()).is_some_and(|u| u.eq_ignore_ascii_case("websocket")) {
        return Ok(false);
    }
    let origin = text("origin").ok_or(Failure::Csrf("a WebSocket without Origin"))?;
    let own = is_own(origin, text("host"), public);
    if own { Ok(true) } else { Err(Failure::Csrf("a WebSocket from another origin")) }
}

/// Whether a request opens a WebSocket and may.
pub(crate) fn is_own_socket(headers: &HeaderMap, public: Option<&Url>) -> bool {
    matches!(prove_socket(headers, public), Ok(true))
}

/// The address at which this browser reaches the gateway: the configured one, or what the request's `Host` says.
pub(crate) fn own_address(headers: &HeaderMap, config: &Config) -> Option<Url> {
    if let Some(public) = &config.public_url {
        return Some(public.clone());
    }
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let url = Url::parse(&format!("http://{host}/")).ok()?;
    // A host and a port, nothing beside them.
    (url.username().is_empty() && url.path() == "/" && url.query().is_none() && url.fragment().is_none()).then_some(url)
}

/// Whether an `Origin` is the gateway's own: the configured one, or that of the request's `Host`.
fn is_own(origin: &str, host: Option<&str>, public: Option<&Url>) -> bool {
    let Ok(origin) = Url::parse(origin) else { return false };
    if !matches!(origin.scheme(), "http" | "https") {
        return false;
    }
    if let Some(public) = public {
        return origin.origin() == public.origin();
    }
    // The scheme's default port is left out on both sides alike when the URL is parsed with the origin's scheme.
    host.and_then(|host| Url::parse(&format!("{}://{host}", origin.scheme())).ok())
        .is_some_and(|own| own.origin() == origin.origin())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (k.parse().expect("a name"), v.parse().expect("a value"))).collect()
    }

    #[test]
    fn only_the_own_origin_opens_a_websocket() {
        let public = Url::parse("https://console.example").expect("a URL");
        for (origin, host, public, own) in [
            ("http://127.0.0.1:8080", "127.0.0.1:8080", None, true),
            ("http://localhost:8080", "127.0.0.1:8080", None, false),
            ("http://127.0.0.1:8081", "127.0.0.1:8080", None, false),
            ("https://a.example", "a.example", None, true),
            ("https://a.example", "a.example:443", None, true),
            ("http://a.example.evil", "a.example", None, false),
            ("null", "a.example", None, false),
            ("file:///x", "a.example", None, false),
            ("https://console.example", "10.0.0.1:80", Some(&public), true),
            ("http://console.example", "console.example", Some(&public), false),
        ] {
            let headers = headers(&[("upgrade", "websocket"), ("origin", origin), ("host", host)]);
            assert_eq!(check(&Method::GET, "/jobs/events", &headers, public).is_ok(), own, "{origin} at {host}");
        }
        let none = headers(&[("upgrade", "WebSocket"), ("host", "a"), ("x-roadstead", "1")]);
        assert!(check(&Method::GET, "/jobs/events", &none, None).is_err(), "the header is no substitute for Origin");
    }

    #[test]
    fn calls_need_the_header_and_downloads_may_be_navigated_to() {
        let get = |path, pairs: &[(&'static str, &str)]| check(&Method::GET, path, &headers(pairs), None).is_ok();
        assert!(get("/jobs", &[("x-roadstead", "1")]));
        assert!(!get("/jobs", &[("x-roadstead", "0")]));
        assert!(!get("/jobs", &[("sec-fetch-site", "same-origin")]));
        assert!(get("/jobs/a/logs/download", &[("sec-fetch-site", "same-origin")]));
        assert!(!get("/jobs/a/logs/download", &[("sec-fetch-site", "cross-site")]));
        assert!(!get("/jobs/a/logs/download", &[]));
        assert!(get("/images/a%2Fb%2Fc/archive", &[("sec-fetch-site", "same-origin")]));
        assert!(!get("/images/a%2Fb%2Fc/archive", &[("sec-fetch-site", "same-site")]));
        assert!(!get("/images/a%2Fb%2Farchive", &[("sec-fetch-site", "same-origin")]));
        for other in ["cross-site", "same-site"] {
            assert!(!get("/jobs", &[("x-roadstead", "1"), ("sec-fetch-site", other)]), "{other}");
        }
        assert!(!get("/jobs", &[("x-roadstead", "1"), ("origin", "http://evil.example"), ("host", "a.example")]));
        assert!(get("/jobs", &[("x-roadstead", "1"), ("origin", "http://a.example"), ("host", "a.example")]));
        let post = headers(&[("sec-fetch-site", "same-origin")]);
        assert!(check(&Method::POST, "/x/download", &post, None).is_err());
    }

    #[test]
    fn the_browser_comes_back_from_the_sign_in_page_by_navigating_only() {
        let get = |path, pairs: &[(&'static str, &str)]| check(&Method::GET, path, &headers(pairs), None).is_ok();
        let cross = ("sec-fetch-site", "cross-site");
        assert!(get("/session/callback", &[cross, ("sec-fetch-mode", "navigate")]));
        assert!(get("/session/callback", &[]));
        for mode in ["cors", "no-cors", "same-origin", "websocket"] {
            assert!(!get("/session/callback", &[cross, ("sec-fetch-mode", mode)]), "{mode}");
        }
        assert!(!get("/session/callback/x", &[cross, ("sec-fetch-mode", "navigate")]));
        let posted = headers(&[cross, ("sec-fetch-mode", "navigate")]);
        assert!(check(&Method::POST, "/session/callback", &posted, None).is_err());
    }

    #[test]
    fn a_head_over_its_limit_is_refused() {
        let long = "a".repeat(33 * 1024);
        let refused = check(&Method::GET, "/jobs", &headers(&[("x-roadstead", "1"), ("x-long", &long)]), None);
        assert!(matches!(refused, Err(Failure::TooLarge { .. })));
    }
}
