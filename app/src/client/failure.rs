//! Why a call to the gateway failed, and what to tell the person.

use super::json;
use crate::i18n::{
    I18n,
    catalogue::{common, problems, refusals},
};
use api::{Code, Problem};

/// A call that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// No answer at all: offline, refused, or broken off.
    #[error("the gateway cannot be reached")]
    Network,
    /// The gateway refused or failed, and said why.
    #[error("{}", .0.message)]
    Problem(Problem),
    /// An answer that is not the contract's.
    #[error("the answer (HTTP {status}) is not understood")]
    Nonsense {
        /// Its HTTP status.
        status: u16,
    },
    /// An answer in lines that ended, fell silent or was cut before its last one.
    #[error("the answer broke off before its end")]
    BrokenOff,
}

impl Failure {
    /// What an answer that is no success means.
    pub(crate) fn from_answer(status: u16, body: &str) -> Self {
        json::read(body).map_or(Self::Nonsense { status }, Self::Problem)
    }

    pub(crate) fn code(&self) -> Option<Code> {
        match self {
            Self::Problem(problem) => Some(problem.code),
            Self::Network | Self::Nonsense { .. } | Self::BrokenOff => None,
        }
    }

    pub(crate) fn is_signed_out(&self) -> bool {
        self.code() == Some(Code::SignedOut)
    }

    pub(crate) fn is_not_found(&self) -> bool {
        self.code() == Some(Code::NotFound)
    }

    /// The input field at fault, where the gateway names one.
    pub(crate) fn field(&self) -> Option<&str> {
        match self {
            Self::Problem(problem) => problem.field.as_deref(),
            Self::Network | Self::Nonsense { .. } | Self::BrokenOff => None,
        }
    }

    /// Whether it is about this input field, or about a part of it: `env` and `env.PATH`, `tags` and `tags[3]`.
    pub(crate) fn is_at(&self, field: &str) -> bool {
        let part = self.field().and_then(|at| at.strip_prefix(field));
        part.is_some_and(|part| part.is_empty() || part.starts_with(['.', '[']))
    }

    /// What is said beside the field that it is about.
    pub(crate) fn message_at_field(&self, i18n: I18n) -> String {
        match (self.code(), self.field()) {
            (Some(Code::Conflict), Some("name")) => i18n.now(refusals::NAME_TAKEN).to_owned(),
            (Some(Code::InvalidRequest), Some("preset")) => i18n.now(refusals::NO_PRESET).to_owned(),
            (Some(Code::InvalidRequest | Code::Conflict | Code::TooLarge), Some(_)) => {
                i18n.fill(refusals::OTHER, &[("said", &self.message(i18n))])
            }
            _ => self.message(i18n),
        }
    }

    /// One or two sentences: what was wrong and what to do. What the gateway says about a particular input or state is shown
    /// as it says it; for failures that are the same everywhere the catalogue has words in the reader's language.
    pub(crate) fn message(&self, i18n: I18n) -> String {
        match self {
            Self::Network => i18n.now(problems::NETWORK).to_owned(),
            Self::BrokenOff => i18n.now(problems::BROKEN_OFF).to_owned(),
            Self::Nonsense { status } => i18n.fill(problems::NONSENSE, &[("status", &status.to_string())]),
            Self::Problem(problem) => {
                let phrase = match problem.code {
                    Code::SignedOut => problems::SIGNED_OUT,
                    Code::Unavailable => problems::UNAVAILABLE,
                    Code::UpstreamTimeout => problems::TIMEOUT,
                    Code::BadUpstream => problems::BAD_UPSTREAM,
                    Code::TooManyRequests => problems::TOO_MANY,
                    Code::TooManyStreams => problems::TOO_MANY_STREAMS,
                    Code::Internal => problems::INTERNAL,
                    Code::Forbidden if problem.message.is_empty() => problems::FORBIDDEN,
                    Code::NotFound if problem.message.is_empty() => problems::NOT_FOUND,
                    Code::NotSupported if problem.message.is_empty() => problems::NOT_SUPPORTED,
                    _ => return problem.message.clone(),
                };
                i18n.now(phrase).to_owned()
            }
        }
    }

    /// The request id, for failures that somebody must look up.
    pub(crate) fn detail(&self, i18n: I18n) -> Option<String> {
        match self {
            Self::Problem(p) if p.code.status() >= 500 && !p.request_id.is_empty() => {
                Some(i18n.fill(common::REQUEST_ID, &[("id", &p.request_id)]))
            }
            Self::Problem(_) | Self::Network | Self::Nonsense { .. } | Self::BrokenOff => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_body_is_understood_and_anything_else_is_nonsense() {
        let body = r#"{"code":"conflict","message":"The name is in use.","request_id":"r1","field":"name"}"#;
        let failure = Failure::from_answer(409, body);
        assert_eq!(failure.code(), Some(Code::Conflict));
        assert_eq!(failure.field(), Some("name"));
        assert_eq!(Failure::from_answer(502, "<html>"), Failure::Nonsense { status: 502 });
    }

    #[test]
    fn a_part_of_a_field_is_at_the_field_and_another_field_is_not() {
        let at = |field: &str| {
            Failure::from_answer(400, &format!(r#"{{"code":"invalid_request","message":"No.","field":"{field}"}}"#))
        };
        assert!(at("env").is_at("env") && at("env.PATH").is_at("env") && at("tags[3]").is_at("tags"));
        assert!(!at("environment").is_at("env") && !at("name").is_at("env") && !Failure::Network.is_at("env"));
    }

    #[test]
    fn a_code_of_a_newer_gateway_still_carries_its_message() {
        let failure = Failure::from_answer(418, r#"{"code":"teapot","message":"Short and stout."}"#);
        assert_eq!(failure.to_string(), "Short and stout.");
        assert!(!failure.is_signed_out());
    }
}
