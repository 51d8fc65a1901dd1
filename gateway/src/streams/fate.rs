//! What a failure of the cluster means for a stream that is under way.

use crate::{
    rescue::{Failure, tell},
    upstream::UpstreamError,
};
use api::{Code, logs::EndReason};

/// What becomes of the stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The bearer may not go on; others may.
    Refused(EndReason),
    /// The job is gone.
    Gone,
    /// It may pass; the sentence is for the person.
    Trouble(String),
}

/// Judges a failure.
pub(crate) fn fate(error: UpstreamError) -> Fate {
    let told = tell(&Failure::Upstream(error));
    match told.code {
        Code::SignedOut | Code::SignInRefused => Fate::Refused(EndReason::SignedOut),
        Code::Forbidden | Code::Csrf => Fate::Refused(EndReason::Forbidden),
        Code::NotFound => Fate::Gone,
        Code::InvalidRequest
        | Code::MethodNotAllowed
        | Code::RequestTimeout
        | Code::Conflict
        | Code::TooLarge
        | Code::RangeNotSatisfiable
        | Code::TooManyRequests
        | Code::TooManyStreams
        | Code::NotSupported
        | Code::BadUpstream
        | Code::Unavailable
        | Code::UpstreamTimeout
        | Code::Internal
        | Code::Unknown => Fate::Trouble(told.message),
    }
}
