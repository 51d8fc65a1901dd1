//! `/api/v1/session`: signing in and out.

mod oauth;

pub(crate) use oauth::{methods_get, oauth_begin, oauth_callback};

use crate::{
    Gateway,
    edge::Input,
    rescue::Failure,
    session::{Session, SessionCookie, SignedIn, Tokens, random_text},
    upstream::UpstreamError,
};
use api::session::{Project, SignIn};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header::SET_COOKIE};
use platform::{config::Config, token::unverified_claims};

/// Longer texts are no tokens.
const SECRET_MAX_BYTES: usize = 8 * 1024;

/// `GET /session`
pub(crate) async fn session_get(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
) -> Result<Json<api::session::Session>, Failure> {
    let config = gateway.upstream().configuration(&session.tokens.access_token).await?;
    Ok(Json(view(&gateway, &session, &config)))
}

/// `POST /session`
pub(crate) async fn session_create(
    State(gateway): State<Gateway>,
    Input(sign_in): Input<SignIn>,
) -> Result<Response, Failure> {
    let tokens = tokens(&gateway, sign_in).await.map_err(refused)?;
    // The cluster's answer proves the token; only then is what it says of its bearer believed.
    let config = gateway.upstream().configuration(&tokens.access_token).await.map_err(refused)?;
    let claims = unverified_claims(&tokens.access_token).ok_or(Failure::SignInRefused(None))?;
    let session = begin(&gateway, claims.identity, tokens, &config)?;
    let cookie = SessionCookie(gateway.config()).set(&session, gateway.host()).map_err(|_| Failure::TokenTooLong)?;
    let view = Json(view(&gateway, &session, &config));
    tracing::info!(user = %session.user, "signed in");
    Ok(([(SET_COOKIE, cookie)], view).into_response())
}

/// `DELETE /session`
///
/// The cookie is good for nothing any more, wherever a copy of it may be.
pub(crate) async fn session_delete(State(gateway): State<Gateway>, headers: HeaderMap) -> Result<Response, Failure> {
    let cookie = SessionCookie(gateway.config());
    if let Some(session) = cookie.read(&headers, gateway.host().now()) {
        gateway.end(&session).await?;
        tracing::info!(user = %session.user, "signed out");
    }
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie.clear())]).into_response())
}

async fn tokens(gateway: &Gateway, sign_in: SignIn) -> Result<Tokens, UpstreamError> {
    match sign_in {
        SignIn::Code(code) if is_secret(&code) => gateway.upstream().exchange(code.trim()).await,
        SignIn::Token(token) if is_secret(&token) => {
            let token = token.trim().to_owned();
            let exp = unverified_claims(&token).and_then(|c| c.exp);
            Ok(Tokens::pasted(token, exp, gateway.host().now()))
        }
        SignIn::Code(_) | SignIn::Token(_) => Err(UpstreamError::Unauthorized),
    }
}

/// Whether a text can travel in a header and is no novel.
fn is_secret(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.len() <= SECRET_MAX_BYTES && text.bytes().all(|b| b.is_ascii_graphic())
}

/// The cluster's no to a sign-in is its own kind of refusal; its trouble is not.
fn refused(error: UpstreamError) -> Failure {
    match &error {
        UpstreamError::Unauthorized => Failure::SignInRefused(Some(error)),
        UpstreamError::Refused { status, .. } if matches!(status.as_u16(), 400 | 401 | 403) => {
            Failure::SignInRefused(Some(error))
        }
        _ => Failure::Upstream(error),
    }
}

fn begin(gateway: &Gateway, user: String, tokens: Tokens, config: &Config) -> Result<Session, Failure> {
    let cluster = config.clusters.first().ok_or(UpstreamError::NoCluster)?;
    let org = cluster.orgs.first().cloned().flatten();
    let now = gateway.host().now();
    let ends_at = now.saturating_add(gateway.config().session_max).unwrap_or(tokens.expires_at);
    // The default project, as the platform's own clients choose it; the user's own name where there are no projects.
    let mine = config.projects.iter().filter(|p| p.cluster_name == cluster.name && p.org_name == org);
    let project = mine.map(|p| p.name.clone()).min().unwrap_or_else(|| user.clone());
    let id = random_text(gateway.host());
    Ok(Session { id, tokens, user, cluster: cluster.name.clone(), org, project, ends_at, origin: Default::default() })
}

fn view(gateway: &Gateway, session: &Session, config: &Config) -> api::session::Session {
    let here = config.projects.iter().filter(|p| p.cluster_name == session.cluster);
    let projects = here.map(|p| Project { name: p.name.clone(), org: p.org_name.clone(), role: p.role.clone() });
    let platform_url = gateway.config().platform_url.as_ref().unwrap_or(&gateway.config().upstream);
    api::session::Session {
        user: session.user.clone(),
        cluster: session.cluster.clone(),
        org: session.org.clone(),
        project: session.project.clone(),
        projects: projects.collect(),
        expires_at: session.expires_at(),
        platform_url: platform_url.as_str().trim_end_matches('/').to_owned(),
    }
}
