//! `/api/v1/links` and `/api/v1/jobs/{id}/links`: making, listing and revoking links to jobs' statuses.

use crate::{
    Gateway,
    edge::{Input, Queried},
    jobs::JobId,
    links,
    rescue::Failure,
    session::SignedIn,
};
use api::links::{JobLinks, LinkCreate, LinkCreated, LinkList, LinksRevoke, LinksRevoked};
use axum::{Json, extract::State};
use http::StatusCode;

/// `GET /jobs/{id}/links`
pub(crate) async fn job_links_list(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    id: JobId,
) -> Result<Json<JobLinks>, Failure> {
    Ok(Json(links::of_job(&gateway, &session, id.as_str()).await?))
}

/// `POST /jobs/{id}/links`
pub(crate) async fn job_link_create(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    id: JobId,
    Input(input): Input<LinkCreate>,
) -> Result<(StatusCode, Json<LinkCreated>), Failure> {
    Ok((StatusCode::CREATED, Json(links::create(&gateway, &session, id.as_str(), input).await?)))
}

/// `GET /links?scope=mine|all&cursor=`
pub(crate) async fn links_list(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    query: Queried,
) -> Result<Json<LinkList>, Failure> {
    let [scope, cursor] = query.only(["scope", "cursor"])?;
    let all = match scope.as_deref() {
        None | Some("mine") => false,
        Some("all") => true,
        Some(_) => return Err(Failure::invalid("scope", "mine or all.")),
    };
    Ok(Json(links::list(&gateway, &session, all, cursor.as_deref()).await?))
}

/// `POST /links/revoke`: an explicit list.
pub(crate) async fn links_revoke(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Input(list): Input<LinksRevoke>,
) -> Result<Json<LinksRevoked>, Failure> {
    Ok(Json(links::revoke(&gateway, &session, list.ids).await?))
}
