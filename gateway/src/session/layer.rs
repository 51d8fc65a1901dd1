//! The middleware that opens the session's cookie, renews the token unseen, and clears a cookie that is no good.

use super::{Session, SessionCookie};
use crate::{
    Gateway,
    rescue::{Failure, Rescued},
};
use api::Code;
use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderValue, header::SET_COOKIE, request::Parts};
use jiff::SignedDuration;
use std::sync::Arc;

/// A token that is good for less than this is renewed or refused rather than used.
const TOO_SHORT: SignedDuration = SignedDuration::from_secs(5);

/// Middleware: puts the session into the request, and keeps the browser's cookie in step with it.
pub(crate) async fn keep_session(State(gateway): State<Gateway>, mut request: Request, next: Next) -> Response {
    let cookie = SessionCookie(gateway.config());
    let had_cookie = cookie.is_in(request.headers());
    let mut renewed = None;
    if let Some(session) = cookie.read(request.headers(), gateway.host().now()) {
        let (session, fresh) = renew(&gateway, session).await;
        if let Some(session) = session {
            renewed = fresh.then(|| cookie.set(&session, gateway.host()).ok()).flatten();
            request.extensions_mut().insert(SignedIn(Arc::new(session)));
        }
    }
    let mut response = next.run(request).await;
    let ended = Rescued::code_of(&response) == Some(Code::SignedOut);
    if ended && had_cookie {
        add(&mut response, cookie.clear());
    } else if let Some(renewed) = renewed {
        // A handler that signs in or out has set its own cookie, which must stand.
        if !response.headers().contains_key(SET_COOKIE) {
            add(&mut response, renewed);
        }
    }
    response
}

fn add(response: &mut Response, cookie: HeaderValue) {
    response.headers_mut().append(SET_COOKIE, cookie);
}

/// The session to go on with, and whether it is a new one. A renewal that fails is no matter while the old token is good.
async fn renew(gateway: &Gateway, session: Session) -> (Option<Session>, bool) {
    let now = gateway.host().now();
    if session.tokens.want_renewal(now) {
        match gateway.upstream().renew(&session.tokens).await {
            Ok(tokens) => return (Some(Session { tokens, ..session }), true),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, user = %session.user, "the token could not be renewed");
            }
        }
    }
    let usable = session.usable_for(now) > TOO_SHORT;
    (usable.then_some(session), false)
}

/// Extractor: the session of the caller; 401 `signed_out` without one.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn(pub(crate) Arc<Session>);

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Self>().cloned().ok_or(Failure::SignedOut)
    }
}
