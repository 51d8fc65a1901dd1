//! `log_ws` and `log`: a job's output, from the store, to its end.
//!
//! Owns the query and the framing. Each client has a reader of its own over the files: a slow one waits alone, and
//! nothing is buffered for it.

use std::{io, sync::Arc};

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use futures::{FutureExt as _, Stream, future::BoxFuture, stream};
use jiff::Timestamp;
use platform::{
    extension::{FIRST_LINE_HEADER, FROM_LINE, LIMIT, TOTAL_LINES_HEADER},
    job::JobStatus,
    permission::Action,
};

use super::{
    super::{
        Api, Problem,
        caller::Caller,
        causes,
        input::{Query, Segments},
    },
    socket::{End, Handshake, Sender, close, shaken, split, with_headers},
};
use crate::{
    clock,
    jobs::{JobError, JobRecord},
    logs::{JobLog, LogError, LogFormat, LogReader, LogRequest, LogStart},
};

const SEPARATOR_HEADER: HeaderName = HeaderName::from_static("x-separator");
const LONGEST_SEPARATOR: usize = 256;

/// What a client asked for.
struct Asked {
    start: Option<LogStart>,
    format: LogFormat,
    /// Told apart from "no separator" because the extension never sends one.
    separator: Option<String>,
    limit: Option<u64>,
    /// The answer's headers say where it starts.
    says_lines: bool,
}

impl Asked {
    fn read(query: &Query) -> Result<Self, Problem> {
        let format = if query.flag("timestamps", false)? { LogFormat::Timestamps } else { LogFormat::Raw };
        query.flag("debug", false)?;
        let separator = query.find("separator").map(str::to_owned);
        if separator.as_ref().is_some_and(|text| text.len() > LONGEST_SEPARATOR || text.chars().any(char::is_control)) {
            let why = format!("must be at most {LONGEST_SEPARATOR} bytes long and hold no control characters");
            return Err(Problem::field("separator", why));
        }
        let since = query.time("since")?.map(|since: Timestamp| LogStart::Time(clock::nanos(since)));
        let from_line = query.number::<i64>(FROM_LINE)?.map(|line| match u64::try_from(line) {
            Ok(line) => LogStart::Line(line),
            Err(_) => LogStart::Last(line.unsigned_abs()),
        });
        let limit = query.number::<u64>(LIMIT)?;
        if limit == Some(0) {
            return Err(Problem::field(LIMIT, "must be 1 or more"));
        }
        if since.is_some() && from_line.is_some() {
            return Err(Problem::field(FROM_LINE, "does not go together with since"));
        }
        let says_lines = format == LogFormat::Timestamps;
        Ok(Self { start: from_line.or(since), format, separator, limit, says_lines })
    }
}

/// A log being sent: what came from earlier runs of the job, and what follows.
struct Sending {
    archived: Option<LogReader>,
    separator: Option<String>,
    live: LogReader,
    sent_archived: bool,
    headers: HeaderMap,
}

impl Sending {
    async fn open(api: &Api, job: &JobRecord, asked: Asked, follow: bool) -> Result<Self, Problem> {
        let log = api.logs.open(&job.id).await?;
        // The runner finishes a log before it settles the job, so a settled job's log gets nothing more.
        let follow = follow && (job.materialized || !job.status().is_finished());
        let request = LogRequest { start: LogStart::Line(0), format: asked.format, follow, max_lines: asked.limit };
        let start = asked.start.unwrap_or(LogStart::Line(0));
        let totals = log.totals();
        let mut sending = match (&asked.start, run_began(job)) {
            (None | Some(LogStart::Time(_)), Some(run)) if follow && asked.separator.is_some() => {
                Self::in_two(&log, request, start, run, asked.separator).await?
            }
            _ => Self::in_one(log.read(LogRequest { start, ..request }).await?),
        };
        if asked.says_lines {
            let first = sending.archived.as_ref().unwrap_or(&sending.live).first_line();
            sending.headers.insert(HeaderName::from_static(FIRST_LINE_HEADER), HeaderValue::from(first));
            sending.headers.insert(HeaderName::from_static(TOTAL_LINES_HEADER), HeaderValue::from(totals.lines));
        }
        Ok(sending)
    }

    fn in_one(live: LogReader) -> Self {
        Self { archived: None, separator: None, live, sent_archived: false, headers: HeaderMap::new() }
    }

    /// Earlier runs, a separator, the present run.
    async fn in_two(
        log: &Arc<JobLog>,
        request: LogRequest,
        start: LogStart,
        run: Timestamp,
        separator: Option<String>,
    ) -> Result<Self, LogError> {
        let from = log.read(LogRequest { start, ..request }).await?;
        let live = log.read(LogRequest { start: LogStart::Time(clock::nanos(run)), ..request }).await?;
        let lines = live.first_line().saturating_sub(from.first_line());
        if lines == 0 {
            return Ok(Self::in_one(from));
        }
        let archived = log.read(LogRequest { start, follow: false, max_lines: Some(lines), ..request }).await?;
        Ok(Self { archived: Some(archived), separator, live, sent_archived: false, headers: HeaderMap::new() })
    }

    /// The next bytes; none at the end. Dropping the future loses nothing.
    async fn next(&mut self) -> Result<Option<Bytes>, LogError> {
        if let Some(archived) = &mut self.archived {
            if let Some(chunk) = archived.next().await? {
                self.sent_archived = true;
                return Ok(Some(chunk.bytes));
            }
            self.archived = None;
        }
        if self.sent_archived && self.separator.is_some() {
            // The separator stands between two parts: it waits for the second.
            let Some(chunk) = self.live.next().await? else { return Ok(None) };
            let separator = self.separator.take().unwrap_or_default();
            let mut bytes = Vec::with_capacity(separator.len() + 1 + chunk.bytes.len());
            bytes.extend_from_slice(separator.as_bytes());
            bytes.push(b'\n');
            bytes.extend_from_slice(&chunk.bytes);
            return Ok(Some(bytes.into()));
        }
        Ok(self.live.next().await?.map(|chunk| chunk.bytes))
    }
}

/// When the present run of a job that was started again began, or when it began to wait for its next run.
fn run_began(job: &JobRecord) -> Option<Timestamp> {
    let last = job.last();
    (last.status == JobStatus::Running && job.restarts() > 0).then_some(last.transition_time)
}

pub(in crate::http) async fn log_ws(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(key): Segments<String>,
    query: Query,
    handshake: Handshake,
) -> Result<Response, Problem> {
    let job = api.job_for(&caller, &key, Action::Read).await?;
    let mut asked = Asked::read(&query)?;
    // `limit` belongs to `log`; a socket follows.
    asked.limit = None;
    let upgrade = shaken(handshake)?;
    let mut sending = Sending::open(&api, &job, asked, true).await?;
    let headers = std::mem::take(&mut sending.headers);
    let response = upgrade.protocols(["logs.apolo.us"]).on_upgrade(move |socket| async move {
        let (mut sender, mut receiver) = split(socket, &api.stopping);
        let end = tokio::select! {
            end = send(&mut sender, sending) => end,
            end = receiver.gone() => end,
            () = api.right_lost(caller, &job, Action::Read) => End::Forbidden,
        };
        close(sender, receiver, end).await;
    });
    Ok(with_headers(response, headers))
}

async fn send(sender: &mut Sender, mut sending: Sending) -> End {
    loop {
        let chunk = match sender.wait_for(sending.next()).await {
            Ok(Ok(Some(chunk))) => chunk,
            Ok(Ok(None)) => return End::Complete,
            Ok(Err(error)) => {
                tracing::error!(error = %causes(&error), "a log stream broke off");
                return End::Failed;
            }
            Err(end) => return end,
        };
        if let Err(end) = sender.send_bytes(chunk).await {
            return end;
        }
    }
}

pub(in crate::http) async fn log(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(key): Segments<String>,
    query: Query,
) -> Result<Response, Problem> {
    let job = api.job_for(&caller, &key, Action::Read).await?;
    let mut asked = Asked::read(&query)?;
    let bounded = asked.limit.is_some();
    let separator = match &asked.separator {
        Some(separator) => separator.clone(),
        // The platform makes one up, so that a client can tell it from output.
        None => format!("=== {} ===", uuid::Uuid::new_v4()),
    };
    if query.find(FROM_LINE).is_none() {
        asked.separator = Some(separator.clone());
    }
    let mut sending = Sending::open(&api, &job, asked, !bounded).await?;
    let mut headers = std::mem::take(&mut sending.headers);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(separator) = HeaderValue::from_str(&separator) {
        headers.insert(SEPARATOR_HEADER, separator);
    }
    let stopping = api.stopping.clone();
    let lost = async move { api.right_lost(caller, &job, Action::Read).await };
    let body = Body::from_stream(chunks(sending, stopping, lost.boxed()));
    Ok((headers, body).into_response())
}

fn chunks(
    sending: Sending,
    stopping: tokio_util::sync::CancellationToken,
    lost: BoxFuture<'static, ()>,
) -> impl Stream<Item = io::Result<Bytes>> {
    stream::unfold(Some((sending, stopping, lost)), |on| async move {
        let (mut sending, stopping, mut lost) = on?;
        let next = tokio::select! {
            // First: a log that is always ready must not keep this from being asked.
            biased;
            () = stopping.cancelled() => return None,
            // As an error, so that what breaks off does not look complete.
            () = &mut lost => return Some((Err(io::ErrorKind::PermissionDenied.into()), None)),
            next = sending.next() => next,
        };
        let next = next.map_err(io::Error::other).transpose()?;
        Some((next, Some((sending, stopping, lost))))
    })
}

pub(in crate::http) async fn log_delete(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(key): Segments<String>,
) -> Result<StatusCode, Problem> {
    let job = api.job_for(&caller, &key, Action::Write).await?;
    if !job.status().is_finished() || job.materialized {
        let why = "its log can be removed once it has ended";
        return Err(JobError::field("job", format!("Job '{}' is still active; {why}", job.id)).into());
    }
    api.logs.delete(&job.id).await?;
    api.jobs.set_logs_removed(&job.id).await?;
    tracing::info!(job = job.id, by = caller.name(), "a log was removed");
    Ok(StatusCode::NO_CONTENT)
}
