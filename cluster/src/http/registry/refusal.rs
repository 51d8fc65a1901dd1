//! Every refusal of the registry as an HTTP answer: the one place where its errors meet the spec's codes.
//!
//! Owns statuses, codes and headers (OCI distribution spec, "Error codes"). Causes go to the log, not to the client.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{
    accounts::AccountError,
    http::problem::causes,
    permissions::PermissionError,
    registry::{InvalidManifest, RegistryError},
    store::StoreError,
};

/// Clients that get this ask for a name and a password, or send what they have.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"Roadstead images\", charset=\"UTF-8\"");

/// Why a request under `/v2/` was not served.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    /// No name and token.
    #[error("sign in first: the user name is yours or 'token', the password is a token of this platform")]
    NoToken,
    /// The token is nobody's, or another's.
    #[error(transparent)]
    Token(AccountError),
    /// The name belongs to somebody else than the token.
    #[error("the token is not {0}'s: sign in as its owner, or as 'token'")]
    NotTheirToken(String),
    /// Not theirs to read or to write.
    #[error("{0}")]
    Permission(PermissionError),
    /// The registry refused.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// A header or a parameter cannot be read.
    #[error("{what}: {why}")]
    Input {
        /// Which.
        what: &'static str,
        /// The rule.
        why: &'static str,
    },
    /// The page of a list is not given as a number.
    #[error("n must be a whole number")]
    PageSize,
    /// A manifest larger than any honest one.
    #[error("the manifest is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The most.
        limit_bytes: usize,
    },
    /// A manifest that was not whole in time.
    #[error("the manifest was not whole within {limit_secs} seconds")]
    TooSlow {
        /// The most.
        limit_secs: u64,
    },
    /// Nothing is there.
    #[error("the registry has no such address")]
    NoRoute,
    /// The address knows other methods.
    #[error("this address knows {0} only")]
    NoMethod(&'static str),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<PermissionError> for Refusal {
    fn from(error: PermissionError) -> Self {
        match error {
            PermissionError::Store(error) => Self::Store(error),
            other => Self::Permission(other),
        }
    }
}

impl Refusal {
    /// Status and code.
    pub(super) fn status(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NoToken | Self::Token(_) | Self::NotTheirToken(_) => (StatusCode::UNAUTHORIZED, "UNAUTHORIZED"),
            Self::Permission(_) => (StatusCode::FORBIDDEN, "DENIED"),
            Self::Registry(error) => of_registry(error),
            Self::Input { .. } => (StatusCode::BAD_REQUEST, "SIZE_INVALID"),
            Self::PageSize => (StatusCode::BAD_REQUEST, "PAGINATION_NUMBER_INVALID"),
            Self::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "MANIFEST_INVALID"),
            Self::TooSlow { .. } => (StatusCode::REQUEST_TIMEOUT, "MANIFEST_INVALID"),
            Self::NoRoute => (StatusCode::NOT_FOUND, "NAME_UNKNOWN"),
            Self::NoMethod(_) => (StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED"),
            Self::Store(error) => of_store(error),
        }
    }

    fn message(&self, status: StatusCode) -> String {
        match status {
            StatusCode::INTERNAL_SERVER_ERROR => {
                "the registry failed; its log says why, under this answer's X-Request-Id".to_owned()
            }
            StatusCode::INSUFFICIENT_STORAGE => {
                "the registry's disk is full; what was acknowledged is kept. Make room on it and go on".to_owned()
            }
            _ => match self {
                Self::Permission(PermissionError::Missing(missing)) => {
                    let wanted: Vec<String> = missing
                        .iter()
                        .map(|lacking| format!("{:?} on {}", lacking.action, lacking.uri).to_lowercase())
                        .collect();
                    format!("this needs the right to {}", wanted.join(" or "))
                }
                other => other.to_string(),
            },
        }
    }
}

/// The status alone, for what answers in the platform's own form.
pub(in crate::http) fn status_of(error: &RegistryError) -> StatusCode {
    of_registry(error).0
}

fn of_registry(error: &RegistryError) -> (StatusCode, &'static str) {
    if error.is_disk_full() {
        return (StatusCode::INSUFFICIENT_STORAGE, "UNAVAILABLE");
    }
    match error {
        RegistryError::Name { .. } => (StatusCode::BAD_REQUEST, "NAME_INVALID"),
        RegistryError::Tag { .. } => (StatusCode::BAD_REQUEST, "TAG_INVALID"),
        RegistryError::Digest(_) | RegistryError::WrongDigest { .. } => (StatusCode::BAD_REQUEST, "DIGEST_INVALID"),
        RegistryError::NoSuchProject(_) | RegistryError::NoSuchRepository(_) => (StatusCode::NOT_FOUND, "NAME_UNKNOWN"),
        RegistryError::NoSuchBlob { .. } => (StatusCode::NOT_FOUND, "BLOB_UNKNOWN"),
        RegistryError::NoSuchManifest { .. } => (StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN"),
        RegistryError::NoSuchUpload => (StatusCode::NOT_FOUND, "BLOB_UPLOAD_UNKNOWN"),
        RegistryError::WrongSize { .. } => (StatusCode::BAD_REQUEST, "SIZE_INVALID"),
        RegistryError::OutOfOrder { .. } => (StatusCode::RANGE_NOT_SATISFIABLE, "BLOB_UPLOAD_INVALID"),
        RegistryError::TakenOver => (StatusCode::CONFLICT, "BLOB_UPLOAD_INVALID"),
        RegistryError::BodyBroken => (StatusCode::BAD_REQUEST, "BLOB_UPLOAD_INVALID"),
        RegistryError::Manifest(error) => match error {
            InvalidManifest::WrongDigest { .. } => (StatusCode::BAD_REQUEST, "DIGEST_INVALID"),
            InvalidManifest::Json(_)
            | InvalidManifest::Schema
            | InvalidManifest::MediaType(_)
            | InvalidManifest::Disagree { .. }
            | InvalidManifest::Shape
            | InvalidManifest::Digest { .. }
            | InvalidManifest::Data { .. } => (StatusCode::BAD_REQUEST, "MANIFEST_INVALID"),
        },
        RegistryError::Missing { .. } => (StatusCode::NOT_FOUND, "MANIFEST_BLOB_UNKNOWN"),
        RegistryError::SizeLie { .. } => (StatusCode::BAD_REQUEST, "MANIFEST_INVALID"),
        RegistryError::BlobInUse { .. } | RegistryError::ManifestInUse { .. } => {
            (StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED")
        }
        RegistryError::QuotaExceeded { .. } => (StatusCode::FORBIDDEN, "DENIED"),
        RegistryError::TooManyUploads { .. } => (StatusCode::TOO_MANY_REQUESTS, "TOOMANYREQUESTS"),
        RegistryError::File { .. } => (StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN"),
        RegistryError::Store(error) => of_store(error),
    }
}

fn of_store(error: &StoreError) -> (StatusCode, &'static str) {
    if error.is_disk_full() {
        (StatusCode::INSUFFICIENT_STORAGE, "UNAVAILABLE")
    } else if error.is_busy() {
        (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE")
    } else {
        (StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN")
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code) = self.status();
        if status.is_server_error() {
            tracing::error!(error = %causes(&self), status = status.as_u16(), "a request for images failed");
        } else {
            tracing::debug!(error = %self, status = status.as_u16(), "a request for images was refused");
        }
        let body = json!({"errors": [{"code": code, "message": self.message(status), "detail": null}]});
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, CHALLENGE);
        }
        if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        match &self {
            Self::NoMethod(methods) => {
                headers.insert(header::ALLOW, HeaderValue::from_static(methods));
            }
            Self::Registry(RegistryError::OutOfOrder { have_bytes, .. }) => {
                headers.insert(header::RANGE, super::uploads::range(*have_bytes));
            }
            _ => {}
        }
        response
    }
}
