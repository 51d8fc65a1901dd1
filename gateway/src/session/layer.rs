//! The middleware that opens the session's cookie, has the token renewed unseen, and clears a cookie that is no good.

use super::{Origin, Session, SessionCookie};
use crate::{
    Gateway,
    rescue::{Failure, Rescued},
    upstream::UpstreamError,
};
use api::Code;
use axum::{
    body::{Body, HttpBody as _},
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderValue, Method, header, header::SET_COOKIE, request::Parts};
use std::sync::Arc;

/// Middleware: puts the session into the request, and keeps the browser's cookie in step with it.
pub(crate) async fn keep_session(State(gateway): State<Gateway>, mut request: Request, next: Next) -> Response {
    let cookie = SessionCookie(gateway.config());
    let origin = request.extensions().get::<Origin>().cloned().unwrap_or_default();
    let had_cookie = cookie.is_in(request.headers());
    let found = cookie.read(request.headers(), gateway.host().now()).map(|found| Session { origin, ..found });
    let mut session = None;
    if let Some(found) = &found {
        match gateway.current(found).await {
            Ok(current) => session = Some(Arc::new(current)),
            // It is over; the handlers find none.
            Err(UpstreamError::Unauthorized) => {}
            Err(error) => {
                request.extensions_mut().insert(NotNow(Arc::new(error)));
            }
        }
    }
    if let Some(session) = &session {
        request.extensions_mut().insert(SignedIn(session.clone()));
    }
    let again = session.as_ref().and_then(|session| repeated(session, &request));
    let mut response = next.clone().run(request).await;
    if Rescued::code_of(&response) == Some(Code::SignedOut)
        && let (Some(mut again), Some(refused)) = (again, &session)
        && let Ok(renewed) = gateway.renew_refused(refused).await
    {
        let renewed = Arc::new(renewed);
        again.extensions_mut().insert(SignedIn(renewed.clone()));
        session = Some(renewed);
        response = next.run(again).await;
    }
    let ended = Rescued::code_of(&response) == Some(Code::SignedOut);
    // A handler that signs in or out has set its own cookie, which must stand.
    if ended && had_cookie {
        add(&mut response, cookie.clear());
    } else if let (Some(session), Some(found)) = (session, found)
        && session.tokens != found.tokens
        && !response.headers().contains_key(SET_COOKIE)
        && let Ok(renewed) = cookie.set(&session, gateway.host())
    {
        add(&mut response, renewed);
    }
    response
}

fn add(response: &mut Response, cookie: HeaderValue) {
    response.headers_mut().append(SET_COOKIE, cookie);
}

/// The same request once more, where it can be made again: the platform may refuse a token before its time, and one that only
/// reads need not fail for it.
fn repeated(session: &Session, request: &Request) -> Option<Request> {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let repeats = reads && request.body().is_end_stream() && !request.headers().contains_key(header::UPGRADE);
    (repeats && session.tokens.refresh_token.is_some()).then(|| {
        let mut again = Request::new(Body::empty());
        *again.method_mut() = request.method().clone();
        *again.uri_mut() = request.uri().clone();
        *again.headers_mut() = request.headers().clone();
        *again.extensions_mut() = request.extensions().clone();
        again
    })
}

/// In the request's extensions: there is a session, and it cannot be told whether it may go on.
#[derive(Clone, Debug)]
struct NotNow(Arc<UpstreamError>);

/// Extractor: the session of the caller; 401 `signed_out` without one.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn(pub(crate) Arc<Session>);

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Self::of(parts)
    }
}

impl SignedIn {
    /// The session among what the middleware has put into a request.
    pub(crate) fn of(parts: &Parts) -> Result<Self, Failure> {
        if let Some(signed_in) = parts.extensions.get::<Self>() {
            return Ok(signed_in.clone());
        }
        match parts.extensions.get::<NotNow>() {
            Some(NotNow(error)) => Err(Failure::SessionUnsure(error.clone())),
            None => Err(Failure::SignedOut),
        }
    }
}
