//! `/api/v1/audit`: who may do what with images, how it came to be, as a file, and taking grants back.

use crate::{
    Gateway,
    audit::{self, Export, Wanted},
    edge::{Input, Queried},
    rescue::Failure,
    session::SignedIn,
    upstream::{ActsSelector, HistorySelector},
};
use api::audit::{Acts, ExportForm, ExportOf, History, Revocations, narrowing_from_pairs};
use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use jiff::Timestamp;
use platform::{
    audit::{ASCIICAST, ChangeKind},
    transfer::NDJSON,
};

const LIMIT_MAX: u32 = 1_000;

/// `GET /audit?at=`
pub(crate) async fn audit_get(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    query: Queried,
) -> Result<Response, Failure> {
    let [at] = query.only(["at"])?;
    let at = moment(&gateway, "at", at)?;
    Ok(ndjson(audit::lines(&gateway, session, at)))
}

/// `GET /audit/history?principal=&actor=&uri=&kind=&since=&until=&limit=&cursor=`
pub(crate) async fn history_list(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    query: Queried,
) -> Result<Json<History>, Failure> {
    let selector = history(query)?;
    let page = gateway.upstream().access_history(&session, &selector).await?.ok_or(Failure::NoRightsHistory)?;
    Ok(Json(History { items: page.items, next: page.cursor.map(|cursor| cursor.to_string()) }))
}

/// `GET /audit/acts?job=&actor=&limit=&cursor=`
pub(crate) async fn acts_list(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    query: Queried,
) -> Result<Json<Acts>, Failure> {
    let [job, actor, limit, cursor] = query.only(["job", "actor", "limit", "cursor"])?;
    let limit = limit.map(|text| page_size(&text)).transpose()?;
    let cursor = cursor.map(|text| text.parse().map_err(|_| no_cursor())).transpose()?;
    let selector = ActsSelector { job, actor, limit, cursor };
    let page = gateway.upstream().acts(&session, &selector).await?.ok_or(Failure::NoActs)?;
    Ok(Json(Acts { items: page.items, next: page.cursor.map(|cursor| cursor.to_string()) }))
}

/// `GET /audit/acts/{act}/recording/download`: what was shown to whoever did it.
pub(crate) async fn recording_download(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(act): Path<String>,
    query: Queried,
) -> Result<Response, Failure> {
    let [] = query.only([])?;
    let act: i64 = act.parse().map_err(|_| Failure::invalid("act", "The number of an act, as the list says it."))?;
    let found = gateway.upstream().recording(&session, act).await?;
    let mut response = Response::new(found.into_body());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(ASCIICAST));
    let name = format!("attachment; filename=\"act-{act}.cast\"");
    headers.insert(header::CONTENT_DISPOSITION, name.parse().expect("a number makes a header value"));
    Ok(response)
}

/// `GET /audit/download?of=&form=&at=` with the words of a narrowing, or of a history.
pub(crate) async fn download(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Queried(pairs): Queried,
) -> Result<Response, Failure> {
    let (mine, pairs): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(key, _)| matches!(key.as_str(), "of" | "form"));
    let [of, form] = Queried(mine).only(["of", "form"])?;
    let of = match of {
        None => ExportOf::default(),
        Some(word) => ExportOf::parse(&word).ok_or_else(|| Failure::invalid("of", "rights, grants or history."))?,
    };
    let form = match form {
        None => ExportForm::default(),
        Some(word) => ExportForm::parse(&word).ok_or_else(|| Failure::invalid("form", "csv or json."))?,
    };
    let wanted = match of {
        ExportOf::History => Wanted::History(history(Queried(pairs))?),
        ExportOf::Rights | ExportOf::Grants => {
            let keys =
                ["at", "uri", "person", "image", "who", "outsiders", "manage", "everywhere", "unused", "left", "roles"];
            let values = Queried(pairs).only(keys)?;
            let at = moment(&gateway, "at", values[0].clone())?;
            let pairs = keys.iter().zip(&values).filter_map(|(key, value)| Some((*key, value.as_deref()?)));
            let narrowing = narrowing_from_pairs(pairs)
                .map_err(|key| Failure::invalid(key, "The value of this parameter is not understood."))?;
            Wanted::Facts { rights: of == ExportOf::Rights, at, narrowing }
        }
    };
    let Export { file_name, content_type, body } = audit::download(&gateway, session, form, wanted).await?;
    let about = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file_name}\"")),
    ];
    Ok((about, body).into_response())
}

/// `POST /audit/revocations`
pub(crate) async fn grants_revoke(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Input(list): Input<Revocations>,
) -> Result<Response, Failure> {
    Ok(ndjson(audit::revoke(&gateway, session, list.items).await?))
}

fn history(query: Queried) -> Result<HistorySelector, Failure> {
    let keys = ["principal", "actor", "uri", "kind", "since", "until", "limit", "cursor"];
    let [principal, actor, uri, kind, since, until, limit, cursor] = query.only(keys)?;
    let selector = HistorySelector {
        principal,
        actor,
        uri: uri
            .map(|uri| uri.parse().map_err(|why: platform::uri::InvalidUri| Failure::invalid("uri", sentence(why))))
            .transpose()?,
        kind: kind.map(|word| ChangeKind::parse(&word).ok_or_else(no_kind)).transpose()?,
        since: time("since", since)?,
        until: time("until", until)?,
        limit: limit.map(|text| page_size(&text)).transpose()?,
        cursor: cursor.map(|text| text.parse().map_err(|_| no_cursor())).transpose()?,
    };
    if selector.since.zip(selector.until).is_some_and(|(since, until)| since > until) {
        return Err(Failure::invalid("until", "The end lies before the beginning."));
    }
    Ok(selector)
}

fn no_cursor() -> Failure {
    Failure::invalid("cursor", "This is not a cursor that a page of this list gave.")
}

fn no_kind() -> Failure {
    Failure::invalid("kind", format!("One of: {}.", ChangeKind::ALL.map(ChangeKind::as_str).join(", ")))
}

fn sentence(why: platform::uri::InvalidUri) -> String {
    format!("This is no URI of a resource: {why}.")
}

fn page_size(text: &str) -> Result<u32, Failure> {
    let number = text.parse().ok().filter(|n| (1..=LIMIT_MAX).contains(n));
    number.ok_or_else(|| Failure::invalid("limit", format!("A whole number from 1 to {LIMIT_MAX}.")))
}

fn time(field: &'static str, text: Option<String>) -> Result<Option<Timestamp>, Failure> {
    let read = |text: String| text.parse().map_err(|_| Failure::invalid(field, "A time as in 2026-11-28T10:00:00Z."));
    text.map(read).transpose()
}

/// A moment of the past.
fn moment(gateway: &Gateway, field: &'static str, text: Option<String>) -> Result<Option<Timestamp>, Failure> {
    let at = time(field, text)?;
    if at.is_some_and(|at| at > gateway.host().now()) {
        return Err(Failure::invalid(field, "This lies in the future. Leave it away to see what holds now."));
    }
    Ok(at)
}

fn ndjson(body: axum::body::Body) -> Response {
    ([(header::CONTENT_TYPE, NDJSON)], body).into_response()
}
