//! What the page is told of a cluster and a registry that refused or failed.

use super::{Failure, Told, plain, sentence, tell, told};
use crate::upstream::UpstreamError;
use api::Code;
use http::StatusCode;
use platform::permission::{Action, Permission};
use std::fmt::Write as _;

/// About rights and people the cluster's own words are the best there are.
pub(super) fn tell_access(error: &UpstreamError, field: Option<&str>) -> Told {
    let UpstreamError::Refused { status, error: Some(said), .. } = error else { return tell_upstream(error) };
    let code = match status.as_u16() {
        400 if said.contains("already exists") => Code::Conflict,
        400 | 422 => Code::InvalidRequest,
        404 => Code::NotFound,
        409 => Code::Conflict,
        _ => return tell_upstream(error),
    };
    // A conflict is about what is there, not about what was typed; a name in use is both.
    let at_input = code != Code::Conflict || said.contains("already");
    Told { field: field.filter(|_| at_input).map(str::to_owned), ..told(code, sentence(said)) }
}

pub(super) fn tell_upstream(error: &UpstreamError) -> Told {
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
        UpstreamError::TooLong { .. }
        | UpstreamError::Unreadable { .. }
        | UpstreamError::Handshake
        | UpstreamError::Redirects => told(Code::BadUpstream, bad),
        UpstreamError::WrongDigest { digest } => told(
            Code::BadUpstream,
            format!("What the registry has stored as {} is something else. Push the image again.", plain(digest)),
        ),
        UpstreamError::RegistryRefused { status, code, message, retry_after_secs } => {
            let mut told = tell_registry(*status, code.as_deref(), message.as_deref());
            if matches!(told.code, Code::Unavailable | Code::TooManyRequests) {
                told.retry_after_secs = Some(retry_after_secs.unwrap_or(5).min(3600));
            }
            told
        }
        UpstreamError::ForeignHost { what, .. } => told(
            Code::BadUpstream,
            format!(
                "The cluster names a {what} on a host that this console is not set up to trust. Its administrator can allow it."
            ),
        ),
        UpstreamError::Unauthorized => tell(&Failure::SignedOut),
        UpstreamError::NotRenewed => Told {
            retry_after_secs: Some(5),
            ..told(
                Code::Unavailable,
                "The platform's sign-in service does not answer. You stay signed in; try again in a moment.",
            )
        },
        UpstreamError::Notes(_) => Told {
            retry_after_secs: Some(5),
            ..told(Code::Unavailable, "The console cannot look up your session. Try again in a moment.")
        },
        UpstreamError::IdToken(_) => tell(&Failure::SignInRefused(None)),
        UpstreamError::NoAdminApi => told(
            Code::NotSupported,
            "This platform has no admin API: its people and projects cannot be looked after from here.",
        ),
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
        404 if error.is_some() => tell(&Failure::NoSuchJob),
        404 => told(
            Code::Unavailable,
            "Something before the cluster says that there is nothing at its address. Try again in a moment; if it stays so, tell \
             its administrator.",
        ),
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

/// By what the registry refused with.
fn tell_registry(status: StatusCode, code: Option<&str>, message: Option<&str>) -> Told {
    let said = |otherwise: &str| message.map_or_else(|| otherwise.to_owned(), sentence);
    match status.as_u16() {
        401 => tell(&Failure::SignedOut),
        403 => told(Code::Forbidden, said("You may not do this with the image. Ask its owner to share it with you.")),
        404 if code == Some("BLOB_UPLOAD_UNKNOWN") => tell(&Failure::NoSuchUpload),
        404 => tell(&Failure::NoSuchImage),
        400 | 405 | 416 | 422 => {
            told(Code::InvalidRequest, said("The registry refuses the request without saying why."))
        }
        409 => told(Code::Conflict, said("The image's state does not allow this.")),
        413 => told(Code::TooLarge, said("The registry says that this is too large.")),
        429 => told(Code::TooManyRequests, "The registry asks to slow down. Try again in a moment."),
        503 => told(Code::Unavailable, said("The registry is not available. Try again in a moment.")),
        504 => tell_upstream(&UpstreamError::Timeout),
        507 => told(Code::Unavailable, said("The registry has no room left. Ask its administrator.")),
        _ => told(
            Code::BadUpstream,
            format!("The registry answered {}. Try again; if it stays so, tell its administrator.", status.as_u16()),
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
