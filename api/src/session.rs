//! `/api/v1/session`: who is signed in, and signing in and out. The token itself never reaches the page.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// `GET /api/v1/session`: the signed-in user and where they work. 401 `signed_out` when nobody is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The platform user name.
    pub user: String,
    /// The cluster jobs go to unless another is named.
    pub cluster: String,
    /// The organisation, on platforms that have them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<String>,
    /// The project jobs go to unless another is named.
    pub project: String,
    /// All projects the user may work in, on this cluster.
    #[serde(default)]
    pub projects: Vec<Project>,
    /// When the session ends if nothing renews it.
    #[serde(deserialize_with = "crate::time::read")]
    pub expires_at: Timestamp,
    /// The platform API's base URL, for the command lines that the console offers to copy. No secret.
    pub platform_url: String,
}

/// A project the user is a member of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// The project's name.
    pub name: String,
    /// The organisation it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<String>,
    /// `reader`, `writer`, `manager` or `admin`; other words are possible.
    pub role: String,
}

/// `POST /api/v1/session`: signs in, sets the cookie, answers a [`Session`]. 401 `sign_in_refused` otherwise.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignIn {
    /// The code of a one-time link. `{"code": "..."}`
    Code(String),
    /// A platform token, as `apolo config show-token` prints it. `{"token": "..."}`
    Token(String),
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Both hold secrets; neither may reach a log through `{:?}`.
        match self {
            Self::Code(_) => f.write_str("Code(..)"),
            Self::Token(_) => f.write_str("Token(..)"),
        }
    }
}

/// `GET /api/v1/session/methods`: the ways to sign in besides a link and a pasted token. Open to anybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInMethods {
    /// Host of the platform's own sign-in page, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth_host: Option<String>,
}

/// `POST /api/v1/session/oauth`: begins a sign-in at the platform's own page. Sets a cookie that only this browser's coming back
/// makes good; 404 where the platform has no such page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OauthBegin {
    /// Path and query of the page to come back to; anything but a page of the console becomes the start.
    pub return_to: String,
}

/// Where the browser is to go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OauthBegun {
    /// The platform's page, with all it needs.
    pub location: String,
}

/// Why a sign-in at the platform's page came to nothing: `failed=` in the address of the sign-in page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInFailure {
    /// `denied`: the person or the platform said no.
    Denied,
    /// `expired`: it took too long, was finished before, or was begun in another browser.
    Expired,
    /// `refused`: the platform's answer does not belong to this sign-in, or its token is no good here.
    Refused,
    /// `no_cluster`: the account may use no cluster.
    NoCluster,
    /// `unavailable`: the platform does not answer.
    Unavailable,
}

impl SignInFailure {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Denied, Self::Expired, Self::Refused, Self::NoCluster, Self::Unavailable];

    /// As the address has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Expired => "expired",
            Self::Refused => "refused",
            Self::NoCluster => "no_cluster",
            Self::Unavailable => "unavailable",
        }
    }

    /// Of an address; None for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|failure| failure.as_str() == text)
    }
}
