//! How rights came to be.

use jiff::Timestamp;
use platform::{
    Uri,
    audit::{Act, ChangeKind, HistoryEntry},
};
use serde::{Deserialize, Serialize};

/// What the cluster behind the gateway can do for an audit beside telling what holds now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditCapability {
    /// It keeps a history: `GET audit/history` answers, and so does `GET audit?at=`.
    pub history: bool,
    /// It changes a list of grants all or none.
    pub atomic: bool,
}

/// Query of `GET audit/history`. All fields narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistorySelector {
    /// Whom a change was about.
    pub principal: Option<String>,
    /// Who made it.
    pub actor: Option<String>,
    /// Grants at and below this, and places in its project or organisation.
    pub uri: Option<Uri>,
    /// What it was about.
    pub kind: Option<ChangeKind>,
    /// At or after.
    pub since: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Most items in a page, 1 to 1,000; absent: 100.
    pub limit: Option<u32>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// A page of history, the newest change first. A page may be short and still have a `next`: what may not be seen is left out.
pub type History = crate::Page<HistoryEntry>;

/// Query of `GET audit/acts`. All fields narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActsSelector {
    /// The job's id.
    pub job: Option<String>,
    /// Who.
    pub actor: Option<String>,
    /// Most items in a page, 1 to 1,000; absent: 100.
    pub limit: Option<u32>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// A page of what was done in and to jobs, the newest first. For administrators.
pub type Acts = crate::Page<Act>;

impl ActsSelector {
    /// As query parameters.
    #[must_use]
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let Self { job, actor, limit, cursor } = self.clone();
        [("job", job), ("actor", actor), ("limit", limit.map(|limit| limit.to_string())), ("cursor", cursor)]
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)))
            .collect()
    }
}

impl HistorySelector {
    /// As query parameters.
    #[must_use]
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let text = |key, value: &Option<String>| value.clone().map(|value| (key, value));
        [
            text("principal", &self.principal),
            text("actor", &self.actor),
            self.uri.as_ref().map(|uri| ("uri", uri.to_string())),
            self.kind.map(|kind| ("kind", kind.as_str().to_owned())),
            self.since.map(|time| ("since", time.to_string())),
            self.until.map(|time| ("until", time.to_string())),
            self.limit.map(|limit| ("limit", limit.to_string())),
            text("cursor", &self.cursor),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
