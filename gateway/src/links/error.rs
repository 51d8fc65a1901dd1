//! What is refused about links.

use super::LinkStoreError;
use crate::upstream::UpstreamError;

/// A refusal. What a visitor is told of it is in `rescue`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkFailure {
    #[error("links are not set up")]
    Off,
    #[error("the link opens nothing")]
    NoSuchLink,
    #[error("an address tries too many links")]
    TooManyGuesses { secs: u32 },
    #[error("the job of a link cannot be read")]
    Unreadable(#[source] UpstreamError),
    #[error("a job has {limit} links")]
    TooMany { limit: usize },
    #[error("the job may not be shared by who asks")]
    MayNotShare { uri: String },
    #[error("all links may not be seen by who asks")]
    NotAll { uri: String },
    #[error("the cluster does not know the account that reads for links")]
    NoAccount { account: String },
    #[error(transparent)]
    Store(#[from] LinkStoreError),
}
