//! `/api/v1/session/oauth` and `/callback`: signing in at the platform's own page.
//!
//! The page asks for the address with an ordinary call, so that only the console can begin a sign-in; the browser comes back by a
//! navigation from another site, which only the sealed cookie of that sign-in makes good.

use super::{begin, refused};
use crate::{
    Gateway,
    edge::{Input, Queried, own_address},
    rescue::Failure,
    session::{Pending, PendingCookie, SessionCookie, return_path},
    upstream::UpstreamError,
};
use api::session::{OauthBegin, OauthBegun, SignInFailure, SignInMethods};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{LOCATION, SET_COOKIE},
};
use platform::token::unverified_claims;
use url::form_urlencoded;

/// Below the gateway's own address.
const CALLBACK: &str = "/api/v1/session/callback";
/// Longer ones are none of any server's.
const CODE_MAX_BYTES: usize = 4 * 1024;

/// `GET /session/methods`
pub(crate) async fn methods_get(State(gateway): State<Gateway>) -> Json<SignInMethods> {
    let page = gateway.upstream().sign_in_page().await;
    let page = page.unwrap_or_else(|error| {
        // The other ways may still work.
        tracing::warn!(error = &error as &dyn std::error::Error, "the platform's sign-in page cannot be offered");
        None
    });
    Json(SignInMethods { oauth_host: page.as_ref().and_then(|url| url.host_str()).map(str::to_owned) })
}

/// `POST /session/oauth`
pub(crate) async fn oauth_begin(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
    Input(begin): Input<OauthBegin>,
) -> Result<Response, Failure> {
    let own = own_address(&headers, gateway.config()).ok_or(Failure::Csrf("the request names no host"))?;
    let redirect_uri = format!("{}{CALLBACK}", own.origin().ascii_serialization());
    let pending = Pending::begin(gateway.host(), redirect_uri, return_path(&begin.return_to).to_owned());
    let url = gateway.upstream().authorize_url(&pending).await?.ok_or(Failure::NoSuchAddress)?;
    let mut response = Json(OauthBegun { location: url.into() }).into_response();
    for cookie in PendingCookie(gateway.config()).set(&pending, &headers, gateway.host()) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// `GET /session/callback?code=&state=` or `?error=&state=` (RFC 6749, 4.1.2).
pub(crate) async fn oauth_callback(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
    Queried(pairs): Queried,
) -> Response {
    let find = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let state = find("state").unwrap_or_default();
    let cookies = PendingCookie(gateway.config());
    let Some(pending) = cookies.find(state, &headers, gateway.host().now()) else {
        return failed(SignInFailure::Expired, None);
    };
    let outcome = match (find("code"), find("error")) {
        (Some(code), None) if code.len() <= CODE_MAX_BYTES => finish(&gateway, &pending, code).await,
        (_, Some("access_denied")) => Err(SignInFailure::Denied),
        _ => Err(SignInFailure::Refused),
    };
    let mut response = match outcome {
        Ok(cookie) => {
            let mut response = redirect(&pending.return_to);
            response.headers_mut().append(SET_COOKIE, cookie);
            response
        }
        Err(failure) => failed(failure, Some(&pending.return_to)),
    };
    response.headers_mut().append(SET_COOKIE, cookies.clear(&pending.state));
    response
}

/// The session's cookie.
async fn finish(gateway: &Gateway, pending: &Pending, code: &str) -> Result<HeaderValue, SignInFailure> {
    let session = async {
        let tokens = gateway.upstream().finish_sign_in(pending, code).await?;
        // The cluster's answer proves the token; only then is what it says of its bearer believed.
        let config = gateway.upstream().configuration(&tokens.access_token).await?;
        let claims = unverified_claims(&tokens.access_token).ok_or(UpstreamError::Unauthorized)?;
        begin(gateway, claims.identity, tokens, &config)
    };
    let session = session.await.map_err(|failure| {
        let error: &dyn std::error::Error = &failure;
        tracing::warn!(error, "a sign-in at the platform's page failed");
        why(failure)
    })?;
    tracing::info!(user = %session.user, "signed in at the platform's page");
    SessionCookie(gateway.config()).set(&session, gateway.host()).map_err(|_| SignInFailure::Refused)
}

fn why(failure: Failure) -> SignInFailure {
    let failure = match failure {
        Failure::Upstream(error) => refused(error),
        failure => failure,
    };
    match failure {
        Failure::Upstream(UpstreamError::NoCluster) => SignInFailure::NoCluster,
        Failure::Upstream(UpstreamError::IdToken(_)) | Failure::SignInRefused(_) => SignInFailure::Refused,
        _ => SignInFailure::Unavailable,
    }
}

fn failed(failure: SignInFailure, return_to: Option<&str>) -> Response {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("failed", failure.as_str());
    if let Some(return_to) = return_to {
        query.append_pair("return", return_to);
    }
    redirect(&format!("/sign-in?{}", query.finish()))
}

/// The address that is left behind held a code: nobody is told of it.
fn redirect(to: &str) -> Response {
    let location = HeaderValue::try_from(to).expect("return paths are visible ASCII");
    let policy = (http::header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    (StatusCode::SEE_OTHER, [(LOCATION, location), policy]).into_response()
}
