//! `/api/v1/jobs/{id}/logs/page` and `/download`: a log by pieces and whole.

use crate::{
    Gateway,
    edge::Queried,
    jobs::JobId,
    logs::{TextForm, as_text, read_page},
    rescue::Failure,
    session::{Session, SignedIn},
    upstream::LogQuery,
};
use api::logs::{FIRST_LINE_HEADER, PAGE_MAX_LINES, TOTAL_LINES_HEADER};
use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;

/// More lines than any log has.
const ALL_LINES: u64 = i64::MAX as u64;

/// `GET /jobs/{id}/logs/page?from_line=&limit=`
pub(crate) async fn logs_page(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    id: JobId,
    query: Queried,
) -> Result<Response, Failure> {
    page(&gateway, &session, &id, query).await
}

/// The same, for whoever may read the log by `session`.
pub(super) async fn page(
    gateway: &Gateway,
    session: &Session,
    id: &JobId,
    query: Queried,
) -> Result<Response, Failure> {
    let [from_line, limit] = query.only(["from_line", "limit"])?;
    let from_line = number("from_line", from_line.as_deref().unwrap_or("0"), 0, ALL_LINES)?;
    let limit = number("limit", limit.as_deref().unwrap_or("1000"), 1, PAGE_MAX_LINES)?;
    let page = read_page(gateway, session, id.as_str(), from_line, limit).await?.ok_or(Failure::LogsNotSeekable)?;
    let headers = [
        (header::CONTENT_TYPE.as_str(), "application/octet-stream".to_owned()),
        (FIRST_LINE_HEADER, page.opened.first_line.max(from_line).to_string()),
        (TOTAL_LINES_HEADER, page.opened.total_lines.to_string()),
    ];
    Ok((headers, page.frame).into_response())
}

/// `GET /jobs/{id}/logs/download?timestamps=0|1`: the whole log until now.
pub(crate) async fn logs_download(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    id: JobId,
    query: Queried,
) -> Result<Response, Failure> {
    download(&gateway, &session, &id, query).await
}

/// The same, for whoever may read the log by `session`.
pub(super) async fn download(
    gateway: &Gateway,
    session: &Session,
    id: &JobId,
    query: Queried,
) -> Result<Response, Failure> {
    let [timestamps] = query.only(["timestamps"])?;
    let timestamps = match timestamps.as_deref() {
        None | Some("0") => false,
        Some("1") => true,
        Some(_) => return Err(Failure::invalid("timestamps", "0 or 1.")),
    };
    let job = gateway.upstream().job(session, id.as_str()).await?;
    let query = LogQuery { from_line: Some(0), limit: Some(ALL_LINES), ..LogQuery::default() };
    let (body, opened) = gateway.upstream().log(session, &job.id, query).await?;
    let follows = opened.is_none() && !job.status.is_finished();
    let text = as_text(gateway, body, TextForm { timestamps, follows });
    let name = file_name(job.name.as_deref().unwrap_or(&job.id));
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.log\"")),
    ];
    Ok((headers, Body::from_stream(text)).into_response())
}

fn number(field: &str, text: &str, least: u64, most: u64) -> Result<u64, Failure> {
    let number = text.parse().ok().filter(|n| (least..=most).contains(n));
    number.ok_or_else(|| Failure::invalid(field, format!("A whole number from {least} to {most}.")))
}

/// A name that needs no quoting in a header and no escaping on a disk.
fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' };
    name.chars().take(100).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_plain_whatever_the_job_is_called() {
        assert_eq!(file_name("train-1"), "train-1");
        assert_eq!(file_name("a\"; filename=\"../../x"), "a___filename________x");
    }
}
