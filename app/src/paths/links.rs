//! Addresses of links to a job's status.

use super::{LINKS, SHARED};
use crate::client::{encode, with_query};

/// The token of the shared link at an address.
pub(crate) fn shared_token_at(pathname: &str) -> Option<&str> {
    pathname.strip_prefix(SHARED).map(|token| token.trim_end_matches('/'))
}

/// The page of a shared link.
pub(crate) fn shared(token: &str) -> String {
    format!("{SHARED}{}", encode(token))
}

/// Links of everybody, for administrators.
pub(crate) fn links_all() -> String {
    with_query(LINKS, [("scope", "all")])
}
