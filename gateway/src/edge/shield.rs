//! What holds for every answer below `/s/`: the address is a secret, so that nothing may keep it, index it or pass it on.

use super::guard::prove_socket;
use crate::Gateway;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, header};
use std::borrow::Cow;

/// Middleware over `/s`.
pub(crate) async fn shield(State(gateway): State<Gateway>, request: Request, next: Next) -> Response {
    let proof = prove_socket(request.headers(), gateway.config().public_url.as_ref());
    let mut response = match proof {
        Ok(_) => next.run(request).await,
        Err(failure) => failure.into_response(),
    };
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    set(HeaderName::from_static("x-robots-tag"), "noindex, nofollow, noarchive");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::CACHE_CONTROL, "no-store");
    response
}

/// A path as it may stand in a log: without the token of a link.
pub(crate) fn loggable(path: &str) -> Cow<'_, str> {
    let Some(rest) = path.strip_prefix("/s/") else { return Cow::Borrowed(path) };
    let what = rest.split_once('/').map(|(_, what)| format!("/{what}")).unwrap_or_default();
    Cow::Owned(format!("/s/***{what}"))
}

#[cfg(test)]
mod tests {
    use super::loggable;

    #[test]
    fn a_token_never_stands_in_a_path_that_is_logged() {
        for (path, logged) in [
            ("/s/secret", "/s/***"),
            ("/s/secret/logs/page", "/s/***/logs/page"),
            ("/s/", "/s/***"),
            ("/settings", "/settings"),
            ("/api/v1/jobs/s/x", "/api/v1/jobs/s/x"),
        ] {
            assert_eq!(loggable(path), logged);
        }
    }
}
