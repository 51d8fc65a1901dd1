//! `/s/{token}` and below: what anybody with a link may see. Every handler redeems the token first, and reads with what that gives.

use crate::{
    Gateway,
    edge::{Peer, Queried, pace},
    jobs::JobId,
    links::{self, LinkFailure, Redeemed, Sight, redeem},
    logs::serve_log,
    rescue::Failure,
    routes::{
        logs::{download, page},
        sockets::{begin, hand_over},
    },
    session::Session,
    streams::Viewer,
};
use api::{
    exec::CLOSE_SIGNED_OUT,
    links::{SharedEvent, SharedJob},
    logs::{EndReason, Event},
};
use axum::{
    Json, Router,
    body::Body,
    extract::{FromRequestParts, RawPathParams, Request, State},
    middleware::from_fn_with_state,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use http::request::Parts;
use http_body_util::BodyExt;
use std::sync::Arc;
use tower::ServiceExt;

/// Paths are relative to `/s`. `console` holds the page.
pub(crate) fn shared(gateway: &Gateway, console: Router) -> Router<Gateway> {
    Router::new()
        .route("/{token}/status", get(shared_status))
        .route("/{token}/events", get(shared_events))
        .route("/{token}/badge.svg", get(shared_badge))
        .route("/{token}/logs", get(shared_logs))
        .route("/{token}/logs/page", get(shared_logs_page))
        .route("/{token}/logs/download", get(shared_logs_download))
        .route_layer(from_fn_with_state(gateway.clone(), pace))
        // Like a file of the console; and it says why it shows nothing in its own words.
        .route("/{token}", get(async move |gateway, token, peer| shared_page(gateway, token, peer, console).await))
        .fallback(async || Failure::from(LinkFailure::NoSuchLink))
        .method_not_allowed_fallback(async || Failure::MethodNotAllowed)
}

/// Extractor: `{token}` of the route, as it stands there.
pub(crate) struct LinkToken(String);

impl<S: Send + Sync> FromRequestParts<S> for LinkToken {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let token = params
            .ok()
            .and_then(|params| params.iter().find(|(name, _)| *name == "token").map(|(_, token)| token.to_owned()));
        // What is no text is redeemed like any other text that is no token.
        Ok(Self(token.unwrap_or_default()))
    }
}

/// `GET /s/{token}`: the console's page, with its title for a chat's preview.
async fn shared_page(
    State(gateway): State<Gateway>,
    LinkToken(token): LinkToken,
    Peer(from): Peer,
    console: Router,
) -> Response {
    let redeemed = redeem(&gateway, &token, Sight::Page, from).await;
    let html = console_page(console).await;
    match redeemed {
        Ok(Redeemed { job, .. }) => Html(links::dress(&html, Some(&links::title(&job)))).into_response(),
        // The page says why in its own words; only its status and when to come back are the refusal's.
        Err(failure) => {
            let mut refusal = failure.into_response();
            let retry_after = crate::rescue::Rescued::take(&mut refusal).and_then(|rescued| rescued.retry_after_secs);
            let page = (refusal.status(), Html(links::dress(&html, None)));
            match retry_after {
                Some(secs) => ([(http::header::RETRY_AFTER, secs.to_string())], page).into_response(),
                None => page.into_response(),
            }
        }
    }
}

async fn console_page(console: Router) -> String {
    let request = Request::get("/").body(Body::empty()).expect("a plain request");
    let response = console.oneshot(request).await.unwrap_or_else(|never| match never {});
    match response.into_body().collect().await {
        Ok(body) => String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        Err(error) => {
            tracing::warn!(%error, "the console's page cannot be read");
            String::new()
        }
    }
}

/// `GET /s/{token}/status`: the job as it is now. Counts as a view.
async fn shared_status(
    State(gateway): State<Gateway>,
    LinkToken(token): LinkToken,
    Peer(from): Peer,
) -> Result<Json<SharedJob>, Failure> {
    let Redeemed { link, job, .. } = redeem(&gateway, &token, Sight::Status, from).await?;
    links::count_view(&gateway, &link.id);
    Ok(Json(links::shared_job(&link, &job)))
}

/// `GET /s/{token}/badge.svg`
async fn shared_badge(
    State(gateway): State<Gateway>,
    LinkToken(token): LinkToken,
    Peer(from): Peer,
) -> Result<Response, Failure> {
    let Redeemed { job, .. } = redeem(&gateway, &token, Sight::Badge, from).await?;
    Ok((links::badge_headers(), links::badge(job.status)).into_response())
}

/// `WS /s/{token}/events`
async fn shared_events(
    State(gateway): State<Gateway>,
    LinkToken(token): LinkToken,
    Peer(from): Peer,
    request: Request,
) -> Result<Response, Failure> {
    let redeemed = or_shut(redeem(&gateway, &token, Sight::Events, from).await)?;
    let end = SharedEvent::End { reason: EndReason::Gone };
    hand_over(&gateway.clone(), request, redeemed.ok_or(CLOSE_SIGNED_OUT), &end, move |redeemed, socket| {
        links::serve_shared_events(gateway, redeemed, socket)
    })
}

/// `WS /s/{token}/logs?from=|cursor=`
async fn shared_logs(
    State(gateway): State<Gateway>,
    LinkToken(token): LinkToken,
    Peer(from): Peer,
    query: Queried,
    request: Request,
) -> Result<Response, Failure> {
    let begin = begin(query)?;
    let redeemed = or_shut(redeem(&gateway, &token, Sight::Log, from).await)?;
    let end = Event::End { reason: EndReason::Gone };
    hand_over(&gateway.clone(), request, redeemed.ok_or(CLOSE_SIGNED_OUT), &end, move |redeemed, socket| async move {
        let lease = links::lease(&gateway, &redeemed.link);
        let viewer = Viewer::new(&gateway, &redeemed.session, socket).for_visitor(lease);
        if let Some(id) = JobId::parse(&redeemed.job.id) {
            serve_log(gateway, redeemed.session, id, begin, viewer).await;
        }
    })
}

/// A page cannot read why a handshake was refused: what opens nothing says so in the stream's own words.
fn or_shut(redeemed: Result<Redeemed, Failure>) -> Result<Option<Redeemed>, Failure> {
    match redeemed {
        Ok(redeemed) => Ok(Some(redeemed)),
        Err(Failure::Link(LinkFailure::NoSuchLink)) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// `GET /s/{token}/logs/page?from_line=&limit=`
async fn shared_logs_page(
    State(gateway): State<Gateway>,
    LinkToken(token): LinkToken,
    Peer(from): Peer,
    query: Queried,
) -> Result<Response, Failure> {
    let (session, id) = log_of(redeem(&gateway, &token, Sight::Log, from).await?)?;
    page(&gateway, &session, &id, query).await.map_err(to_visitor)
}

/// `GET /s/{token}/logs/download?timestamps=0|1`
async fn shared_logs_download(
    State(gateway): State<Gateway>,
    LinkToken(token): LinkToken,
    Peer(from): Peer,
    query: Queried,
) -> Result<Response, Failure> {
    let (session, id) = log_of(redeem(&gateway, &token, Sight::Log, from).await?)?;
    download(&gateway, &session, &id, query).await.map_err(to_visitor)
}

fn log_of(redeemed: Redeemed) -> Result<(Arc<Session>, JobId), Failure> {
    let id = JobId::parse(&redeemed.job.id).ok_or(LinkFailure::NoSuchLink)?;
    Ok((redeemed.session, id))
}

/// What the cluster says is not for visitors.
fn to_visitor(failure: Failure) -> Failure {
    match failure {
        Failure::Upstream(error) => LinkFailure::Unreadable(error).into(),
        other => other,
    }
}
