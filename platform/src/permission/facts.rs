//! What rights follow from, as a cluster stores it: principals, grants, places in projects and in organisations.
//!
//! Owns the words of roles and the rights a place brings. Decides nothing: that is [`super::Policy`].

use super::{Action, Permission};
use crate::uri::Uri;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What a place in a project or an organisation brings rights on. `project` is the project itself: who its members are.
pub const PROJECT_SCHEMES: [&str; 8] = ["job", "image", "storage", "blob", "secret", "disk", "flow", "project"];

/// A word that is no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the role must be one of: {0}")]
pub struct InvalidRole(&'static str);

/// What a member may do in a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProjectRole {
    /// Sees.
    Reader,
    /// Sees and changes.
    Writer,
    /// Sees, changes and shares.
    Manager,
    /// The same as manager, and owns the project.
    Admin,
}

impl ProjectRole {
    /// Every role, the least first.
    pub const ALL: [Self; 4] = [Self::Reader, Self::Writer, Self::Manager, Self::Admin];

    /// Its word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Writer => "writer",
            Self::Manager => "manager",
            Self::Admin => "admin",
        }
    }

    /// The role of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    /// What it allows on everything of the project.
    #[must_use]
    pub const fn action(self) -> Action {
        match self {
            Self::Reader => Action::Read,
            Self::Writer => Action::Write,
            Self::Manager | Self::Admin => Action::Manage,
        }
    }
}

/// What a member may do in an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrgRole {
    /// Belongs to it, and sees who else does.
    User,
    /// Manages its people and everything in it.
    Manager,
    /// The same as manager, and owns the organisation.
    Admin,
}

impl OrgRole {
    /// Every role, the least first.
    pub const ALL: [Self; 3] = [Self::User, Self::Manager, Self::Admin];

    /// Its word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Manager => "manager",
            Self::Admin => "admin",
        }
    }

    /// The role of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

impl FromStr for ProjectRole {
    type Err = InvalidRole;

    fn from_str(word: &str) -> Result<Self, InvalidRole> {
        Self::parse(word).ok_or(InvalidRole("reader, writer, manager, admin"))
    }
}

impl FromStr for OrgRole {
    type Err = InvalidRole;

    fn from_str(word: &str) -> Result<Self, InvalidRole> {
        Self::parse(word).ok_or(InvalidRole("user, manager, admin"))
    }
}

impl fmt::Display for ProjectRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for OrgRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whoever a grant can be made to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrincipalKind {
    /// A person, or a program that signs in.
    User,
    /// A set of grants that others are given.
    Role,
}

/// A user or a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// Unique among users and roles.
    pub name: String,
    /// Which of both.
    pub kind: PrincipalKind,
}

/// A permission that somebody was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Who has it.
    pub principal: String,
    /// On what; `role://NAME` gives the rights of that role.
    pub uri: Uri,
    /// `read`, `write` or `manage`.
    pub action: Action,
    /// Who gave it last, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_by: Option<String>,
    /// When, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_at: Option<Timestamp>,
}

/// A place in a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who has it.
    pub principal: String,
    /// Organisation.
    pub org: String,
    /// Project of the organisation.
    pub project: String,
    /// What it allows.
    pub role: ProjectRole,
}

/// A place in an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgMember {
    /// Who has it.
    pub principal: String,
    /// Organisation.
    pub org: String,
    /// What it allows.
    pub role: OrgRole,
}

/// Everything that decides who may do what on one cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Its name: the host of its URIs.
    pub cluster: String,
    /// Users and roles.
    pub principals: Vec<Principal>,
    /// What they were given.
    pub grants: Vec<Grant>,
    /// Their places in projects.
    pub members: Vec<Member>,
    /// Their places in organisations.
    pub org_members: Vec<OrgMember>,
}

impl Grant {
    /// The role whose rights this grant gives, if it gives a role.
    #[must_use]
    pub fn gives_role(&self) -> Option<String> {
        (self.uri.scheme() == "role" && !self.uri.segments().is_empty() && self.action >= Action::Read)
            .then(|| self.uri.segments().join("/"))
    }
}

impl Member {
    /// What the place allows on the cluster of that name.
    pub fn permissions(&self, cluster: &str) -> impl Iterator<Item = Permission> {
        on_project_schemes(&[cluster, &self.org, &self.project], self.role.action())
    }
}

impl OrgMember {
    /// What the place allows on the cluster of that name.
    pub fn permissions(&self, cluster: &str) -> impl Iterator<Item = Permission> {
        let place = [cluster, &self.org];
        let (people, things) = match self.role {
            OrgRole::User => (Action::Read, None),
            OrgRole::Manager | OrgRole::Admin => (Action::Manage, Some(Action::Manage)),
        };
        let people = Uri::try_new("org", place).ok().map(|uri| Permission { uri, action: people });
        let things = things.map(|action| on_project_schemes(&place, action));
        people.into_iter().chain(things.into_iter().flatten())
    }
}

/// A place whose name is not a plain segment allows nothing.
fn on_project_schemes(place: &[&str], action: Action) -> impl Iterator<Item = Permission> + use<> {
    let uris: Vec<Uri> = PROJECT_SCHEMES.into_iter().filter_map(|scheme| Uri::try_new(scheme, place).ok()).collect();
    uris.into_iter().map(move |uri| Permission { uri, action })
}
