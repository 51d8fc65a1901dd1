//! The audit extension: bulk reads of what decides rights, its history, and changes from a reviewed list.
//!
//! Not part of the platform API: see [`crate::extension`]. A server without it answers 404, and whoever audits asks for each
//! user by the platform's own calls.

use crate::permission::{Action, Facts, PrincipalKind, Reason};
use crate::uri::Uri;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// `GET API/extensions/access[?at=TIME]`: what decides rights, as far as the caller may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessFacts {
    /// Number of the last change this includes.
    pub revision: i64,
    /// The moment asked about; absent: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Everything of the cluster, or only what the caller manages and has itself.
    pub whole: bool,
    /// The facts.
    #[serde(flatten)]
    pub facts: Facts,
}

/// `GET API/extensions/access/who?uri=URI`: everybody who may do something with one thing, and why. For whoever manages it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhoMay {
    /// The thing.
    pub uri: Uri,
    /// In order of name.
    pub items: Vec<Holder>,
}

/// Somebody with a right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Name of a user or role.
    pub principal: String,
    /// Which of both.
    pub kind: PrincipalKind,
    /// The greatest right.
    pub action: Action,
    /// Where it comes from, the deciding reason first.
    pub reasons: Vec<Reason>,
}

/// What a change was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// A grant; `target` is its URI, the values are actions.
    Grant,
    /// A place in a project; `target` is `ORG/PROJECT`, the values are roles.
    Member,
    /// A place in an organisation; `target` is `ORG`, the values are roles.
    OrgMember,
    /// A user or role; the values are `user` and `role`.
    Principal,
    /// A project; `target` is `ORG/PROJECT`, the values are the role new members get.
    Project,
    /// An organisation; `target` is `ORG`.
    Org,
}

impl ChangeKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [Self::Grant, Self::Member, Self::OrgMember, Self::Principal, Self::Project, Self::Org];

    /// Its word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Member => "member",
            Self::OrgMember => "org_member",
            Self::Principal => "principal",
            Self::Project => "project",
            Self::Org => "org",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// Its number; later changes have greater ones.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who: a user, or `roadstead:...` for the server's own program.
    pub actor: String,
    /// The request it came with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The address the request came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What it was about.
    pub kind: ChangeKind,
    /// Whom it was about; empty for projects and organisations.
    pub principal: String,
    /// On what; empty for principals.
    pub target: String,
    /// What held before; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What holds since; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// `GET API/extensions/access/history?principal=&actor=&kind=&uri=&since=&until=&limit=&cursor=`: changes, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryPage {
    /// Those of this page.
    pub items: Vec<HistoryEntry>,
    /// Ask for this to go on; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<i64>,
}

/// What somebody did in or to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    /// A process was started in it.
    Exec,
    /// Somebody spoke to its own process.
    Attach,
    /// One of its ports was reached.
    PortForward,
    /// Its container was killed.
    Kill,
    /// It was cancelled.
    Cancel,
    /// An image was made of it.
    Save,
}

impl ActKind {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Exec, Self::Attach, Self::PortForward, Self::Kill, Self::Cancel, Self::Save];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exec => "exec",
            Self::Attach => "attach",
            Self::PortForward => "port_forward",
            Self::Kill => "kill",
            Self::Cancel => "cancel",
            Self::Save => "save",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Its number; later acts have larger ones.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// The id of their request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The address the request came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What.
    pub kind: ActKind,
    /// The job's id.
    pub job: String,
    /// The program, the port or the image; empty where there is no more to say.
    pub detail: String,
    /// Size of the recording of what was shown, as far as it has come; absent: there is none (any more).
    /// `GET API/extensions/access/acts/{seq}/recording` gives it, as asciicast v2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording_bytes: Option<u64>,
}

/// The media type of a recording.
pub const ASCIICAST: &str = "application/x-asciicast";

/// `GET API/extensions/access/acts?job=&actor=&limit=&cursor=`: acts, the newest first. For administrators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActsPage {
    /// Those of this page.
    pub items: Vec<Act>,
    /// Ask for this to go on; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<i64>,
}

/// `POST API/extensions/access/changes`: grants made, changed and revoked, all or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantChanges {
    /// Each says what its author saw; where that no longer holds, nothing is changed and the answer is 409.
    pub changes: Vec<GrantChange>,
}

/// One grant to be made, changed or revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantChange {
    /// Whose.
    pub principal: String,
    /// On what.
    pub uri: Uri,
    /// The action granted now; absent: none.
    #[serde(default)]
    pub from: Option<Action>,
    /// The action to be granted; absent: none.
    #[serde(default)]
    pub to: Option<Action>,
}

/// What a change set led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantsChanged {
    /// Number of the last change.
    pub revision: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_has_the_json_that_is_promised() {
        let json = serde_json::json!({"seq": 7, "at": "2026-01-02T03:04:05Z", "actor": "alice", "request_id": "r1",
            "kind": "org_member", "principal": "bob", "target": "main", "before": "user", "after": "manager"});
        let entry: HistoryEntry = serde_json::from_value(json.clone()).expect("reads");
        assert_eq!(serde_json::to_value(&entry).expect("serialises"), json);
        for kind in ChangeKind::ALL {
            assert_eq!(serde_json::to_value(kind).expect("serialises"), kind.as_str());
        }
    }

    #[test]
    fn an_act_has_the_json_that_is_promised() {
        let json = serde_json::json!({"seq": 7, "at": "2026-01-02T03:04:05Z", "actor": "alice", "address": "192.0.2.7",
            "kind": "port_forward", "job": "job-1", "detail": "80"});
        let mut act: Act = serde_json::from_value(json.clone()).expect("reads");
        assert_eq!(serde_json::to_value(&act).expect("serialises"), json);
        act.recording_bytes = Some(512);
        assert_eq!(serde_json::to_value(&act).expect("serialises")["recording_bytes"], 512);
        for kind in ActKind::ALL {
            assert_eq!(serde_json::to_value(kind).expect("serialises"), kind.as_str());
            assert_eq!(ActKind::parse(kind.as_str()), Some(kind));
        }
    }

    #[test]
    fn a_change_with_a_word_nobody_knows_is_refused() {
        let unknown = r#"{"changes": [{"principal": "bob", "uri": "image://c", "form": "read"}]}"#;
        assert!(serde_json::from_str::<GrantChanges>(unknown).is_err());
        let revoke = r#"{"changes": [{"principal": "bob", "uri": "image://c", "from": "read"}]}"#;
        assert_eq!(serde_json::from_str::<GrantChanges>(revoke).expect("reads").changes[0].to, None);
    }
}
