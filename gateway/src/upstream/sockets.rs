//! The monitoring service: logs, telemetry and exec of one job.

use super::{Upstream, UpstreamError, asked, empty, error::not_connected};
use crate::{
    ports::{Connected, Socket, within},
    session::Session,
};
use axum::body::Body;
use http::{HeaderMap, Method, Request, Response};
use jiff::Timestamp;
use platform::extension::{FIRST_LINE_HEADER, FROM_LINE, LIMIT, RECORDED_HEADER, TOTAL_LINES_HEADER};
use url::Url;

/// The platform puts this line, without a time, between its archive and the live log.
pub(crate) const LOG_SEPARATOR: &str = "<==== roadstead: live log ====>";

/// Where to begin reading a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LogQuery {
    /// The extension: this line on; negative counts from the end.
    pub(crate) from_line: Option<i64>,
    /// What every server can: this time on.
    pub(crate) since: Option<Timestamp>,
    /// The extension, on `log` only: at most so many lines.
    pub(crate) limit: Option<u64>,
}

/// What the answer's headers say about where reading began. None: the server counts no lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LogOpened {
    /// Number of the first line sent.
    pub(crate) first_line: u64,
    /// Lines there are now.
    pub(crate) total_lines: u64,
}

impl LogOpened {
    fn read(headers: &HeaderMap) -> Option<Self> {
        let number = |name| headers.get(name)?.to_str().ok()?.parse().ok();
        Some(Self { first_line: number(FIRST_LINE_HEADER)?, total_lines: number(TOTAL_LINES_HEADER)? })
    }
}

/// What to run.
#[derive(Clone, Debug)]
pub(crate) struct ExecQuery {
    /// A shell-quoted string.
    pub(crate) cmd: String,
    /// With a terminal; then there is no separate error output.
    pub(crate) tty: bool,
}

impl Upstream {
    /// The log as a WebSocket of bytes that follows the job.
    pub(crate) async fn log_socket(
        &self,
        session: &Session,
        id: &str,
        query: LogQuery,
    ) -> Result<(Socket, Option<LogOpened>), UpstreamError> {
        let mut url = self.monitoring(session, id, "log_ws").await?;
        add_log_query(&mut url, query);
        let connected = self.connect(session, &url).await?;
        Ok((connected.socket, LogOpened::read(&connected.headers)))
    }

    /// The log as a body; it follows the job unless `limit` is given and honoured.
    pub(crate) async fn log(
        &self,
        session: &Session,
        id: &str,
        query: LogQuery,
    ) -> Result<(Body, Option<LogOpened>), UpstreamError> {
        let mut url = self.monitoring(session, id, "log").await?;
        add_log_query(&mut url, query);
        let request = empty(asked(session, Method::GET, &url))?;
        let response: Response<Body> = self.call(request).await?;
        let opened = LogOpened::read(response.headers());
        Ok((response.into_body(), opened))
    }

    /// Telemetry, about once a second.
    pub(crate) async fn top_socket(&self, session: &Session, id: &str) -> Result<Socket, UpstreamError> {
        let url = self.monitoring(session, id, "top").await?;
        Ok(self.connect(session, &url).await?.socket)
    }

    /// A process in the job, and whether the cluster records what it shows.
    pub(crate) async fn exec_socket(
        &self,
        session: &Session,
        id: &str,
        query: &ExecQuery,
    ) -> Result<(Socket, bool), UpstreamError> {
        let mut url = self.monitoring(session, id, "exec").await?;
        let flag = |on: bool| if on { "1" } else { "0" };
        // Platform API: a terminal has one output only; asking for stderr besides is refused.
        url.query_pairs_mut()
            .append_pair("cmd", &query.cmd)
            .append_pair("tty", flag(query.tty))
            .append_pair("stdin", "1")
            .append_pair("stdout", "1")
            .append_pair("stderr", flag(!query.tty));
        let connected = self.connect(session, &url).await?;
        let is_recorded = connected.headers.get(RECORDED_HEADER).is_some_and(|value| value == "1");
        Ok((connected.socket, is_recorded))
    }

    async fn monitoring(&self, session: &Session, id: &str, what: &str) -> Result<Url, UpstreamError> {
        let place = self.place(session).await?;
        Ok(Self::url(&place.monitoring, &[id, what]))
    }

    async fn connect(&self, session: &Session, url: &Url) -> Result<Connected, UpstreamError> {
        let builder = asked(session, Method::GET, url);
        let request: Request<()> = builder.body(()).map_err(UpstreamError::BadRequest)?;
        let opening = within(&*self.host, self.limit, self.host.ws_connect(request)).await;
        match opening.ok_or(UpstreamError::Timeout)? {
            Ok(connected) => Ok(connected),
            Err(error) => Err(self.refusal(*not_connected(error)?).await),
        }
    }
}

fn add_log_query(url: &mut Url, query: LogQuery) {
    let mut pairs = url.query_pairs_mut();
    pairs.append_pair("timestamps", "true").append_pair("separator", LOG_SEPARATOR);
    if let Some(line) = query.from_line {
        pairs.append_pair(FROM_LINE, &line.to_string());
    }
    if let Some(time) = query.since {
        pairs.append_pair("since", &time.to_string());
    }
    if let Some(limit) = query.limit {
        pairs.append_pair(LIMIT, &limit.to_string());
    }
}
