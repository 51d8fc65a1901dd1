//! How a call to the cluster fails.

use crate::ports::{Cause, ConnectError, SendError};
use http::{HeaderMap, StatusCode, header};
use platform::{ErrorBody, error::X_ERROR, permission::Permission};

/// A call that brought nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpstreamError {
    #[error("the cluster cannot be reached")]
    Unreachable(#[source] SendError),
    #[error("the cluster did not answer in time")]
    Timeout,
    #[error("the cluster's answer broke off")]
    BrokeOff(#[source] Cause),
    #[error("the cluster's answer is over {limit_bytes} bytes")]
    TooLong { limit_bytes: usize },
    #[error("the cluster's answer is not {expected}")]
    Unreadable {
        expected: &'static str,
        #[source]
        source: serde_json::Error,
    },
    #[error("the WebSocket handshake with the cluster is unsound")]
    Handshake,
    #[error("the cluster answered {status}: {}", error.as_deref().unwrap_or("no reason given"))]
    Refused { status: StatusCode, error: Option<String>, missing: Vec<Permission>, retry_after_secs: Option<u32> },
    #[error("the registry answered {status}: {}", message.as_deref().unwrap_or("no reason given"))]
    RegistryRefused { status: StatusCode, code: Option<String>, message: Option<String>, retry_after_secs: Option<u32> },
    #[error("the registry's answer for {digest} has another digest")]
    WrongDigest { digest: String },
    #[error("the registry redirects without end")]
    Redirects,
    #[error("the cluster's configuration names {url:?} as its {what}, a host that is not trusted")]
    ForeignHost { what: &'static str, url: String },
    #[error("the token is not authorized")]
    Unauthorized,
    #[error("the token could not be renewed")]
    NotRenewed,
    #[error("what is remembered of sessions cannot be read or written")]
    Notes(#[source] Cause),
    #[error("the platform's identity token {0}")]
    IdToken(&'static str),
    #[error("the platform has no admin API")]
    NoAdminApi,
    #[error("the user has no cluster")]
    NoCluster,
    #[error("a request could not be put together")]
    BadRequest(#[source] http::Error),
}

impl UpstreamError {
    /// What a refusal says: its status and, where it speaks the platform's language, its reason.
    pub(crate) fn refused(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let said = serde_json::from_slice(body).ok();
        let said = said.or_else(|| serde_json::from_slice(headers.get(X_ERROR)?.as_bytes()).ok());
        let (error, missing) = match said {
            Some(ErrorBody::Missing { missing }) => (None, missing),
            Some(ErrorBody::Error { error }) => (Some(error), Vec::new()),
            None => (None, Vec::new()),
        };
        let retry = headers.get(header::RETRY_AFTER).and_then(|v| v.to_str().ok()?.parse().ok());
        Self::Refused { status, error, missing, retry_after_secs: retry }
    }

    /// What a registry's refusal says (OCI distribution spec, "Error codes").
    pub(crate) fn registry_refused(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        #[derive(serde::Deserialize)]
        struct Body {
            errors: Vec<Said>,
        }
        #[derive(serde::Deserialize)]
        struct Said {
            code: String,
            #[serde(default)]
            message: Option<String>,
        }
        let said = serde_json::from_slice::<Body>(body).ok().and_then(|body| body.errors.into_iter().next());
        let (code, message) = said.map_or((None, None), |said| (Some(said.code), said.message));
        let retry = headers.get(header::RETRY_AFTER).and_then(|v| v.to_str().ok()?.parse().ok());
        Self::RegistryRefused { status, code, message: message.filter(|m| !m.is_empty()), retry_after_secs: retry }
    }

    /// Whether the cluster knows the bearer and says no.
    pub(crate) fn is_forbidden(&self) -> bool {
        matches!(self, Self::Refused { status: StatusCode::FORBIDDEN, .. })
    }

    /// Whether the cluster does not take the token.
    pub(crate) fn is_unauthorized(&self) -> bool {
        matches!(self, Self::Refused { status: StatusCode::UNAUTHORIZED, .. })
    }

    /// Whether the token service says that a code or refresh token is none, or is none any more (RFC 6749, 5.2).
    pub(crate) fn is_revoked_grant(&self) -> bool {
        matches!(self, Self::Refused { status, error: Some(error), .. }
            if matches!(status.as_u16(), 400 | 401) && error == "invalid_grant")
    }

    /// Whether the platform itself says that it knows no such job, which it does with a 400.
    pub(crate) fn is_no_such_job(&self) -> bool {
        matches!(self, Self::Refused { status, error: Some(said), .. }
            if matches!(status.as_u16(), 400 | 404) && said.starts_with("no such job"))
    }

    /// Whether the platform itself says that the job is not there, or not running. A 404 without a word is of something before it.
    pub(crate) fn is_absent(&self) -> bool {
        self.is_no_such_job() || matches!(self, Self::Refused { status: StatusCode::NOT_FOUND, error: Some(_), .. })
    }
}

impl From<SendError> for UpstreamError {
    fn from(error: SendError) -> Self {
        Self::Unreachable(error)
    }
}

/// A refused handshake still has a body to read, so this conversion is for the other kinds.
pub(super) fn not_connected(error: ConnectError) -> Result<Box<http::Response<axum::body::Body>>, UpstreamError> {
    match error {
        ConnectError::Refused(response) => Ok(response),
        ConnectError::Send(error) => Err(UpstreamError::Unreachable(error)),
        ConnectError::Unproven => Err(UpstreamError::Handshake),
    }
}
