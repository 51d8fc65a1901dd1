//! Roles: sets of grants that others are given.

use super::{Grant, Share};
use serde::{Deserialize, Serialize};

/// A role. `GET access/roles` answers `{"items": [Role]}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// `OWNER/roles/NAME` by custom.
    pub name: String,
    /// `role://NAME`: whoever is granted that has the role.
    pub uri: String,
    /// Whether the asker may give, change and remove it.
    pub can_manage: bool,
    /// How many users and roles have it, where the cluster tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bearer_count: Option<u64>,
    /// How many grants it holds, where the cluster tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_count: Option<u64>,
}

/// `GET access/roles/{role}`: one role in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleDetail {
    /// The role.
    #[serde(flatten)]
    pub role: Role,
    /// What it gives.
    pub holds: Vec<Grant>,
    /// Whom it was given to, as far as the asker may know.
    pub bearers: Vec<Share>,
}

/// `POST access/roles`: adds a role, answers 201 [`Role`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleCreate {
    /// Its name: below a name the asker looks after, as in `alice/roles/readers`.
    pub name: String,
}
