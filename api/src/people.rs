//! People of a cluster: organisations, projects, and who has which place in them. Through the platform's admin API; a platform
//! without one answers 501 `not_supported`.

use serde::{Deserialize, Serialize};

/// Somebody, with the places that the asker may see. `GET people` answers `{"items": [Person]}`; `GET people/{user}` one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// User name.
    pub name: String,
    /// Address, where the platform knows one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Places in organisations.
    #[serde(default)]
    pub orgs: Vec<OrgPlace>,
    /// Places in projects; in the list of everybody they are left out.
    #[serde(default)]
    pub projects: Vec<ProjectPlace>,
    /// Nobody, but the account with which the gateway reads the jobs that have links.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reads_links: bool,
}

/// A place in an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgPlace {
    /// The organisation.
    pub org: String,
    /// `user`, `manager`, `admin`; other words are possible.
    pub role: String,
}

/// A place in a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectPlace {
    /// Its organisation, on platforms that have them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<String>,
    /// The project.
    pub project: String,
    /// `reader`, `writer`, `manager`, `admin`; other words are possible.
    pub role: String,
}

/// `GET orgs`: the organisations one may see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orgs {
    /// By name.
    pub items: Vec<Org>,
    /// Whether the asker may look at everybody, and add and remove organisations.
    pub can_manage: bool,
}

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Org {
    /// Its name.
    pub name: String,
    /// The asker's own place in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Whether the asker may manage its people and projects.
    pub can_manage: bool,
}

/// `GET orgs/{org}/projects`: its projects that one may see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Projects {
    /// By name.
    pub items: Vec<Project>,
    /// Whether the asker may add projects.
    pub can_manage: bool,
}

/// A project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// Its organisation.
    pub org: String,
    /// Its name.
    pub name: String,
    /// New members of the organisation join it by themselves.
    pub is_default: bool,
    /// What a new member becomes when nothing else is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_role: Option<String>,
    /// The asker's own place in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

/// `GET orgs/{org}/members` and `GET orgs/{org}/projects/{project}/members`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Members {
    /// By name.
    pub items: Vec<Member>,
    /// Whether the asker may add, change and remove members.
    pub can_manage: bool,
    /// What a new member becomes when nothing else is said.
    pub default_role: String,
    /// The roles a member can have, the least first.
    pub roles: Vec<String>,
}

/// Somebody's place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// User name.
    pub user: String,
    /// Address, where the platform knows one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What the place allows.
    pub role: String,
    /// Nobody, but the account with which the gateway reads the jobs that have links.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reads_links: bool,
}

/// `POST .../members`: gives somebody a place, answers 201 [`Member`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberCreate {
    /// User name.
    pub user: String,
    /// What the place allows.
    pub role: String,
}

/// `PUT .../members/{user}`: changes a place. 409 `conflict` when it is no longer `from`. `DELETE .../members/{user}?from=` takes
/// it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberUpdate {
    /// The role its author saw.
    pub from: String,
    /// The role it is to be.
    pub role: String,
}

/// `POST orgs`: adds an organisation, answers 201 [`Org`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrgCreate {
    /// 3 to 255 of lower-case letters, digits and single hyphens.
    pub name: String,
}

/// `POST orgs/{org}/projects`: adds a project, answers 201 [`Project`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectCreate {
    /// 3 to 255 of lower-case letters, digits and single hyphens.
    pub name: String,
    /// What a new member becomes when nothing else is said.
    pub default_role: String,
    /// New members of the organisation join it by themselves.
    #[serde(default)]
    pub is_default: bool,
}

/// `PUT orgs/{org}/projects/{project}`: changes a project's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectUpdate {
    /// What a new member becomes when nothing else is said.
    pub default_role: String,
    /// New members of the organisation join it by themselves.
    pub is_default: bool,
    /// What its author saw; when the settings are others by now, nothing is changed. Absent: whatever they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<ProjectSettings>,
}

/// A project's settings, as somebody saw them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectSettings {
    /// What a new member became when nothing else was said.
    pub default_role: String,
    /// Whether new members of the organisation joined it by themselves.
    pub is_default: bool,
}
