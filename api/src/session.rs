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
