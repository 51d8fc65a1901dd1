//! The body of every refusal and failure.

use serde::{Deserialize, Serialize};

/// What went wrong, for a program and for a person.
///
/// Sent as `application/json` with a 4xx or 5xx status. `message` says what was wrong and what to do; it is for the person
/// and never carries a cause chain, a token, or an upstream body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Stable, for programs.
    pub code: Code,
    /// For the person at the screen.
    pub message: String,
    /// Finds the request in the gateway's log.
    #[serde(default)]
    pub request_id: String,
    /// The input field the message is about, as named in the request body or query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// The kinds of [`Problem`]; new ones only where a program would act on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// 400: the request cannot be understood or breaks a rule; `field` names the input where one is at fault.
    InvalidRequest,
    /// 401: no session, or it ended; sign in again.
    SignedOut,
    /// 401: the one-time link was used before or is too old, or the pasted token is not accepted.
    SignInRefused,
    /// 403: the static header or the Origin is missing or wrong.
    Csrf,
    /// 403: signed in, and not allowed.
    Forbidden,
    /// 404: absent, or not yours to know.
    NotFound,
    /// 405: the path is right, the method is not.
    MethodNotAllowed,
    /// 408: the body did not arrive in time; send it again.
    RequestTimeout,
    /// 409: the state forbids it (the job has ended, the name is in use).
    Conflict,
    /// 413: the body or a field is over its limit.
    TooLarge,
    /// 416: the range asked for begins beyond the end.
    RangeNotSatisfiable,
    /// 429: too many requests; see Retry-After.
    TooManyRequests,
    /// 429: the session has as many streams open as it may. A plain `GET` of a stream's address tells it too.
    TooManyStreams,
    /// 501: the cluster behind the gateway cannot do this.
    NotSupported,
    /// 502: the cluster answered something that is not its API.
    BadUpstream,
    /// 503: the cluster cannot be reached or asks to wait; see Retry-After.
    Unavailable,
    /// 504: the cluster did not answer in time.
    UpstreamTimeout,
    /// 500: our fault; the request id finds it.
    Internal,
    /// A code this reader does not know.
    #[serde(other)]
    Unknown,
}

impl Code {
    /// The HTTP status that goes with the code.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::InvalidRequest => 400,
            Self::SignedOut | Self::SignInRefused => 401,
            Self::Csrf | Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::RequestTimeout => 408,
            Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::RangeNotSatisfiable => 416,
            Self::TooManyRequests | Self::TooManyStreams => 429,
            Self::NotSupported => 501,
            Self::BadUpstream => 502,
            Self::Unavailable => 503,
            Self::UpstreamTimeout => 504,
            Self::Internal | Self::Unknown => 500,
        }
    }
}
