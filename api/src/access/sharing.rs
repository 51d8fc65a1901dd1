//! Who has access to a thing, and what is shared with and by somebody.

use super::{Action, PrincipalKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What an answer about rights was computed from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Everything that decides rights on the thing: grants, roles, places in projects and organisations.
    Facts,
    /// The grants that the asker is told of: rights through roles and places may be missing, and those on another name of the thing.
    Grants,
    /// Only what the asker has: who else has access is for those to see who may share the thing.
    #[default]
    #[serde(other)]
    Own,
}

/// `GET access?uri=`: who has access to a thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sharing {
    /// The thing.
    pub uri: String,
    /// What a grant is made on to share it: the thing itself, or a job's name for who manages that and not the job's id; for a
    /// project its jobs and its images.
    pub targets: Vec<String>,
    /// What the asker may do with all of it; absent: nothing. Only who may `manage` shares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// How much this list knows.
    pub basis: Basis,
    /// By name.
    pub holders: Vec<Holder>,
}

/// Somebody who has access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// A user or role.
    pub principal: String,
    /// Which of both.
    #[serde(default)]
    pub kind: PrincipalKind,
    /// What they may do with all of it; absent: with a part of it only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// What was granted to them on the thing itself, at most one for each target: this can be changed here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<Grant>,
    /// Every chain that gives them the right, the deciding one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
}

/// A permission that somebody was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// On what.
    pub uri: String,
    /// What.
    pub action: Action,
    /// Who gave it last, where the cluster tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_by: Option<String>,
    /// When, where the cluster tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_at: Option<Timestamp>,
}

/// One chain that gives a principal a right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// What it allows.
    pub action: Action,
    /// Where that holds: the thing, or one above it.
    pub uri: String,
    /// The roles it goes through, the principal's own first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<String>,
    /// What stands at the end of the chain.
    #[serde(flatten)]
    pub source: Source,
}

/// A fact that gives a right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum Source {
    /// A grant, to the principal or to the last role of the chain.
    Grant {
        /// Who gave it, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        /// When, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// A place in a project.
    Project {
        /// Its organisation.
        org: String,
        /// The project.
        project: String,
        /// The place: `reader`, `writer`, `manager`, `admin`.
        role: String,
    },
    /// A place in an organisation.
    Org {
        /// The organisation.
        org: String,
        /// The place: `user`, `manager`, `admin`.
        role: String,
    },
    /// The name alone: everybody looks after the roles below the own name.
    Name,
    /// A fact that this reader does not know.
    #[serde(other)]
    Unknown,
}

/// Something shared. `GET access/with-me` and `GET access/by-me` answer a [`crate::Page`] of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// What.
    pub uri: String,
    /// Whom it is shared with: oneself or a role of one's own, or somebody else.
    pub principal: String,
    /// A user or a role.
    #[serde(default)]
    pub kind: PrincipalKind,
    /// As what.
    pub action: Action,
    /// Who did it, where the cluster tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_by: Option<String>,
    /// When, where the cluster tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_at: Option<Timestamp>,
}

/// Query of `GET access/with-me` and `GET access/by-me`; all fields narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareSelector {
    /// Kind of thing: `image`, `job`, `role` ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// Part of the URI or of the principal's name, whatever the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Most items in a page, 1 to 1,000; absent: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Where the page before ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
