//! Who is let in under `/v2/`: a page by its session and the console's static header, any other client by its own sign-in.
//!
//! A request with `Authorization` is a client's own: no cookie of it is looked at, so that a page can never be made to act by a
//! header, nor a client by a cookie.

use crate::{
    Gateway,
    rescue::{Failure, Rescued},
    session::{Session, SignedIn, keep_session},
};
use api::{CSRF_HEADER, CSRF_VALUE};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts};
use url::Url;

const API_VERSION: HeaderName = HeaderName::from_static("docker-distribution-api-version");
const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"Roadstead images\", charset=\"UTF-8\"");
/// What is stored in a registry was sent by users: no browser may take it for a page of this origin.
const CSP: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
const HEADERS_MAX_BYTES: usize = 32 * 1024;

/// With what a request goes on to the registry.
#[derive(Debug)]
pub(super) struct Credentials {
    /// Who asks; uploads are bound to them.
    pub(super) user: String,
    /// The cluster whose registry it is.
    pub(super) cluster: String,
    /// Where the registry is: a trusted host.
    pub(super) registry: Url,
    /// `Authorization` for it.
    pub(super) authorization: HeaderValue,
    /// Whether a page asks, with its session.
    pub(super) is_page: bool,
}

/// Middleware over `/v2/`: sees to the session, and gives refusals the registry's form.
pub(crate) async fn admit(State(gateway): State<Gateway>, request: Request, next: Next) -> Response {
    let is_page = request.headers().contains_key(CSRF_HEADER);
    let size: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    let mut response = if size > HEADERS_MAX_BYTES {
        Failure::TooLarge { what: "The request's head", limit_bytes: HEADERS_MAX_BYTES }.into_response()
    } else if request.headers().contains_key(header::AUTHORIZATION) {
        next.run(request).await
    } else {
        keep_session(State(gateway), request, next).await
    };
    if let Some(rescued) = response.extensions_mut().get_mut::<Rescued>() {
        rescued.speak_registry();
    }
    let status = response.status();
    let headers = response.headers_mut();
    headers.insert(API_VERSION, HeaderValue::from_static("registry/2.0"));
    headers.insert(header::CONTENT_SECURITY_POLICY, CSP);
    // A browser would open a dialog of its own on the challenge; a page has its own way to sign in.
    if status == StatusCode::UNAUTHORIZED && !is_page {
        headers.insert(header::WWW_AUTHENTICATE, CHALLENGE);
    }
    response
}

impl Credentials {
    pub(super) async fn of(gateway: &Gateway, parts: &Parts) -> Result<Self, Failure> {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            return Self::of_client(gateway, &parts.headers).await;
        }
        let SignedIn(session) = SignedIn::of(parts)?;
        if parts.headers.get(CSRF_HEADER).is_none_or(|value| value != CSRF_VALUE) {
            return Err(Failure::Csrf("the header X-Roadstead: 1 is missing"));
        }
        Self::of_session(gateway, &session).await
    }

    pub(super) async fn of_session(gateway: &Gateway, session: &Session) -> Result<Self, Failure> {
        let (registry, authorization) = gateway.upstream().registry_door(session).await?;
        let (user, cluster) = (session.user.clone(), session.cluster.clone());
        Ok(Self { user, cluster, registry, authorization, is_page: true })
    }

    async fn of_client(gateway: &Gateway, headers: &HeaderMap) -> Result<Self, Failure> {
        let authorization = headers.get(header::AUTHORIZATION).ok_or(Failure::SignedOut)?;
        let token = authorization.to_str().ok().and_then(token).ok_or(Failure::SignedOut)?;
        let user = platform::token::unverified_claims(&token).map_or_else(String::new, |claims| claims.identity);
        // Proves the token and says where the registry is.
        let (cluster, registry) = gateway.upstream().first_registry(&token).await?;
        let mut authorization = authorization.clone();
        authorization.set_sensitive(true);
        Ok(Self { user, cluster, registry, authorization, is_page: false })
    }
}

/// The token of `Basic NAME:TOKEN` (RFC 7617) or `Bearer TOKEN`.
fn token(authorization: &str) -> Option<String> {
    let (scheme, rest) = authorization.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    let decoded = scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(rest.trim()).ok())??;
    let (_, token) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    (!token.is_empty()).then(|| token.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_found_in_either_form_and_nowhere_else() {
        for (text, found) in [
            ("Basic dG9rZW46YWJj", Some("abc")),
            ("basic YWxpY2U6YTpi", Some("a:b")),
            ("Bearer abc", Some("abc")),
            ("Basic dG9rZW46", None),
            ("Basic !!!", None),
            ("Basic", None),
            ("Digest x", None),
        ] {
            assert_eq!(token(text).as_deref(), found, "{text}");
        }
    }
}
