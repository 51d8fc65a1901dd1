//! Every refusal as an HTTP answer: the one place where errors meet status codes.
//!
//! Owns statuses, bodies and headers of refusals, as the platform's clients read them: JSON `{"error": ...}`, or
//! `{"missing": [...]}` for lacking rights, and the same in `X-Error`, the only thing a client sees of a refused
//! WebSocket handshake. Causes go to the log, not to the client.

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use platform::{
    error::{ErrorBody, X_ERROR},
    job_selector::InvalidSelector,
};

use crate::{
    accounts::AccountError,
    casts::CastError,
    engine::EngineError,
    images::ImagesError,
    jobs::{JobError, create::short},
    logs::LogError,
    permissions::PermissionError,
    registry::RegistryError,
    store::StoreError,
};

/// Clients and proxies take heads of 8 KiB, which hold other headers too.
const LONGEST_X_ERROR_BYTES: usize = 4096;

/// Why a request was not served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    /// No `Authorization: Bearer`.
    #[error("sign in first: this needs the header 'Authorization: Bearer TOKEN'")]
    NoToken,
    /// The bearer is nobody.
    #[error(transparent)]
    Token(AccountError),
    /// Accounts refused.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Rights refused.
    #[error(transparent)]
    Permission(#[from] PermissionError),
    /// The rules of jobs refused.
    #[error(transparent)]
    Job(#[from] JobError),
    /// The query of a listing is wrong.
    #[error(transparent)]
    Selector(#[from] InvalidSelector),
    /// A query parameter or path segment is wrong.
    #[error("{field}: {why}")]
    Field {
        /// Which.
        field: &'static str,
        /// The rule.
        why: String,
    },
    /// The body is not JSON of the right shape.
    #[error("the request body cannot be read: {0}")]
    Body(String),
    /// The body is larger than anything honest.
    #[error("the request body is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The most.
        limit_bytes: usize,
    },
    /// The body is still on its way after so long.
    #[error("the request body did not arrive within {limit_secs} seconds; send it again")]
    TooSlow {
        /// The longest.
        limit_secs: u64,
    },
    /// The client asked for a WebSocket without shaking hands for one.
    #[error("this address speaks WebSocket only: {0}")]
    NotWebSocket(String),
    /// The job has no running container. (The platform's own words.)
    #[error("Job '{0}' is not running.")]
    NotRunning(String),
    /// The job's port cannot be reached.
    #[error("cannot connect to port {port} of the job: {why}")]
    Unreachable {
        /// The port.
        port: u16,
        /// What the system said.
        why: String,
    },
    /// Another cluster's name in an address.
    #[error("there is no cluster {given} here; this one is called {this}")]
    UnknownCluster {
        /// As asked.
        given: String,
        /// Its name.
        this: String,
    },
    /// Part of the platform, but not of this cluster.
    #[error("{0}")]
    NotOffered(&'static str),
    /// No such address.
    #[error("there is nothing at this address")]
    NoRoute,
    /// The address knows other methods.
    #[error("this address does not know that method")]
    NoMethod,
    /// Something about images was refused.
    #[error(transparent)]
    Images(ImagesError),
    /// The container engine failed or is not there.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A recording cannot be begun or read.
    #[error(transparent)]
    Cast(#[from] CastError),
    /// There is no recording of an act.
    #[error("act {0} has no recording: it was not recorded, or its recording is not kept any more")]
    NoRecording(i64),
    /// The registry of images refused or failed.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Problem {
    pub(crate) fn field(field: &'static str, why: impl Into<String>) -> Self {
        Self::Field { field, why: why.into() }
    }

    /// The status the platform's clients expect.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NoToken | Self::Token(_) => StatusCode::UNAUTHORIZED,
            Self::Account(error) => of_account(error),
            Self::Permission(error) => match error {
                PermissionError::Missing(_) => StatusCode::FORBIDDEN,
                PermissionError::Ungrantable(_)
                | PermissionError::NothingAsked
                | PermissionError::NoEffect(_)
                | PermissionError::Oneself { .. }
                | PermissionError::Target { .. } => StatusCode::BAD_REQUEST,
                PermissionError::UnknownRole(_) => StatusCode::NOT_FOUND,
                PermissionError::Changed(_)
                | PermissionError::LastAdministrator { .. }
                | PermissionError::AdminRole(_) => StatusCode::CONFLICT,
                PermissionError::Store(error) => of_store(error),
            },
            Self::Job(error) => match error {
                // The platform answers 400, not 404, for a job it does not know.
                JobError::NoSuchJob(_)
                | JobError::Field { .. }
                | JobError::NameTaken { .. }
                | JobError::LooksLikeId
                | JobError::Ended(_) => StatusCode::BAD_REQUEST,
                JobError::UnknownCluster(_) | JobError::UnknownOrg(_) => StatusCode::FORBIDDEN,
                JobError::Store(error) => of_store(error),
            },
            Self::Selector(_)
            | Self::Field { .. }
            | Self::Body(_)
            | Self::NotWebSocket(_)
            | Self::Unreachable { .. } => StatusCode::BAD_REQUEST,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::NotRunning(_) | Self::NoRecording(_) | Self::NoRoute | Self::UnknownCluster { .. } => {
                StatusCode::NOT_FOUND
            }
            Self::NotOffered(_) => StatusCode::NOT_IMPLEMENTED,
            Self::NoMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Images(error) => match error {
                ImagesError::Name { .. }
                | ImagesError::UnknownHost { .. }
                | ImagesError::NoProject { .. }
                | ImagesError::Source(_) => StatusCode::BAD_REQUEST,
                ImagesError::Unknown { .. } => StatusCode::NOT_FOUND,
                ImagesError::Busy => StatusCode::SERVICE_UNAVAILABLE,
                ImagesError::Permission(_) => StatusCode::FORBIDDEN,
                ImagesError::Account(error) => of_account(error),
                ImagesError::Registry(error) => super::registry::status_of(error),
            },
            Self::Engine(error) => of_engine(error),
            Self::Log(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Cast(error) if error.is_disk_full() => StatusCode::INSUFFICIENT_STORAGE,
            Self::Cast(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Registry(error) => super::registry::status_of(error),
            Self::Store(error) => of_store(error),
        }
    }

    fn body(&self, status: StatusCode) -> ErrorBody {
        if let Self::Permission(PermissionError::Missing(missing)) = self {
            return ErrorBody::Missing { missing: missing.clone() };
        }
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            let error = "the cluster failed; its log says why, under this answer's X-Request-Id".to_owned();
            return ErrorBody::Error { error };
        }
        if status == StatusCode::INSUFFICIENT_STORAGE {
            let error = "the cluster's disk is full; nothing was changed. Make room on it and try again".to_owned();
            return ErrorBody::Error { error };
        }
        ErrorBody::Error { error: self.to_string() }
    }
}

impl From<ImagesError> for Problem {
    fn from(error: ImagesError) -> Self {
        match error {
            ImagesError::Permission(error) => error.into(),
            ImagesError::Account(error) => error.into(),
            ImagesError::Registry(error) => error.into(),
            other => Self::Images(other),
        }
    }
}

fn of_account(error: &AccountError) -> StatusCode {
    match error {
        AccountError::UnknownPrincipal(_)
        | AccountError::UnknownOrg(_)
        | AccountError::UnknownProject { .. }
        | AccountError::NotMember { .. } => StatusCode::NOT_FOUND,
        AccountError::Exists(_)
        | AccountError::AlreadyMember { .. }
        | AccountError::PlaceMoved { .. }
        | AccountError::SettingsMoved { .. }
        | AccountError::LastManager { .. }
        | AccountError::NameOfRole { .. }
        | AccountError::InUse { .. } => StatusCode::CONFLICT,
        AccountError::Name { .. } | AccountError::Code | AccountError::Password(_) | AccountError::Refresh => {
            StatusCode::BAD_REQUEST
        }
        AccountError::Token(_) => StatusCode::UNAUTHORIZED,
        AccountError::Key { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        AccountError::Store(error) => of_store(error),
    }
}

fn of_store(error: &StoreError) -> StatusCode {
    if error.is_disk_full() {
        StatusCode::INSUFFICIENT_STORAGE
    } else if error.is_busy() {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::INTERNAL_SERVER_ERROR
    }
}

fn of_engine(error: &EngineError) -> StatusCode {
    match error {
        EngineError::Gone { .. } => StatusCode::SERVICE_UNAVAILABLE,
        EngineError::Image(_) | EngineError::CannotRun { .. } | EngineError::PortClosed { .. } => {
            StatusCode::BAD_REQUEST
        }
        EngineError::NoSuchContainer(_) | EngineError::NotRunning => StatusCode::NOT_FOUND,
        EngineError::Failed { .. } | EngineError::Protocol(_) => StatusCode::BAD_GATEWAY,
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        // 501 is a plain answer about what this cluster does not offer.
        if status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED {
            tracing::error!(error = %causes(&self), status = status.as_u16(), "a request failed");
        } else {
            tracing::debug!(error = %self, status = status.as_u16(), "a request was refused");
        }
        let body = self.body(status);
        let mut response = (status, Json(&body)).into_response();
        let headers = response.headers_mut();
        headers.insert(HeaderName::from_static(X_ERROR), header_json(&body));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

/// An error and what caused it, in one line.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        // A transparent error says the same as its cause.
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}

/// The refusal as a header; in few words where all would be too long for one.
fn header_json(body: &ErrorBody) -> HeaderValue {
    let mut text = ascii_json(body);
    if text.len() > LONGEST_X_ERROR_BYTES {
        let error = match body {
            ErrorBody::Error { error } => short(error),
            ErrorBody::Missing { missing } => format!("{} permissions are missing; the body names them", missing.len()),
        };
        text = ascii_json(&ErrorBody::Error { error });
    }
    HeaderValue::from_str(&text).expect("printable ASCII makes a header value")
}

/// JSON in printable ASCII, as header values must be.
fn ascii_json(body: &ErrorBody) -> String {
    let json = serde_json::to_string(body).expect("an error body is plain strings");
    let mut ascii = String::with_capacity(json.len());
    for c in json.chars() {
        if (' '..='~').contains(&c) {
            ascii.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                ascii.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use platform::permission::{Action, Permission};

    use super::*;

    fn uri() -> platform::Uri {
        "job://default/main/demo".parse().expect("a uri")
    }

    fn missing() -> PermissionError {
        PermissionError::Missing(vec![Permission { uri: uri(), action: Action::Write }])
    }

    #[test]
    fn each_refusal_has_the_status_clients_expect() {
        let table: Vec<(Problem, u16)> = vec![
            (Problem::NoToken, 401),
            (Problem::Token(AccountError::UnknownPrincipal("x".into())), 401),
            (AccountError::UnknownPrincipal("x".into()).into(), 404),
            (AccountError::Exists("x".into()).into(), 409),
            (AccountError::Code.into(), 400),
            (AccountError::Password(crate::accounts::InvalidPassword::Short).into(), 400),
            (AccountError::UnknownOrg("x".into()).into(), 404),
            (AccountError::UnknownProject { org: "x".into(), project: "x".into() }.into(), 404),
            (AccountError::NotMember { user: "x".into(), place: "x".into() }.into(), 404),
            (AccountError::AlreadyMember { user: "x".into(), place: "x".into(), role: "user" }.into(), 409),
            (AccountError::LastManager { user: "x".into(), org: "x".into(), project: "x".into() }.into(), 409),
            (
                AccountError::SettingsMoved { org: "x".into(), project: "x".into(), now: "x".into(), seen: "y".into() }
                    .into(),
                409,
            ),
            (AccountError::NameOfRole { name: "x".into(), role: "x".into() }.into(), 409),
            (AccountError::InUse { what: "x".into(), why: "x".into() }.into(), 409),
            (missing().into(), 403),
            (PermissionError::NoEffect("x".into()).into(), 400),
            (PermissionError::Oneself { uri: uri(), why: "x".into() }.into(), 400),
            (PermissionError::Target { uri: uri(), why: "x".into() }.into(), 400),
            (PermissionError::UnknownRole("x".into()).into(), 404),
            (PermissionError::Changed("x".into()).into(), 409),
            (PermissionError::LastAdministrator { cluster: "x".into(), role: "x".into() }.into(), 409),
            (PermissionError::AdminRole("x".into()).into(), 409),
            (PermissionError::NothingAsked.into(), 400),
            (PermissionError::Ungrantable(Action::List).into(), 400),
            (JobError::NoSuchJob("x".into()).into(), 400),
            (JobError::field("name", "x").into(), 400),
            (JobError::LooksLikeId.into(), 400),
            (JobError::Ended("x".into()).into(), 400),
            (JobError::UnknownCluster("x".into()).into(), 403),
            (JobError::UnknownOrg("x".into()).into(), 403),
            (Problem::field("since", "x"), 400),
            (Problem::Body("x".into()), 400),
            (Problem::TooLarge { limit_bytes: 1 }, 413),
            (Problem::TooSlow { limit_secs: 1 }, 408),
            (Problem::NotWebSocket("x".into()), 400),
            (Problem::NotRunning("x".into()), 404),
            (Problem::NoRecording(1), 404),
            (Problem::Unreachable { port: 1, why: "x".into() }, 400),
            (Problem::NotOffered("x"), 501),
            (Problem::NoRoute, 404),
            (Problem::UnknownCluster { given: "x".into(), this: "y".into() }, 404),
            (Problem::NoMethod, 405),
            (EngineError::Gone { address: "x".into(), message: "x".into() }.into(), 503),
            (EngineError::CannotRun { message: "x".into() }.into(), 400),
            (EngineError::NotRunning.into(), 404),
            (EngineError::NoSuchContainer("x".into()).into(), 404),
            (EngineError::Failed { status: 500, message: "x".into() }.into(), 502),
            (EngineError::Protocol("x".into()).into(), 502),
            (ImagesError::Name { text: "x".into(), why: "x".into() }.into(), 400),
            (ImagesError::UnknownHost { host: "x".into() }.into(), 400),
            (ImagesError::NoProject { org: "x".into(), project: "x".into() }.into(), 400),
            (ImagesError::Unknown { uri: "x".into() }.into(), 404),
            (ImagesError::Busy.into(), 503),
            (ImagesError::Permission(missing()).into(), 403),
            (LogError::Finished.into(), 500),
            (RegistryError::NoSuchRepository("x".into()).into(), 404),
            (StoreError::Corrupt { what: "x" }.into(), 500),
        ];
        for (problem, status) in table {
            assert_eq!(problem.status().as_u16(), status, "{problem:?}");
            let response = problem.into_response();
            assert_eq!(response.status().as_u16(), status);
            assert!(response.headers().contains_key(X_ERROR));
        }
    }

    #[test]
    fn a_failure_inside_tells_the_client_nothing_of_it() {
        let problem = Problem::Store(StoreError::Corrupt { what: "secret place" });
        let body = serde_json::to_string(&problem.body(problem.status())).expect("serialises");
        assert!(!body.contains("secret place"), "{body}");
    }

    #[test]
    fn lacking_rights_are_listed() {
        let problem = Problem::from(missing());
        let body = serde_json::to_value(problem.body(problem.status())).expect("serialises");
        assert_eq!(body, serde_json::json!({"missing": [{"uri": "job://default/main/demo", "action": "write"}]}));
    }

    #[test]
    fn any_text_fits_into_a_header() {
        let value = header_json(&ErrorBody::Error { error: "нет\u{1f600}\n\"".into() });
        let text = value.to_str().expect("ascii");
        let back: serde_json::Value = serde_json::from_str(text).expect("json");
        assert_eq!(back["error"], "нет\u{1f600}\n\"");
    }

    #[test]
    fn the_header_is_short_however_long_the_refusal_is() {
        let lacking = vec![Permission { uri: uri(), action: Action::Write }; 1000];
        for (body, begins) in [
            (ErrorBody::Error { error: "\u{1f600}".repeat(9000) }, "\u{1f600}\u{1f600}"),
            (ErrorBody::Missing { missing: lacking }, "1000 permissions are missing"),
        ] {
            let value = header_json(&body);
            assert!(value.len() <= LONGEST_X_ERROR_BYTES, "{}", value.len());
            let said: serde_json::Value = serde_json::from_slice(value.as_bytes()).expect("json");
            assert!(said["error"].as_str().expect("a sentence").starts_with(begins), "{said}");
        }
    }
}
