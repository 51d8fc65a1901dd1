//! Addresses of people, organisations, projects, roles, and of what is shared.

use super::{ORGS, PEOPLE, ROLES, SHARES};
use crate::client::{decode, encode, with_query};

/// The organisation at an address, and its project where it names one.
pub(crate) fn org_at(pathname: &str) -> Option<(String, Option<String>)> {
    let rest = pathname.strip_prefix(ORGS)?.strip_prefix('/')?.trim_end_matches('/');
    let (org, project) = rest.split_once('/').map_or((rest, None), |(org, project)| (org, Some(project)));
    let plain = !org.is_empty() && project.is_none_or(|project| !project.is_empty() && !project.contains('/'));
    plain.then(|| (decode(org), project.map(decode)))
}

/// A list of what is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SharedTab {
    WithMe,
    ByMe,
    Roles,
}

impl SharedTab {
    pub(crate) const ALL: [Self; 3] = [Self::WithMe, Self::ByMe, Self::Roles];

    /// Its word in addresses and ids.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::WithMe => "with-me",
            Self::ByMe => "by-me",
            Self::Roles => "roles",
        }
    }

    /// The tab of an address; what is shared with the reader where it names none or an unknown one.
    pub(crate) fn parse(word: Option<&str>) -> Self {
        Self::ALL.into_iter().find(|tab| Some(tab.word()) == word).unwrap_or(Self::WithMe)
    }
}

pub(crate) fn shares(tab: SharedTab) -> String {
    match tab {
        SharedTab::WithMe => SHARES.to_owned(),
        SharedTab::ByMe | SharedTab::Roles => with_query(SHARES, [("view", tab.word())]),
    }
}

pub(crate) fn role(name: &str) -> String {
    format!("{ROLES}/{}", encode(name))
}

pub(crate) fn person(name: &str) -> String {
    format!("{PEOPLE}/{}", encode(name))
}

pub(crate) fn org(name: &str) -> String {
    format!("{ORGS}/{}", encode(name))
}

pub(crate) fn project(org_name: &str, name: &str) -> String {
    format!("{}/{}", org(org_name), encode(name))
}
