//! Who may do what with a thing, changing it, and what a change would lead to.
//!
//! A thing is a resource URI: an image, a job, a role, or a whole project (`project://CLUSTER/ORG/PROJECT`, which is shared by
//! grants on its jobs and on its images).

mod change;
mod role;
mod sharing;

pub use change::{Effect, GrantChange, GrantChanges, GrantsChanged, Preview};
pub use role::{Role, RoleCreate, RoleDetail};
pub use sharing::{Basis, Grant, Holder, Reason, Share, ShareSelector, Sharing, Source};

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// What a grant allows; ordered, each includes the lower ones, and what is unknown is the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// See and use.
    Read,
    /// Change.
    Write,
    /// Share on.
    Manage,
    /// An action that this reader does not know.
    #[serde(other)]
    Unknown,
}

impl Ord for Action {
    fn cmp(&self, other: &Self) -> Ordering {
        let rank = |action: &Self| Self::ALL.iter().position(|known| known == action);
        rank(self).cmp(&rank(other))
    }
}

impl PartialOrd for Action {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Action {
    /// Those that can be granted, the least first.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Manage];

    /// Its word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Manage => "manage",
            Self::Unknown => "unknown",
        }
    }
}

/// Whether a principal is somebody or a set of rights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrincipalKind {
    /// A person, or a program that signs in.
    User,
    /// A set of grants that others are given.
    Role,
    /// The cluster does not tell, or this reader does not know.
    #[default]
    #[serde(other)]
    Unknown,
}

/// Whoever a grant can be made to. `GET access/principals?q=` answers `{"items": [Principal]}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// Unique among users and roles.
    pub name: String,
    /// Which of both.
    #[serde(default)]
    pub kind: PrincipalKind,
}

/// A short list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Items<T> {
    /// All of them.
    pub items: Vec<T>,
}
