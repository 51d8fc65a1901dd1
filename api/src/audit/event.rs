//! The facts of an audit as they come: lines, because gathering them may take many calls.

use crate::Problem;
use jiff::Timestamp;
use platform::{
    Uri,
    permission::{Grant, Member, OrgMember, Principal},
};
use serde::{Deserialize, Serialize};

/// One line of the NDJSON answer of `GET audit`. Facts come in parts of bounded size, in any order; the last line is `done` or
/// `failed`, and an end without either is a break.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AuditEvent {
    /// How far the gathering has come.
    Progress {
        /// What is being gathered.
        step: AuditStep,
        /// How many are here.
        done: u64,
        /// How many there will be; absent: not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        total: Option<u64>,
    },
    /// Nothing new; proof that the work goes on.
    Heartbeat,
    /// Some of the images.
    Images {
        /// They.
        items: Vec<AuditImage>,
    },
    /// Some of the users and roles.
    Principals {
        /// They.
        items: Vec<Principal>,
    },
    /// Some of the grants.
    Grants {
        /// They.
        items: Vec<Grant>,
    },
    /// Some of the places in projects.
    Members {
        /// They.
        items: Vec<Member>,
    },
    /// Some of the places in organisations.
    OrgMembers {
        /// They.
        items: Vec<OrgMember>,
    },
    /// Some of those who were in an organisation and are in none any more.
    Left {
        /// Their names.
        items: Vec<String>,
    },
    /// All is here.
    Done {
        /// The cluster that the URIs begin with.
        cluster: String,
        /// Everything of the cluster, or only what the caller manages and has.
        whole: bool,
        /// The moment asked about; absent: now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
        /// When it was gathered.
        gathered_at: Timestamp,
        /// What could not be learnt.
        gaps: Vec<AuditGap>,
        /// What the cluster can tell besides.
        capability: super::AuditCapability,
    },
    /// It failed.
    Failed {
        /// Why.
        problem: Problem,
    },
    /// A line this reader does not know.
    #[serde(other)]
    Unknown,
}

/// What is being gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditStep {
    /// Names and last use of images.
    Images,
    /// Users, roles and their grants.
    People,
    /// Jobs that used images.
    Jobs,
    /// A step this reader does not know.
    #[serde(other)]
    Unknown,
}

/// What an audit could not learn, so that nobody takes silence for safety.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditGap {
    /// The cluster does not tell when images were pulled: only jobs count as use.
    Pulls,
    /// Not all jobs could be looked through: an image may have been used longer ago.
    Jobs,
    /// The cluster does not list its people: only those are here who were granted something that is seen.
    People,
    /// Who belongs to which organisation is not known: nobody can be told for an outsider, or for one who left.
    Places,
    /// The grants of some people may not be read.
    Grants,
    /// There are more people than are gathered.
    TooManyPeople,
    /// There are more images than are gathered.
    TooManyImages,
    /// A gap this reader does not know.
    #[serde(other)]
    Unknown,
}

/// An image and its last use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditImage {
    /// `image://CLUSTER/ORG/PROJECT/NAME`, as grants name it.
    pub uri: Uri,
    /// `ORG/PROJECT/NAME`: what its page is called by.
    pub repository: String,
    /// When it was last pulled by a tag, as far as is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pulled_at: Option<Timestamp>,
    /// When a job with it was last created, as far as is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_at: Option<Timestamp>,
}

impl AuditImage {
    /// When it was last used, as far as is known.
    #[must_use]
    pub fn used_at(&self) -> Option<Timestamp> {
        self.pulled_at.max(self.run_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lines_have_the_json_that_is_promised() {
        let uri: Uri = "image://c/o/p/n".parse().expect("a uri");
        let now: Timestamp = "2026-11-28T10:00:00Z".parse().expect("a time");
        let image = AuditImage { uri, repository: "o/p/n".into(), pulled_at: None, run_at: Some(now) };
        let capability = super::super::AuditCapability { history: true, atomic: true };
        for (event, expected) in [
            (
                AuditEvent::Progress { step: AuditStep::People, done: 3, total: Some(9) },
                json!({"type": "progress", "step": "people", "done": 3, "total": 9}),
            ),
            (
                AuditEvent::Images { items: vec![image] },
                json!({"type": "images", "items": [{"uri": "image://c/o/p/n", "repository": "o/p/n", "run_at": "2026-11-28T10:00:00Z"}]}),
            ),
            (
                AuditEvent::Done {
                    cluster: "c".into(),
                    whole: true,
                    at: None,
                    gathered_at: now,
                    gaps: vec![AuditGap::Pulls, AuditGap::TooManyPeople],
                    capability,
                },
                json!({"type": "done", "cluster": "c", "whole": true, "gathered_at": "2026-11-28T10:00:00Z",
                    "gaps": ["pulls", "too_many_people"], "capability": {"history": true, "atomic": true}}),
            ),
        ] {
            assert_eq!(serde_json::to_value(&event).expect("serialises"), expected);
            assert_eq!(serde_json::from_value::<AuditEvent>(expected).expect("reads"), event);
        }
        let newer = json!({"type": "newer"});
        assert_eq!(serde_json::from_value::<AuditEvent>(newer).expect("reads"), AuditEvent::Unknown);
    }

    #[test]
    fn the_last_use_is_the_later_of_both() {
        let at = |text: &str| Some(text.parse().expect("a time"));
        let mut image = AuditImage {
            uri: "image://c/o/p/n".parse().expect("a uri"),
            repository: "o/p/n".into(),
            pulled_at: None,
            run_at: None,
        };
        assert_eq!(image.used_at(), None);
        image.pulled_at = at("2026-01-01T00:00:00Z");
        assert_eq!(image.used_at(), image.pulled_at);
        image.run_at = at("2026-01-02T00:00:00Z");
        assert_eq!(image.used_at(), image.run_at);
    }
}
