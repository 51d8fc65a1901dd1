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
                "Links are made by whoever may manage the job: you lack manage permission on {}. Ask a manager of its \
                 project to make the link, or to let you manage it.",
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{links::LinkStoreError, upstream::UpstreamError};

    #[test]
    fn every_failure_of_links_has_its_answer_and_visitors_learn_nothing_of_the_cluster() {
        let secret = || "SECRET".to_owned();
        let unreadable = UpstreamError::Refused {
            status: http::StatusCode::CONFLICT,
            error: Some(secret()),
            missing: Vec::new(),
            retry_after_secs: None,
        };
        let table = [
            (LinkFailure::Off, 501, "--links-token", None),
            (LinkFailure::NoSuchLink, 404, "shows nothing", None),
            (LinkFailure::TooManyGuesses { secs: 7 }, 429, "in 7 seconds", Some(7)),
            (LinkFailure::Unreadable(unreadable), 503, "cannot be read", Some(5)),
            (LinkFailure::TooMany { limit: 100 }, 409, "100 links", None),
            // Whoever started the job may lack it too.
            (
                LinkFailure::MayNotShare { uri: "job://c/o/p/j".into() },
                403,
                "job://c/o/p/j. Ask a manager of its project",
                None,
            ),
            (LinkFailure::NotAll { uri: "job://c".into() }, 403, "manage permission on job://c", None),
            (LinkFailure::NoAccount { account: "reader".into() }, 501, "reader", None),
            (LinkFailure::Store(LinkStoreError(secret().into())), 503, "cannot be reached", Some(5)),
        ];
        for (failure, status, says, wait) in table {
            let told = tell_link(&failure);
            assert_eq!((told.code.status(), told.retry_after_secs), (status, wait), "{failure:?}");
            assert!(told.message.contains(says) && !told.message.contains("SECRET"), "{failure:?}: {}", told.message);
        }
    }
}
