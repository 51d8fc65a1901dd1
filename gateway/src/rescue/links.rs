//! What is told about links. Visitors learn nothing but that a link opens nothing.

use super::{Told, plain, told};
use crate::links::LinkFailure;
use api::Code;

/// The mapping of the failures of links.
pub(super) fn tell_link(failure: &LinkFailure) -> Told {
    let wait = |secs, told| Told { retry_after_secs: Some(secs), ..told };
    match failure {
        LinkFailure::Off => told(
            Code::NotSupported,
            "Links to a job's status are not set up here: the gateway has no account of the cluster to read with. Its \
             administrator can name one with --links-token.",
        ),
        LinkFailure::NoSuchLink => told(
            Code::NotFound,
            "This link shows nothing: it has ended, was revoked, or never was. Ask whoever sent it for a new one.",
        ),
        LinkFailure::TooManyGuesses { secs } => wait(
            *secs,
            told(Code::TooManyRequests, format!("Too many links that show nothing. Try again in {secs} seconds.")),
        ),
        LinkFailure::Unreadable(_) => {
            wait(5, told(Code::Unavailable, "The job's status cannot be read right now. Try again in a moment."))
        }
        LinkFailure::TooMany { limit } => told(
            Code::Conflict,
            format!("This job has {limit} links, which is the most there can be. Revoke one that is not needed."),
        ),
        LinkFailure::MayNotShare { uri } => told(
            Code::Forbidden,
            format!(
                "Links are made by whoever may manage the job: you lack manage permission on {}. Ask its owner or a manager of \
                 its project to make the link, or to let you manage it.",
                plain(uri)
            ),
        ),
        LinkFailure::NotAll { uri } => told(
            Code::Forbidden,
            format!("All links are for administrators: you lack manage permission on {}.", plain(uri)),
        ),
        LinkFailure::NoAccount { account } => told(
            Code::NotSupported,
            format!(
                "The cluster does not know the account that reads for links, {}. Its administrator can add it.",
                plain(account)
            ),
        ),
        LinkFailure::Store(_) => {
            wait(5, told(Code::Unavailable, "The links cannot be reached right now. Try again in a moment."))
        }
    }
}
