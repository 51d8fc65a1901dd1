//! The one place where failures become what the page is told: code, status, a sentence that says what to do.
//!
//! Knows no request: the request id is filled in, and the cause logged, by the outermost layer.

use crate::{ports::NotAnUpgrade, upstream::UpstreamError};
use api::{Code, Problem};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use platform::permission::{Action, Permission};
use std::fmt::Write as _;

/// A request that is not answered as asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("no session")]
    SignedOut,
    #[error("the sign-in was refused")]
    SignInRefused(#[source] Option<UpstreamError>),
    #[error("the token does not fit into a cookie")]
    TokenTooLong,
    #[error("the request does not prove to come from the console: {0}")]
    Csrf(&'static str),
    // The message may repeat what the user typed; it is for the user, not for the log.
    #[error("an input is at fault: {}", field.as_deref().unwrap_or("the body"))]
    Invalid { field: Option<String>, message: String },
    #[error("{what} is over {limit_bytes} bytes")]
    TooLarge { what: &'static str, limit_bytes: usize },
    #[error("no such address")]
    NoSuchAddress,
    #[error("no such job")]
    NoSuchJob,
    #[error("the method does not fit the address")]
    MethodNotAllowed,
    #[error(transparent)]
    NotAnUpgrade(#[from] NotAnUpgrade),
    #[error("the cluster cannot seek in logs")]
    LogsNotSeekable,
    #[error("the cluster failed")]
    Upstream(#[from] UpstreamError),
}

impl Failure {
    /// An input at fault.
    pub(crate) fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid { field: Some(field.into()), message: message.into() }
    }
}

/// What the page will be told; travels in the response's extensions to the outermost layer.
#[derive(Clone)]
pub(crate) struct Rescued {
    pub(crate) problem: Problem,
    pub(crate) retry_after_secs: Option<u32>,
    /// The cause chain, for the log only.
    pub(crate) cause: String,
}

impl Rescued {
    pub(crate) fn code_of(response: &Response) -> Option<Code> {
        response.extensions().get::<Self>().map(|r| r.problem.code)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Told { code, message, field, retry_after_secs } = tell(&self);
        let status = StatusCode::from_u16(code.status()).expect("a code's status is one");
        let problem = Problem { code, message, request_id: String::new(), field };
        let mut response = status.into_response();
        response.extensions_mut().insert(Rescued { problem, retry_after_secs, cause: chain(&self) });
        response
    }
}

/// Code, sentence, field, and when to come back.
pub(crate) struct Told {
    pub(crate) code: Code,
    pub(crate) message: String,
    field: Option<String>,
    retry_after_secs: Option<u32>,
}

/// The exhaustive mapping.
pub(crate) fn tell(failure: &Failure) -> Told {
    match failure {
        Failure::SignedOut => told(Code::SignedOut, "You are not signed in, or your session has ended. Sign in again."),
        Failure::SignInRefused(_) => told(
            Code::SignInRefused,
            "The cluster does not accept this sign-in: the link was used before or is too old, or the token is not valid. \
             Ask for a new link, or paste a current token.",
        ),
        Failure::TokenTooLong => told(
            Code::SignInRefused,
            "This token is too long to be kept in a browser's cookie. Use a token with fewer claims.",
        ),
        Failure::Csrf(what) => told(
            Code::Csrf,
            format!(
                "The request does not prove to come from this console ({what}). Open the console's own address and try again."
            ),
        ),
        Failure::Invalid { field, message } => {
            Told { field: field.clone(), ..told(Code::InvalidRequest, message.as_str()) }
        }
        Failure::TooLarge { what, limit_bytes } => {
            told(Code::TooLarge, format!("{what} is larger than {limit_bytes} bytes. Make it smaller."))
        }
        Failure::NoSuchAddress => told(Code::NotFound, "There is nothing at this address."),
        Failure::NoSuchJob => told(Code::NotFound, "There is no such job, or it is not yours to see."),
        Failure::MethodNotAllowed => {
            told(Code::MethodNotAllowed, "This address does not take requests of this method.")
        }
        Failure::NotAnUpgrade(_) => told(Code::InvalidRequest, "This address speaks WebSocket only."),
        Failure::LogsNotSeekable => told(
            Code::NotSupported,
            "This cluster cannot show a part of a log by line number. Read it from the start, or download it.",
        ),
        Failure::Upstream(error) => tell_upstream(error),
    }
}

fn tell_upstream(error: &UpstreamError) -> Told {
    let bad = "The cluster's answer could not be understood. Try again; if it stays so, tell its administrator that the \
               platform address may be wrong.";
    match error {
        UpstreamError::Unreachable(_) => Told {
            retry_after_secs: Some(5),
            ..told(Code::Unavailable, "The cluster cannot be reached. It may be starting; try again in a moment.")
        },
        UpstreamError::Timeout => {
            told(Code::UpstreamTimeout, "The cluster did not answer in time. Try again in a moment.")
        }
        UpstreamError::BrokeOff(_) => told(Code::BadUpstream, "The cluster's answer broke off. Try again."),
        UpstreamError::TooLong { .. } | UpstreamError::Unreadable { .. } | UpstreamError::Handshake => {
            told(Code::BadUpstream, bad)
        }
        UpstreamError::ForeignHost { what, .. } => told(
            Code::BadUpstream,
            format!(
                "The cluster names a {what} on a host that this console is not set up to trust. Its administrator can allow it."
            ),
        ),
        UpstreamError::Unauthorized => tell(&Failure::SignedOut),
        UpstreamError::NoCluster => told(
            Code::Forbidden,
            "Your account may not use any cluster, or not this one any more. Ask an administrator to add you, then sign in again.",
        ),
        UpstreamError::BadRequest(_) => told(Code::Internal, "The gateway could not put its request together."),
        UpstreamError::Refused { status, error, missing, retry_after_secs } => {
            let mut told = tell_refused(*status, error.as_deref(), missing);
            if matches!(told.code, Code::Unavailable | Code::TooManyRequests) {
                told.retry_after_secs = Some(retry_after_secs.unwrap_or(5).min(3600));
            }
            told
        }
    }
}

/// By the status the cluster refused with.
fn tell_refused(status: StatusCode, error: Option<&str>, missing: &[Permission]) -> Told {
    let said = |otherwise: &str| error.map_or_else(|| otherwise.to_owned(), plain);
    match status.as_u16() {
        400 if error.is_some_and(|e| e.starts_with("no such job")) => tell(&Failure::NoSuchJob),
        // "Failed to create job: job with name 'N' and project 'P' already exists: 'ID'"
        400 if error.is_some_and(|e| e.contains("already exists")) => Told {
            field: Some("name".to_owned()),
            ..told(Code::Conflict, "An active job of the project has this name. Choose another, or end that job first.")
        },
        400 | 422 => told(Code::InvalidRequest, said("The cluster refuses the request without saying why.")),
        401 => tell(&Failure::SignedOut),
        403 if !missing.is_empty() => told(Code::Forbidden, lacking(missing)),
        403 => told(Code::Forbidden, said("You may not do this. Ask the owner or an administrator for access.")),
        404 => tell(&Failure::NoSuchJob),
        409 => told(Code::Conflict, said("The job's state does not allow this.")),
        413 => told(Code::TooLarge, said("The cluster says that this is too large.")),
        429 => told(Code::TooManyRequests, "The cluster asks to slow down. Try again in a moment."),
        501 => told(Code::NotSupported, said("This cluster cannot do this.")),
        503 => told(Code::Unavailable, said("The cluster is not available. Try again in a moment.")),
        504 => tell_upstream(&UpstreamError::Timeout),
        _ => told(
            Code::BadUpstream,
            format!("The cluster answered {}. Try again; if it stays so, tell its administrator.", status.as_u16()),
        ),
    }
}

fn lacking(missing: &[Permission]) -> String {
    let mut text = "You lack ".to_owned();
    for (i, permission) in missing.iter().take(5).enumerate() {
        let action = match permission.action {
            Action::Deny | Action::List => "list",
            Action::Read => "read",
            Action::Write => "write",
            Action::Manage => "manage",
        };
        let comma = if i > 0 { ", " } else { "" };
        let _ = write!(text, "{comma}{action} permission on {}", plain(&permission.uri.to_string()));
    }
    if missing.len() > 5 {
        let _ = write!(text, " and {} more", missing.len() - 5);
    }
    text.push_str(". Ask its owner to share it with you.");
    text
}

/// A sentence from the cluster, fit to be shown: no control characters, not endless.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(500).collect()
}

fn told(code: Code, message: impl Into<String>) -> Told {
    Told { code, message: message.into(), field: None, retry_after_secs: None }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        let _ = write!(text, ": {error}");
        next = error.source();
    }
    text
}

#[cfg(test)]
mod tests;
