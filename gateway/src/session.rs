//! Who is signed in. A session lives in one sealed cookie and nowhere else, so any gateway that holds the key can serve it.
//!
//! Knows what a session holds and for how long it is good; how it is sealed is in [`seal`], how it travels in [`cookie`].

mod cookie;
mod layer;
mod origin;
mod pending;
mod renew;
mod return_path;
mod seal;
mod tokens;

pub(crate) use cookie::SessionCookie;
pub(crate) use layer::{SignedIn, keep_session};
pub(crate) use origin::Origin;
pub(crate) use pending::{Pending, PendingCookie, random_text};
pub(crate) use return_path::return_path;
pub use seal::SessionKeys;
pub(crate) use tokens::Tokens;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What the cookie holds. Never shown to the page.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    /// Names the session where something is remembered of it. Random; not told to the page.
    pub(crate) id: String,
    /// The platform's tokens.
    #[serde(flatten)]
    pub(crate) tokens: Tokens,
    /// User name, as the verified token says it.
    pub(crate) user: String,
    /// Where they work.
    pub(crate) cluster: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) org: Option<String>,
    pub(crate) project: String,
    /// When the session ends whatever happens.
    pub(crate) ends_at: Timestamp,
    /// The request that it was read from.
    #[serde(skip)]
    pub(crate) origin: Origin,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("user", &self.user).field("cluster", &self.cluster).finish_non_exhaustive()
    }
}

impl Session {
    /// When the session ends if nothing renews it.
    pub(crate) fn expires_at(&self) -> Timestamp {
        if self.tokens.refresh_token.is_some() { self.ends_at } else { self.ends_at.min(self.tokens.expires_at) }
    }

    /// Whether it is over.
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        now >= self.expires_at()
    }

    /// How long it may still be used without being renewed.
    pub(crate) fn usable_for(&self, now: Timestamp) -> SignedDuration {
        self.ends_at.min(self.tokens.expires_at).duration_since(now)
    }

    /// What identifies the principal and the place whose jobs they see; the same for all browsers of one user.
    pub(crate) fn principal(&self) -> String {
        format!("{}\n{}\n{}", self.user, self.cluster, self.org.as_deref().unwrap_or_default())
    }
}
