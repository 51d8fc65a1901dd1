//! Addresses of the audit.

use super::AUDIT;
use crate::client::with_query;

/// A view of the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuditTab {
    Rights,
    Grants,
    History,
    Compare,
    Acts,
}

impl AuditTab {
    pub(crate) const ALL: [Self; 5] = [Self::Rights, Self::Grants, Self::History, Self::Compare, Self::Acts];

    /// Its word in addresses and ids.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Rights => "rights",
            Self::Grants => "grants",
            Self::History => "history",
            Self::Compare => "compare",
            Self::Acts => "acts",
        }
    }
}

/// The audit's view at an address.
pub(crate) fn audit_at(pathname: &str) -> Option<AuditTab> {
    if recording_at(pathname).is_some() {
        return Some(AuditTab::Acts);
    }
    let rest = pathname.strip_prefix(AUDIT)?.trim_end_matches('/');
    match rest.strip_prefix('/') {
        None => rest.is_empty().then_some(AuditTab::Rights),
        Some(word) => AuditTab::ALL.into_iter().find(|tab| tab.word() == word),
    }
}

/// The act whose recording is played at an address.
pub(crate) fn recording_at(pathname: &str) -> Option<i64> {
    let rest = pathname.strip_prefix(AUDIT)?.strip_prefix("/acts/")?.trim_end_matches('/');
    rest.strip_suffix("/recording")?.parse().ok()
}

/// Where the recording of an act is played.
pub(crate) fn recording(act: i64) -> String {
    format!("{AUDIT}/acts/{act}/recording")
}

/// A view of the audit, narrowed by these words.
pub(crate) fn audit<K: AsRef<str>, V: AsRef<str>>(tab: AuditTab, pairs: impl IntoIterator<Item = (K, V)>) -> String {
    match tab {
        AuditTab::Rights => with_query(AUDIT, pairs),
        AuditTab::Grants | AuditTab::History | AuditTab::Compare | AuditTab::Acts => {
            with_query(&format!("{AUDIT}/{}", tab.word()), pairs)
        }
    }
}

/// Who can reach this image? `uri` is the image's, without tag or digest.
pub(crate) fn audit_of_image(uri: &str) -> String {
    audit(AuditTab::Rights, [("uri", uri)])
}

/// What can this user or role reach?
pub(crate) fn audit_of_person(name: &str) -> String {
    audit(AuditTab::Rights, [("person", name)])
}
