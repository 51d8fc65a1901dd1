//! The audit extension (`platform::audit`): what decides rights, who may use one thing, history, and reviewed changes.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use platform::{
    Uri,
    audit::{ASCIICAST, ActsPage, ChangeKind, GrantChanges, GrantsChanged, HistoryPage, WhoMay},
    permission::Action,
};
use tokio::io::AsyncReadExt as _;
use tokio_util::io::ReaderStream;

use super::{
    Api, Problem,
    caller::Caller,
    input::{Query, Segments, Sent},
    users::{below, ensure_known, principal},
};
use crate::{acts, history, permissions::HistoryWanted};

/// Entries of history in one page, when nothing else is said and at most.
const PAGE: usize = 100;
const LARGEST_PAGE: usize = 1000;
/// Bytes of a recording that are read at once.
const PIECE_BYTES: usize = 64 * 1024;
/// Changes in one request.
const MOST_CHANGES: usize = 1000;

pub(super) fn router() -> Router<Arc<Api>> {
    Router::new()
        .route("/who", get(who_may))
        .route("/history", get(history))
        .route("/changes", post(changes))
        .route("/acts", get(acts))
        .route("/acts/{act}/recording", get(recording))
}

/// With an `ETag` of the last change and the asker: an audit that asks again pays only for what changed.
pub(super) async fn facts(
    State(api): State<Arc<Api>>,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let at = query.time("at")?;
    if at.is_some_and(|at| at > api.clock.now()) {
        return Err(Problem::field("at", "lies in the future; leave it away to see what holds now"));
    }
    let facts = api.permissions.facts(&caller.rights, at).await?;
    let tag = format!("\"{}-{}\"", facts.revision, caller.name());
    let same = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    // What is seen of the past depends on rights now; only the present is known by its last change.
    if at.is_none() && same {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let mut response = Json(facts).into_response();
    if at.is_none() {
        response.headers_mut().insert(header::ETAG, tag.parse().expect("names are plain ASCII"));
    }
    Ok(response)
}

async fn who_may(State(api): State<Arc<Api>>, caller: Caller, query: Query) -> Result<Json<WhoMay>, Problem> {
    let uri = below(&query)?.ok_or_else(|| Problem::field("uri", "is required"))?;
    Ok(Json(api.permissions.who_may(&caller.rights, &uri)?))
}

async fn history(State(api): State<Arc<Api>>, caller: Caller, query: Query) -> Result<Json<HistoryPage>, Problem> {
    let limit = query.number::<usize>("limit")?.unwrap_or(PAGE);
    if !(1..=LARGEST_PAGE).contains(&limit) {
        return Err(Problem::field("limit", format!("must be 1 to {LARGEST_PAGE}")));
    }
    let (since, until) = (query.time("since")?, query.time("until")?);
    if since.zip(until).is_some_and(|(since, until)| since > until) {
        return Err(Problem::field("until", "lies before since"));
    }
    let kind = query.find("kind").map(|word| {
        let words = ChangeKind::ALL.map(ChangeKind::as_str).join(", ");
        ChangeKind::parse(word).ok_or_else(|| Problem::field("kind", format!("must be one of: {words}")))
    });
    let name = |key| query.find(key).map(principal).transpose();
    let filter = history::store::Filter {
        principal: name("principal")?,
        actor: query.find("actor").map(str::to_owned),
        kind: kind.transpose()?,
        since,
        until,
        before: query.number("cursor")?,
    };
    let wanted = HistoryWanted { filter, uri: below(&query)?, limit };
    Ok(Json(api.permissions.history(&caller.rights, &wanted).await?))
}

/// Acts are written down for those who look after the cluster.
fn require_acts(api: &Api, caller: &Caller) -> Result<(), Problem> {
    let every_job =
        Uri::try_new("job", [&api.config.cluster_name]).expect("the cluster's name was checked at the start");
    caller.require(&every_job, Action::Manage)
}

async fn acts(State(api): State<Arc<Api>>, caller: Caller, query: Query) -> Result<Json<ActsPage>, Problem> {
    require_acts(&api, &caller)?;
    let limit = query.number::<u32>("limit")?.unwrap_or(100);
    if !(1..=1000).contains(&limit) {
        return Err(Problem::field("limit", "must be 1 to 1000"));
    }
    let name = |key| query.find(key).map(str::to_owned);
    let wanted = acts::Wanted { job: name("job"), actor: name("actor"), before: query.number("cursor")?, limit };
    let page = api.acts.list(&wanted).await?;
    Ok(Json(api.casts.note(page).await))
}

/// What was shown to whoever did an act, as far as it is written.
async fn recording(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(act): Segments<i64>,
) -> Result<Response, Problem> {
    require_acts(&api, &caller)?;
    let cast = api.casts.find(act).await?.ok_or(Problem::NoRecording(act))?;
    tracing::info!(act, by = caller.name(), "a recording was read");
    let headers = [
        (header::CONTENT_TYPE, ASCIICAST.to_owned()),
        (header::CONTENT_LENGTH, cast.len_bytes.to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"act-{act}.cast\"")),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    let text = tokio::fs::File::from_std(cast.file).take(cast.len_bytes);
    Ok((headers, axum::body::Body::from_stream(ReaderStream::with_capacity(text, PIECE_BYTES))).into_response())
}

async fn changes(
    State(api): State<Arc<Api>>,
    Sent(caller, list): Sent<GrantChanges>,
) -> Result<Json<GrantsChanged>, Problem> {
    if list.changes.len() > MOST_CHANGES {
        return Err(Problem::field("changes", format!("holds more than {MOST_CHANGES} changes; send them in parts")));
    }
    let (names, things): (Vec<&str>, Vec<&Uri>) =
        list.changes.iter().map(|change| (change.principal.as_str(), &change.uri)).unzip();
    ensure_known(&api, &caller, &names, &things).await?;
    let revision = api.permissions.change_grants(&caller.rights, &list.changes, &caller.by(&api)).await?;
    Ok(Json(GrantsChanged { revision }))
}
