//! The one place where failures become what the page is told: code, status, a sentence that says what to do.
//!
//! Knows no request: the request id is filled in, and the cause logged, by the outermost layer.

mod links;
mod upstream;

use crate::{
    links::{LinkFailure, LinkStoreError},
    ports::NotAnUpgrade,
    upstream::UpstreamError,
};
use api::{Code, Problem};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header::CONTENT_RANGE};
use image::download::DownloadError;
use std::{fmt::Write as _, sync::Arc};
use upstream::{tell_access, tell_upstream};

/// A request that is not answered as asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("no session")]
    SignedOut,
    #[error("whether the session may go on cannot be told")]
    SessionUnsure(#[source] Arc<UpstreamError>),
    #[error("the sign-in was refused")]
    SignInRefused(#[source] Option<UpstreamError>),
    #[error("the token does not fit into a cookie")]
    TokenTooLong,
    #[error("the request does not prove to come from the console: {0}")]
    Csrf(&'static str),
    // The message may repeat what the user typed; it is for the user, not for the log.
    #[error("an input is at fault: {}", field.as_deref().unwrap_or("the body"))]
    Invalid { field: Option<String>, message: String },
    #[error("too many requests")]
    TooFast { retry_after_secs: u32 },
    #[error("{most} streams are open")]
    TooManyStreams { most: usize },
    #[error("{what} is over {limit_bytes} bytes")]
    TooLarge { what: &'static str, limit_bytes: usize },
    #[error("the request's body did not arrive within {limit_secs} seconds")]
    TooSlow { limit_secs: u64 },
    #[error("no such address")]
    NoSuchAddress,
    #[error("no such job")]
    NoSuchJob,
    #[error("no such image")]
    NoSuchImage,
    #[error("no such role")]
    NoSuchRole,
    #[error("a grant or a place is not what its author saw")]
    GrantMoved { message: String },
    #[error("{done} of {of} changes were made")]
    PartlyChanged { done: usize, of: usize, source: UpstreamError },
    #[error("the cluster refused or failed about rights")]
    Access { field: Option<&'static str>, source: UpstreamError },
    #[error("no such upload")]
    NoSuchUpload,
    #[error("a piece of an image is over {limit_bytes} bytes")]
    ChunkTooLarge { limit_bytes: u64 },
    #[error("a piece of an image comes without its length")]
    NoLength,
    #[error("the registry cannot delete a tag")]
    TagsNotDeletable,
    #[error("the cluster cannot copy images")]
    CannotCopy,
    #[error("the image cannot be downloaded so")]
    Download(#[from] DownloadError),
    #[error("the image's {what} cannot be read: {why}")]
    BrokenImage { what: &'static str, why: String },
    #[error("the range begins beyond the end")]
    NoSuchRange { total_bytes: u64 },
    #[error("the method does not fit the address")]
    MethodNotAllowed,
    #[error(transparent)]
    NotAnUpgrade(#[from] NotAnUpgrade),
    #[error("the cluster cannot seek in logs")]
    LogsNotSeekable,
    #[error(transparent)]
    Link(#[from] LinkFailure),
    #[error("the cluster keeps no history of rights")]
    NoRightsHistory,
    #[error("the cluster keeps no list of acts")]
    NoActs,
    #[error("the cluster failed")]
    Upstream(#[from] UpstreamError),
}

impl From<LinkStoreError> for Failure {
    fn from(error: LinkStoreError) -> Self {
        Self::Link(error.into())
    }
}

impl Failure {
    /// An input at fault.
    pub(crate) fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid { field: Some(field.into()), message: message.into() }
    }

    /// A job was not taken. It cannot be that which is not found, but what it names: its image, or its project.
    pub(crate) fn at_create(source: UpstreamError) -> Self {
        match source {
            UpstreamError::Refused { status: StatusCode::NOT_FOUND, error: Some(why), .. } => {
                // The embedded cluster's words; another's are told without a field.
                let field = why.starts_with("there is no image ").then(|| "image".to_owned());
                Self::Invalid { field, message: sentence(&why) }
            }
            other => other.into(),
        }
    }

    /// What the cluster says of rights and people: about whom or what, not about a job.
    pub(crate) fn access(source: UpstreamError) -> Self {
        Self::Access { field: None, source }
    }

    /// The same, about an input.
    pub(crate) fn access_at(field: &'static str, source: UpstreamError) -> Self {
        Self::Access { field: Some(field), source }
    }
}

/// What the page will be told; travels in the response's extensions to the outermost layer.
#[derive(Clone)]
pub(crate) struct Rescued {
    pub(crate) problem: Problem,
    pub(crate) retry_after_secs: Option<u32>,
    /// The cause chain, for the log only.
    pub(crate) cause: String,
    /// The registry's code for it, and whether it is to be told in the registry's form.
    registry_code: &'static str,
    pub(crate) in_registry_form: bool,
}

impl Rescued {
    /// Whoever asked speaks the OCI distribution API.
    pub(crate) fn speak_registry(&mut self) {
        self.in_registry_form = true;
    }

    /// The body for them (OCI distribution spec, "Error codes").
    pub(crate) fn registry_body(&self) -> serde_json::Value {
        let detail = serde_json::json!({"request_id": self.problem.request_id});
        let error = serde_json::json!({"code": self.registry_code, "message": self.problem.message, "detail": detail});
        serde_json::json!({"errors": [error]})
    }

    /// Takes it out of a response, which then is an answer like any other.
    pub(crate) fn take(response: &mut Response) -> Option<Self> {
        response.extensions_mut().remove::<Self>()
    }

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
        if let Self::NoSuchRange { total_bytes } = &self {
            let range = HeaderValue::try_from(format!("bytes */{total_bytes}")).expect("digits are a header value");
            response.headers_mut().insert(CONTENT_RANGE, range);
        }
        let (cause, registry_code) = (chain(&self), registry_code(&self, code));
        let rescued = Rescued { problem, retry_after_secs, cause, registry_code, in_registry_form: false };
        response.extensions_mut().insert(rescued);
        response
    }
}

/// The registry's code for a refusal of our own (OCI distribution spec, "Error codes").
fn registry_code(failure: &Failure, code: Code) -> &'static str {
    match failure {
        Failure::NoSuchUpload => return "BLOB_UPLOAD_UNKNOWN",
        Failure::NoLength => return "SIZE_INVALID",
        _ => {}
    }
    match code {
        Code::SignedOut | Code::SignInRefused => "UNAUTHORIZED",
        Code::Csrf | Code::Forbidden => "DENIED",
        Code::NotFound => "NAME_UNKNOWN",
        Code::TooLarge | Code::RangeNotSatisfiable => "SIZE_INVALID",
        Code::TooManyRequests | Code::TooManyStreams => "TOOMANYREQUESTS",
        Code::MethodNotAllowed | Code::NotSupported | Code::InvalidRequest | Code::RequestTimeout | Code::Conflict => {
            "UNSUPPORTED"
        }
        Code::Unavailable | Code::BadUpstream | Code::UpstreamTimeout => "UNAVAILABLE",
        Code::Internal | Code::Unknown => "UNKNOWN",
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
        Failure::SessionUnsure(error) => tell_upstream(error),
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
        Failure::TooSlow { limit_secs } => told(
            Code::RequestTimeout,
            format!(
                "The request's body did not arrive within {limit_secs} seconds. Look at your connection and try again."
            ),
        ),
        Failure::TooFast { retry_after_secs } => Told {
            retry_after_secs: Some(*retry_after_secs),
            ..told(
                Code::TooManyRequests,
                "Too many requests came from here in a short time. Wait a moment and try again.",
            )
        },
        Failure::TooManyStreams { most } => Told {
            retry_after_secs: Some(30),
            ..told(
                Code::TooManyStreams,
                format!("You have {most} logs, terminals and lists open, as many as one session may. Close some tabs."),
            )
        },
        Failure::NoSuchAddress => told(Code::NotFound, "There is nothing at this address."),
        Failure::NoSuchJob => told(Code::NotFound, "There is no such job, or it is not yours to see."),
        Failure::NoSuchImage => told(Code::NotFound, "There is no such image or tag, or it is not yours to see."),
        Failure::NoSuchRole => told(Code::NotFound, "There is no such role, or it is not yours to see."),
        Failure::GrantMoved { message } => told(Code::Conflict, plain(message)),
        Failure::PartlyChanged { done, of, source } => {
            let why = tell_access(source, None);
            let text = format!(
                "{done} of {of} changes were made, then one was refused: {} Look at the list again and repeat the others.",
                why.message
            );
            told(why.code, text)
        }
        Failure::Access { field, source } => tell_access(source, *field),
        Failure::NoSuchUpload => told(
            Code::NotFound,
            "There is no such upload: it was finished, given up, or begun by somebody else or elsewhere. Begin it again.",
        ),
        Failure::ChunkTooLarge { limit_bytes } => told(
            Code::TooLarge,
            format!(
                "This console takes images in pieces of at most {limit_bytes} bytes. Send smaller pieces, one after the other."
            ),
        ),
        Failure::NoLength => told(Code::InvalidRequest, "A piece of an image must come with its Content-Length."),
        Failure::TagsNotDeletable => told(
            Code::NotSupported,
            "This cluster's registry cannot take a tag away alone. Delete the image by its digest, which takes all its tags along.",
        ),
        Failure::CannotCopy => told(
            Code::NotSupported,
            "This cluster cannot copy images from other registries. Pull it with docker and push it here.",
        ),
        Failure::Download(error) => tell_download(error),
        Failure::BrokenImage { what, why } => {
            told(Code::BadUpstream, format!("The image's {what} cannot be used: {}. Push the image again.", plain(why)))
        }
        Failure::NoSuchRange { total_bytes } => told(
            Code::RangeNotSatisfiable,
            format!(
                "The archive has {total_bytes} bytes: less than where this range begins. Download it from the start."
            ),
        ),
        Failure::MethodNotAllowed => {
            told(Code::MethodNotAllowed, "This address does not take requests of this method.")
        }
        Failure::NotAnUpgrade(_) => told(Code::InvalidRequest, "This address speaks WebSocket only."),
        Failure::LogsNotSeekable => told(
            Code::NotSupported,
            "This cluster cannot show a part of a log by line number. Read it from the start, or download it.",
        ),
        Failure::Link(failure) => links::tell_link(failure),
        Failure::NoRightsHistory => told(
            Code::NotSupported,
            "This cluster keeps no history of rights. What holds now can be audited; what held before cannot.",
        ),
        Failure::NoActs => told(Code::NotSupported, "This cluster does not write down what is done in jobs."),
        Failure::Upstream(error) => tell_upstream(error),
    }
}

fn tell_download(error: &DownloadError) -> Told {
    let code = match error {
        DownloadError::Foreign | DownloadError::NotAnImage | DownloadError::NoPlatform { .. } => Code::Conflict,
        DownloadError::Manifest { .. }
        | DownloadError::Missing { .. }
        | DownloadError::SizeConflict { .. }
        | DownloadError::Size { .. }
        | DownloadError::TooLarge
        | DownloadError::TooDeep
        | DownloadError::TooMany => Code::BadUpstream,
    };
    told(code, sentence(&error.to_string()))
}

/// As a sentence.
pub(crate) fn sentence(text: &str) -> String {
    let text = plain(text);
    let mut chars = text.chars();
    let first: String = chars.next().map(char::to_uppercase).into_iter().flatten().collect();
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{stop}", chars.as_str())
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
