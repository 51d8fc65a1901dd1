//! `/api/v1/jobs`: listing, starting, showing and ending jobs.

use crate::{
    Gateway,
    edge::{Input, Queried},
    jobs::{JobId, PageCursor, from_preset, upstream_selector, view},
    rescue::Failure,
    session::SignedIn,
};
use api::{
    Page,
    jobs::{Job, JobCreate, JobSelector, LifeSpan},
};
use axum::{Json, extract::State};
use http::StatusCode;

const PAGE_DEFAULT: u32 = 100;

/// `GET /jobs`
pub(crate) async fn jobs_list(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Queried(pairs): Queried,
) -> Result<Json<Page<Job>>, Failure> {
    let selector = JobSelector::from_pairs(pairs).map_err(|e| Failure::invalid(e.field, e.message))?;
    let cursor = selector.cursor.as_deref().map(str::parse::<PageCursor>).transpose();
    let cursor = cursor.map_err(|e| Failure::invalid("cursor", e.to_string()))?;
    let limit = selector.limit.unwrap_or(PAGE_DEFAULT) as usize;
    let mut query = upstream_selector(&selector, &session);
    let more = PageCursor::narrow(cursor.as_ref(), &mut query, limit);
    let jobs = gateway.upstream().jobs(&session, &query, more).await?;
    let (jobs, next) = PageCursor::cut(cursor.as_ref(), jobs, limit);
    let now = gateway.host().now();
    let items = jobs.into_iter().map(|job| view(job, now)).collect();
    Ok(Json(Page { items, next: next.map(|c| c.to_string()) }))
}

/// `POST /jobs`
pub(crate) async fn job_create(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Input(input): Input<JobCreate>,
) -> Result<(StatusCode, Json<Job>), Failure> {
    let place = gateway.upstream().place(&session).await?;
    let create = from_preset(input, &session, place.cluster())?;
    let job = gateway.upstream().create_job(&session, &create).await.map_err(Failure::at_create)?;
    Ok((StatusCode::CREATED, Json(view(job, gateway.host().now()))))
}

/// `GET /jobs/{id}`
pub(crate) async fn job_get(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    id: JobId,
) -> Result<Json<Job>, Failure> {
    let job = gateway.upstream().job(&session, id.as_str()).await?;
    Ok(Json(view(job, gateway.host().now())))
}

/// `DELETE /jobs/{id}`: kill. One that has ended already is no error, as on the platform.
pub(crate) async fn job_kill(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    id: JobId,
) -> Result<StatusCode, Failure> {
    gateway.upstream().cancel_job(&session, id.as_str()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /jobs/{id}/life-span`
pub(crate) async fn job_extend(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    id: JobId,
    Input(more): Input<LifeSpan>,
) -> Result<Json<Job>, Failure> {
    // A year; more is a slip of the hand.
    if !(1..=525_600).contains(&more.add_minutes) {
        return Err(Failure::invalid("add_minutes", "Add at least 1 minute and at most a year (525600)."));
    }
    gateway.upstream().extend_job(&session, id.as_str(), more.add_minutes).await?;
    let job = gateway.upstream().job(&session, id.as_str()).await?;
    Ok(Json(view(job, gateway.host().now())))
}
